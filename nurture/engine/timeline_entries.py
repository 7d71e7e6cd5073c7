"""One entry for each thing that happened, made from the rows of a story; newest first.

What is stored in two places is told once: a confirmed registration also stands in the journal, a mail also has the
decision that sent it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from nurture.domain.consent import ConsentEvent
from nurture.domain.definitions import Definitions
from nurture.domain.message import OPEN as UNDER_WAY
from nurture.engine import naming, reasons, timeline_choices
from nurture.engine.words import word
from nurture.store import opt_in
from nurture.store.schema import (
    Activity,
    ConsentEventRow,
    DecisionRow,
    EnrollmentRow,
    HandoffEventRow,
    Hit,
    Message,
    Registration,
)
from nurture.store.timeline import Story

GROUPS = ("mail", "reading", "form", "decision", "lead", "consent")
"""What entries can be filtered by."""


@dataclass(frozen=True, slots=True)
class Entry:
    """``kind``: form, mail, click, decision-skip, class …; ``state``: of a mail, or the verdict on a click.

    ``reason``: why it is so. ``until``: when it goes on. ``message``: the mail it is about. ``facts``: (label key, value).
    """

    at: datetime
    group: str
    kind: str
    title: str
    detail: str = ""
    state: str = ""
    reason: str = ""
    until: datetime | None = None
    message: int | None = None
    facts: tuple[tuple[str, str], ...] = ()


def entries(d: Definitions, story: Story, language: str, more: Iterable[Entry] = ()) -> tuple[Entry, ...]:
    """All of them and ``more``, newest first; what happened at the same instant in the order in which it follows."""
    made = [
        *more,
        *_registrations(d, story, language),
        *_consents(d, story, language),
        *_activities(d, story, language),
        *_classes(d, story, language),
        *_enrollments(d, story, language),
        *_decisions(d, story, language),
        *_mails(d, story, language),
        *_handoffs(d, story, language),
        *_tasks(story, language),
        *_suppression(d, story, language),
    ]
    made.sort(key=lambda entry: entry.at)
    return tuple(reversed(made))


def _facts(*pairs: tuple[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((label, str(value)) for label, value in pairs if value)


# --- forms and consent ----------------------------------------------------------------------------------------------


def _registrations(d: Definitions, story: Story, language: str) -> Iterator[Entry]:
    for r in story.registrations:
        purposes = ", ".join(naming.purpose_title(d, p, language) for p in r.purposes)
        seen = _facts(("page", r.page_url), ("ip", r.ip), ("agent", r.user_agent))
        told = tuple((f"answer:{name}", str(value)) for name, value in r.answers.items() if value)
        title = word("event.form", language, name=naming.form_title(d, r.form, language))
        pending = r.state == "pending"
        yield Entry(
            r.created_at, "form", "form", title, purposes,
            state="pending" if pending else "", until=r.expires_at if pending else None, facts=told + seen,
        )  # fmt: skip
        if r.settled_at is not None:
            where = _facts(("ip", r.settled_ip), ("agent", r.settled_user_agent))
            form, state = naming.form_title(d, r.form, language), _SETTLED_AS.get(r.state, r.state)
            yield Entry(r.settled_at, "form", state, word(f"event.{state}", language), form, facts=where)
        yield from _doubts(d, r, language)


_SETTLED_AS = {"doubted": "confirmed", "declining": "declined"}


def _doubts(d: Definitions, r: Registration, language: str) -> Iterator[Entry]:
    """Presses of a button that a program may have made."""
    for press in opt_in.answer_of(r).get("presses", ()):
        if press["why"]:
            title, at = word(f"event.doubted-{press['answer']}", language), datetime.fromisoformat(press["at"])
            yield Entry(at, "form", "doubted", title, reason=reasons.told(d, press["why"], language))


def _consents(d: Definitions, story: Story, language: str) -> Iterator[Entry]:
    """Purposes that changed together are one entry."""
    changes = [row for row in story.consent_events if row.event != ConsentEvent.MAILED]  # the mail is an entry of its own
    in_order = sorted(changes, key=lambda row: (row.at, row.event, row.id))
    for (_, event), rows in groupby(in_order, key=lambda row: (row.at, row.event)):
        together = list(rows)
        described = [_consent(d, story, row, language) for row in together]
        evidence = together[0].evidence
        facts = _facts(
            *(("wording", text) for _, text in described),
            ("form", naming.form_title(d, evidence.get("form"), language)),
            *((name, evidence.get(name)) for name in ("page", "file", "line", "source", "ip")),
            ("agent", evidence.get("user_agent")),
        )
        names = ", ".join(name for name, _ in described)
        yield Entry(
            together[0].at, "consent", f"consent-{event}", word(f"consent-event.{event}", language), names, facts=facts
        )


def _consent(d: Definitions, story: Story, row: ConsentEventRow, language: str) -> tuple[str, str]:
    """What one event is about: the purpose, with the version of the wording; and the wording itself."""
    title = naming.purpose_title(d, row.purpose, language)
    wording = story.wordings.get(row.evidence.get("wording", ""))
    return (f"{title} ({wording.version})", f"{title}: {wording.text}") if wording else (title, "")


# --- activities -----------------------------------------------------------------------------------------------------

_GROUPS = {
    "reading": ("click", "download"),
    "form": ("form", "confirmed", "answer"),
    "consent": ("unsubscribed", "preferences", "unobserved", "inactive"),
}
_GROUP_OF = {kind: group for group, kinds in _GROUPS.items() for kind in kinds}


def _activities(d: Definitions, story: Story, language: str) -> Iterator[Entry]:
    told = _told_elsewhere(story)
    for activity, hit in story.activities:
        if (activity.kind, activity.form, activity.at) not in told:
            yield _activity(d, activity, hit, language)


def _told_elsewhere(story: Story) -> set[tuple[str, str | None, datetime | None]]:
    """(kind, form, at) of activities that registrations, consents, handoffs and returned mails tell better."""
    return {
        *(("form", r.form, r.created_at) for r in story.registrations),
        *(("confirmed", r.form, r.settled_at) for r in story.registrations),
        *(("unsubscribed", None, e.at) for e in story.consent_events if e.event == "withdrawn"),
        *(("sales-answer", None, e.at) for e in story.handoff_events),
        *(("reply", None, r.received_at) for r in story.returned if r.kind == "reply"),
    }


def _activity(d: Definitions, a: Activity, hit: Hit | None, language: str) -> Entry:
    name = naming.about(d, a, language) or _link_name(a) or "–"
    data = {key: value for key, value in a.data.items() if isinstance(value, str | int | float) and value != ""}
    answers = a.data.get("answers")
    told = tuple((f"answer:{field}", str(value)) for field, value in answers.items()) if isinstance(answers, dict) else ()
    chosen = timeline_choices.told(d, data, language) if a.kind == "preferences" else ""
    if chosen:
        data = {}
    return Entry(
        at=a.at,
        group=_GROUP_OF.get(a.kind, "lead"),
        kind=a.kind,
        title=word(f"event.{a.kind}", language, name=name),
        detail=chosen or str(data.pop("wish", "") or data.pop("note", "")),
        state=hit.verdict if hit else "",
        reason=reasons.told(d, hit.reason, language) if hit else "",
        message=a.message_id,
        facts=_facts(("step", a.step), ("method", a.method), ("ip", a.ip), ("agent", a.user_agent), *data.items()) + told,
    )


def _link_name(activity: Activity) -> str:
    """What a link leads to, from 'kind:target'; a page is its own name."""
    return (activity.link or "").partition(":")[2]


# --- campaigns and mails --------------------------------------------------------------------------------------------


def _enrollments(d: Definitions, story: Story, language: str) -> Iterator[Entry]:
    last = {row.enrollment_id: row for row in story.decisions}
    for e in story.enrollments:
        title = naming.campaign_title(d, e.campaign, language)
        facts = _facts(("version", e.version[:12]))
        yield Entry(e.entered_at, "decision", "enrolled", word("event.enrolled", language, name=title), facts=facts)
        decided = last.get(e.id)
        if e.left_at is not None and not (decided and decided.outcome == "leave"):
            yield _left(d, e, title, e.left_at, language)


def _left(d: Definitions, e: EnrollmentRow, title: str, at: datetime, language: str) -> Entry:
    """Somebody left without a decision at a step, such as by taking the consent back."""
    text, kind = word("event.left", language, name=title), word(f"left.{e.left_kind}", language)
    return Entry(at, "decision", "left", text, kind, reason=reasons.told(d, e.reason, language))


def _decisions(d: Definitions, story: Story, language: str) -> Iterator[Entry]:
    """Every decision but those that sent a mail, which the mail itself tells."""
    campaigns = {e.id: naming.campaign_title(d, e.campaign, language) for e in story.enrollments}
    for row in story.decisions:
        if row.outcome != "send":
            yield _decision(d, row, campaigns[row.enrollment_id], language)


def _decision(d: Definitions, row: DecisionRow, campaign: str, language: str) -> Entry:
    return Entry(
        at=row.at,
        group="decision",
        kind=f"decision-{row.outcome}",
        title=word(f"decision.{row.outcome}", language, name=row.step),
        detail=campaign,
        reason=reasons.told(d, row.reason, language),
        until=row.until,
    )


def _mails(d: Definitions, story: Story, language: str) -> Iterator[Entry]:
    for m in story.messages:
        campaign = naming.campaign_title(d, m.campaign, language)
        sort = campaign or word(f"message-kind.{m.kind.value}", language)
        tries = tuple((f"try {a.at:%Y-%m-%d %H:%M} UTC", f"{a.outcome}: {a.reply}") for a in story.attempts.get(m.id, ()))
        yield Entry(
            at=m.settled_at or m.queued_at,
            group="mail",
            kind=f"mail-{m.kind.value}",
            title=word("event.mail", language, name=m.subject or m.mail),
            detail=" · ".join(part for part in (sort, m.step) if part),
            state=m.state.value,
            reason=reasons.told(d, m.reason, language),
            until=_next_try(m),
            message=m.id,
            facts=_facts(("version", (m.template_version or "")[:12]), ("header", m.header_id)) + tries,
        )


def _next_try(m: Message) -> datetime | None:
    return m.due_at if m.state in UNDER_WAY else None


# --- leads ----------------------------------------------------------------------------------------------------------


def _classes(d: Definitions, story: Story, language: str) -> Iterator[Entry]:
    products = {lead.id: lead.product for lead in story.leads}
    for c in story.class_changes:
        name = naming.product_name(d, products[c.lead_id], language)
        old = c.from_class.value if c.from_class else ""
        sure = word("class.confirmed" if c.confirmed else "class.presumed", language)
        key = "event.class-from" if old else "event.class"
        yield Entry(
            at=c.at,
            group="lead",
            kind="class",
            title=word(key, language, old=old, to=c.to_class.value, name=name),
            detail=f"{sure} · {word(f'evidence.{c.evidence}', language)}",
            reason=reasons.told(d, c.reason, language),
            facts=_facts(("by", word(f"by.{c.by}", language)), ("contact", story.colleagues.get(c.contact_id or 0))),
        )


def _handoffs(d: Definitions, story: Story, language: str) -> Iterator[Entry]:
    by_id = {h.id: h for h in story.handoffs}
    products = {lead.id: lead.product for lead in story.leads}
    for e in story.handoff_events:
        handoff = by_id[e.handoff_id]
        product = naming.product_name(d, products[handoff.lead_id], language)
        yield Entry(
            at=e.at,
            group="lead",
            kind=f"handoff-{e.event}",
            title=word(f"handoff-event.{e.event}", language),
            detail=" · ".join(part for part in (product, word(f"by.{e.by}", language)) if part),
            reason=_said(d, e, handoff.reason if e.event == "opened" else "", language),
        )


def _said(d: Definitions, event: HandoffEventRow, default: str, language: str) -> str:
    """The note of a handoff event; sales names the reason of a return by its id."""
    first, dot, rest = event.note.partition(" · ")
    if first in d.sales.return_reasons:
        return (naming.return_reason(d, first, language) or "") + dot + rest
    return reasons.told(d, event.note or default, language)


def _tasks(story: Story, language: str) -> Iterator[Entry]:
    for t in story.tasks:
        yield Entry(
            t.created_at, "lead", "task", word("event.task", language, name=t.title), until=None if t.done_at else t.due_at
        )
        if t.done_at is not None:
            done = word("event.task-done", language, name=t.title)
            yield Entry(t.done_at, "lead", "task-done", done, t.done_by or "")


def _suppression(d: Definitions, story: Story, language: str) -> Iterator[Entry]:
    if (s := story.suppression) is not None:
        yield Entry(
            s.since,
            "consent",
            "suppressed",
            word("event.suppressed", language),
            reason=reasons.told(d, s.reason, language),
        )
