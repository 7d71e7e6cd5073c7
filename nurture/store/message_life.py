"""Everything that is stored about one mail, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from nurture.store.schema import (
    Activity,
    Attempt,
    BreakerRow,
    Consent,
    ConsentEventRow,
    DecisionRow,
    Handoff,
    Hit,
    LaneRow,
    Message,
    Registration,
    ReturnedMail,
)


@dataclass(frozen=True, slots=True)
class Life:
    """The rows of one mail. ``decision``: that sent it; ``consent``, ``proof``: what it relies on (marketing mail).

    ``stop``, ``lane``: what holds it up on its lane now, perhaps.
    """

    message: Message
    decision: DecisionRow | None
    registration: Registration | None
    handoff: Handoff | None
    consent: Consent | None
    proof: ConsentEventRow | None
    attempts: Sequence[Attempt]
    returned: Sequence[ReturnedMail]
    clicks: Sequence[tuple[Activity, Hit | None]]
    stop: BreakerRow | None
    lane: LaneRow | None


def life(session: Session, id_: int) -> Life | None:
    """What is stored about mail ``id_``."""
    m = session.get(Message, id_)
    if m is None:
        return None
    stop = select(BreakerRow).where(
        BreakerRow.stream == m.kind.value, BreakerRow.lane == m.lane, BreakerRow.resumed_at.is_(None)
    )
    came = select(ReturnedMail).options(defer(ReturnedMail.raw)).where(ReturnedMail.message_id == id_)
    clicks = (
        select(Activity, Hit)
        .outerjoin(Hit, Hit.activity_id == Activity.id)
        .where(Activity.message_id == id_, Activity.kind != "reply")
        .order_by(Activity.at, Activity.id)
    )
    return Life(
        message=m,
        decision=_decision(session, m),
        registration=session.get(Registration, m.registration_id) if m.registration_id else None,
        handoff=session.get(Handoff, m.handoff_id) if m.handoff_id else None,
        consent=session.get(Consent, (m.contact_id, m.purpose)) if m.contact_id and m.purpose else None,
        proof=_proof(session, m, m.queued_at),
        attempts=session.scalars(select(Attempt).where(Attempt.message_id == id_).order_by(Attempt.id)).all(),
        returned=session.scalars(came.order_by(ReturnedMail.id)).all(),
        clicks=[(activity, hit) for activity, hit in session.execute(clicks)],
        stop=session.scalar(stop),
        lane=session.get(LaneRow, m.lane),
    )


def _decision(session: Session, m: Message) -> DecisionRow | None:
    d = DecisionRow
    return session.scalar(
        select(d)
        .where(d.enrollment_id == m.enrollment_id, d.step == m.step, d.round == m.round, d.outcome == "send")
        .order_by(d.id.desc())
        .limit(1)
    )


def _proof(session: Session, m: Message, queued: datetime) -> ConsentEventRow | None:
    """The latest event of the consent it relies on, as of when it was queued."""
    e = ConsentEventRow
    return session.scalar(
        select(e)
        .where(e.contact_id == m.contact_id, e.purpose == m.purpose, e.at <= queued, e.event != "mailed")
        .order_by(e.at.desc(), e.id.desc())
        .limit(1)
    )


def by_header(session: Session, header_id: str) -> int | None:
    """The mail with this Message-ID header, angle brackets included."""
    return session.scalar(select(Message.id).where(Message.header_id == header_id))
