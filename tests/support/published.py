"""What the publication of the example leaves in an empty database: written once, then copied."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, text

from nurture.store.schema import Base

_READ = ("wordings",)
"""What publishing looks at, besides what it writes."""


class Published:
    """The rows are kept beside those of the tests: on SQLite in a file in ``folder``, on PostgreSQL in a schema."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "published.db"
        self._written: list[str] = []
        self._counted: list[str] = []

    def into(self, engine: Engine, publish: Callable[[], None]) -> None:
        """Publish, or put there what ``publish`` has put into an empty database before."""
        tables = [*self._written, *_READ] if self._written else list(Base.metadata.tables)
        if _filled(engine, tables):
            publish()
        elif self._is_kept(engine):
            self._copy(engine)
        else:
            publish()
            self._keep(engine)

    def _is_kept(self, engine: Engine) -> bool:
        if engine.dialect.name == "sqlite":
            return self._file.exists()
        with engine.connect() as connection:
            return connection.scalar(text("SELECT to_regnamespace('kept')")) is not None

    def _keep(self, engine: Engine) -> None:
        self._written = _filled(engine, list(Base.metadata.tables))
        if engine.dialect.name == "sqlite":
            with engine.connect().execution_options(reading=True) as connection:
                connection.connection.execute(f"VACUUM INTO '{self._file}'")
            return
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE SCHEMA kept")
            for table in self._written:
                connection.exec_driver_sql(f'CREATE TABLE kept."{table}" AS TABLE "{table}"')
            self._counted = [
                f"SELECT setval('{sequence}', {last})"
                for sequence, last in connection.exec_driver_sql(
                    "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
                )
            ]

    def _copy(self, engine: Engine) -> None:
        statements = [f'INSERT INTO "{table}" SELECT * FROM kept."{table}"' for table in self._written]
        if engine.dialect.name == "sqlite":
            connection = sqlite3.connect(str(engine.url.database))
            before = f"PRAGMA synchronous = OFF; ATTACH '{self._file}' AS kept; BEGIN"
            connection.executescript(";".join([before, *statements, "COMMIT"]))
            connection.close()
            return
        with engine.begin() as connection:
            connection.exec_driver_sql(";".join([*statements, *self._counted]))


def _filled(engine: Engine, tables: list[str]) -> list[str]:
    """Which of the tables have rows."""
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in tables)
    with engine.connect().execution_options(reading=True) as connection:
        return list(connection.scalars(text(asked)))
