"""Logging in to the back office: users, passwords, sessions, and how often somebody may try.

A session is a random value that only the browser knows; the database holds its SHA-256. It ends after 30 minutes
without use, after 12 hours at the latest, and with every change of the password. Whoever is refused never learns
whether the name or the password was wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256

from werkzeug.security import check_password_hash, generate_password_hash

from nurture.domain.audit import HOUSE, Actor
from nurture.domain.audit import user as office_user
from nurture.domain.errors import InvalidInput, NotFound, NurtureError
from nurture.engine.runtime import Runtime
from nurture.store import audit, limits
from nurture.store import users as store
from nurture.store.database import reading, transaction
from nurture.store.limits import Budget

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
LEAST_LENGTH = 12
_TOUCH_EVERY = timedelta(minutes=1)
_WINDOW = timedelta(minutes=15)
_TRIES = {"name": 10, "place": 30}
"""How many failed tries a name, and a place in the net, has in each window."""


@dataclass(frozen=True, slots=True)
class OfficeUser:
    id: int
    name: str
    language: str


class LoginRefused(NurtureError):
    """Name and password do not belong together, or there were too many tries. ``throttled`` says which."""

    def __init__(self, *, throttled: bool) -> None:
        self.throttled = throttled
        super().__init__("too many tries; wait 15 minutes" if throttled else "name and password do not belong together")


class LastUser(NurtureError):
    """Nobody could use the back office any more."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is the last user of the back office; nobody could log in any more")


# --- users ----------------------------------------------------------------------------------------------------------


def has_users(rt: Runtime) -> bool:
    """Whether anybody can log in yet; if not, the one who starts Nurture gets a first user."""
    with reading(rt.db) as session:
        return store.count(session) > 0


def create_user(rt: Runtime, name: str, password: str, language: str, now: datetime, *, actor: Actor = HOUSE) -> OfficeUser:
    """A new user. Raises InvalidInput for a taken or empty name and for a password under 12 characters."""
    name = name.strip()
    problems = _password_problems("password", password)
    if not name or len(name) > 80:
        problems["name"] = "give a name of 1 to 80 characters"
    if problems:
        raise InvalidInput(problems)
    hashed = generate_password_hash(password)
    with transaction(rt.db) as session:
        if store.by_name(session, name) is not None:
            raise InvalidInput({"name": f"there is a user {name} already; choose another name"})
        added = OfficeUser(store.add(session, name, hashed, language, now), name, language)
        audit.note(session, actor, "added", ("user", name), now)
        return added


def reset_password(rt: Runtime, name: str, password: str, now: datetime, *, actor: Actor = HOUSE) -> None:
    """For the operator, when a password is lost. Ends every login of this user. Raises NotFound, InvalidInput."""
    if problems := _password_problems("password", password):
        raise InvalidInput(problems)
    hashed = generate_password_hash(password)
    with transaction(rt.db) as session:
        user = store.by_name(session, name)
        if user is None:
            raise NotFound("user", name)
        store.set_password(session, user.id, hashed)
        audit.note(session, actor, "set the password of", ("user", user.name), now)


def remove_user(rt: Runtime, name: str, now: datetime, *, last: bool = False, actor: Actor = HOUSE) -> str:
    """Whoever leaves: no login any more, from this moment on. What the user did stays on record, under the name.

    ``last``: even if nobody could log in then. Returns the name as it was spelled. Raises NotFound, LastUser.
    """
    with transaction(rt.db) as session:
        known = {user.name.lower(): user for user in store.lock_all(session)}
        user = known.get(name.strip().lower())
        if user is None:
            raise NotFound("user", name)
        if len(known) == 1 and not last:
            raise LastUser(user.name)
        store.remove(session, user.id)
        audit.note(session, actor, "removed", ("user", user.name), now)
        return user.name


def change_password(rt: Runtime, user: int, old: str, new: str, place: str, now: datetime) -> None:
    """Change one's own password; every login of this user ends, this one too. Raises InvalidInput, LoginRefused."""
    with transaction(rt.db) as session:
        row = store.by_id(session, user)
        if row is None:
            raise NotFound("user", user)
        name, budgets, hashed = row.name, _budgets(row.name, place), row.password_hash
        throttled = limits.take(session, budgets, now) is not None
    if throttled:
        raise LoginRefused(throttled=True)
    if not check_password_hash(hashed, old):
        raise InvalidInput({"old": "this is not the present password"})
    if problems := _password_problems("new", new):
        raise InvalidInput(problems)
    fresh = generate_password_hash(new)
    with transaction(rt.db) as session:
        store.set_password(session, user, fresh)
        limits.give_back(session, budgets, now)
        audit.note(session, office_user(name), "set the password of", ("user", name), now)


def choose_language(rt: Runtime, user: int, language: str) -> None:
    with transaction(rt.db) as session:
        store.set_language(session, user, language)


# --- logins ---------------------------------------------------------------------------------------------------------


def log_in(rt: Runtime, name: str, password: str, place: str, token: str, now: datetime) -> OfficeUser:
    """Open a session under ``token`` (random, made by the caller). ``place``: where the request comes from.

    Raises LoginRefused. The time taken does not tell whether the name exists.
    """
    user = authenticate(rt, name, password, place, now)
    with transaction(rt.db) as session:
        if store.keep(session, user.id) is None:  # removed in this very moment
            raise LoginRefused(throttled=False)
        store.drop_stale_sessions(session, now - ABSOLUTE, now - IDLE)
        limits.give_back(session, _budgets(name, place), now)
        store.open_session(session, _key(token), user.id, now)
        audit.note(session, office_user(user.name), "logged in", ("user", user.name), now)
    return user


def authenticate(rt: Runtime, name: str, password: str, place: str, now: datetime) -> OfficeUser:
    """The user with this name and password. Raises LoginRefused. Every call counts as a try."""
    with transaction(rt.db) as session:
        throttled = limits.take(session, _budgets(name, place), now) is not None
        user = store.by_name(session, name)
    if throttled:
        raise LoginRefused(throttled=True)
    right = check_password_hash(user.password_hash if user else _nobodys_hash(), password)
    if user is None or not right:
        raise LoginRefused(throttled=False)
    return OfficeUser(user.id, user.name, user.language)


def current_user(rt: Runtime, token: str, now: datetime, *, acts: bool = True) -> OfficeUser | None:
    """Who is logged in under ``token``; None: nobody (any more). ``acts`` False: a page that asks by itself."""
    key = _key(token)
    with reading(rt.db) as session:
        found = store.session_user(session, key, now - ABSOLUTE, now - IDLE)
        if found is None:
            return None
        user, seen = OfficeUser(found[0].id, found[0].name, found[0].language), found[1]
    if acts and now - seen >= _TOUCH_EVERY:
        with transaction(rt.db) as session:
            store.touch_session(session, key, now)
    return user


def log_out(rt: Runtime, token: str) -> None:
    with transaction(rt.db) as session:
        store.close_session(session, _key(token))


def _key(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _budgets(name: str, place: str) -> list[Budget]:
    return [
        Budget(f"login:{kind}:{_key(value.strip().lower())[:32]}", _TRIES[kind], _WINDOW)
        for kind, value in (("name", name), ("place", place))
    ]


def _password_problems(field: str, password: str) -> dict[str, str]:
    if len(password) >= LEAST_LENGTH:
        return {}
    return {field: f"a password has at least {LEAST_LENGTH} characters"}


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    """Checked when the name is unknown, so that the answer takes as long."""
    return generate_password_hash("nobody has this password")
