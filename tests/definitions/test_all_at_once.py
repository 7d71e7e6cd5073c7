"""All faults of all files come together, and what is wrong in one file makes no noise in another."""

from __future__ import annotations

from pathlib import Path

import pytest
from definitions.homes import copy_of_valid, faults_in

from nurture.definitions import load
from nurture.domain.errors import DefinitionError

ONE_IN_EACH = {
    "campaigns/fair.yaml": ("kind: event", "kind: events", "campaigns/fair.yaml:2:7 kind:"),
    "campaigns/wake-up.yaml": ("mail: welcome", "mail: wellcome", "campaigns/wake-up.yaml:9:31 steps.0.mail:"),
    "campaigns/welcome.yaml": ("gap: 3 days", "gap: 3 dayz", "campaigns/welcome.yaml:9:6 gap:"),
    "config/calendar.yaml": ("country: DE", "country: De", "config/calendar.yaml:2:21 holidays.country:"),
    "config/consent.yaml": ("kind: phone", "kind: fax", "config/consent.yaml:13:11 purposes.phone.kind:"),
    "config/content.yaml": ("[B1, B2]", "[B1, B5]", "config/content.yaml:17:18 content.guide-it.phases.1:"),
    "config/delivery.yaml": ("over: 2 weeks", "over: 2 wekks", "config/delivery.yaml:11:22 soft_bounces.over:"),
    "config/forms/fair.yaml": ("button", "bottun", "config/forms/fair.yaml:7:1 bottun:"),
    "config/forms/guide.yaml": ("offers: guide", "offers: gide", "config/forms/guide.yaml:10:9 offers:"),
    "config/forms/more.yaml": ("profile: true", "profile: yes", "config/forms/more.yaml:15:10 profile:"),
    "config/functions.yaml": ("en: IT management", "fr: IT", "config/functions.yaml:2:35 functions.it.name.fr:"),
    "config/mailing.yaml": ("gap: 2 days", "gap: 0 days", "config/mailing.yaml:1:13 caps.gap:"),
    "config/networks.yaml": ("20.30.40.0/24", "20.30.40.1/24", "config/networks.yaml:3:11 readers.0:"),
    "config/organisation.yaml": ("post@mail", "post at mail", "config/organisation.yaml:6:12 sender.address:"),
    "config/products.yaml": ("B3: P3M", "B3: P3", "config/products.yaml:7:46 products.planner.phases.B3:"),
    "config/sales.yaml": ("open_leads: 8", "open_leads: acht", "config/sales.yaml:5:138 team.bernd.open_leads:"),
    "config/scoring.yaml": ("[white-paper]", "[e-bok]", "config/scoring.yaml:24:21 behaviour.guide-read.content_kinds.0:"),
}
SIDE_BY_SIDE = {
    "config/forms/fair.yaml": "config/forms/fair.yaml:1:1 button: is missing",
    "config/functions.yaml": "config/functions.yaml:2:14 functions.it.name: has no text in en",
}
"""A misspelt key is also a missing one."""


def test_every_fault_in_every_file(tmp_path: Path) -> None:
    home = copy_of_valid(tmp_path)
    expected = sorted([place for _, _, place in ONE_IN_EACH.values()] + list(SIDE_BY_SIDE.values()))
    for file, (old, new, _) in ONE_IN_EACH.items():
        text = (home / file).read_text("utf-8")
        assert old in text
        (home / file).write_text(text.replace(old, new, 1), "utf-8")

    found = sorted(str(fault) for fault in faults_in(home))

    assert len(found) == len(expected), "\n".join(found)
    for line, place in zip(found, expected, strict=True):
        assert line.startswith(place)


@pytest.mark.parametrize("file", sorted(ONE_IN_EACH))
def test_a_file_that_cannot_be_read_makes_no_noise_elsewhere(file: str, tmp_path: Path) -> None:
    home = copy_of_valid(tmp_path)
    (home / file).write_text("a: [\n", "utf-8")
    assert [fault.file for fault in faults_in(home)] == [file]


@pytest.mark.parametrize("file", sorted(ONE_IN_EACH))
def test_a_file_that_cannot_be_read_hides_nothing(file: str, tmp_path: Path) -> None:
    """The faults of all other files are found, except those that only this file could tell."""
    home = copy_of_valid(tmp_path)
    for other, (old, new, _) in ONE_IN_EACH.items():
        text = (home / other).read_text("utf-8")
        (home / other).write_text("a: [\n" if other == file else text.replace(old, new, 1), "utf-8")
    known_by_this_file_only = {
        "config/content.yaml": {"config/forms/guide.yaml"},
        "config/organisation.yaml": {"config/functions.yaml"},
    }.get(file, set())

    found = {fault.file for fault in faults_in(home)}

    assert found == set(ONE_IN_EACH) - known_by_this_file_only


def test_the_error_counts_and_lists(tmp_path: Path) -> None:
    home = copy_of_valid(tmp_path)
    (home / "config/sales.yaml").unlink()
    (home / "config/consent.yaml").write_text("- x\n", "utf-8")
    with pytest.raises(DefinitionError) as caught:
        load(home)
    assert str(caught.value).splitlines() == [
        "2 faults in the definitions",
        "config/consent.yaml:1:1: must be a mapping (key: value), but is a list",
        "config/sales.yaml: the file is missing; create it",
    ]
