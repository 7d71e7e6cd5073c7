"""Commands as a shell calls them: output, exit codes, messages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from support.commands import ROOT, Command

from nurture.cli import main


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found.append(((*path, name), command))
        if isinstance(command, click.Group):
            found += commands(command, (*path, name))
    return found


ALL = {" ".join(path): command for path, command in commands(main)}


@pytest.mark.parametrize("name", ALL)
def test_every_command_has_a_help_with_an_example(name: str) -> None:
    result = CliRunner().invoke(main, [*name.split(), "--help"])
    assert result.exit_code == 0
    assert ALL[name].help
    assert isinstance(ALL[name], click.Group) or f"Example: nurture {name}" in result.output.replace("NURTURE_DATABASE_URL=postgresql://nurture@db/nurture ", "")  # fmt: skip


WRONG = {
    "unknown command": ["nope"],
    "unknown option": ["check", "--nope"],
    "no such file": ["import", "/nowhere.csv"],
    "no argument": ["timeline"],
    "port out of range": ["run", "--port", "99999"],
    "unknown export": ["export", "secrets"],
    "no contacts": ["simulate", "--contacts", "0"],
}


@pytest.mark.parametrize("name", WRONG)
def test_a_command_written_wrongly_ends_with_2(name: str) -> None:
    assert CliRunner().invoke(main, WRONG[name]).exit_code == 2


def test_version(shell: Command) -> None:
    assert shell("--version").stdout.startswith("nurture ")


def test_check_in_order(nurture: Command, shell: Command) -> None:
    done = shell("check")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("In order: 7 campaigns")
    assert json.loads(nurture("check", "--json").stdout) == {"ok": True, "faults": [], "mails": []}


def test_check_names_every_fault(nurture: Command, shell: Command, tmp_path: Path) -> None:
    for name in ("campaigns", "config", "mail_templates"):
        shutil.copytree(ROOT / name, tmp_path / "faulty" / name)
    for name in ("welcome-feintakt", "wakeup-feintakt"):
        with (tmp_path / "faulty" / "campaigns" / f"{name}.yaml").open("a") as file:
            file.write("\nnonsense: true\n")
    home = str(tmp_path / "faulty")
    done = nurture("check", NURTURE_HOME=home)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count(".yaml:") == 2
    assert "Traceback" not in done.stderr
    told = json.loads(nurture("check", "--json", NURTURE_HOME=home).stdout)
    assert told["ok"] is False
    assert [fault["file"] for fault in told["faults"]] == [
        "campaigns/wakeup-feintakt.yaml",
        "campaigns/welcome-feintakt.yaml",
    ]
    assert all(fault["line"] and fault["column"] and fault["message"] for fault in told["faults"])
    refused = shell("run", "--port", "0", NURTURE_HOME=home)
    assert refused.returncode == 1
    assert all(line in refused.stderr for line in done.stderr.strip().splitlines())
    assert not (tmp_path / "faulty" / "var").exists()


def test_faulty_settings_are_one_message(shell: Command) -> None:
    done = shell("run", NURTURE_LOG="xml", NURTURE_TRANSPORT="pigeon")
    assert done.returncode == 1
    assert "NURTURE_LOG: 'xml' is not possible" in done.stderr
    assert "NURTURE_TRANSPORT: 'pigeon' is not possible" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_does_not_answer_is_one_message(shell: Command) -> None:
    done = shell("timeline", "a@b.example", NURTURE_DATABASE_URL="postgresql://nobody:geheim@127.0.0.1:1/x")
    assert done.returncode == 1
    assert "the database does not answer" in done.stderr
    assert "Traceback" not in done.stderr
    assert "geheim" not in done.stderr


def test_files_that_cannot_be_used_are_one_message(nurture: Command, tmp_path: Path) -> None:
    (tmp_path / "no.db").write_text("no database at all")
    broken = nurture("timeline", "a@b.example", NURTURE_DATABASE_URL=f"sqlite:///{tmp_path / 'no.db'}")
    assert (broken.returncode, broken.stderr) == (1, "Error: the database does not answer: file is not a database\n")
    unwritable = nurture("export", "contacts", "--output", "/nowhere/contacts.csv")
    assert (unwritable.returncode, unwritable.stderr) == (1, "Error: /nowhere/contacts.csv: No such file or directory\n")


def test_import_then_timeline_then_export(nurture: Command, tmp_path: Path) -> None:
    contacts = ROOT / "docs" / "example-contacts.csv"
    would = nurture("import", str(contacts), "--dry-run")
    assert "Nothing was changed; without --dry-run it would be: 2 rows: 2 new" in would.stdout
    assert "2 rows: 2 new, 0 changed, 0 unchanged, 0 left out; 1 consents." in nurture("import", str(contacts)).stdout
    again = json.loads(nurture("import", str(contacts), "--json").stdout)
    assert (again["created"], again["unchanged"], again["consents"]) == (0, 2, 0)
    told = nurture("timeline", "Petra.Muster@muster-maschinen.example")
    assert "Muster Maschinen GmbH" in told.stdout
    facts = json.loads(nurture("timeline", "petra.muster@muster-maschinen.example", "--json", "--language", "en").stdout)
    assert facts["contact"]["function"] == "production-planning"
    out = tmp_path / "out.csv"
    assert nurture("export", "contacts", "--output", str(out)).returncode == 0
    assert out.read_bytes().startswith("\ufeffid,email".encode())
    lines = nurture("export", "consents", "--json").stdout.splitlines()
    assert [json.loads(line)["purpose"] for line in lines] == ["nurture"]
    unchanged = json.loads(nurture("import", str(out), "--json").stdout)
    assert (unchanged["created"], unchanged["faults"]) == (0, [])


def test_an_import_without_a_usable_row_ends_with_1(nurture: Command, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("E-Mail\nnope\n")
    done = nurture("import", str(tmp_path / "bad.csv"))
    assert done.returncode == 1
    assert "row 2: 'nope' is no e-mail address" in done.stdout
    (tmp_path / "bad.csv").write_bytes(b"PK\x03\x04")
    done = nurture("import", str(tmp_path / "bad.csv"))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "is an Excel workbook" in done.stderr


def test_nobody_known(nurture: Command) -> None:
    done = nurture("timeline", "nobody@nowhere.example")
    assert (done.returncode, done.stdout) == (1, "")
    assert "nobody@nowhere.example" in done.stderr


def test_users(nurture: Command, shell: Command) -> None:
    good = "a long enough password\n"
    assert shell("user", "add", "petra", stdin=good).returncode == 0
    assert "there is a user petra already" in nurture("user", "add", "petra", stdin=good).stderr
    assert nurture("user", "password", "petra", stdin=good).returncode == 0
    assert "at least 12 characters" in nurture("user", "password", "petra", stdin="short\n").stderr
    assert nurture("user", "password", "nobody", stdin=good).returncode == 1
    assert nurture("user", "add", "p", "--language", "fr", stdin=good).returncode == 2


def test_a_user_who_leaves_is_removed_and_the_last_one_only_by_force(nurture: Command, shell: Command) -> None:
    good = "a long enough password\n"
    for name in ("petra", "quirin"):
        assert nurture("user", "add", name, stdin=good).returncode == 0
    assert shell("user", "remove", "Petra").stdout == "petra can no longer log in.\n"
    assert (gone := nurture("user", "remove", "petra")).returncode == 1 and "petra" in gone.stderr
    last = nurture("user", "remove", "quirin")
    assert (last.returncode, last.stderr) == (
        1, "Error: quirin is the last user of the back office; nobody could log in any more (to do it all the same: --force)\n"
    )  # fmt: skip
    assert nurture("user", "remove", "quirin", "--force").returncode == 0
    done = [line for line in nurture("audit", "list").stdout.splitlines() if "removed" in line]
    assert len(done) == 2 and all(name in " ".join(done) for name in ("petra", "quirin"))


def test_upgrade_and_move(nurture: Command, empty_url: str, tmp_path: Path) -> None:
    assert nurture("db", "upgrade", NURTURE_DATABASE_URL=empty_url).returncode == 0
    assert nurture("db", "upgrade", NURTURE_DATABASE_URL=empty_url).returncode == 0
    assert nurture("import", str(ROOT / "docs" / "example-contacts.csv")).returncode == 0
    moved = nurture("db", "move", empty_url)
    assert (moved.returncode, moved.stderr) == (0, "")
    told = nurture("timeline", "petra.muster@muster-maschinen.example", NURTURE_DATABASE_URL=empty_url)
    assert "Muster Maschinen GmbH" in told.stdout
    assert "has rows already" in nurture("db", "move", empty_url).stderr
    assert "no database URL" in nurture("db", "move", "nonsense").stderr


def test_a_postgresql_without_tables_is_not_made_in_passing(nurture: Command, postgres_server: object) -> None:
    url = postgres_server.create("bare_cli_test").render_as_string(hide_password=False)  # type: ignore[attr-defined]
    done = nurture("export", "contacts", NURTURE_DATABASE_URL=url)
    assert done.returncode == 1
    assert "nurture db upgrade" in done.stderr
