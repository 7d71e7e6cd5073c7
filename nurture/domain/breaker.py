"""When a stream of mail (a kind of message) is stopped on a lane. Only a human lets it go on.

    rule        stops when                                                      warns when
    invalid     more than 2 % of the last 500 had no such address               -
                (opt-in mails: 10 %, for people mistype when they sign up)
    complaints  at least 0.30 % of the last 500 were reported as spam           at least 0.10 %
    policy      3 refusals for reputation, authentication or content in 10 min  -

The figures are ``Breakers.of_stream``. Nobody is suppressed for any of this: it is the sender who has a problem.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from nurture.domain.delivery_rules import Breakers


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of tries. ``policy``, ``invalid``, ``failed``: refused at once or bounced later, by class."""

    accepted: int = 0
    deferred: int = 0
    invalid: int = 0
    policy: int = 0
    failed: int = 0
    unknown: int = 0
    complaints: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.accepted + other.accepted,
            self.deferred + other.deferred,
            self.invalid + other.invalid,
            self.policy + other.policy,
            self.failed + other.failed,
            self.unknown + other.unknown,
            self.complaints + other.complaints,
        )

    @property
    def ended(self) -> int:
        """Mails that were tried and not put off."""
        return self.accepted + self.invalid + self.policy + self.failed + self.unknown

    @property
    def refused(self) -> int:
        return self.invalid + self.policy + self.failed

    @property
    def tried(self) -> int:
        return self.ended + self.deferred


@dataclass(frozen=True, slots=True)
class Recent:
    """``sample``: the newest minutes that together have as many mails as are looked at, or all there are.

    ``refusals``: policy refusals within ``Breakers.policy_within``.
    """

    sample: Figures
    refusals: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """``stops``: the stream is stopped; otherwise it is a warning. ``reason``: for people."""

    rule: str
    stops: bool
    reason: str


def verdict(recent: Recent, limits: Breakers) -> Verdict | None:
    """What the figures ask for: the first rule that stops, else the first that warns, else None."""
    found = [v for rule in RULES if (v := rule(recent, limits))]
    return next((v for v in found if v.stops), found[0] if found else None)


def _invalid(recent: Recent, limits: Breakers) -> Verdict | None:
    """Counted against a full sample while there are fewer: what stops then would stop at its end whatever followed."""
    of = max(recent.sample.ended, limits.sample)
    if recent.sample.invalid <= limits.invalid * of + _ROUNDING:
        return None
    return Verdict(
        "invalid",
        True,
        f"{_some(recent.sample.invalid, 'address', 'addresses')} of the last {_mails(recent)} did not exist; "
        f"more than {percent(limits.invalid)} of {of} is too many",
    )


def _complaints(recent: Recent, limits: Breakers) -> Verdict | None:
    of, reported = max(recent.sample.ended, limits.sample), recent.sample.complaints
    warns = reported and reported >= limits.complaints_warn * of - _ROUNDING
    stops = reported and reported >= limits.complaints_stop * of - _ROUNDING
    if not (warns or stops):
        return None
    limit = limits.complaints_stop if stops else limits.complaints_warn
    return Verdict(
        "complaints",
        bool(stops),
        f"{_some(reported, 'reader', 'readers')} of the last {_mails(recent)} reported them as spam; "
        f"{percent(limit)} of {of} or more is {'too many' if stops else 'a warning'}",
    )


def _policy(recent: Recent, limits: Breakers) -> Verdict | None:
    if recent.refusals < limits.policy:
        return None
    return Verdict(
        "policy",
        True,
        f"{_some(recent.refusals, 'mail was', 'mails were')} refused for our reputation, authentication or content within "
        f"{_minutes(limits.policy_within)}; {limits.policy} are too many",
    )


RULES: tuple[Callable[[Recent, Breakers], Verdict | None], ...] = (_policy, _complaints, _invalid)
"""In order of urgency."""

_ROUNDING = 1e-9
"""0.003 times 1,000 is to be 3."""


def percent(share: float) -> str:
    """``0.003`` -> ``0.3 %``."""
    return f"{share * 100:.3f}".rstrip("0").rstrip(".") + " %"


def _some(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _mails(recent: Recent) -> str:
    return _some(recent.sample.ended, "mail", "mails")


def _minutes(span: timedelta) -> str:
    return _some(round(span.total_seconds() / 60), "minute", "minutes")
