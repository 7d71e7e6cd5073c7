"""Requests of data subjects with their deadlines. Nothing here commits.

open ---> done | refused
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from nurture.store.schema import Contact, RightsCase

OPEN, DONE, REFUSED = "open", "done", "refused"
SETTLED = "settled"
"""Done or refused: asked for in lists only."""
HALF_ERASED = "erasing"
"""The outcome of an erasure whose database part is done, while files or a mail that is just leaving are not yet."""


def add(session: Session, **values: Any) -> RightsCase:
    row = RightsCase(**{"state": OPEN, "note": "", "outcome": "", **values})
    session.add(row)
    session.flush()
    return row


def find(session: Session, case: int, *, lock: bool = False) -> RightsCase | None:
    query = select(RightsCase).where(RightsCase.id == case)
    return session.scalar(query.with_for_update() if lock else query)


def change(session: Session, case: int, **values: Any) -> None:
    session.execute(update(RightsCase).where(RightsCase.id == case).values(**values))


def listing(
    session: Session, *, state: str = "", kind: str = "", limit: int = 50, offset: int = 0
) -> tuple[Sequence[Any], int]:
    """((case, present address), …) and how many in all: open ones by deadline, else the latest first."""
    where = [] if not state else [RightsCase.state != OPEN if state == SETTLED else RightsCase.state == state]
    where += [RightsCase.kind == kind] if kind else []
    order = (RightsCase.due_at, RightsCase.id) if state == OPEN else (RightsCase.id.desc(),)
    rows = session.execute(_cases().where(*where).order_by(*order).limit(limit).offset(offset)).all()
    return rows, session.scalar(select(func.count(RightsCase.id)).where(*where)) or 0


def with_address(session: Session, case: int) -> Any:
    """(case, present address); None: there is none."""
    return session.execute(_cases().where(RightsCase.id == case)).first()


def _cases() -> Any:
    return select(RightsCase, Contact.address.label("present")).outerjoin(Contact, Contact.id == RightsCase.contact_id)


def of_subject(session: Session, subjects: Sequence[str]) -> list[RightsCase]:
    return list(session.scalars(select(RightsCase).where(RightsCase.subject.in_(subjects)).order_by(RightsCase.id)))


def waiting(session: Session, now: datetime) -> tuple[int, int]:
    """(open, overdue)."""
    late = func.count().filter(RightsCase.due_at < now)
    row = session.execute(select(func.count(), late).where(RightsCase.state == OPEN)).one()
    return row[0], row[1]


def half_erased(session: Session) -> list[int]:
    """Erasures that have to be finished."""
    r = RightsCase
    query = select(r.id).where(r.state == OPEN, r.kind == "erasure", r.outcome == HALF_ERASED)
    return list(session.scalars(query.order_by(r.id)))
