"""The cards beside a timeline: who it is, consents, leads with every line of their score, handoffs, mails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nurture.domain.catalogue import in_language
from nurture.domain.definitions import Definitions
from nurture.domain.form import PurposeKind
from nurture.domain.scoring import Line
from nurture.engine import naming, reasons, timeline_choices
from nurture.engine.person import person_state
from nurture.engine.scoring import LeadScore
from nurture.store.retention import WARNED
from nurture.store.schema import Lead
from nurture.store.timeline import Story

_ON_TOP = ("company", "function")
"""Answers that the facts above them tell already."""


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """Who it is. ``id`` None: only a registration so far. ``state``: see ``person.STATES``."""

    id: int | None
    address: str
    state: str
    salutation: str | None
    name: str
    company: str | None
    function: str | None
    function_name: str
    phone: str | None
    language: str
    country: str | None
    source: str | None
    suppressed: str | None
    since: datetime
    last_active_at: datetime | None
    answers: Mapping[str, str]
    held: str | None = None
    """Why the address gets no mail for now; ``held_until`` None: until a human decided what was meant."""
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChosenFacts:
    """What the person chose on the preferences page, beyond consents. ``unwanted``: names of products and topics."""

    paused_until: datetime | None
    gap_days: int | None
    unwanted: str
    restricted_since: datetime | None
    uncounted: bool


@dataclass(frozen=True, slots=True)
class ConsentFact:
    """``version`` and ``text``: the wording that the latest event of this purpose refers to, where one is known."""

    purpose: str
    title: str
    state: str
    since: datetime | None
    version: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One line of a score. ``who``: the address, where a colleague did it."""

    rule: str
    label: str
    at: datetime | None
    about: str
    who: str | None
    raw: float
    counts: float
    note: str


@dataclass(frozen=True, slots=True)
class LeadFact:
    """``points`` is the sum of ``counts`` over ``lines``, ``profile_points`` that over ``profile_lines``."""

    id: int
    product: str
    product_name: str
    lead_class: str
    confirmed: bool
    class_since: datetime
    grade: str
    points: float
    profile_points: float
    threshold: float | None
    ready: bool
    readiness: str
    profile_lines: tuple[ScoreLine, ...]
    lines: tuple[ScoreLine, ...]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class MessageFact:
    id: int
    kind: str
    state: str
    mail: str
    subject: str | None
    campaign: str | None
    step: str | None
    queued_at: datetime
    settled_at: datetime | None
    due_at: datetime | None
    attempts: int
    reason: str


@dataclass(frozen=True, slots=True)
class HandoffFact:
    id: int
    product: str
    product_name: str
    state: str
    trigger: str
    salesperson: str | None
    reason: str
    return_reason: str | None
    note: str | None
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaskFact:
    id: int
    title: str
    due_at: datetime | None
    done_at: datetime | None
    done_by: str | None


def contact_facts(d: Definitions, story: Story, language: str) -> ContactFacts:
    c = story.contact
    if c is None:
        return _registered(d, story, language)
    mail = [s.state for s in story.consents if s.purpose in _mail_purposes(d)]
    suppressed = story.suppression.reason if story.suppression else None
    return ContactFacts(
        id=c.id,
        address=c.address,
        state=person_state(mail, suppressed=bool(suppressed), with_sales=story.with_sales, inactive=_inactive(story)),
        salutation=c.salutation,
        name=" ".join(part for part in (c.first_name, c.last_name) if part),
        company=story.company.name if story.company else None,
        function=c.function,
        function_name=naming.function_name(d, c.function, language),
        phone=c.phone,
        language=c.language,
        country=c.country or (story.company.country if story.company else None),
        source=c.source,
        suppressed=reasons.told(d, suppressed, language) if suppressed else None,
        since=c.created_at,
        last_active_at=c.last_active_at,
        answers={name: str(value) for name, value in c.answers.items() if name not in _ON_TOP},
        held=reasons.told(d, story.held.reason, language) if story.held else None,
        held_until=story.held.until if story.held else None,
    )


def chosen_facts(d: Definitions, story: Story, language: str) -> ChosenFacts | None:
    """None: nothing was chosen."""
    choice = story.choice
    if choice is None:
        return None
    unwanted = timeline_choices.names(d, sorted(choice.unwanted), language)
    return ChosenFacts(choice.paused_until, choice.gap_days, unwanted, choice.restricted_since, choice.uncounted)


def _registered(d: Definitions, story: Story, language: str) -> ContactFacts:
    """Somebody who sent a form and has not confirmed it: nothing but what the form said."""
    row = story.registrations[-1]
    told = {name: str(value) for name, value in row.answers.items()}
    return ContactFacts(
        id=None,
        address=row.address,
        state="pending" if row.state == "pending" else "no-consent",
        salutation=told.pop("salutation", None),
        name=" ".join(part for part in (told.pop("first_name", ""), told.pop("last_name", "")) if part),
        company=told.pop("company", None),
        function=told.get("function"),
        function_name=naming.function_name(d, told.pop("function", None), language),
        phone=told.pop("phone", None),
        language=row.language,
        country=told.pop("country", None),
        source=row.source,
        suppressed=reasons.told(d, story.suppression.reason, language) if story.suppression else None,
        since=row.created_at,
        last_active_at=None,
        answers=told,
    )


def _mail_purposes(d: Definitions) -> set[str]:
    return {p.id for p in d.purposes.values() if p.kind is PurposeKind.MAIL}


def consent_facts(d: Definitions, story: Story, language: str) -> tuple[ConsentFact, ...]:
    """Every purpose there is, also those never asked for; and those that were asked for once and are gone."""
    states = {row.purpose: row for row in story.consents}
    facts = []
    for purpose in dict.fromkeys([*d.purposes, *states]):
        row, wording = states.get(purpose), story.wording_of(purpose)
        asked = story.asked(purpose)
        facts.append(
            ConsentFact(
                purpose=purpose,
                title=naming.purpose_title(d, purpose, language),
                state=row.state.value if row else "pending" if asked else "none",
                since=row.since if row else asked,
                version=wording.version if wording else None,
                text=wording.text if wording else None,
            )
        )
    return tuple(facts)


def lead_fact(
    d: Definitions, story: Story, acts: Mapping[int, Any], lead: Lead, result: LeadScore, language: str, as_of: datetime
) -> LeadFact:
    score = result.score
    return LeadFact(
        id=lead.id,
        product=lead.product,
        product_name=naming.product_name(d, lead.product, language),
        lead_class=lead.lead_class.value,
        confirmed=lead.confirmed,
        class_since=lead.class_since,
        grade=score.grade,
        points=score.points,
        profile_points=score.profile_points,
        threshold=d.scoring.thresholds[lead.product][score.grade],
        ready=result.ready.ready,
        readiness=reasons.told(d, result.ready.reason, language),
        profile_lines=tuple(_line(d, story, acts, line, language) for line in score.profile_lines),
        lines=tuple(_line(d, story, acts, line, language) for line in reversed(score.lines)),
        as_of=as_of,
    )


def _line(d: Definitions, story: Story, acts: Mapping[int, Any], line: Line, language: str) -> ScoreLine:
    act = acts.get(line.act) if line.act is not None else None
    mine = act is None or (story.contact is not None and act.contact_id == story.contact.id)
    return ScoreLine(
        rule=line.rule,
        label=in_language(line.label, language),
        at=line.at,
        about=naming.about(d, act, language) if act is not None else _told(d, line, language),
        who=None if act is None or mine else story.colleagues.get(act.contact_id),
        raw=line.raw,
        counts=line.counts,
        note=reasons.told(d, line.note, language) if act is not None else "",
    )


def _told(d: Definitions, line: Line, language: str) -> str:
    """The answer that a profile rule gives points for."""
    field = next((rule.field for rule in d.scoring.profile if rule.id == line.rule), "")
    return naming.answer_label(d, field, line.note, language)


def handoff_facts(d: Definitions, story: Story, language: str) -> tuple[HandoffFact, ...]:
    products = {lead.id: lead.product for lead in story.leads}
    return tuple(
        HandoffFact(
            id=h.id,
            product=products[h.lead_id],
            product_name=naming.product_name(d, products[h.lead_id], language),
            state=h.state.value,
            trigger=h.trigger,
            salesperson=naming.salesperson(d, h.salesperson),
            reason=reasons.told(d, h.reason, language),
            return_reason=naming.return_reason(d, h.return_reason, language),
            note=h.note,
            opened_at=h.opened_at,
            closed_at=h.closed_at,
        )
        for h in reversed(story.handoffs)
    )


def message_facts(d: Definitions, story: Story, language: str) -> tuple[MessageFact, ...]:
    return tuple(
        MessageFact(
            id=m.id,
            kind=m.kind.value,
            state=m.state.value,
            mail=m.mail,
            subject=m.subject,
            campaign=m.campaign,
            step=m.step,
            queued_at=m.queued_at,
            settled_at=m.settled_at,
            due_at=m.due_at,
            attempts=m.attempts,
            reason=reasons.told(d, m.reason, language),
        )
        for m in reversed(story.messages)
    )


def task_facts(story: Story) -> tuple[TaskFact, ...]:
    return tuple(TaskFact(t.id, t.title, t.due_at, t.done_at, t.done_by) for t in reversed(story.tasks))


def _inactive(story: Story) -> bool:
    """Whether the latest thing known of somebody is that nothing comes any more."""
    c = story.contact
    latest = [at for at in (c.last_active_at, c.last_mail_at) if at is not None] if c else []
    return any(a.kind == WARNED and all(a.at > at for at in latest) for a, _ in story.activities)
