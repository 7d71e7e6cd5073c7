"""How the lanes are doing, for people to look at. Locks nothing, changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nurture.domain import throttle
from nurture.domain.delivery_rules import DeliveryRules, Provider
from nurture.domain.throttle import Allowance, Lane
from nurture.store.lanes import lane_in
from nurture.store.schema import LaneLease, LaneRow


@dataclass(frozen=True, slots=True)
class LaneState:
    """A lane that was used. ``leased``: connections that workers hold; ``planned``: mails today by the plan, if any.

    ``provider``: whose limits hold; those of ``other`` for a lane that is not configured any more. ``allowed.reason``: why
    nothing goes at present.
    """

    id: str
    provider: Provider
    lane: Lane
    allowed: Allowance
    leased: int
    planned: int | None


def lane_states(session: Session, rules: DeliveryRules, now: datetime) -> Sequence[LaneState]:
    """Every lane that was ever used, by id. Two statements."""
    held = select(LaneLease.lane, func.sum(LaneLease.connections)).where(LaneLease.until > now)
    leased = {lane: int(number) for lane, number in session.execute(held.group_by(LaneLease.lane))}
    rows = session.execute(select(*LaneRow.__table__.c).order_by(LaneRow.lane))
    return [_state(rules, row.lane, lane_in(row), leased.get(row.lane, 0), now) for row in rows]


def _state(rules: DeliveryRules, id_: str, stored: Lane, leased: int, now: datetime) -> LaneState:
    provider, plan = rules.provider(id_), rules.warm_up
    lane = throttle.refill(throttle.configured(stored, provider), now)
    today = throttle.warm_left(lane, plan, now) < throttle.PLENTY
    planned = throttle.planned(plan, lane.warm_level) if plan is not None and today else None
    return LaneState(id_, provider, lane, throttle.allowance(lane, plan, now), leased, planned)
