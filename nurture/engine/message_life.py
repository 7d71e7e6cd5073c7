"""The whole life of one mail: who wanted it and why, on which consent, every try with the server's words, what came back,
what its reader did, and what happens next. The command line, its JSON and the office show this one value. Reads only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nurture.domain.definitions import Definitions
from nurture.domain.errors import NotFound
from nurture.domain.message import MessageKind, MessageState
from nurture.engine import naming, reasons
from nurture.engine.plain import plain
from nurture.engine.return_path import message_of, return_path
from nurture.engine.runtime import Runtime
from nurture.engine.words import word
from nurture.store import message_life as store
from nurture.store.database import reading
from nurture.store.message_life import Life


@dataclass(frozen=True, slots=True)
class Origin:
    """Who wanted it: ``by`` is campaign, form or handoff, ``name`` which one; ``reason``: of the decision."""

    by: str
    name: str
    title: str
    step: str | None
    round: int | None
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Basis:
    """The consent it relies on: how it stands now, and the event it rested on when the mail was queued."""

    purpose: str
    title: str
    state: str
    since: datetime | None
    event: str | None
    event_at: datetime | None
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TryFact:
    """``phase``: how far the talk with the server had come; ``host``: who said ``reply``."""

    at: datetime
    outcome: str
    phase: str
    status: str | None
    reply: str
    host: str | None


@dataclass(frozen=True, slots=True)
class CameBack:
    id: int
    at: datetime
    kind: str
    failure: str | None
    state: str
    source: str
    subject: str
    action: str


@dataclass(frozen=True, slots=True)
class Act:
    """What a reader (or a machine) did with it. ``verdict``: human, machine …; '' for what is no click."""

    at: datetime
    kind: str
    about: str
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class MessageLife:
    """``language``: that of every text in it. ``reason``: why it is in its state; ``next``: what will happen by itself."""

    language: str
    id: int
    message_id: str
    return_path: str
    kind: str
    state: str
    failure: str | None
    address: str
    mail: str
    template_version: str | None
    subject: str | None
    lane: str
    lane_name: str
    queued_at: datetime
    due_at: datetime | None
    settled_at: datetime | None
    attempts: int
    claimed_by: str | None
    reason: str
    next: str
    origin: Origin
    consent: Basis | None
    tries: tuple[TryFact, ...]
    returned: tuple[CameBack, ...]
    acts: tuple[Act, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain dicts, lists, strings and numbers; instants as ISO 8601 in UTC."""
        made: dict[str, Any] = plain(self)
        return made


def number_of(rt: Runtime, given: str) -> int:
    """The mail meant by its number, its Message-ID header or its return address, with or without <>. Raises NotFound."""
    name = given.strip()
    if name.isascii() and name.isdigit() and len(name) < 19:
        return int(name)
    bare = name.removeprefix("<").removesuffix(">").strip()
    with reading(rt.db) as session:
        number = store.by_header(session, f"<{bare}>") if bare else None
    number = message_of(rt, bare) if number is None else number
    if number is None:
        raise NotFound("message", given or "without a name")
    return number


def life(rt: Runtime, number: int, language: str, now: datetime) -> MessageLife:
    """Everything about mail ``number``. Raises NotFound."""
    with reading(rt.db) as session:
        found = store.life(session, number)
        if found is None:
            raise NotFound("message", number)
        d, m = rt.definitions, found.message
        return MessageLife(
            language=language,
            id=m.id,
            message_id=m.header_id,
            return_path=return_path(rt, m.id),
            kind=m.kind.value,
            state=m.state.value,
            failure=m.failure,
            address=m.address,
            mail=m.mail,
            template_version=m.template_version,
            subject=m.subject,
            lane=m.lane,
            lane_name=naming.lane_name(d, m.lane, language),
            queued_at=m.queued_at,
            due_at=m.due_at,
            settled_at=m.settled_at,
            attempts=m.attempts,
            claimed_by=m.claimed_by,
            reason=reasons.told(d, m.reason, language),
            next=_next(d, found, language, now),
            origin=_origin(d, found, language),
            consent=_basis(d, found, language),
            tries=tuple(TryFact(a.at, a.outcome, a.phase, a.status, a.reply, a.host) for a in found.attempts),
            returned=tuple(_returned(d, found, language)),
            acts=tuple(_acts(d, found, language)),
        )


def _origin(d: Definitions, found: Life, language: str) -> Origin:
    m = found.message
    if m.kind is MessageKind.NURTURE:
        why = found.decision.reason if found.decision else ""
        title = naming.campaign_title(d, m.campaign, language)
        return Origin("campaign", m.campaign or "", title, m.step, m.round, reasons.told(d, why, language), m.queued_at)
    if found.registration is not None:
        form = found.registration.form
        return Origin("form", form, naming.form_title(d, form, language), None, None, "", found.registration.created_at)
    if found.handoff is not None:
        h = found.handoff
        why = reasons.told(d, h.reason, language)
        return Origin("handoff", str(h.id), word(f"trigger.{h.trigger}", language), None, None, why, h.opened_at)
    return Origin(m.kind.value, m.mail, word(f"message-kind.{m.kind.value}", language), None, None, "", m.queued_at)


def _basis(d: Definitions, found: Life, language: str) -> Basis | None:
    purpose = found.message.purpose
    if purpose is None:
        return None
    state, proof = found.consent, found.proof
    return Basis(
        purpose=purpose,
        title=naming.purpose_title(d, purpose, language),
        state=state.state.value if state else "none",
        since=state.since if state else None,
        event=proof.event if proof else None,
        event_at=proof.at if proof else None,
        evidence=dict(proof.evidence) if proof else {},
    )


def _returned(d: Definitions, found: Life, language: str) -> Iterator[CameBack]:
    for r in found.returned:
        action = reasons.told(d, r.action, language)
        yield CameBack(r.id, r.received_at, r.kind, r.failure, r.state, r.source, r.subject, action)


def _acts(d: Definitions, found: Life, language: str) -> Iterator[Act]:
    for activity, hit in found.clicks:
        about = naming.about(d, activity, language) or (activity.link or "").partition(":")[2]
        reason = reasons.told(d, hit.reason, language) if hit else ""
        yield Act(activity.at, activity.kind, about, hit.verdict if hit else "", reason)


# --- what happens next ------------------------------------------------------------------------------------------------


def _next(d: Definitions, found: Life, language: str, now: datetime) -> str:
    m, lane = found.message, found.lane
    if m.state is not MessageState.QUEUED:
        return word(f"next.{m.state.value}", language)
    if found.stop is not None:
        return word("next.stopped", language, reason=reasons.told(d, found.stop.reason, language))
    if lane is not None and lane.paused_until is not None and lane.paused_until > now:
        return word("next.paused", language, at=_at(d, lane.paused_until), reason=lane.reason)
    if m.due_at is None or m.due_at <= now:
        return word("next.due", language)
    return word("next.later" if m.attempts else "next.first", language, at=_at(d, m.due_at))


def _at(d: Definitions, at: datetime) -> str:
    return f"{at.astimezone(d.calendar.zone):%Y-%m-%d %H:%M}"
