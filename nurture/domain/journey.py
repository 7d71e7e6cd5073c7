"""The heart: what happens next to a contact in a campaign, and why.

``decide(campaign, enrollment, facts, now)`` looks at one step and answers with a frozen decision that carries its
reason. Gates stand in an ordered table that reads as the policy; the first answer wins. ``itinerary`` follows the
decisions until the contact has to wait or has left. Nothing here acts; ``engine/advance.py`` does.

      enter --> [gates] --> the step's own act
                  |            mail   -> Send, then the next step
                  |            wait   -> Wait until due (or until its condition holds), then Go
                  |            branch -> Go to the first case that holds
                  |            enrol / task -> Enrol / Call, then the next step
                  |            leave  -> Leave
                  +-- ends:  no consent, undeliverable, product not wanted, exit condition -> Leave
                  +-- held:  restricted, with sales, asked to stop -> Wait; mails came back, paused -> mails Wait
                  +-- not this: step not meant, already seen, topic not wanted -> Skip
                  +-- not now: too soon, window closed                         -> Wait
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

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
from nurture.domain.catalogue import ContentItem
from nurture.domain.condition import Known, describe, holds
from nurture.domain.decision import Call, Decision, Enrol, Go, Leave, Send, Skip, Wait
from nurture.domain.durations import Duration
from nurture.domain.pacing import Calendar, next_slot
from nurture.domain.preferences import (
    NOTHING,
    RESTRICTED,
    Choice,
    gap_reason,
    paused_reason,
    product_reason,
    topic_reason,
)


@dataclass(frozen=True, slots=True)
class Enrollment:
    """A contact in a campaign: at ``step`` (a name) since ``step_entered``, in the ``round``-th pass of a loop (from 1)."""

    id: int
    contact: int
    step: str
    step_entered: datetime
    entered: datetime
    round: int = 1


@dataclass(frozen=True, slots=True)
class Caps:
    """How much mail one person gets from all campaigns together."""

    gap: Duration
    per_week: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a decision may look at, loaded beforehand.

    ``mailed``: when marketing mails to the contact were queued in the last 7 days or are still queued, ascending;
    ``last_mail``: the latest of all. ``held``: why the address gets no mail for now; ``held_until`` None: until a human
    decided, and then nothing goes on. ``choice``: what the person chose on the preferences page.
    """

    known: Known
    undeliverable: str | None = None
    held: str | None = None
    held_until: datetime | None = None
    with_sales: bool = False
    last_mail: datetime | None = None
    mailed: tuple[datetime, ...] = ()
    zone: ZoneInfo | None = None
    choice: Choice = NOTHING


@dataclass(frozen=True, slots=True)
class Policy:
    """The house rules that hold for every campaign. ``content``: by id, to know what an offer is about."""

    calendar: Calendar
    caps: Caps
    content: Mapping[str, ContentItem] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _View:
    """One look at one step."""

    campaign: Campaign
    enrollment: Enrollment
    step: Step
    facts: Facts
    policy: Policy
    now: datetime

    @property
    def at(self) -> tuple[str, int]:
        return self.step.name, self.enrollment.round

    @property
    def calendar(self) -> Calendar:
        return self.policy.calendar.in_zone(self.facts.zone)

    @property
    def then(self) -> str:
        return self.campaign.after(self.step)


# --- gates: does anything stand in the way? ------------------------------------------------------------------------


def _restricted(v: _View) -> Decision | None:
    return Wait(*v.at, RESTRICTED, None) if v.facts.choice.restricted else None


def _no_consent(v: _View) -> Decision | None:
    if v.campaign.purpose in v.facts.known.purposes:
        return None
    return Leave(*v.at, f"no confirmed consent for '{v.campaign.purpose}'", "no-consent")


def _undeliverable(v: _View) -> Decision | None:
    if v.facts.undeliverable is None:
        return None
    return Leave(*v.at, f"the address gets no mail: {v.facts.undeliverable}", "undeliverable")


def _product_unwanted(v: _View) -> Decision | None:
    if v.facts.choice.wants(v.campaign.product):
        return None
    return Leave(*v.at, product_reason(v.campaign.product), "unwanted")


def _with_sales(v: _View) -> Decision | None:
    return Wait(*v.at, "sales is working on this lead", None) if v.facts.with_sales else None


def _exit(v: _View) -> Decision | None:
    for way_out in v.campaign.exits:
        if holds(way_out.when, v.facts.known, v.enrollment.entered):
            return Leave(*v.at, f"{way_out.reason} ({describe(way_out.when)})", "exit")
    return None


def _address_held(v: _View) -> Decision | None:
    if v.facts.held is None:
        return None
    reason = f"the address is held: {v.facts.held}"
    if v.facts.held_until is None:
        return Wait(*v.at, reason, None)
    return Wait(*v.at, reason, _open_slot(v, v.facts.held_until)) if isinstance(v.step, MailStep) else None


def _paused(v: _View) -> Decision | None:
    until = v.facts.choice.paused_until
    if until is None or until <= v.now or not isinstance(v.step, MailStep):
        return None
    return Wait(*v.at, paused_reason(until), _open_slot(v, until))


def _not_meant(v: _View) -> Decision | None:
    only = v.step.only
    if only is None or holds(only, v.facts.known, v.enrollment.entered):
        return None
    return Skip(*v.at, f"only for: {describe(only)}", v.then)


def _already_seen(v: _View) -> Decision | None:
    if not isinstance(v.step, MailStep) or v.step.offers is None:
        return None
    if any(s.kind == "download" and s.content == v.step.offers for s in v.facts.known.seen):
        return Skip(*v.at, f"already has '{v.step.offers}'", v.then)
    return None


def _topic_unwanted(v: _View) -> Decision | None:
    offer = v.policy.content.get(v.step.offers or "") if isinstance(v.step, MailStep) else None
    if offer is None or v.facts.choice.wants(offer.product, offer.topic):
        return None
    return Skip(*v.at, topic_reason(offer.topic), v.then)


def _too_often(v: _View) -> Decision | None:
    if not isinstance(v.step, MailStep) or v.facts.choice.gap_days is None:
        return None
    free = v.facts.choice.free_again(v.facts.last_mail)
    if free is None or free <= v.now:
        return None
    return Wait(*v.at, gap_reason(v.facts.choice.gap_days), _open_slot(v, free))


def _too_soon(v: _View) -> Decision | None:
    if not isinstance(v.step, MailStep):
        return None
    free = _free_again(v)
    if free is None or free <= v.now:
        return None
    last = v.facts.last_mail
    return Wait(
        *v.at,
        f"too soon after the mail of {last:%Y-%m-%d %H:%M} UTC" if last else "too soon",
        _open_slot(v, free),
    )


def _window_closed(v: _View) -> Decision | None:
    if not isinstance(v.step, MailStep):
        return None
    slot = _open_slot(v, v.now)
    return None if slot <= v.now else Wait(*v.at, "outside the send window", slot)


def _free_again(v: _View) -> datetime | None:
    """When the frequency caps allow the next mail; None: now."""
    caps = v.policy.caps
    gap = v.campaign.gap or caps.gap
    moments = []
    if v.facts.last_mail is not None:
        moments.append(gap.after(v.facts.last_mail, v.calendar.zone))
    if len(v.facts.mailed) >= caps.per_week:
        moments.append(v.facts.mailed[-caps.per_week] + timedelta(days=7))
    return max(moments, default=None)


def _open_slot(v: _View, earliest: datetime) -> datetime:
    window = v.step.window if isinstance(v.step, MailStep) and v.step.window else v.campaign.window
    return next_slot(earliest, window, v.calendar)


GATES: tuple[tuple[str, Callable[[_View], Decision | None]], ...] = (
    ("no consent", _no_consent),
    ("undeliverable", _undeliverable),
    ("restricted", _restricted),
    ("product not wanted", _product_unwanted),
    ("with sales", _with_sales),
    ("exit condition", _exit),
    ("address held", _address_held),
    ("paused", _paused),
    ("step not meant", _not_meant),
    ("already seen", _already_seen),
    ("topic not wanted", _topic_unwanted),
    ("too often", _too_often),
    ("too soon", _too_soon),
    ("window closed", _window_closed),
)
"""The policy, in order; the first gate that answers decides."""


# --- acts: what the step itself does --------------------------------------------------------------------------------


def _mail(v: _View) -> Decision:
    step = v.step
    assert isinstance(step, MailStep)  # noqa: S101 - the table below dispatches on the type
    return Send(*v.at, "due, permitted and inside the window", step.mail, v.then)


def _wait(v: _View) -> Decision:
    step = v.step
    assert isinstance(step, WaitStep)  # noqa: S101
    if step.until is not None and holds(step.until, v.facts.known, v.enrollment.entered):
        return Go(*v.at, f"no need to wait longer: {describe(step.until)}", v.then)
    ends = _wait_ends(v, step)
    if ends <= v.now:
        return Go(*v.at, "the wait is over", v.then)
    return Wait(*v.at, wait_reason(step), ends, listening=step.until is not None)


def _wait_ends(v: _View, step: WaitStep) -> datetime:
    zone = v.calendar.zone
    event = v.campaign.event
    if step.anchor == "before-event" and event is not None:
        return step.span.before(event.starts, zone) if step.span else event.starts
    if step.anchor == "after-event" and event is not None:
        return step.span.after(event.ends, zone) if step.span else event.ends
    return step.span.after(v.enrollment.step_entered, zone) if step.span else v.now


def wait_reason(step: WaitStep) -> str:
    """The sentence a wait is recorded with, which also describes the step."""
    words = {
        "before-event": f"until {step.span} before the event",
        "after-event": f"until {step.span} after the event",
    }
    base = words.get(step.anchor, str(step.span))
    return f"waiting {base}, or until {describe(step.until)}" if step.until else f"waiting {base}"


def _branch(v: _View) -> Decision:
    step = v.step
    assert isinstance(step, BranchStep)  # noqa: S101
    for case in step.cases:
        if holds(case.when, v.facts.known, v.enrollment.entered):
            return Go(*v.at, describe(case.when), case.go)
    return Go(*v.at, "none of the cases holds", step.otherwise)


def _enrol(v: _View) -> Decision:
    step = v.step
    assert isinstance(step, EnrolStep)  # noqa: S101
    return Enrol(*v.at, f"enrolled in {step.campaign}", step.campaign, v.then)


def _task(v: _View) -> Decision:
    step = v.step
    assert isinstance(step, TaskStep)  # noqa: S101
    return Call(*v.at, "a task for marketing", step, v.then)


def _leave(v: _View) -> Decision:
    step = v.step
    assert isinstance(step, LeaveStep)  # noqa: S101
    return Leave(*v.at, step.reason, "finished")


_ACTS: dict[type, Callable[[_View], Decision]] = {
    MailStep: _mail,
    WaitStep: _wait,
    BranchStep: _branch,
    EnrolStep: _enrol,
    TaskStep: _task,
    LeaveStep: _leave,
}


def decide(campaign: Campaign, enrollment: Enrollment, facts: Facts, policy: Policy, now: datetime) -> Decision:
    """What happens to ``enrollment`` at its step, at ``now``. Pure; constant time in the number of steps."""
    if not campaign.has_step(enrollment.step):
        return Leave(
            enrollment.step,
            enrollment.round,
            f"version {campaign.version} has no step '{enrollment.step}'",
            "lost",
        )
    view = _View(campaign, enrollment, campaign.step(enrollment.step), facts, policy, now)
    for _, gate in GATES:
        if (decision := gate(view)) is not None:
            return decision
    return _ACTS[type(view.step)](view)


@dataclass(frozen=True, slots=True)
class Itinerary:
    """The decisions taken in one visit, and where the contact stands afterwards."""

    decisions: tuple[Decision, ...]
    enrollment: Enrollment
    facts: Facts
    due: datetime | None = None
    left: Leave | None = None
    listening: bool = field(default=False)

    @property
    def held(self) -> bool:
        """Whether only an outside event (sales, a human's decision) can release the contact."""
        return self.left is None and self.due is None


def itinerary(campaign: Campaign, enrollment: Enrollment, facts: Facts, policy: Policy, now: datetime) -> Itinerary:
    """Follow the decisions until the contact waits or has left.

    A visit makes at most as many moves as the campaign has steps plus one; a loop without a wait then continues at the
    next visit, so that a faulty definition cannot hang a worker.
    """
    taken: list[Decision] = []
    for _ in range(len(campaign.steps) + 1):
        decision = decide(campaign, enrollment, facts, policy, now)
        taken.append(decision)
        if isinstance(decision, Leave):
            return Itinerary(tuple(taken), enrollment, facts, left=decision)
        if isinstance(decision, Wait):
            return Itinerary(tuple(taken), enrollment, facts, due=decision.until, listening=decision.listening)
        if isinstance(decision, Send):
            facts = replace(facts, last_mail=now, mailed=(*facts.mailed, now))
        enrollment = _move(campaign, enrollment, decision.then, now)
    return Itinerary(tuple(taken), enrollment, facts, due=now + timedelta(minutes=1))


def _move(campaign: Campaign, enrollment: Enrollment, then: str, now: datetime) -> Enrollment:
    back = campaign.is_back(enrollment.step, then)
    return replace(enrollment, step=then, step_entered=now, round=enrollment.round + back)
