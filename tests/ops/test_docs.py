"""Documents do not lie: every command in them works, every YAML in them is in order, every link leads somewhere."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from nurture.cli import main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")


@dataclass(frozen=True)
class Block:
    page: str
    language: str
    text: str
    number: int

    def __str__(self) -> str:
        return f"{self.page} {self.language} {self.number}"


BLOCKS = [
    Block(str(page.relative_to(ROOT)), found[1], found[2], number)
    for page in PAGES
    for number, found in enumerate(_BLOCK.finditer(page.read_text()), 1)
]
COMMANDS = sorted(
    {line[2:] for block in BLOCKS if block.language == "console" for line in block.text.splitlines() if line[:2] == "$ "}
)
YAML = [block for block in BLOCKS if block.language == "yaml"]
LINKS = sorted({(page, target) for page in PAGES for target in _LINK.findall(page.read_text())})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example in a folder of its own, with the documents beside it."""
    folder = tmp_path_factory.mktemp("home")
    for name in ("campaigns", "config", "mail_templates"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "docs").symlink_to(ROOT / "docs")
    return folder


def run(command: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NURTURE_")}
    return subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=300, env=environment, check=False)


def nurture(words: list[str]) -> None:
    """In this process, which is quicker; and the sums of a simulation are the same with few people in a short time."""
    smaller = {"--contacts": "10", "--days": "30"}
    arguments = [smaller.get(before, word) for before, word in zip(["", *words], words, strict=False)]
    done = CliRunner(catch_exceptions=False).invoke(main, arguments)
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_in_documents_work(command: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = shlex.split(command)
    if words[0] == "make":
        done = run(["make", "-C", str(ROOT), "--dry-run", *words[1:]], home)  # what a target does has its own tests
    elif words[0] in ("nurture", ".venv/bin/nurture"):
        for name in [name for name in os.environ if name.startswith("NURTURE_")]:
            monkeypatch.delenv(name)
        monkeypatch.chdir(home)
        nurture(words[1:])
        return
    else:
        assert words[0] == ".venv/bin/python", f"say in this test how to run {command!r}"
        done = run([sys.executable, *words[1:]], home)
    assert done.returncode == 0, done.stdout + done.stderr


def test_commands_are_written_behind_a_prompt() -> None:
    wrong = [str(block) for block in BLOCKS if block.language == "console" and not block.text.startswith("$ ")]
    assert wrong == []


@pytest.mark.parametrize("block", YAML, ids=str)
def test_yaml_in_documents_can_be_read(block: Block) -> None:
    assert yaml.safe_load(block.text) is not None  # that it is in order as well is tested where the page is


@pytest.mark.parametrize(("page", "target"), LINKS, ids=lambda value: str(value).rpartition("/")[2])
def test_links_lead_somewhere(page: Path, target: str) -> None:
    if target.endswith(".png") and not any((ROOT / "docs" / "images").glob("*.png")):
        pytest.skip("the pictures are taken at the end")
    assert (page.parent / target).exists()


TARGETS = ["setup", "run", "test", "bench", "check", "clean"]


@pytest.mark.parametrize("target", TARGETS)
def test_make_targets_exist(target: str) -> None:
    done = run(["make", "-C", str(ROOT), "--dry-run", target], ROOT)
    assert done.returncode == 0, done.stderr


def test_every_setting_is_documented() -> None:
    from nurture.settings import VARIABLES

    guide = (ROOT / "docs" / "operation.md").read_text()
    assert [name for name in VARIABLES if not name.endswith("_FILE") and f"`{name}`" not in guide] == []
