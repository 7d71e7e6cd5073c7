"""The shipped example with its pages, on both databases; its definitions can be changed while it runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from stories.world import World, berlin
from support.commands import ROOT
from web.house import House, build

from nurture.engine.publication import load_publication, publish
from nurture.engine.runtime import Runtime

Change = Callable[[Path], None]
Edit = Callable[[Change], None]


@pytest.fixture
def world(runtime: Runtime) -> World:
    """Monday, 2 March 2026, ten o'clock in Berlin."""
    return World(runtime, berlin("2026-03-02 10:00"))


@pytest.fixture
def house(world: World) -> House:
    return build(world)


@pytest.fixture
def edit(world: World, tmp_path: Path) -> Edit:
    """Change a copy of the example; the running house takes it up."""

    def edit(change: Change) -> None:
        home = tmp_path / "home"
        for folder in ("campaigns", "config", "mail_templates"):
            shutil.copytree(ROOT / folder, home / folder)
        change(home)
        world.rt.publication = load_publication(home)
        publish(world.rt, world.now)

    return edit
