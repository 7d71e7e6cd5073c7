"""Who may use the back office, and their logins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from nurture.store.schema import OfficeSession, User


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(User)) or 0


def by_name(session: Session, name: str) -> User | None:
    """The user called ``name``; capitals make no difference."""
    return session.scalar(select(User).where(func.lower(User.name) == name.lower()))


def by_id(session: Session, user: int) -> User | None:
    return session.get(User, user)


def add(session: Session, name: str, password_hash: str, language: str, now: datetime) -> int:
    row = User(name=name, password_hash=password_hash, language=language, created_at=now)
    session.add(row)
    session.flush()
    return row.id


def set_password(session: Session, user: int, password_hash: str) -> None:
    """Store the new hash and end every login of this user."""
    session.execute(update(User).where(User.id == user).values(password_hash=password_hash))
    session.execute(delete(OfficeSession).where(OfficeSession.user_id == user))


def keep(session: Session, user: int) -> User | None:
    """The user, whom nobody removes before the transaction ends; None: somebody has."""
    return session.get(User, user, with_for_update={"key_share": True})


def lock_all(session: Session) -> list[User]:
    """Every user; until the transaction ends nobody else removes one."""
    return list(session.scalars(select(User).order_by(User.id).with_for_update()))


def remove(session: Session, user: int) -> None:
    """Take the user and every login away. What the user did stays on record: other tables know users by name only."""
    session.execute(delete(OfficeSession).where(OfficeSession.user_id == user))
    session.execute(delete(User).where(User.id == user))


def set_language(session: Session, user: int, language: str) -> None:
    session.execute(update(User).where(User.id == user).values(language=language))


# --- logins ---------------------------------------------------------------------------------------------------------


def open_session(session: Session, key: str, user: int, now: datetime) -> None:
    session.add(OfficeSession(id=key, user_id=user, created_at=now, seen_at=now))
    session.flush()


def session_user(session: Session, key: str, born_after: datetime, seen_after: datetime) -> tuple[User, datetime] | None:
    """The user of this login and when it was last seen; None if there is no such login or it is too old."""
    row = session.execute(
        select(User, OfficeSession.seen_at)
        .join(OfficeSession, OfficeSession.user_id == User.id)
        .where(OfficeSession.id == key, OfficeSession.created_at > born_after, OfficeSession.seen_at > seen_after)
    ).first()
    return (row[0], row[1]) if row else None


def touch_session(session: Session, key: str, now: datetime) -> None:
    session.execute(update(OfficeSession).where(OfficeSession.id == key).values(seen_at=now))


def close_session(session: Session, key: str) -> None:
    session.execute(delete(OfficeSession).where(OfficeSession.id == key))


def drop_stale_sessions(session: Session, born_before: datetime, seen_before: datetime) -> None:
    stale = or_(OfficeSession.created_at <= born_before, OfficeSession.seen_at <= seen_before)
    session.execute(delete(OfficeSession).where(stale))
