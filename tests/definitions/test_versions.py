"""A version changes with what a file says, not with how it is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from definitions.homes import VALID, copy_of_valid

from nurture.definitions import load, parse_campaign
from nurture.domain.definitions import Definitions
from nurture.domain.errors import DefinitionError

WELCOME = (VALID / "campaigns/welcome.yaml").read_text("utf-8")


@pytest.fixture(scope="module")
def valid() -> Definitions:
    return load(VALID)


def _change(home: Path, file: str, old: str, new: str) -> Definitions:
    text = (home / file).read_text("utf-8")
    assert old in text
    (home / file).write_text(text.replace(old, new, 1), "utf-8")
    return load(home)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: welcome\n", "# a comment\nkind:   'welcome'\n\n"),
        ("campaign: welcome\nkind: welcome\n", "kind: welcome\ncampaign: welcome\n"),
        ("title: {de: Willkommen, en: Welcome}", "title:\n  en: Welcome\n  de: Willkommen"),
        ("window: {days: [tue, wed, thu]", "window: {\n  days: [\n    tue, wed, thu\n  ]"),
    ],
    ids=["comments and quotes", "order of keys", "flow and block", "line breaks in brackets"],
)
def test_layout_does_not_count(valid: Definitions, old: str, new: str) -> None:
    assert old in WELCOME
    campaign = parse_campaign(WELCOME.replace(old, new), "campaigns/welcome.yaml", valid.calendar)
    assert campaign.version == valid.campaigns["welcome"].version


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("wait: 5 days", "wait: 6 days"),
        ("en: Welcome", "en: Welcome!"),
        ("priority: 60", "priority: 61"),
        ("days: [tue, wed, thu]", "days: [wed, tue, thu]"),
    ],
    ids=["duration", "text", "number", "order of a list"],
)
def test_content_counts(valid: Definitions, old: str, new: str) -> None:
    campaign = parse_campaign(WELCOME.replace(old, new), "campaigns/welcome.yaml", valid.calendar)
    assert campaign.version != valid.campaigns["welcome"].version


def test_versions_are_16_hex_digits(valid: Definitions) -> None:
    versions = [valid.version, valid.scoring.version]
    versions += [campaign.version for campaign in valid.campaigns.values()]
    versions += [form.version for form in valid.forms.values()]
    assert all(len(version) == 16 and int(version, 16) >= 0 for version in versions)
    assert len(set(versions)) == len(versions)


def test_order_of_options_counts_for_a_form(valid: Definitions, tmp_path: Path) -> None:
    options = "      one: {de: eins, en: one}\n      many: {de: mehrere, en: several}\n"
    turned = "      many: {de: mehrere, en: several}\n      one: {de: eins, en: one}\n"
    changed = _change(copy_of_valid(tmp_path), "config/forms/more.yaml", options, turned)
    assert changed.forms["more"].version != valid.forms["more"].version
    assert changed.forms["guide"].version == valid.forms["guide"].version


def test_any_file_changes_the_version_of_all(valid: Definitions, tmp_path: Path) -> None:
    changed = _change(copy_of_valid(tmp_path), "config/sales.yaml", "open_leads: 8", "open_leads: 9")
    assert changed.version != valid.version
    assert changed.campaigns == valid.campaigns


def test_a_stored_version_may_refer_to_what_is_gone(valid: Definitions) -> None:
    source = WELCOME.replace("mail: welcome", "mail: gone").replace("product: planner", "product: gone")
    campaign = parse_campaign(source, "campaigns/welcome.yaml", valid.calendar)
    assert campaign.product == "gone"


def test_a_stored_version_must_still_have_its_shape(valid: Definitions) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_campaign(WELCOME.replace("go: more", "go: mor"), "stored/welcome.yaml", valid.calendar)
    assert str(caught.value.faults[0]) == (
        "stored/welcome.yaml:23:48 steps.3.go: there is no step 'mor'; did you mean 'more'?"
    )
