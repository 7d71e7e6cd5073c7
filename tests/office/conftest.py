"""The seeded office, and a browser's view of it without a browser."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from nurture.delivery.mailbox import MailboxTransport
from nurture.engine import login
from nurture.engine.login import create_user, has_users
from nurture.engine.runtime import Runtime
from nurture.web import create_app
from tests.office.seed import seed
from tests.office.serving import NAME, PASSWORD

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


Filled = Callable[[str, Runtime, Callable[[], None]], Runtime]


@pytest.fixture(scope="session", autouse=True)
def _hashed_once() -> Iterator[None]:
    """Hashing a password is slow on purpose; here the same question gets the answer it got before."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("generate_password_hash", "check_password_hash"):
            patch.setattr(login, name, cache(getattr(login, name)))
        yield


@pytest.fixture(scope="session")
def filled() -> Iterator[Filled]:
    """``filled("seed", rt, fill)``: fills a fresh database; once on SQLite, of which everybody then gets a copy."""
    kept: dict[str, sqlite3.Connection] = {}

    def of(name: str, rt: Runtime, fill: Callable[[], None]) -> Runtime:
        if rt.db.dialect.name != "sqlite":
            fill()
            return rt
        fresh = name not in kept
        if fresh:
            fill()
            kept[name] = sqlite3.connect(":memory:")
        connection = rt.db.raw_connection()
        here = connection.driver_connection
        assert isinstance(here, sqlite3.Connection)
        source, target = (here, kept[name]) if fresh else (kept[name], here)
        source.backup(target)
        connection.close()
        return rt

    yield of
    for copy in kept.values():
        copy.close()


class Clock:
    """A clock that tests set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def house(sqlite_db: Engine, make_runtime: Callable[..., Runtime], tmp_path: Path) -> Runtime:
    """An empty office, served without TLS."""
    return make_runtime(sqlite_db, transport=MailboxTransport(tmp_path / "mailbox"), public_url="http://localhost")


@pytest.fixture
def seeded(house: Runtime, now: datetime, filled: Filled) -> Runtime:
    def fill() -> None:
        one_user(house, now)
        seed(house, now)

    return filled("seed", house, fill)


@pytest.fixture
def app(house: Runtime, clock: Clock, now: datetime) -> Flask:
    one_user(house, now)
    return create_app(house, clock, mailbox=True)


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def token(page: TestResponse) -> str:
    """The CSRF token in a page."""
    found = _TOKEN.search(page.text)
    assert found is not None, "the page has no form"
    return found[1]


def one_user(rt: Runtime, now: datetime) -> None:
    """Somebody who can log in."""
    if not has_users(rt):
        create_user(rt, NAME, PASSWORD, "de", now)


def log_in(browser: FlaskClient, name: str = NAME, password: str = PASSWORD) -> TestResponse:
    form = {"name": name, "password": password, "csrf_token": token(browser.get("/office/login"))}
    return browser.post("/office/login", data=form)
