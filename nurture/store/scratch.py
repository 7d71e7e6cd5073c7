"""A database to throw away: for simulations, which need speed and no durability."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, event

from nurture.store.database import connect
from nurture.store.schema import Base


@contextmanager
def scratch_database() -> Iterator[Engine]:
    """An empty SQLite database with the schema that is gone afterwards; a crash of the machine may ruin it."""
    with TemporaryDirectory(prefix="nurture-simulation-") as folder:
        engine = connect(f"sqlite:///{Path(folder) / 'simulation.db'}")

        @event.listens_for(engine, "connect")
        def _careless(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA synchronous = OFF")

        Base.metadata.create_all(engine)
        try:
            yield engine
        finally:
            engine.dispose()
