"""Insert unless it is there already: the same statement form on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from nurture.store.schema import Base


def insert_for(session: Session, model: type[Base]) -> Any:
    """``INSERT`` for ``model`` with the database's own ``on_conflict_…`` clauses."""
    return insert_in(session.get_bind().dialect.name, model)


def insert_in(dialect: str, model: type[Base]) -> Any:
    """The same for a database of this kind, for statements that are built once and kept."""
    return sqlite.insert(model.__table__) if dialect == "sqlite" else postgresql.insert(model.__table__)


def insert_new(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert ``rows``; those that break a unique key are left out. One statement for all of them."""
    if rows:
        session.execute(insert_for(session, model).on_conflict_do_nothing(), list(rows))
