"""Many rows in one statement whose text does not depend on how many: they travel as one parameter, a list.

On PostgreSQL a statement with thousands of parameters costs more to read than to carry out, and one statement per row
costs a round of the executor each; on SQLite the driver's loop over rows is the fastest way to write, and a list that is
a parameter saves building ``IN`` anew. Same meaning on both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVarTuple

from sqlalchemy import (
    JSON,
    ColumnElement,
    Dialect,
    Integer,
    Row,
    Select,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import UserDefinedType

from nurture.store.schema import Base
from nurture.store.upsert import insert_for

Rows = Sequence[Mapping[str, Any]]
_Columns = TypeVarTuple("_Columns")


def insert_many(
    session: Session, model: type[Base], rows: Rows, returning: Sequence[ColumnElement[Any]] = ()
) -> Sequence[Row[Any]]:
    """Insert ``rows`` (all with the same columns); those that break a unique key are left out.

    Returns the ``returning`` columns of the new ones.
    """
    if not rows:
        return []
    statement = insert_for(session, model)
    many: list[dict[str, Any]] | None = [dict(row) for row in rows]
    if not _on_sqlite(session):
        names, many = list(rows[0]), None
        given = _recordset(model.__table__, names, rows)
        statement = statement.from_select(names, select(*(given.c[name] for name in names)))
    statement = statement.on_conflict_do_nothing()
    result = session.connection().execute(statement.returning(*returning) if returning else statement, many)
    return result.all() if returning else []


def update_many(session: Session, model: type[Base], rows: Rows, key: str = "id") -> None:
    """Write the other columns of ``rows`` into the rows with their ``key``."""
    if not rows:
        return
    table = model.__table__
    names = [name for name in rows[0] if name != key]
    if _on_sqlite(session):
        values: dict[str, Any] = {name: bindparam(f"b_{name}") for name in names}
        statement = update(table).where(table.c[key] == bindparam(f"b_{key}")).values(values)
        session.connection().execute(statement, [{f"b_{name}": value for name, value in row.items()} for row in rows])
        return
    given = _recordset(table, [key, *names], rows)
    session.execute(update(table).where(table.c[key] == given.c[key]).values({name: given.c[name] for name in names}))


def among(session: Session, column: InstrumentedAttribute[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether ``column`` (of numbers or text) is one of ``values``."""
    return _one_of(session.get_bind().dialect.name, column, literal(list(values), _listed(column)))


def given(dialect: str, column: InstrumentedAttribute[Any], name: str) -> ColumnElement[bool]:
    """``among`` for a statement that is built once and kept: the values are its parameter ``name``."""
    return _one_of(dialect, column, bindparam(name, type_=_listed(column)))


def fetch(session: Session, statement: Select[*_Columns], **given: Any) -> Sequence[Row[*_Columns]]:
    """The rows of a statement that was built once, plainly: what finds no objects needs no ORM, which costs as much as the
    question. What the session has not written yet is written before, as it would be otherwise.
    """
    session.flush()
    return session.connection().execute(statement, given).all()


def _one_of(dialect: str, column: InstrumentedAttribute[Any], values: ColumnElement[Any]) -> ColumnElement[bool]:
    if dialect == "sqlite":
        return column.in_(select(func.json_each(values).table_valued("value").c.value))
    return column == any_(values)


class _Listed(UserDefinedType[Iterable[Any]]):
    """A list as one parameter: JSON for SQLite; for PostgreSQL an array as it writes one itself, which takes the driver
    ten times as long.
    """

    cache_ok = True
    render_bind_cast = True

    def __init__(self, of: str, spelled_out: Callable[[Iterable[Any]], str]) -> None:
        self.of, self.spelled_out = of, spelled_out

    def get_col_spec(self, **_: Any) -> str:
        return f"{self.of}[]"

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        return _json_list if dialect.name == "sqlite" else self.spelled_out


def _json_list(values: Iterable[Any]) -> str:
    return json.dumps(list(values))


def numbers(values: Iterable[int]) -> str:
    """A list of numbers as PostgreSQL writes it."""
    return f"{{{','.join(map(str, values))}}}"


def _words(values: Iterable[str]) -> str:
    listed = list(values)
    said = '","'.join(listed)
    if "\\" in said or said.count('"') > 2 * len(listed) - 2:
        said = '","'.join(word.replace("\\", r"\\").replace('"', r"\"") for word in listed)
    return f'{{"{said}"}}' if listed else "{}"


_NUMBERS, _WORDS = _Listed("BIGINT", numbers), _Listed("VARCHAR", _words)


def _listed(column: InstrumentedAttribute[Any]) -> _Listed:
    return _NUMBERS if isinstance(column.type, Integer) else _WORDS


def _on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _recordset(table: Table, names: Sequence[str], rows: Rows) -> TableValuedAlias:
    """``rows`` as a table with the column types of ``table``."""
    sent = cast(literal(json.dumps(list(rows), default=spelled), Text), JSON)
    shape: ColumnElement[Any] = literal_column(f"NULL::{table.name}")
    return func.json_populate_recordset(shape, sent).table_valued(*(table.c[name] for name in names), name="given")


def spelled(value: Any) -> str:
    """What JSON cannot say: instants."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).isoformat()
    raise ValueError(f"{value!r} cannot be stored")
