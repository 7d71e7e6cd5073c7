"""How fast a lane may go: a bucket of tokens, a share of its connections, and less of both when a provider asks for it.

    at rest --slow--> paused 15 min --over--> slowed --100 accepted--> one step up ... --as configured--> at rest
                        ^                       |
                        +--slow: twice as long--+      (at most 4 h; each 100 accepted take one stage of this back)

``slow`` halves rate and connections. What a new sender may do per day (warm-up) comes on top of it. The day is that of
UTC: it means nothing to people and ends at night in Europe. Pure: counts come in, a new ``Lane`` goes out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from nurture.domain.breaker import Figures, percent
from nurture.domain.delivery_rules import Provider, WarmUp

PLENTY = 1_000_000
"""As good as no limit for one round."""

BURST = timedelta(seconds=10)
"""How much unused rate is saved up: a lane that was idle may send so many seconds' worth at once."""

STEP = 100
"""Accepted mails after which a slowed lane goes one step up."""

_CLOCK_WAS_WRONG = timedelta(hours=1)
"""A lane last filled so far in the future was filled by a clock that has been set right since."""

_STEPS = 20
"""Steps from nothing to the configured rate."""
_SLOWEST = 1 / 60
"""Mails per second that are left to a lane however often it is asked to slow down."""


@dataclass(frozen=True, slots=True)
class Lane:
    """What a lane takes at present.

    ``tokens``: mails that could leave at once at ``filled_at``. ``accepted``: since the last step up. ``slowdowns``: stage
    of backing off; 0: at rest, and rate and connections are those configured. ``warm_sent``: on ``warm_day``.
    """

    rate: float
    connections: int
    tokens: float
    filled_at: datetime
    accepted: int = 0
    slowdowns: int = 0
    paused_until: datetime | None = None
    reason: str = ""
    warm_day: date | None = None
    warm_level: int = 0
    warm_sent: int = 0


@dataclass(frozen=True, slots=True)
class Signal:
    """What a worker heard on a lane: how many were accepted; ``slowed``: the words of a server that wants less."""

    accepted: int = 0
    slowed: str | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many mails may leave now. ``service``: the same for service mail, which no warm-up plan holds back.

    ``again``: when there will be more, if a limit is reached; ``reason``: which, for people.
    """

    mails: int
    service: int
    again: datetime | None = None
    reason: str = ""


# --- the bucket -------------------------------------------------------------------------------------------------------


def begin(provider: Provider, now: datetime) -> Lane:
    """A lane that was never used."""
    return Lane(provider.per_second, provider.connections, _capacity(provider.per_second), now)


def configured(lane: Lane, provider: Provider) -> Lane:
    """The lane under limits that may have been edited since: at rest it has them all, slowed at most as much."""
    if lane.slowdowns == 0:
        return replace(lane, rate=provider.per_second, connections=provider.connections)
    return replace(
        lane, rate=min(lane.rate, provider.per_second), connections=max(1, min(lane.connections, provider.connections))
    )


def refill(lane: Lane, now: datetime) -> Lane:
    """The lane with what its rate added since it was last filled. A clock that went back adds nothing.

    Nor does it hold the lane up until that time has come again: far in the future, the lane begins anew.
    """
    if lane.filled_at - now > _CLOCK_WAS_WRONG:
        return replace(lane, tokens=_capacity(lane.rate), filled_at=now, paused_until=None)
    if math.isinf(lane.rate):
        return replace(lane, tokens=PLENTY, filled_at=now)
    seconds = max(0.0, (now - lane.filled_at).total_seconds())
    tokens = min(_capacity(lane.rate), lane.tokens + seconds * lane.rate)
    return replace(lane, tokens=tokens, filled_at=max(now, lane.filled_at))


def _capacity(rate: float) -> float:
    return float(PLENTY) if math.isinf(rate) else max(1.0, rate * BURST.total_seconds())


def allowance(lane: Lane, plan: WarmUp | None, now: datetime) -> Allowance:
    """What a filled lane lets go now."""
    if lane.paused_until is not None and lane.paused_until > now:
        return Allowance(0, 0, lane.paused_until, f"paused until {lane.paused_until:%H:%M} UTC: {lane.reason}")
    # one token fills up after 0.999999999 of its time: rounding must not cost a turn
    tokens = int(lane.tokens + 1e-6)
    if tokens < 1:
        again = now + timedelta(seconds=(1 - lane.tokens) / lane.rate)
        return Allowance(0, 0, again, f"at most {_rate(lane.rate)}")
    left = warm_left(lane, plan, now)
    if left <= 0:
        midnight = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
        return Allowance(0, tokens, midnight, f"warm-up: {lane.warm_sent} mails today, as planned")
    return Allowance(min(tokens, left), tokens)


def _rate(rate: float) -> str:
    return f"{rate:.3g} a second" if rate >= 1 else f"{rate * 60:.3g} a minute"


def share(connections: int, others: Mapping[str, int], worker: str) -> int:
    """How many of a lane's connections ``worker`` may have while ``others`` hold theirs.

    As many as there are divided by those who want some, the rest to the first by name; never more than are free, so a
    worker that has more than its share is not interrupted but gives back when it asks again.
    """
    workers = sorted({*others, worker})
    fair = connections // len(workers) + (workers.index(worker) < connections % len(workers))
    return max(0, min(fair, connections - sum(others.values())))


# --- backing off and recovering -----------------------------------------------------------------------------------------


def after(lane: Lane, provider: Provider, signal: Signal, now: datetime) -> Lane:
    """The lane after what was heard. Acceptances first: they were on the way before the server lost patience."""
    lane = _recovered(configured(lane, provider), provider, signal.accepted)
    return lane if signal.slowed is None else _slowed(lane, provider, signal.slowed, now)


def _slowed(lane: Lane, provider: Provider, reason: str, now: datetime) -> Lane:
    if lane.paused_until is not None and lane.paused_until > now:
        return lane  # the same impatience, heard on another connection
    pause = min(provider.longest_pause, provider.pause * 2 ** min(lane.slowdowns, 20))
    return replace(
        lane,
        rate=max(min(_SLOWEST, provider.per_second), lane.rate / 2),
        connections=max(1, lane.connections // 2),
        tokens=0.0,
        filled_at=now,
        accepted=0,
        slowdowns=lane.slowdowns + 1,
        paused_until=now + pause,
        reason=reason,
    )


def _recovered(lane: Lane, provider: Provider, accepted: int) -> Lane:
    """One step up per hundred accepted; at rest once everything is as configured and every stage is taken back."""
    if lane.slowdowns == 0 or accepted <= 0:
        return lane
    steps, rest = divmod(lane.accepted + accepted, STEP)
    rate = (
        lane.rate if math.isinf(lane.rate) else min(provider.per_second, lane.rate + steps * provider.per_second / _STEPS)
    )
    connections = min(provider.connections, lane.connections + steps)
    whole = connections == provider.connections and rate >= provider.per_second * (1 - 1e-9)
    stage = max(0 if whole else 1, lane.slowdowns - steps)
    lane = replace(lane, rate=rate, connections=connections, accepted=rest, slowdowns=stage)
    return lane if stage else replace(lane, accepted=0, paused_until=None, reason="")


# --- the plan of a new sender -------------------------------------------------------------------------------------------

_DEFERRED, _INVALID, _COMPLAINTS = 0.05, 0.02, 0.001
"""Shares from which on a day did not go well."""
_USED = 0.5
"""Share of a day's plan that must have been used for the day to say anything."""
_LEVELS = 30


def planned(plan: WarmUp, level: int) -> int:
    """Mails a day after ``level`` days that went well."""
    return min(PLENTY, int(plan.first_day * plan.growth ** min(level, _LEVELS) + 1e-6))


def warm_left(lane: Lane, plan: WarmUp | None, now: datetime) -> int:
    """How many more mails the plan has for today; the lane must be in today (``new_day``)."""
    if plan is None or now.astimezone(UTC).date() < plan.since:
        return PLENTY
    return max(0, planned(plan, lane.warm_level) - lane.warm_sent)


def turns(lane: Lane, plan: WarmUp | None, now: datetime) -> bool:
    """Whether a day of the plan has begun that the lane does not know of; or its day is far off, by a wrong clock."""
    today = now.astimezone(UTC).date()
    if plan is None or today < plan.since:
        return False
    return lane.warm_day is None or not timedelta(0) <= lane.warm_day - today <= timedelta(days=1)


def new_day(lane: Lane, plan: WarmUp, last: Figures, now: datetime) -> Lane:
    """The lane as today begins; ``last``: the figures of its last day. A plan that begins anew begins at the bottom."""
    today = now.astimezone(UTC).date()
    if lane.warm_day is None or lane.warm_day < plan.since:
        return replace(lane, warm_day=today, warm_level=0, warm_sent=0)
    up = lane.warm_day < today and why_not_up(lane, plan, last) is None
    return replace(lane, warm_day=today, warm_level=min(lane.warm_level + up, _LEVELS), warm_sent=0)


def why_not_up(lane: Lane, plan: WarmUp, last: Figures) -> str | None:
    """Why the lane's last day is repeated; None: it went well, and there is more tomorrow."""
    cap = planned(plan, lane.warm_level)
    if lane.warm_sent < cap * _USED:
        return f"only {lane.warm_sent} of {cap} planned mails were sent"
    for what, count, of, limit in (
        ("were put off", last.deferred, last.tried, _DEFERRED),
        ("had no such address", last.invalid, last.ended, _INVALID),
        ("were reported as spam", last.complaints, last.ended, _COMPLAINTS),
    ):
        if count and count >= limit * of - 1e-9:
            return f"{count} of {of} mails {what}; below {percent(limit)} is needed"
    return None
