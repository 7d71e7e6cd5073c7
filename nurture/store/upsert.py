"""Insert unless it is there already: the same statement form on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session


def insert_for(session: Session, model: type[DeclarativeBase]) -> Any:
    """``INSERT`` for ``model`` with the database's own ``on_conflict_…`` clauses."""
    return insert_in(session.get_bind().dialect.name, model)


def insert_in(dialect: str, model: type[DeclarativeBase]) -> Any:
    """The same for a database of this kind, for statements that are built once and kept."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - a mapped class has a table
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def insert_new(session: Session, model: type[DeclarativeBase], rows: Sequence[dict[str, Any]]) -> None:
    """Insert ``rows``; those that break a unique key are left out. One statement for all of them."""
    if rows:
        session.execute(insert_for(session, model).on_conflict_do_nothing(), list(rows))
