"""Giving data out: contacts, activities, messages, consents, the audit log, as CSV that is safe to open or as JSON lines.

One consistent look at the database; memory does not grow with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy.orm import Session

from nurture.domain.audit import Actor
from nurture.domain.errors import NotFound
from nurture.engine.runtime import Runtime
from nurture.engine.spreadsheet import write_row
from nurture.store import audit
from nurture.store import export as store
from nurture.store.database import reading, transaction

WHAT: Mapping[str, Callable[[Session], Iterator[Mapping[str, Any]]]] = {
    "contacts": store.contacts,
    "activities": store.activities,
    "messages": store.messages,
    "consents": store.consents,
    "audit": store.audit_entries,
}
FORMATS = ("csv", "json")
_MARK = "\ufeff"
"""Tells spreadsheets that the file is UTF-8."""


def export(rt: Runtime, what: str, form: str) -> Iterator[str]:
    """The text, piece by piece. ``form``: 'csv' (headings in the first line) or 'json' (one object a line).

    Raises NotFound for anything else.
    """
    if what not in WHAT or form not in FORMATS:
        raise NotFound("export", f"{what} as {form}")
    with reading(rt.db) as session:
        rows = WHAT[what](session)
        yield from _csv(rows) if form == "csv" else _json(rows)


def given_out(rt: Runtime, what: str, form: str, actor: Actor, now: datetime) -> None:
    """On record: somebody takes all of this out of the house. Raises NotFound as ``export`` does."""
    if what not in WHAT or form not in FORMATS:
        raise NotFound("export", f"{what} as {form}")
    with transaction(rt.db) as session:
        audit.note(session, actor, "exported", (what, ""), now, form=form)


def _csv(rows: Iterator[Mapping[str, Any]]) -> Iterator[str]:
    for number, row in enumerate(rows):
        if number == 0:
            yield _MARK + write_row(list(row))
        yield write_row([_cell(value) for value in row.values()])


def _json(rows: Iterator[Mapping[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False) + "\n"


def _cell(value: Any) -> str:
    plain = _plain(value)
    if plain is None:
        return ""
    return json.dumps(plain, ensure_ascii=False) if isinstance(plain, dict | list) else str(plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.value if isinstance(value, Enum) else value
