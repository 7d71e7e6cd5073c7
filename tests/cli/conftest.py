"""Running commands: as a shell would, and, quicker, in this process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.commands import ROOT, Command

from nurture.cli import main


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
def shell(environment: dict[str, str]) -> Command:
    """``shell("run", NURTURE_LOG="json")`` -> the finished process: for what only a process of its own can show."""

    def run(*arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "nurture", *arguments]
        return subprocess.run(
            command, input=stdin, capture_output=True, text=True, timeout=120, check=False, env={**environment, **variables}
        )

    return run


@pytest.fixture
def nurture(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """The same in this process. What would end in a traceback is raised here."""
    for name in [name for name in os.environ if name.startswith("NURTURE_")]:
        monkeypatch.delenv(name)

    def run(*arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        done = CliRunner(catch_exceptions=False).invoke(main, arguments, input=stdin, env={**environment, **variables})
        return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)

    return run
