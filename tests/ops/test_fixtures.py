"""The databases that all other tests rely on."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import Engine, inspect

from nurture.store.database import connect, reading, transaction
from nurture.store.schema import Base, Company


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_begins_with_no_rows_and_with_id_1(db: Engine, now: datetime, turn: int) -> None:
    with transaction(db) as session:
        company = Company(name=f"Werk {turn}", created_at=now)
        session.add(company)
        session.flush()
        assert company.id == 1


def test_the_schema_is_complete(db: Engine) -> None:
    assert set(inspect(db).get_table_names()) >= set(Base.metadata.tables)


def test_times_come_back_in_utc(db: Engine, now: datetime) -> None:
    with transaction(db) as session:
        session.add(Company(name="Werk", created_at=now))
    with reading(db) as session:
        company = session.get_one(Company, 1)
        assert company.created_at == now
        assert company.created_at.tzinfo is not None


def test_an_empty_database_has_no_tables(empty_url: str) -> None:
    engine = connect(empty_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
