"""Whether a form that was sent correctly may be taken now: tokens spent once, room for one more, nothing unusual.

    brought --> spent otherwise   come back with another token
            |-> no room           come back at that moment; nothing is counted, nothing spent
            '-> admitted          counted; ``repeated`` the very same was taken before; ``guarded`` its mail is held

Counted the same for known and unknown addresses, under keyed hashes, in one transaction. Refused requests are not counted:
who keeps pressing does not push the moment away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from nurture.domain.address import address_key
from nurture.domain.form import Form
from nurture.domain.ip import network_of
from nurture.engine import form_guard
from nurture.engine.runtime import Runtime
from nurture.store import limits
from nurture.store.database import transaction
from nurture.store.limits import Budget, Pace, Spent

TEN_MINUTES, HOUR = timedelta(minutes=10), timedelta(hours=1)
_PER_ADDRESS, _PER_NETWORK, _PER_FORM, _WAITED, _LOOKUPS = 5, 10, 300, 5, 30


@dataclass(frozen=True, slots=True)
class Brought:
    """What a request brings. ``tokens``: (name, until) of what is good once; ``waited``: it waited instead of working."""

    form: Form
    address: str
    ip: str
    content: str
    tokens: Sequence[tuple[str, datetime]] = ()
    waited: bool = False


@dataclass(frozen=True, slots=True)
class Admission:
    """``room_at``: refused until then. ``spent``: a token was used for something else before."""

    room_at: datetime | None = None
    spent: bool = False
    repeated: bool = False
    guarded: bool = False


class _Refused(Exception):
    def __init__(self, admission: Admission) -> None:
        self.admission = admission


def admit(rt: Runtime, brought: Brought, now: datetime) -> Admission:
    """Take it, if it may be taken now."""
    try:
        with transaction(rt.db) as session:
            if _spend(session, brought):
                return Admission(repeated=True, guarded=form_guard.is_on(session, brought.form.id, now))
            _find_room(rt, session, brought, now)
            return Admission(guarded=form_guard.count(session, brought.form, now))
    except _Refused as refused:
        return refused.admission


def _spend(session: Session, brought: Brought) -> bool:
    """Use the tokens up. Returns whether the very same was sent with them before. Raises _Refused."""
    done = [limits.spend(session, name, brought.content, until) for name, until in brought.tokens]
    if Spent.OTHERWISE in done:
        raise _Refused(Admission(spent=True))
    return Spent.ALIKE in done


def _find_room(rt: Runtime, session: Session, brought: Brought, now: datetime) -> None:
    """Count it everywhere. Raises _Refused with the last moment at which there is room again."""
    network = rt.pseudonyms.mark(network_of(brought.ip))
    budgets = [
        Budget(f"address:{rt.pseudonyms.mark(address_key(brought.address))}", _PER_ADDRESS, HOUR),
        Budget(f"form:{brought.form.id}", _PER_FORM, HOUR),
    ]
    paces = [Pace(f"network:{network}", _PER_NETWORK, TEN_MINUTES)]
    paces += [Pace(f"waited:{network}", _WAITED, HOUR)] if brought.waited else []
    moments = [limits.take(session, budgets, now), *(limits.use(session, pace, now) for pace in paces)]
    if full := [moment for moment in moments if moment is not None]:
        raise _Refused(Admission(room_at=max(full)))


def may_look_up(rt: Runtime, ip: str, now: datetime) -> bool:
    """Whether this network may have us ask the DNS about one more domain."""
    lookups = Budget(f"lookups:{rt.pseudonyms.mark(network_of(ip))}", _LOOKUPS, TEN_MINUTES)
    with transaction(rt.db) as session:
        return limits.take(session, [lookups], now) is None


def refused_work(rt: Runtime, form: Form, now: datetime) -> None:
    """Somebody sent a form without the work it asks for: an attack that goes on keeps the guard up."""
    with transaction(rt.db) as session:
        if form_guard.is_on(session, form.id, now):
            form_guard.count(session, form, now)
