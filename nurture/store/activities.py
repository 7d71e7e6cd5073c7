"""The journal of what happened, and the verdicts on clicks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, exists, or_, select, update
from sqlalchemy.orm import Session

from nurture.domain.condition import Seen
from nurture.domain.consent import ConsentState
from nurture.domain.engagement import RULES_VERSION, Ruling, Verdict
from nurture.store import preferences
from nurture.store.bulk import among
from nurture.store.schema import Activity, AnonymousHit, Consent, Contact, Hit, Message, TemplateVersion
from nurture.store.upsert import insert_for

ACTS = ("form", "answer", "call-wish", "reply")
"""What somebody told us, by a form, a button or a mail: an act, which needs no consent to be observed."""
OBSERVED = ("click", "download")
"""What was observed of somebody who agreed to it. A click is a human's only by verdict."""


def record(session: Session, contact: int, kind: str, at: datetime, **facts: Any) -> Activity:
    """Write one activity. ``facts``: columns of ``Activity``; ``data`` for the rest."""
    row = Activity(contact_id=contact, kind=kind, at=at, **{"data": {}, **facts})
    session.add(row)
    session.flush()
    return row


def _human(observing: Collection[str]) -> Any:
    """An activity of a human that counts: an act as it is; what was observed only under the consent that stands now."""
    agreed = exists().where(
        Consent.contact_id == Activity.contact_id,
        Consent.purpose.in_(observing),
        Consent.state == ConsentState.CONFIRMED,
        Consent.since <= Activity.at,
    )
    by_human = or_(Activity.kind != "click", Hit.verdict == Verdict.HUMAN.value)
    return or_(Activity.kind.in_(ACTS), and_(Activity.kind.in_(OBSERVED), by_human, agreed))


def human(columns: Sequence[Any], observing: Collection[str]) -> Select[Any]:
    """Select ``columns`` of human activities that count; the caller narrows.

    ``observing``: the purposes of individual tracking. Clicks and downloads of before the consent, or of whoever withdrew
    it, are as if they had never been.
    """
    return select(*columns).select_from(Activity).outerjoin(Hit, Hit.activity_id == Activity.id).where(_human(observing))


def seen_by(session: Session, contacts: Iterable[int], observing: Collection[str]) -> dict[int, list[Seen]]:
    """Contact -> human activities in the order of time. One query."""
    found: dict[int, list[Seen]] = {contact: [] for contact in contacts}
    a = Activity
    columns = (a.contact_id, a.kind, a.at, a.topic, a.content, a.form, a.enrollment_id, a.step)
    query = human(columns, observing).where(among(session, a.contact_id, found))
    for contact, *facts in session.execute(query.order_by(a.at, a.id)):
        found[contact].append(Seen(*facts))
    return found


def human_of_units(session: Session, units: Iterable[int], observing: Collection[str]) -> Sequence[Row[Any]]:
    """(unit, id, contact, kind, at, product, content, topic, form, link, template version) of human activities of units.

    Nothing of people whose data may only be stored (Art. 18 GDPR).
    """
    a = Activity
    columns = (Contact.unit_id, a.id, a.contact_id, a.kind, a.at, a.product, a.content, a.topic, a.form, a.link)
    query = human(columns, observing).join(Contact, Contact.id == a.contact_id).where(Contact.unit_id.in_(units))
    query = query.where(a.contact_id.not_in(preferences.restricted()))
    return session.execute(query.order_by(a.at, a.id)).all()


# --- clicks ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RawHit:
    """A click as it was recorded, with its present verdict."""

    id: int
    contact: int
    message: int
    at: datetime
    link: str
    method: str
    ip: str
    user_agent: str
    prefetch: bool
    verdict: Verdict
    topic: str | None
    content: str | None
    product: str | None
    enrollment: int | None
    step: str | None


def open_hit(session: Session, activity: Activity, message: int, due: datetime) -> None:
    """Put a click up for its verdict."""
    session.add(
        Hit(
            activity_id=activity.id,
            message_id=message,
            verdict=Verdict.PENDING.value,
            reason="being checked for scanners",
            rules=RULES_VERSION,
            due_at=due,
        )
    )
    session.flush()


def messages_to_judge(session: Session, now: datetime, limit: int) -> list[int]:
    """Messages with clicks whose verdict is due, locked by their hits."""
    rows = session.execute(
        select(Hit.message_id)
        .where(Hit.due_at.is_not(None), Hit.due_at <= now)
        .order_by(Hit.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(dict.fromkeys(message for (message,) in rows))


def hits_of(session: Session, messages: Iterable[int]) -> dict[int, list[RawHit]]:
    """Message -> all its recorded clicks."""
    found: dict[int, list[RawHit]] = {message: [] for message in messages}
    rows = session.execute(
        select(Activity, Hit.verdict).join(Hit, Hit.activity_id == Activity.id).where(Hit.message_id.in_(found))
    )
    for a, verdict in rows:
        assert a.message_id is not None  # noqa: S101 - only clicks on messages have hits
        found[a.message_id].append(
            RawHit(
                a.id, a.contact_id, a.message_id, a.at, a.link or "", a.method or "GET", a.ip or "", a.user_agent or "",
                bool(a.data.get("prefetch")), Verdict(verdict), a.topic, a.content, a.product, a.enrollment_id, a.step,
            )
        )  # fmt: skip
    return found


def proofs_of(session: Session, messages: Iterable[int]) -> dict[int, list[tuple[datetime, str, str]]]:
    """Message -> (at, ip, user agent) of what only a human does: pressed buttons, replies."""
    found: dict[int, list[tuple[datetime, str, str]]] = {message: [] for message in messages}
    rows = session.execute(
        select(Activity.message_id, Activity.at, Activity.ip, Activity.user_agent).where(
            Activity.message_id.in_(found), Activity.kind.in_(("download", "answer", "call-wish", "reply"))
        )
    )
    for message, at, ip, agent in rows:
        if message is not None:
            found[message].append((at, ip or "", agent or ""))
    return found


def deliveries(session: Session, messages: Iterable[int]) -> dict[int, tuple[datetime | None, int]]:
    """Message -> (when the server accepted it, how many tracked links it has)."""
    rows = session.execute(
        select(Message.id, Message.settled_at, TemplateVersion.links)
        .outerjoin(TemplateVersion, TemplateVersion.id == Message.template_version)
        .where(Message.id.in_(messages))
    )
    return {message: (at, len(links or [])) for message, at, links in rows}


_SETTLE = (
    update(Hit)
    .where(Hit.activity_id == bindparam("b_id"))
    .values(
        verdict=bindparam("b_verdict"),
        reason=bindparam("b_reason"),
        rules=RULES_VERSION,
        judged_at=bindparam("b_now"),
        due_at=bindparam("b_due"),
    )
)


def settle(session: Session, rulings: Sequence[tuple[int, Ruling, datetime | None]], now: datetime) -> None:
    """Store rulings: (activity, ruling, when to judge again or None)."""
    if rulings:
        rows = [
            {"b_id": activity, "b_verdict": ruling.verdict.value, "b_reason": ruling.reason, "b_now": now, "b_due": due}
            for activity, ruling, due in rulings
        ]
        session.flush()
        session.connection().execute(_SETTLE, rows)


def judge_again(session: Session, message: int, now: datetime) -> None:
    """A human sign came: look at this message's clicks at once."""
    session.execute(
        update(Hit)
        .where(Hit.message_id == message, Hit.verdict.in_((Verdict.PENDING.value, Verdict.UNSURE.value)))
        .values(due_at=now)
    )


def count_anonymous(session: Session, template_version: str, link: str, day: str) -> None:
    """One more visit of a link by somebody who is not observed."""
    row = {"template_version": template_version, "link": link, "day": day, "count": 1}
    statement = insert_for(session, AnonymousHit).values(row)
    key = ["template_version", "link", "day"]
    session.execute(statement.on_conflict_do_update(index_elements=key, set_={"count": AnonymousHit.count + 1}))
