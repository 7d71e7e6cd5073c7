"""What a campaign did: who is where, what each step sent, skipped and why people left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nurture.domain.campaign import (
    BranchStep,
    Campaign,
    EnrolStep,
    LeaveStep,
    MailStep,
    Step,
    TaskStep,
    WaitStep,
)
from nurture.domain.catalogue import in_language
from nurture.domain.condition import describe
from nurture.domain.errors import NotFound
from nurture.domain.journey import wait_reason
from nurture.domain.message import OPEN as UNDER_WAY
from nurture.domain.message import MessageState
from nurture.engine import naming, reasons
from nurture.engine.runtime import Runtime
from nurture.store import campaign_figures as store
from nurture.store.database import reading

KINDS: dict[type, str] = {
    MailStep: "mail",
    WaitStep: "wait",
    BranchStep: "branch",
    EnrolStep: "enrol",
    TaskStep: "task",
    LeaveStep: "leave",
}
_ON = ("send", "skip", "go", "enrol", "call")
"""Decisions after which somebody went on to another step."""


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """``defined`` False: no longer in campaigns/, but there are people who were in it."""

    id: str
    title: str
    kind: str
    product: str
    active: int
    held: int
    parked: int
    left: int
    sent: int
    defined: bool


@dataclass(frozen=True, slots=True)
class StepRow:
    """``waiting``, ``held``, ``parked``: there now; ``passed``: went on; ``mails``: by state; ``left``: by kind."""

    name: str
    kind: str
    about: str
    waiting: int
    held: int
    parked: int
    passed: int
    skipped: int
    mails: Counter[MessageState] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)

    @property
    def sent(self) -> int:
        return self.mails[MessageState.ACCEPTED]

    @property
    def under_way(self) -> int:
        return sum(self.mails[state] for state in UNDER_WAY)

    @property
    def not_sent(self) -> int:
        return sum(self.mails.values()) - self.sent - self.under_way


@dataclass(frozen=True, slots=True)
class VersionRow:
    id: str
    published_at: datetime
    inside: int
    total: int
    present: bool


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """``gone``: steps of older versions that this one no longer has."""

    row: CampaignRow
    version: str | None
    entry: str
    steps: tuple[StepRow, ...]
    gone: tuple[StepRow, ...]
    left: Counter[str]
    versions: tuple[VersionRow, ...]


def campaign_counts(rt: Runtime, language: str) -> list[CampaignRow]:
    """Every campaign with how many are in it; defined ones first, by title."""
    with reading(rt.db) as session:
        counts: dict[str, Counter[str]] = {name: Counter() for name in rt.definitions.campaigns}
        for campaign, state, count in store.states(session):
            counts.setdefault(campaign, Counter())[state] = count
        sent = store.sent(session)
    rows = [_row(rt, name, states, sent.get(name, 0), language) for name, states in counts.items()]
    return sorted(rows, key=lambda row: (not row.defined, row.title.lower()))


def campaign_page(rt: Runtime, campaign: str, version: str | None, language: str) -> CampaignPage:
    """One campaign, over all its versions or in one of them. Raises NotFound."""
    row = next((row for row in campaign_counts(rt, language) if row.id == campaign), None)
    if row is None:
        raise NotFound("campaign", campaign)
    with reading(rt.db) as session:
        versions = store.versions(session, campaign)
        if version is not None and version not in {v.id for v in versions}:
            raise NotFound("campaign version", version)
        shown = version or _present(rt, campaign) or (versions[0].id if versions else None)
        definition = rt.campaign(session, campaign, shown) if shown else None
        counted = _Counted(
            store.positions(session, campaign, version),
            store.outcomes(session, campaign, version),
            store.mails(session, campaign, version),
        )
    steps = definition.steps if definition else ()
    named = {step.name for step in steps}
    present = _present(rt, campaign)
    return CampaignPage(
        row=row,
        version=version,
        entry=_entry(rt, definition, language) if definition else "",
        steps=tuple(counted.step(step.name, KINDS[type(step)], _about(rt, step, language)) for step in steps),
        gone=tuple(counted.step(name, "", "") for name in sorted(counted.names - named)),
        left=counted.left(),
        versions=tuple(VersionRow(v.id, v.published_at, v.inside, v.total, v.id == present) for v in versions),
    )


def _present(rt: Runtime, campaign: str) -> str | None:
    known = rt.definitions.campaigns.get(campaign)
    return known.version if known else None


def _row(rt: Runtime, name: str, states: Counter[str], sent: int, language: str) -> CampaignRow:
    known = rt.definitions.campaigns.get(name)
    return CampaignRow(
        id=name,
        title=naming.campaign_title(rt.definitions, name, language),
        kind=known.kind.value if known else "",
        product=naming.product_name(rt.definitions, known.product, language) if known else "",
        active=states["active"],
        held=states["held"],
        parked=states["parked"],
        left=states["left"],
        sent=sent,
        defined=known is not None,
    )


class _Counted:
    """Three counts over the same people, arranged by step."""

    def __init__(self, positions: Iterable[Any], outcomes: Iterable[Any], mails: Iterable[Any]) -> None:
        self._here: Counter[tuple[str, str]] = Counter()
        self._left: Counter[tuple[str, str]] = Counter()
        for step, state, kind, count in positions:
            self._here[step, state] += count
            if state == "left":
                self._left[step, kind or "finished"] += count
        self._outcomes = {(step, outcome): count for step, outcome, count in outcomes}
        self._mails = {(step, state): count for step, state, count in mails}

    @property
    def names(self) -> set[str]:
        """Every step that anything is counted for; ``end`` is no step."""
        return {step for step, _ in (*self._here, *self._outcomes, *self._mails)} - {"end"}

    def step(self, name: str, kind: str, about: str) -> StepRow:
        return StepRow(
            name=name,
            kind=kind,
            about=about,
            waiting=self._here[name, "active"],
            held=self._here[name, "held"],
            parked=self._here[name, "parked"],
            passed=sum(self._outcomes.get((name, outcome), 0) for outcome in _ON),
            skipped=self._outcomes.get((name, "skip"), 0),
            mails=Counter({state: count for (step, state), count in self._mails.items() if step == name}),
            left=Counter({kind: count for (step, kind), count in self._left.items() if step == name}),
        )

    def left(self) -> Counter[str]:
        total: Counter[str] = Counter()
        for (_, kind), count in self._left.items():
            total[kind] += count
        return total


# --- words ------------------------------------------------------------------------------------------------------------


def _entry(rt: Runtime, campaign: Campaign, language: str) -> str:
    """What brings people in, as far as it names things."""
    e, d = campaign.entry, rt.definitions
    named = [naming.form_title(d, form, language) for form in e.forms]
    named += [in_language(d.content[c].title, language) for c in e.content if c in d.content]
    named += [in_language(d.topics[t].name, language) for t in e.topics if t in d.topics]
    named += [*e.classes, *([reasons.duration(str(e.quiet_for), language)] if e.quiet_for else [])]
    return ", ".join(named)


def _about(rt: Runtime, step: Step, language: str) -> str:
    """What the step does, in a few words; where it leads is seen from the steps that follow."""
    match step:
        case MailStep():
            return step.mail
        case WaitStep():
            return reasons.told(rt.definitions, wait_reason(step), language)
        case BranchStep():
            d = rt.definitions
            cases = [f"{reasons.told_condition(d, describe(case.when), language)} → {case.go}" for case in step.cases]
            return " · ".join([*cases, f"… → {step.otherwise}"])
        case EnrolStep():
            return naming.campaign_title(rt.definitions, step.campaign, language)
        case TaskStep():
            return in_language(step.title, language)
        case LeaveStep():
            return reasons.in_language(step.reason, language)
