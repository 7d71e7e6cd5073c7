"""Moving everything from one database to another, such as from SQLite to PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Engine, Table, func, insert, select, text

from nurture.domain.errors import NurtureError
from nurture.store import migrations
from nurture.store.schema import Base

_BATCH = 1000


class TargetNotEmpty(NurtureError):
    """The database to move to has rows already."""


def move(source: Engine, target: Engine, tell: Callable[[str, int], None]) -> None:
    """Copy every row of every table in one transaction. ``tell``: is told each table and its rows.

    Both have to be up to date, and the target empty. Raises WrongSchema, TargetNotEmpty.
    """
    migrations.require_current(source)
    migrations.upgrade(target)
    tables = Base.metadata.sorted_tables
    with source.connect().execution_options(reading=True) as old, target.begin() as new:
        if full := [table.name for table in tables if new.scalar(select(func.count()).select_from(table))]:
            raise TargetNotEmpty(f"the new database has rows already (in {', '.join(full)}); give an empty one")
        for table in tables:
            tell(table.name, _copy(old, new, table))
            _next_id(new, table)


def _copy(old: Connection, new: Connection, table: Table) -> int:
    count = 0
    own = [column for column in table.columns if column.computed is None]  # the others the new database derives itself
    rows = old.execution_options(yield_per=_BATCH).execute(select(*own).order_by(*table.primary_key)).mappings()
    for batch in rows.partitions():
        new.execute(insert(table), [dict(row) for row in batch])
        count += len(batch)
    return count


def _next_id(new: Connection, table: Table) -> None:
    """Let PostgreSQL give new rows ids behind those that were copied; SQLite does by itself."""
    column = table.autoincrement_column
    if column is None or new.dialect.name == "sqlite":
        return
    highest = new.scalar(select(func.max(column)))
    if highest is not None:
        new.execute(
            text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)"),
            {"table": table.name, "column": column.name, "highest": highest},
        )
