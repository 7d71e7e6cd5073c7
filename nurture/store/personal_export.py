"""Everything stored of one person, row by row, as it is stored: for the export a machine can read (Art. 20 GDPR)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from nurture.store.personal import TABLES, Trace, rows_of
from nurture.store.schema import (
    Company,
    ConsentEventRow,
    Contact,
    Lead,
    Message,
    MessageBytes,
    Registration,
    Suppression,
    Unit,
)

_OF_COLLEAGUES = ("wish", "activities", "lines", "content")
"""What a dossier tells of the whole unit."""


def dump(session: Session, t: Trace) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """(table, rows) of every table, in the order of the schema. Company and leads are those of the person's unit."""
    unit = session.scalar(select(Contact.unit_id).where(Contact.id == t.contact)) or 0
    where: dict[str, ColumnElement[bool] | None] = {
        **rows_of(t),
        "units": Unit.id == unit,
        "companies": Company.id.in_(select(Unit.company_id).where(Unit.id == unit)),
        "leads": Lead.unit_id == unit,
        "consent_events": ConsentEventRow.subject.in_(t.marks),
        "suppressions": Suppression.address_key.in_(t.keys),
        "message_bytes": and_(MessageBytes.message_id.in_(t.messages), MessageBytes.message_id.not_in(_unanswered(t))),
    }
    alone = t.unit is not None
    for name, table in TABLES.items():
        condition = where.get(name)
        if condition is None:
            continue
        order = list(table.primary_key.columns)
        rows = session.execute(select(table).where(condition).order_by(*order)).mappings()
        yield name, [dict(row) if alone else _own(name, row) for row in rows]


def _unanswered(t: Trace) -> Select[int]:
    """Opt-in mails that wait for their answer: link and code in them are for the mailbox they were sent to, nobody else."""
    mails = select(Message.id).join(Registration, Registration.id == Message.registration_id)
    return mails.where(Registration.id.in_(t.registrations), Registration.state != "confirmed")


def _own(table: str, row: Mapping[Any, Any]) -> dict[str, Any]:
    """Without what sales was told of colleagues (Art. 15(4) GDPR)."""
    column = {"handoffs": "dossier", "messages": "context"}.get(table)
    told = dict(row)
    if column:
        told[column] = {key: value for key, value in told[column].items() if key not in _OF_COLLEAGUES}
    return told
