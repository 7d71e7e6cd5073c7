"""A lead given to sales: at most one open at a time, every move dated and explained.

    (threshold crossed / call wished) --> waiting --assigned--> offered --accepted--> accepted --won--> won
                                             ^                    |  \\                  |  \\--lost--> lost
                                             +---- reassigned ----+   +--- returned -----+----> returned (back to nurture)

While a handoff is open, marketing does not mail the lead's contacts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from nurture.domain.errors import IllegalTransition
from nurture.domain.organisation import Sales, Salesperson
from nurture.domain.pacing import Calendar, add_office_time


class HandoffState(StrEnum):
    WAITING = "waiting"
    """Nobody has free capacity; the head of sales sees it."""
    OFFERED = "offered"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    WON = "won"
    LOST = "lost"


class HandoffEvent(StrEnum):
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    REASSIGNED = "reassigned"
    WON = "won"
    LOST = "lost"


_S, _E = HandoffState, HandoffEvent
TRANSITIONS: dict[HandoffState, dict[HandoffEvent, HandoffState]] = {
    _S.WAITING: {_E.ASSIGNED: _S.OFFERED, _E.RETURNED: _S.RETURNED},
    _S.OFFERED: {_E.ACCEPTED: _S.ACCEPTED, _E.RETURNED: _S.RETURNED, _E.REASSIGNED: _S.WAITING},
    _S.ACCEPTED: {_E.RETURNED: _S.RETURNED, _E.WON: _S.WON, _E.LOST: _S.LOST},
    _S.RETURNED: {},
    _S.WON: {},
    _S.LOST: {},
}

OPEN = (_S.WAITING, _S.OFFERED, _S.ACCEPTED)
"""States in which sales has the lead."""


def after(state: HandoffState, event: HandoffEvent) -> HandoffState:
    """The state that follows. Raises IllegalTransition."""
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise IllegalTransition("handoff", state, event) from None


def assign(sales: Sales, product: str, language: str, load: Mapping[str, int], seed: int = 0) -> Salesperson | None:
    """Who gets the next lead: sells the product, has room; speaks the language; is least busy. None: nobody has room.

    ``load``: salesperson -> open handoffs. Ties are broken by ``seed`` (the lead's id), evenly and repeatably.
    """
    free = [p for p in sales.team.values() if product in p.products and load.get(p.id, 0) < p.open_leads]
    if not free:
        return None

    def rank(person: Salesperson) -> tuple[bool, float]:
        return person.language != language, load.get(person.id, 0) / person.open_leads

    best = min(map(rank, free))
    tied = sorted((p for p in free if rank(p) == best), key=lambda p: p.id)
    return tied[seed % len(tied)]


@dataclass(frozen=True, slots=True)
class Clock:
    """When an offered handoff is overdue: a reminder to the salesperson, then word to the head of sales."""

    remind: datetime
    escalate: datetime


def clock(sales: Sales, offered: datetime, calendar: Calendar) -> Clock:
    """Both deadlines in office time from ``offered`` (UTC)."""
    return Clock(
        add_office_time(offered, sales.remind_after, calendar),
        add_office_time(offered, sales.answer_within, calendar),
    )


def allowed(state: HandoffState) -> Iterable[HandoffEvent]:
    """What can be answered in this state."""
    return TRANSITIONS[state].keys()
