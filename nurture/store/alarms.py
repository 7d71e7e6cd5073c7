"""What is wrong with us as a sender, for the administrator: one row per thing, counted on while it goes on.

    raise_alarm --> open --close_alarm--> closed --raise_alarm--> open again, and its count goes on

Knows nothing of what raises an alarm. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from nurture.store.schema import Alarm
from nurture.store.upsert import insert_for

_KEY_LENGTH = 120
_SOURCE = "source:"


def stopped_key(stream: str, lane: str) -> str:
    """A stream is stopped on a lane."""
    return f"breaker:{stream}:{lane}"[:_KEY_LENGTH]


def complaints_key(stream: str, lane: str) -> str:
    """Readers of a stream complain on a lane, not yet enough to stop it."""
    return f"complaints:{stream}:{lane}"[:_KEY_LENGTH]


def policy_key(lane: str) -> str:
    """A provider refuses us, not the person."""
    return f"policy:{lane}"[:_KEY_LENGTH]


def sales_mail_key(address: str) -> str:
    """A mail to our own sales team came back."""
    return f"sales-mail:{address}"[:_KEY_LENGTH]


def source_key(name: str) -> str:
    """A place where returned mail is fetched from is in trouble."""
    return f"{_SOURCE}{name}"[:_KEY_LENGTH]


def webhook_key(provider: str) -> str:
    """A mail provider that reports to us wants something decided."""
    return f"webhook:{provider}"[:_KEY_LENGTH]


def form_key(form: str) -> str:
    """A form is under attack, or requests of it wait for a human."""
    return f"form:{form}"[:_KEY_LENGTH]


def raise_alarm(session: Session, key: str, text: str, now: datetime) -> None:
    """Something is wrong: ``key`` is what makes it one (see above), ``text`` what people read about it last."""
    row = {"key": key[:_KEY_LENGTH], "text": text, "first_at": now, "last_at": now, "count": 1, "closed_at": None}
    again = {"text": text, "last_at": now, "count": Alarm.count + 1, "closed_at": None, "closed_by": None}
    session.execute(insert_for(session, Alarm).values(row).on_conflict_do_update(index_elements=["key"], set_=again))


def open_alarms(session: Session) -> Sequence[Alarm]:
    """Those nobody has closed, the latest first."""
    return session.scalars(select(Alarm).where(Alarm.closed_at.is_(None)).order_by(Alarm.last_at.desc(), Alarm.key)).all()


def troubled_sources(session: Session) -> list[str]:
    """What is wrong with places that returned mail is fetched from."""
    return [alarm.text for alarm in open_alarms(session) if alarm.key.startswith(_SOURCE)]


def close_alarm(session: Session, key: str, by: str, now: datetime) -> bool:
    """Somebody has seen to it. False: there is no such open alarm."""
    result = session.execute(
        update(Alarm).where(Alarm.key == key, Alarm.closed_at.is_(None)).values(closed_at=now, closed_by=by)
    )
    return isinstance(result, CursorResult) and result.rowcount == 1


def known(session: Session, key: str) -> bool:
    """Whether there ever was such an alarm."""
    return session.get(Alarm, key) is not None
