"""``nurture check`` and the mails: written as they would be sent, judged, told with their places."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from click.testing import CliRunner

from nurture.cli import main
from nurture.engine.mail_check import check_mails
from nurture.engine.publication import Publication
from nurture.engine.specimens import LONGEST, PUBLIC_URL, USUAL, Example, examples
from nurture.mail.library import Library, load_library
from nurture.mail.lint import RULES, Level

ROOT = Path(__file__).parents[3]
MAIL = "mail_templates/welcome-feintakt/any/any/de.html.j2"
PARTS = "mail_templates/layout/parts.html.j2"


@pytest.fixture(scope="module")
def letters(example: Publication) -> dict[tuple[str, bool], Example]:
    """(mail, of the longest reader) -> letter, of one mail of each kind."""
    wanted = ("welcome-feintakt/any/any/de", "wakeup-feintakt/any/any/de", "service/opt-in/de", "service/dossier/en")
    few = Library(template for template in example.library.templates() if template.name in wanted)
    found = {(e.template.name, e.reader.longest): e for e in examples(replace(example, library=few))}
    assert {name for name, _ in found} == set(wanted)
    return found


def test_letters_are_written_with_the_longest_names(letters: dict[tuple[str, bool], Example]) -> None:
    assert len(LONGEST.first_name) == len(LONGEST.last_name) == 120
    assert (len(LONGEST.company), len(LONGEST.address)) == (200, 254)
    nurture, dossier = letters["welcome-feintakt/any/any/de", True], letters["service/dossier/en", True]
    assert f"Herr {LONGEST.last_name}," in nurture.letter.text
    assert LONGEST.address in nurture.letter.text
    assert LONGEST.company.replace("&", "&amp;").strip() in dossier.letter.html.replace("&#246;", "ö")
    assert len(dossier.raw) > 2.5 * len(letters["service/dossier/en", False].raw)


def test_letters_are_whole_mails_with_real_links(letters: dict[tuple[str, bool], Example]) -> None:
    usual = letters["welcome-feintakt/any/any/de", False]
    message = message_from_bytes(usual.raw, policy=policy.default)
    assert message["To"] == f"{USUAL.first_name} {USUAL.last_name} <{USUAL.address}>"
    assert message["List-Unsubscribe"] == f"<{usual.unsubscribe}>"
    assert usual.letter.text.count(f"{PUBLIC_URL}/l/42.") == 3
    assert len(PUBLIC_URL) > 70
    assert "„Lastenheft\nFeinplanung:" in letters["wakeup-feintakt/any/any/de", True].letter.text


def test_check_tells_errors_and_warnings_and_fails(tmp_path: Path) -> None:
    for name in ("campaigns", "config", "mail_templates"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("source"))
    _change(tmp_path / MAIL, "{% endblock %}", '<p style="color:#7c8484">Blass und grau</p>\n{% endblock %}')
    _change(tmp_path / PARTS, "padding:13px 28px", "padding:5px 28px")
    done = CliRunner().invoke(main, ["check", "--json"], env={"NURTURE_HOME": str(tmp_path)})
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert (told["ok"], told["faults"]) == (False, [])
    lines = {path: (tmp_path / path).read_text("utf-8").splitlines() for path in (MAIL, PARTS)}
    assert [(m["rule"], m["level"], m["file"]) for m in told["mails"]] == [
        ("contrast", "error", MAIL),
        ("contrast", "error", MAIL),
        ("button", "warning", PARTS),
    ]
    light, dark, button = told["mails"]
    assert "Blass und grau" in lines[MAIL][light["line"] - 1]
    assert light["message"] == "in light, #7c8484 on #fffdfa has a contrast of 3.8 : 1: “Blass und grau”"
    assert light["mails"] == dark["mails"] == ["welcome-feintakt/any/any/de"]
    assert "padding:5px 28px" in lines[PARTS][button["line"] - 1]
    assert len(button["mails"]) > 50


def test_a_mail_that_cannot_be_written_is_told_like_everything_else(example: Publication, tmp_path: Path) -> None:
    for part in ("layout", "service", "welcome-feintakt"):
        shutil.copytree(ROOT / "mail_templates" / part, tmp_path / "mail_templates" / part)
    _change(tmp_path / MAIL, "{{ greeting }}", "{{ event.name }}")
    (verdict,) = check_mails(replace(example, library=load_library(tmp_path / "mail_templates")))
    found = verdict.finding
    assert (found.rule, found.level, found.file, found.line) == ("written", Level.ERROR, MAIL, 5)
    assert "'None' has no attribute 'name'" in found.message


LONG = {
    "too long for everybody": ("x" * 85 * 1024, [("size", "warning", "the html has 95 KB, Gmail cuts it at 102")]),
    "too long for the longest": (
        "x" * 75 * 1024 + "{{ greeting }}" * 40,
        [("size", "warning", "the html has 91 KB with the longest names and links, Gmail cuts it at 102")],
    ),
    "worse for the longest": (
        "x" * 85 * 1024 + "{{ greeting }}" * 60,
        [("size", "error", "the html has 104 KB with the longest names and links, Gmail cuts it at 102")],
    ),
}


@pytest.mark.parametrize("name", LONG)
def test_a_fault_is_told_once_for_all_readers(example: Publication, tmp_path: Path, name: str) -> None:
    for part in ("layout", "service", "welcome-feintakt"):
        shutil.copytree(ROOT / "mail_templates" / part, tmp_path / "mail_templates" / part)
    more, wanted = LONG[name]
    _change(tmp_path / MAIL, "{% endblock %}", f'<div title="{more}"></div>\n{{% endblock %}}')
    found = check_mails(replace(example, library=load_library(tmp_path / "mail_templates")))
    assert [(v.finding.rule, v.finding.level.value, v.finding.message) for v in found] == wanted


def _change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_the_rules_can_be_asked_for() -> None:
    told = CliRunner().invoke(main, ["check", "--rules"]).stdout
    assert [line.split()[0] for line in told.splitlines() if line[:1].strip()] == list(RULES)
    listed = json.loads(CliRunner().invoke(main, ["check", "--rules", "--json"]).stdout)
    assert [rule["name"] for rule in listed] == list(RULES)


def test_every_rule_is_in_the_guide() -> None:
    guide = (ROOT / "docs" / "marketing" / "mails.md").read_text("utf-8")
    assert [name for name in RULES if f"`{name}`" not in guide] == []
