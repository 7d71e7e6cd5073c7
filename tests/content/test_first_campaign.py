"""The guide "Your first campaign": what it tells to type makes a campaign that the check accepts."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from nurture.domain.errors import DefinitionError
from nurture.engine.mail_check import check_mails
from nurture.engine.publication import load_publication
from nurture.mail.library import Library

HOME = Path(__file__).parents[2]
GUIDE = HOME / "docs" / "marketing" / "first-campaign.md"
BLOCK = re.compile(
    r"^```(?:yaml|jinja)\n(?P<text>(?:# |\{# )(?P<path>[\w/.-]+)(?P<append> \(append\))?(?: #\})?\n.*?)^```", re.M | re.S
)
"""A file as the guide shows it: its first line, a comment, names it. Readers may copy that line or not."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A copy of the example with everything in it that the guide tells to write."""
    for folder in ("campaigns", "config", "mail_templates"):
        shutil.copytree(HOME / folder, tmp_path / folder, ignore=shutil.ignore_patterns("source"))
    for block in BLOCK.finditer(GUIDE.read_text("utf-8")):
        target = tmp_path / block["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        before = target.read_text("utf-8") if block["append"] else ""
        target.write_text(before + block["text"], "utf-8")
    return tmp_path


def test_every_file_of_the_guide_is_found() -> None:
    paths = [block["path"] for block in BLOCK.finditer(GUIDE.read_text("utf-8"))]
    assert len(paths) == 7
    assert {path.split("/")[0] for path in paths} == {"campaigns", "config", "mail_templates"}


def test_the_guide_makes_a_valid_campaign(home: Path) -> None:
    publication = load_publication(home)
    definitions = publication.definitions
    assert definitions.campaigns["welcome-confirmed-dates"].entry.forms == ("confirmed-dates",)
    assert definitions.forms["confirmed-dates"].offers == "confirmed-dates"
    written = Library(t for t in publication.library.templates() if t.mail.startswith("confirmed-dates"))
    assert written.mails()
    assert check_mails(replace(publication, library=written)) == []


def test_the_fault_shown_in_the_guide_is_the_real_one(home: Path) -> None:
    campaign = home / "campaigns" / "welcome-confirmed-dates.yaml"
    campaign.write_text(campaign.read_text("utf-8").replace("{clicked: {step: hello}}", "{clicked: {step: helo}}"), "utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_publication(home)
    shown = next(line for line in GUIDE.read_text("utf-8").splitlines() if line.startswith("campaigns/") and ":" in line)
    assert shown in str(caught.value)
