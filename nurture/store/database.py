"""Connecting to the database: one code path for SQLite (WAL) and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session

BUSY_SECONDS = 30
"""How long a writer waits for another one before it gives up (SQLite), and for a connection (PostgreSQL)."""
_AT_END = "at the end of the transaction"


def connect(url: str) -> Engine:
    """An engine for ``url`` (``sqlite:///path`` or ``postgresql://…``); opens no connection yet."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, parsed.database)
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_size=10,
        max_overflow=20,
        pool_timeout=BUSY_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,  # an error that is logged must not quote whom it was about
        connect_args={"connect_timeout": 10},
    )


def _sqlite(url: str, path: str | None) -> Engine:
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    connect_args = {"timeout": BUSY_SECONDS, "isolation_level": None}
    engine = create_engine(url, connect_args=connect_args, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -65536")
        connection.execute("PRAGMA secure_delete = ON")  # what is erased leaves nothing in free space either

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # a transaction that may write takes the write lock at once: waiting is then possible, upgrading later is not
        connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("reading") else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One transaction: committed at the end, rolled back at any error."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session
        if session.in_transaction():  # it may have been rolled back on purpose
            for _, action in sorted(session.info.pop(_AT_END, {}).items()):
                action(session)


def at_end(session: Session, name: str, action: Callable[[Session], None]) -> None:
    """Do ``action`` as the last thing of this transaction, once per ``name``.

    Always in the order of names, so that two transactions never wait for each other's locks crosswise.
    """
    session.info.setdefault(_AT_END, {})[name] = action


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A transaction that only reads; on SQLite it never waits for a writer."""
    with engine.connect().execution_options(reading=True) as connection, Session(connection) as session:
        yield session


def leave_no_copy(engine: Engine) -> None:
    """Bring what was written last from SQLite's journal into the file, and empty the journal: it holds older pages, too.

    Waits for readers a while; if one stays, the next call does it. PostgreSQL's files are cleaned by its own vacuum.
    """
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.close()
