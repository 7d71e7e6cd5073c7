"""The seeded office, and a browser's view of it without a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from nurture.delivery.mailbox import MailboxTransport
from nurture.engine.login import create_user
from nurture.engine.runtime import Runtime
from nurture.web import create_app
from tests.office.seed import seed
from tests.office.serving import NAME, PASSWORD

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


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
    """An empty office with one user, served without TLS."""
    return make_runtime(sqlite_db, transport=MailboxTransport(tmp_path / "mailbox"), public_url="http://localhost")


@pytest.fixture
def seeded(house: Runtime, now: datetime) -> Runtime:
    seed(house, now)
    return house


@pytest.fixture
def app(house: Runtime, clock: Clock, now: datetime) -> Flask:
    create_user(house, NAME, PASSWORD, "de", now)
    return create_app(house, clock, mailbox=True)


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def token(page: TestResponse) -> str:
    """The CSRF token in a page."""
    found = _TOKEN.search(page.text)
    assert found is not None, "the page has no form"
    return found[1]


def log_in(browser: FlaskClient, name: str = NAME, password: str = PASSWORD) -> TestResponse:
    form = {"name": name, "password": password, "csrf_token": token(browser.get("/office/login"))}
    return browser.post("/office/login", data=form)
