"""Fixtures of all tests: both databases for real, the shipped example, and a house put together from them."""

from __future__ import annotations

import functools
import gc
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import URL, Engine, event
from sqlalchemy.util import LRUCache
from support import postgres, routes, schema
from support.published import Published
from support.templates import Compiled
from werkzeug.routing import Rule

from nurture.store import database
from nurture.store.database import connect

if TYPE_CHECKING:
    from nurture.engine.publication import Publication
    from nurture.engine.runtime import Runtime

HOME = Path(__file__).parents[1]
"""The folder of the shipped example: campaigns/, config/, mail_templates/."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Thousands of tests stay until the end: the garbage collector need not look through them again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
        gc.set_threshold(20_000, 10, 10)


@pytest.fixture(scope="session", autouse=True)
def _pages_compiled_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": Compiled()})
        patch.setattr(Rule, "_compile_builder", routes.compiled_once(Rule._compile_builder))
        yield


A_MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    """A Monday, ten in the morning in Berlin."""
    return A_MONDAY


# --- databases ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def _no_power_cut() -> Iterator[None]:
    """SQLite in this process does not wait for the disk: that is for the day the power fails (tests/ops/test_durable.py)."""
    sqlite = database._sqlite

    @functools.wraps(sqlite)
    def hasty(url: str, path: str | None) -> Engine:
        engine = sqlite(url, path)
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_sqlite", hasty)
        yield


def _like(kept: Engine, url: str) -> Engine:
    """Connect to ``url``. Statements are compiled once for all tests of a process (in ``kept``), not once for each test."""
    engine = connect(url)
    engine.dialect, engine._compiled_cache = kept.dialect, kept._compiled_cache
    return engine


def _created(url: str) -> Engine:
    """A database with the schema; nobody is connected any more."""
    engine = connect(url)
    schema.create(engine)
    engine.dispose()
    assert isinstance(engine._compiled_cache, LRUCache)
    engine._compiled_cache.capacity = 5000
    return engine


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    path = tmp_path_factory.mktemp("schema") / "template.db"
    engine = _created(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return engine


@pytest.fixture
def sqlite_db(_sqlite_template: Engine, tmp_path: Path) -> Iterator[Engine]:
    """A SQLite file of its own, with the schema."""
    path = tmp_path / "nurture.db"
    assert _sqlite_template.url.database
    shutil.copyfile(_sqlite_template.url.database, path)
    engine = _like(_sqlite_template, f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A PostgreSQL server; skips where there is none (in CI that is a failure)."""
    try:
        server = postgres.start()
    except postgres.NoServer as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    yield server
    server.close()


@pytest.fixture(scope="session")
def _postgres_template(postgres_server: postgres.Server) -> Iterator[Engine]:
    engine = _created(_text(postgres_server.create(_name("nurture"))))
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_db(_postgres_template: Engine) -> Iterator[Engine]:
    """A PostgreSQL database with the schema, without rows, ids from 1."""
    engine = _like(_postgres_template, _text(_postgres_template.url))
    postgres.empty(_postgres_template)  # by a connection that has seen every table before
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def db(request: pytest.FixtureRequest) -> Engine:
    """Each test runs on both databases."""
    engine: Engine = request.getfixturevalue(f"{request.param}_db")
    return engine


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without any table, on both databases."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    server: postgres.Server = request.getfixturevalue("postgres_server")
    return _text(server.create(_name("empty")))


def _name(purpose: str) -> str:
    return f"{purpose}_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


# --- the house ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def example() -> Publication:
    """What the product ships: its example company."""
    from nurture.engine.publication import load_publication

    return load_publication(HOME)


@pytest.fixture(scope="session")
def _published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return Published(tmp_path_factory.mktemp("published"))


@pytest.fixture
def make_runtime(example: Publication, _published: Published, now: datetime) -> Callable[..., Runtime]:
    """Put a house together over a database: ``make_runtime(engine, transport=…, publication=…, public_url=…)``."""
    from support.zones import TableResolver

    from nurture.delivery import MemoryTransport
    from nurture.domain.pseudonym import Pseudonyms
    from nurture.engine.publication import publish
    from nurture.engine.runtime import Runtime
    from nurture.mail.signing import Signer

    pseudonyms = Pseudonyms("a-pepper-only-for-tests-0123456789abcdef")

    def make(engine: Engine, **parts: object) -> Runtime:
        house: dict[str, object] = {
            "publication": example,
            "signer": Signer(["a-key-only-for-tests-0123456789abcdef"]),
            "transport": MemoryTransport(),
            "public_url": "https://nurture.example",
            "installation": "test",
            "pseudonyms": pseudonyms,
            "resolver": TableResolver({}),
        }
        rt = Runtime(db=engine.execution_options(seal=pseudonyms.seal), **{**house, **parts})  # type: ignore[arg-type]
        if {"publication", "pseudonyms"}.isdisjoint(parts) and now == A_MONDAY:
            _published.into(engine, lambda: publish(rt, now))
        else:
            publish(rt, now)
        return rt

    return make


@pytest.fixture
def runtime(db: Engine, make_runtime: Callable[..., Runtime]) -> Runtime:
    """The shipped example over each database, mail kept in memory."""
    return make_runtime(db)
