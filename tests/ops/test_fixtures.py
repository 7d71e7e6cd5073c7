"""The databases that all other tests rely on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import Engine, inspect, select, text
from support import postgres

from nurture.engine.publication import Publication
from nurture.engine.runtime import Runtime
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


def _rows(db: Engine) -> dict[str, list[dict[str, object]]]:
    with db.connect().execution_options(reading=True) as connection:
        tables = Base.metadata.sorted_tables
        return {
            t.name: [dict(row) for row in connection.execute(select(t).order_by(*t.primary_key)).mappings()] for t in tables
        }


def test_a_copied_publication_is_what_publishing_leaves(
    sqlite_db: Engine, postgres_db: Engine, make_runtime: Callable[..., Runtime], example: Publication
) -> None:
    """Written by the engine on SQLite, copied on PostgreSQL."""
    make_runtime(sqlite_db, publication=example)
    for _ in range(2):
        postgres.empty(postgres_db)
        make_runtime(postgres_db)
    rows = _rows(sqlite_db)
    assert _rows(postgres_db) == rows
    assert rows["template_versions"] and rows["campaign_versions"]
    with postgres_db.connect() as connection:
        last = connection.scalar(text("SELECT last_value FROM pg_sequences WHERE sequencename = 'audit_entries_id_seq'"))
    assert last == len(rows["audit_entries"])


def test_a_publication_is_copied_into_empty_databases_only(db: Engine, make_runtime: Callable[..., Runtime]) -> None:
    make_runtime(db)
    before = _rows(db)
    make_runtime(db)
    assert _rows(db) == before
