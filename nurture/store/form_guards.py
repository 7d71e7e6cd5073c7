"""What is usual for a form, which forms are under guard, and the registrations whose mails wait for a human.

Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CursorResult, delete, func, select, text
from sqlalchemy.orm import Session

from nurture.store.schema import FormGuard, FormTraffic, Registration
from nurture.store.upsert import insert_for

Held = tuple[int, int, datetime]
"""(registrations held, addresses among them, since when)."""


def hour_of(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def count(session: Session, form: str, now: datetime) -> int:
    """The form was sent once more. Returns how often within this hour."""
    statement = insert_for(session, FormTraffic).values(form=form, hour=hour_of(now), sent=1)
    counted = statement.on_conflict_do_update(
        index_elements=["form", "hour"], set_={"sent": FormTraffic.sent + 1}
    ).returning(FormTraffic.sent)
    return int(session.execute(counted).scalar_one())


def traffic(session: Session, form: str, since: datetime, now: datetime) -> list[int]:
    """How often it was sent in each hour from ``since`` that it was sent in, this hour left out."""
    return list(
        session.scalars(
            select(FormTraffic.sent).where(
                FormTraffic.form == form, FormTraffic.hour >= hour_of(since), FormTraffic.hour < hour_of(now)
            )
        )
    )


def forget_traffic(session: Session, before: datetime) -> int:
    result = session.execute(delete(FormTraffic).where(FormTraffic.hour < before))
    return result.rowcount if isinstance(result, CursorResult) else 0


def guard(session: Session, form: str) -> FormGuard | None:
    """The latest guard of this form, over or not."""
    return session.get(FormGuard, form)


def put_up(session: Session, form: str, reason: str, now: datetime, until: datetime) -> bool:
    """Guard the form until then, or for longer. Returns whether it was not guarded before."""
    row = session.get(FormGuard, form, with_for_update=True)
    if row is not None and row.until > now:
        row.until, row.reason = max(row.until, until), reason
        return False
    given = {"form": form, "since": now, "until": until, "reason": reason, "held": True, "released_by": None}
    put = insert_for(session, FormGuard).values(given)
    session.execute(put.on_conflict_do_update(index_elements=["form"], set_=given))
    session.expire_all()
    return True


def guards(session: Session) -> Sequence[FormGuard]:
    """All there ever were, the latest first."""
    return session.scalars(select(FormGuard).order_by(FormGuard.until.desc(), FormGuard.form)).all()


# --- held ---------------------------------------------------------------------------------------------------------------

_HELD = text("registrations.state = 'held'")


def held_counts(session: Session) -> dict[str, Held]:
    """Form -> what is held of it."""
    rows = session.execute(
        select(
            Registration.form,
            func.count(),
            func.count(Registration.address_key.distinct()),
            func.min(Registration.created_at),
        )
        .where(_HELD)
        .group_by(Registration.form)
    )
    return {form: (count_, people, since) for form, count_, people, since in rows}


def held(session: Session, form: str, limit: int) -> Sequence[Registration]:
    """Those held for this form, oldest first, locked."""
    query = select(Registration).where(_HELD, Registration.form == form).order_by(Registration.id).limit(limit)
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def held_too_long(session: Session, now: datetime, limit: int) -> Sequence[Registration]:
    """Held ones that nobody decided about in time, locked."""
    query = select(Registration).where(_HELD, Registration.expires_at <= now).order_by(Registration.id).limit(limit)
    return session.scalars(query.with_for_update(skip_locked=True)).all()
