"""A campaign as marketing wrote it: entry, steps with stable names, window, caps, exits.

A definition is a value: it says what should happen and knows nothing of who is in it. ``version`` is the hash of its
content; enrollments are pinned to the version they began with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from nurture.domain.catalogue import Text
from nurture.domain.condition import Condition
from nurture.domain.durations import Duration
from nurture.domain.pacing import Window


class CampaignKind(StrEnum):
    WELCOME = "welcome"
    FOLLOW_UP = "follow-up"
    EVENT = "event"
    WAKE_UP = "wake-up"


class Trigger(StrEnum):
    """What can bring a contact into a campaign."""

    CONFIRMED = "confirmed"
    """A double opt-in for the campaign's purpose was confirmed (through one of ``forms``, if named)."""
    FORM = "form"
    """A form was used by somebody whose consent is already confirmed; or was confirmed just now."""
    DOWNLOAD = "download"
    """A human downloaded content (one of ``content`` / on one of ``topics``, if named)."""
    CLICK = "click"
    """A human clicked a link (on one of ``topics`` / ``content``, if named)."""
    CLASS = "class"
    """The lead's class changed to one of ``classes``."""
    RETURNED = "returned"
    """Sales gave the lead back to marketing."""
    QUIET = "quiet"
    """No human activity and no mail for ``quiet_for``."""
    ENROL = "enrol"
    """Only by an ``enrol`` step of another campaign, by import, or by hand."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Who comes in. ``when`` must hold as well."""

    trigger: Trigger
    forms: tuple[str, ...] = ()
    content: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    quiet_for: Duration | None = None
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    only: Condition | None = field(default=None, kw_only=True)
    """If given and it does not hold, the step is skipped (and the skip is recorded)."""
    go: str | None = field(default=None, kw_only=True)
    """The step that follows; default: the next one in the list."""


@dataclass(frozen=True, slots=True)
class MailStep(_Step):
    """Send ``mail``. ``offers``: a content item; who has it already is skipped. ``window`` overrides the campaign's."""

    mail: str
    offers: str | None = None
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class WaitStep(_Step):
    """Wait ``span``, or until ``span`` before/after the campaign's event. ``until``: go on at once when it holds."""

    span: Duration | None = None
    anchor: str = "entered"
    """'entered' (this step), 'before-event' or 'after-event'."""
    until: Condition | None = None


@dataclass(frozen=True, slots=True)
class Case:
    when: Condition
    go: str


@dataclass(frozen=True, slots=True)
class BranchStep(_Step):
    """Go where the first case that holds leads, else to ``otherwise``."""

    cases: tuple[Case, ...] = ()
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class EnrolStep(_Step):
    """Enrol the contact in another campaign as well."""

    campaign: str


@dataclass(frozen=True, slots=True)
class TaskStep(_Step):
    """Give marketing something to do by hand, such as a call."""

    title: Text
    due_in: Duration | None = None


@dataclass(frozen=True, slots=True)
class LeaveStep(_Step):
    """The way ends here; ``reason`` is shown in counts and timelines."""

    reason: str = "finished"


Step = MailStep | WaitStep | BranchStep | EnrolStep | TaskStep | LeaveStep

END = "end"
"""The name of the implicit last step: leave with reason 'finished'."""


@dataclass(frozen=True, slots=True)
class Exit:
    """Whoever fulfils ``when`` leaves the campaign, wherever he is."""

    when: Condition
    reason: str


@dataclass(frozen=True, slots=True)
class Event:
    """What an event campaign is about. Instants in UTC."""

    name: Text
    place: Text
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Campaign:
    id: str
    version: str
    kind: CampaignKind
    title: Text
    product: str
    purpose: str
    entry: Entry
    steps: tuple[Step, ...]
    window: Window
    gap: Duration | None
    """Least time between any marketing mail to the contact and the next mail of this campaign; None: the general one."""
    priority: int
    """Where two campaigns want to mail the same contact, the higher one goes first."""
    exits: tuple[Exit, ...] = ()
    reentry: Duration | None = None
    """None: once in a lifetime; else: again, this long after the last time ended."""
    event: Event | None = None
    _positions: Mapping[str, int] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_positions", {step.name: i for i, step in enumerate(self.steps)})

    def step(self, name: str) -> Step:
        """The step called ``name``; ``end`` exists in every campaign. Raises KeyError for any other unknown name."""
        if name == END and END not in self._positions:
            return LeaveStep(END)
        return self.steps[self._positions[name]]

    def has_step(self, name: str) -> bool:
        return name == END or name in self._positions

    def after(self, step: Step) -> str:
        """The name of the step that follows ``step`` when nothing sends the contact elsewhere."""
        if step.go is not None:
            return step.go
        position = self._positions.get(step.name, len(self.steps)) + 1
        return self.steps[position].name if position < len(self.steps) else END

    def is_back(self, step: str, target: str) -> bool:
        """Whether going from ``step`` to ``target`` is a loop backwards, which begins a new round."""
        last = len(self.steps)
        return self._positions.get(target, last) <= self._positions.get(step, last)

    def targets(self, step: Step) -> Iterator[str]:
        """Every step that can follow ``step``; where it may be skipped, also the one after it."""
        if isinstance(step, BranchStep):
            yield from (case.go for case in step.cases)
            yield step.otherwise
        if not isinstance(step, BranchStep | LeaveStep) or step.only is not None:
            yield self.after(step)
