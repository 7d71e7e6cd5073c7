"""Runs migrations on the connection that the caller opened; knows no URL of its own."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import Enum, MetaData

from nurture.store.migrations import ids  # noqa: F401 - compares what Alembic does not
from nurture.store.schema import Base
from nurture.store.types import UtcDateTime


def render_item(kind: str, item: Any, _context: Any) -> Any:
    """Types as migrations write them: free of our own classes, so that an old migration never changes its meaning."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String({item.length})"
    return False


def run(metadata: MetaData) -> None:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        render_as_batch=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


run(Base.metadata)
