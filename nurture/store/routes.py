"""Whether the mail server is being left alone for a while, shared by all workers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from nurture.domain.message import LONGEST_PAUSE, server_retry_at
from nurture.store.schema import Route
from nurture.store.upsert import insert_for


def troubled(session: Session) -> dict[str, Route]:
    """Routes whose last try did not go well, by name; those that are paused at present among them."""
    return {route.name: route for route in session.scalars(select(Route))}


def is_paused(route: Route, now: datetime) -> bool:
    """Whether it is left alone now. A longer pause than there is comes from a clock that has been set right since."""
    return now < route.paused_until <= now + LONGEST_PAUSE


def failed(session: Session, name: str, reason: str, now: datetime) -> datetime:
    """The server failed for all mail: leave it alone, longer each time. Returns until when."""
    route = session.scalar(select(Route).where(Route.name == name).with_for_update())
    failures = route.failures if route else 0
    if route is not None and is_paused(route, now):
        return route.paused_until  # another worker found out at the same moment; that is one failure, not two
    until = server_retry_at(failures + 1, now)
    row = {"name": name, "failures": failures + 1, "paused_until": until, "reason": reason}
    statement = insert_for(session, Route).values(row)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=row))
    return until


def works(session: Session, name: str) -> None:
    """The server took or refused a mail by itself: the pause is over."""
    session.execute(delete(Route).where(Route.name == name))
