"""Ids that are never given out again: a link to somebody who was erased must not lead to whoever came after them.

PostgreSQL never gives an id twice. SQLite gives the highest one again once its row is gone, unless the table was made with
AUTOINCREMENT. Alembic does not compare that; this module does, and writes the step into the migration.
"""

from __future__ import annotations

from typing import Any

from alembic import op
from alembic.autogenerate import comparators, renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation
from alembic.operations.ops import UpgradeOps


def never_reuse(table: str) -> None:
    """From now on ``table`` never gives an id twice. SQLite makes the table anew for it."""
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass


class _NeverReuse(MigrateOperation):
    def __init__(self, table: str) -> None:
        self.table = table

    def reverse(self) -> MigrateOperation:
        """There is no way back by program; Alembic asks all the same."""
        return self


@comparators.dispatch_for("schema")
def _compare(context: AutogenContext, upgrade: UpgradeOps, _schemas: Any) -> None:
    connection = context.connection
    if connection is None or connection.dialect.name != "sqlite" or context.metadata is None:
        return
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    made = {name: "AUTOINCREMENT" in (sql or "") for name, sql in rows}
    metadata: Any = context.metadata
    for table in metadata.sorted_tables:
        if table.dialect_options["sqlite"]["autoincrement"] and not made.get(table.name, False):
            upgrade.ops.append(_NeverReuse(table.name))


@renderers.dispatch_for(_NeverReuse)
def _render(context: AutogenContext, step: _NeverReuse) -> str:
    context.imports.add("from nurture.store.migrations.ids import never_reuse")
    return f'never_reuse("{step.table}")'
