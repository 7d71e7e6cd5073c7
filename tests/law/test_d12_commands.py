"""D12 by the command line: exit codes, JSON, and nobody erased without saying so."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from law.people import ZDENKA

from nurture.cli import main

ROOT = Path(__file__).parents[2]
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Commands in a house of their own, with one contact."""
    for name in ("campaigns", "config", "mail_templates"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.setenv("NURTURE_HOME", str(tmp_path))
    monkeypatch.delenv("NURTURE_DATABASE_URL", raising=False)

    def command(*arguments: str, stdin: str = "") -> Result:
        return CliRunner(catch_exceptions=False).invoke(main, arguments, input=stdin)

    people = tmp_path / "people.csv"
    people.write_text(f"E-Mail;Vorname\n{ZDENKA.address};{ZDENKA.first}\n", "utf-8")
    assert command("import", str(people)).exit_code == 0
    return command


def test_d12_requests_are_opened_listed_extended_and_settled(run: Run) -> None:
    opened = json.loads(run("rights", "open", "access", ZDENKA.address, "--channel", "letter", "--json").stdout)
    assert (opened["state"], opened["overdue"]) == ("open", False)
    assert [case["id"] for case in json.loads(run("rights", "list", "--state", "open", "--json").stdout)] == [opened["id"]]
    assert run("rights", "extend", str(opened["id"]), "Archiv").exit_code == 0
    assert "done" in run("rights", "settle", str(opened["id"]), "per Brief beantwortet").stdout
    assert run("rights", "settle", str(opened["id"]), "noch einmal").exit_code == 1
    assert run("rights", "open", "access", ZDENKA.address, "--on", "2999-01-01").exit_code == 2
    assert run("rights", "open", "access", "keine-adresse").exit_code == 1


def test_d12_the_copy_is_written_for_its_owner_only(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "copy.zip"
    assert run("rights", "export", ZDENKA.address, "--out", str(out)).exit_code == 0
    assert out.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(out) as copy:
        assert ZDENKA.first in copy.read("data.json").decode()
    assert run("rights", "export", "niemand@firma.example", "--out", str(out)).exit_code == 1


def test_d12_nobody_is_erased_without_saying_so(run: Run) -> None:
    assert run("erase", ZDENKA.address, stdin="n\n").exit_code == 1
    done = json.loads(run("erase", ZDENKA.address, "--yes", "--json").stdout)
    assert (done["rows"]["contacts"], done["finished"]) == (1, True)
    again = run("erase", ZDENKA.address, "--yes")
    assert again.exit_code == 1
    assert "it was erased on" in again.stderr


def test_d12_a_restored_backup_does_not_bring_back_who_was_erased(run: Run, tmp_path: Path) -> None:
    database, marks = tmp_path / "var" / "nurture.db", tmp_path / "erased.txt"
    backup = tmp_path / "backup.db"
    with sqlite3.connect(database) as source, sqlite3.connect(backup) as target:
        source.backup(target)
    assert run("erase", ZDENKA.address, "--yes").exit_code == 0
    assert run("rights", "erased", "--out", str(marks)).stdout.startswith("1 marks")
    assert ZDENKA.address.partition("@")[0] not in marks.read_text("utf-8")

    for left in database.parent.glob("nurture.db*"):
        left.unlink()
    backup.rename(database)
    assert run("timeline", ZDENKA.address).exit_code == 0, "the backup knows them"
    assert run("rights", "erase-again", str(marks), stdin="n\n").exit_code == 1
    assert "1 people" in run("rights", "erase-again", str(marks), "--yes").stdout
    assert run("timeline", ZDENKA.address).exit_code == 1
    assert "0 people" in run("rights", "erase-again", str(marks), "--yes").stdout, "safe to repeat"


def test_d12_a_file_that_holds_no_marks_names_every_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "erased.txt"
    file.write_text(f"# marks\nhmac:{'0' * 64} 2026-01-01\n{ZDENKA.address}\n\nhmac:123\n", "utf-8")
    said = run("rights", "erase-again", str(file), "--yes")
    assert said.exit_code == 1
    assert "line 3: does not begin with a mark" in said.stderr
    assert "line 5: does not begin with a mark" in said.stderr
    assert run("timeline", ZDENKA.address).exit_code == 0
