"""From SQLite to PostgreSQL and back, with nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from nurture.engine.importing import import_contacts
from nurture.engine.runtime import Runtime
from nurture.store.database import reading, transaction
from nurture.store.moving import TargetNotEmpty, move
from nurture.store.schema import Base, Company

CSV = "E-Mail;Firma;Einwilligung am;Einwilligung Quelle;Einwilligung Version\n" + "".join(
    f"person{i}@firma{i}.example;Firma {i};01.02.2026;Messe;1\n" for i in range(1200)
)


def rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with reading(engine) as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
        }


@pytest.mark.parametrize("direction", ["to PostgreSQL", "to SQLite"])
def test_everything_arrives_and_new_rows_get_new_ids(
    direction: str,
    sqlite_db: Engine,
    postgres_db: Engine,
    make_runtime: Callable[..., Runtime],
    tmp_path: Path,
    now: datetime,
) -> None:
    old, new = (sqlite_db, postgres_db) if direction == "to PostgreSQL" else (postgres_db, sqlite_db)
    (tmp_path / "contacts.csv").write_text(CSV)
    import_contacts(make_runtime(old), tmp_path / "contacts.csv", now)
    told: dict[str, int] = {}
    move(old, new, told.__setitem__)
    assert rows(new) == rows(old)
    assert told["contacts"] == 1200
    with transaction(new) as session:
        session.add(company := Company(name="Neu", created_at=now))
        session.flush()
        assert company.id == 1201


def test_a_database_with_rows_is_not_moved_over(sqlite_db: Engine, postgres_db: Engine, now: datetime) -> None:
    with transaction(postgres_db) as session:
        session.add(Company(name="Schon da", created_at=now))
    with pytest.raises(TargetNotEmpty, match="companies"):
        move(sqlite_db, postgres_db, lambda *_: None)
