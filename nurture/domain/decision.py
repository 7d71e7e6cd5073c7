"""What a decision about a contact in a campaign can be: frozen, with its reason. Nothing here decides or acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nurture.domain.campaign import TaskStep


@dataclass(frozen=True, slots=True)
class _Decision:
    step: str
    round: int
    reason: str


@dataclass(frozen=True, slots=True)
class Send(_Decision):
    """Queue this mail now; the contact goes on to ``then``."""

    mail: str
    then: str


@dataclass(frozen=True, slots=True)
class Wait(_Decision):
    """Nothing until ``until``; None: held until something else releases it (sales gives the lead back)."""

    until: datetime | None
    listening: bool = False
    """Whether an activity of the contact may end the wait early."""


@dataclass(frozen=True, slots=True)
class Skip(_Decision):
    """This step is not for this contact; on to ``then``."""

    then: str


@dataclass(frozen=True, slots=True)
class Go(_Decision):
    """On to ``then``: a wait is over, a branch was taken."""

    then: str


@dataclass(frozen=True, slots=True)
class Enrol(_Decision):
    """Enrol in another campaign as well, then on to ``then``."""

    campaign: str
    then: str


@dataclass(frozen=True, slots=True)
class Call(_Decision):
    """Open a task for a human, then on to ``then``."""

    task: TaskStep
    then: str


@dataclass(frozen=True, slots=True)
class Leave(_Decision):
    """The contact leaves the campaign.

    ``kind``: finished, no-consent, undeliverable, unwanted, exit, lost (its step is gone).
    """

    kind: str


Decision = Send | Wait | Skip | Go | Enrol | Call | Leave
