"""``nurture bounce explain``: told for people and for scripts, touching nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from returned.mails import OURS, failed, feedback, human, report
from returned.servers_words import GMX

from nurture.cli import main


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NURTURE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")


def explain(*arguments: str | Path, given: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["bounce", "explain", *map(str, arguments)], input=given)


def told(result: Result) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def test_a_list_with_every_field_for_scripts(tmp_path: Path) -> None:
    (tmp_path / "gmx.eml").write_bytes(GMX)
    result = explain(tmp_path / "gmx.eml", "--json")
    assert result.exit_code == 0
    (mail,) = told(result)
    why = mail.pop("why")
    assert mail == {
        "file": str(tmp_path / "gmx.eml"),
        "kind": "bounce",
        "recipients": [
            {
                "address": "petra@example.net",
                "status": None,
                "reason": "userunknown",
                "class": "invalid",
                "action": "suppress",
            }
        ],
        "message_id": OURS,
        "would": f"suppress petra@example.net, if the send log has {OURS}",
    }
    assert "mailbox unavailable" in why


ACTIONS = {
    "full": (report(failed("5.2.2", "552 mailbox full")), ["count-soft"], "count a soft bounce"),
    "blocked": (report(failed("5.7.1", "550 5.7.1 listed in a block list")), ["alarm"], "raise an alarm for the sender"),
    "no reason": (report(failed("5.0.0", "550 no")), ["nothing"], "put it on record"),
    "forwarded": (
        report(
            "Original-Recipient: rfc822; petra@example.net\n" + failed("5.1.1", "550 user unknown", "p@private.example")
        ),
        ["count-soft"],
        "count a soft bounce of petra@example.net (forwarded to p@private.example",
    ),
    "not forwarded, spelled otherwise": (
        report(
            "Original-Recipient: rfc822; p@straße.example\n"
            + failed("5.1.1", "550 user unknown", "p@xn--strae-oqa.example")
        ),
        ["suppress"],
        "suppress p@xn--strae-oqa.example",
    ),
    "delayed": (
        report(failed("4.4.1", "timed out", action="delayed"), subject="Delayed Mail"),
        ["nothing"],
        "put it on record",
    ),
    "complaint": (
        feedback("Feedback-Type: abuse\nOriginal-Rcpt-To: petra@example.net"),
        ["suppress"],
        "suppress all marketing",
    ),
    "no complaint": (
        feedback("Feedback-Type: not-spam\nOriginal-Rcpt-To: petra@example.net"),
        ["quarantine"],
        "put it in quarantine",
    ),
    "absence": (human("Bin weg", "Abwesenheitsnotiz"), [], "do nothing"),
    "left": (
        human("I no longer work here. Please contact jan@example.net.", "Automatic reply"),
        [],
        "successor: jan@example.net",
    ),
    "a responder that says stop": (human("Bitte nehmen Sie mich aus dem Verteiler.", X_Autoreply="yes"), [], "make a task"),
    "stop": (human("Bitte abmelden"), [], "pause all marketing for petra@example.net and make a task"),
    "stop in a subject of its own": (human("Danke.", "Bitte abmelden"), [], "pause all marketing for petra@example.net"),
    "answer": (human("Gern!"), [], "take it as an answer of petra@example.net"),
    "junk": (b"", [], "put it in quarantine"),
}


@pytest.mark.parametrize("case", ACTIONS)
def test_what_would_be_done(case: str) -> None:
    raw, actions, would = ACTIONS[case]
    (mail,) = told(explain("-", "--json", given=raw))
    assert [one["action"] for one in mail["recipients"]] == actions
    assert would in mail["would"]
    assert mail["why"]


def test_for_people() -> None:
    result = explain("-", given=GMX)
    assert result.stdout.splitlines()[:2] == ["-: bounce", "  petra@example.net: userunknown (invalid) -> suppress"]


def test_a_maildir_and_a_folder(tmp_path: Path) -> None:
    for name in ("cur", "new", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "cur" / "1:2,S").write_bytes(GMX)
    (tmp_path / "new" / "2").write_bytes(human("Gern"))
    (tmp_path / "tmp" / "3").write_bytes(b"half a mail")
    assert [mail["kind"] for mail in told(explain(tmp_path, "--json"))] == ["bounce", "reply"]
    assert [mail["kind"] for mail in told(explain(tmp_path / "new", "--json"))] == ["reply"]


def test_an_unreadable_file_is_named_and_the_others_are_explained(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(GMX)
    result = explain(tmp_path / "none.eml", tmp_path / "a.eml", "--json")
    assert result.exit_code == 1
    assert [mail["kind"] for mail in told(result)] == ["bounce"]
    assert result.stderr == f"Error: {tmp_path / 'none.eml'}: No such file or directory\n"


def test_without_a_file_it_is_written_wrongly() -> None:
    assert explain().exit_code == 2


NO_MAIL = {"empty": [], "of folders": ["inner/"], "of hidden files": [".mail"]}


@pytest.mark.parametrize("name", NO_MAIL)
def test_a_folder_without_mails_is_told(name: str, tmp_path: Path) -> None:
    for part in NO_MAIL[name]:
        (tmp_path / part).mkdir() if part.endswith("/") else (tmp_path / part).write_bytes(GMX)
    result, scripted = explain(tmp_path), explain(tmp_path, "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: there is no mail in {tmp_path}\n"
    assert (scripted.exit_code, told(scripted)) == (1, [])


def test_nothing_is_printed_of_nothing_that_could_be_read(tmp_path: Path) -> None:
    result = explain(tmp_path / "none.eml")
    assert (result.exit_code, result.stdout) == (1, "")


def test_a_name_that_is_no_text_is_escaped(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.eml")
    Path(path).write_bytes(GMX)
    for given in (path, str(tmp_path)):
        (mail,) = json.loads(explain(given, "--json").stdout_bytes.decode("utf-8"))
        assert mail["file"] == f"{tmp_path}/bad\\xff.eml"
