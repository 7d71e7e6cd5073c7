"""The pages in front of the real engine, as the tests of the pages have them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine
from stories.world import World, berlin
from support.commands import ROOT
from web.house import House, build

from nurture import app
from nurture.engine.runtime import Runtime
from nurture.settings import load_settings

MONDAY = "2026-03-02 10:00"


@pytest.fixture
def house(sqlite_db: Engine, make_runtime: Callable[..., Runtime]) -> House:
    """The shipped example with its pages, on SQLite. Monday, 2 March 2026, ten o'clock in Berlin."""
    return build(World(make_runtime(sqlite_db), berlin(MONDAY)))


@pytest.fixture
def either_house(runtime: Runtime) -> House:
    """The same on both databases."""
    return build(World(runtime, berlin(MONDAY)))


@pytest.fixture(scope="session")
def _installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped example (as links) with a SQLite and its secrets, started once."""
    home = tmp_path_factory.mktemp("installed")
    for name in ("campaigns", "config", "mail_templates"):
        (home / name).symlink_to(ROOT / name)
    app.build(load_settings({"NURTURE_HOME": str(home)}), berlin(MONDAY)).db.dispose()
    return home


@pytest.fixture
def home(_installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of one's own, where commands find it."""
    home = shutil.copytree(_installed, tmp_path / "home", symlinks=True)
    monkeypatch.setenv("NURTURE_HOME", str(home))
    return home
