"""Running commands as a shell would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.commands import ROOT, Command


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with the shipped example (as links: nothing of it is written) and a ``var`` of its own."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name in ("campaigns", "config", "mail_templates"):
        (folder / name).symlink_to(ROOT / name)
    return folder


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """The environment of commands: nothing of ours but the home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NURTURE_")}
    return {**kept, "NURTURE_HOME": str(home), "PYTHONWARNINGS": "error", "LC_ALL": "C.UTF-8"}


@pytest.fixture
def nurture(environment: dict[str, str]) -> Command:
    """``nurture("check", "--json", NURTURE_LOG="json")`` -> the finished process."""

    def run(*arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "nurture.cli", *arguments]
        return subprocess.run(
            command, input=stdin, capture_output=True, text=True, timeout=120, check=False, env={**environment, **variables}
        )

    return run
