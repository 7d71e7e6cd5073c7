"""Bringing a database to the present schema, on both databases, also when several processes start at once.

There is no way back by program: who wants the old version back restores the backup made before.

    python -m nurture.store.migrations "what changes"     writes the next migration from the difference to the schema
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect

from nurture.domain.errors import NurtureError

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 0x4E757274757265
"""The advisory lock of upgrades on PostgreSQL ("Nurture" in hexadecimal)."""


class WrongSchema(NurtureError):
    """The database is of another version than this program."""


def upgrade(engine: Engine) -> None:
    """Bring the tables up to date: all of it or nothing. Whoever comes second waits, then finds nothing to do."""
    if is_current(engine):
        return
    with _exclusive(engine) as connection:
        _refuse_newer(connection)
        config = configuration()
        config.attributes["connection"] = connection
        import_module("alembic.command").upgrade(config, "head")


def is_current(engine: Engine) -> bool:
    """Whether the tables are those that this program knows."""
    with engine.connect().execution_options(reading=True) as connection:
        return _revision(connection) == head()


def require_current(engine: Engine) -> None:
    """Raises WrongSchema unless the tables are up to date."""
    if not is_current(engine):
        raise WrongSchema("the database is not up to date; bring it there with: nurture db upgrade")


def configuration() -> Config:
    config: Config = import_module("alembic.config").Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@lru_cache(maxsize=1)
def head() -> str:
    """The newest migration."""
    return max(_revisions())


def _revisions() -> set[str]:
    """Every migration, from the names of their files: loading Alembic takes longer than all other looks at a database."""
    return {path.name.partition("_")[0] for path in (Path(__file__).parent / "versions").glob("[0-9]*_*.py")}


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return found


def _refuse_newer(connection: Connection) -> None:
    revision = _revision(connection)
    if revision is not None and revision not in _revisions():
        raise WrongSchema(f"the database was made by a newer Nurture (its version is {revision}); install that one")


@contextmanager
def _exclusive(engine: Engine) -> Iterator[Connection]:
    """A transaction that nobody else upgrades in."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            yield from _exclusive_sqlite(connection)
            return
        with connection.begin():
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            yield connection


def _exclusive_sqlite(connection: Connection) -> Iterator[Connection]:
    """Foreign keys rest meanwhile, since SQLite changes a table by making it anew; they are checked before the end."""
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - connected
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        with connection.begin():
            yield connection
            if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
                first = tuple(broken[0])
                raise WrongSchema(f"the upgrade would break {len(broken)} references, first {first}; nothing was changed")
    finally:
        driver.execute("PRAGMA foreign_keys = ON")
