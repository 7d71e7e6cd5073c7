"""Every kind of mistake is found, at its exact place, with a sentence that helps, and without follow-up faults."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from definitions.broken import CASES, Case
from definitions.homes import copy_of_valid, faults_in


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_exactly_these_faults(case: Case, tmp_path: Path) -> None:
    home = copy_of_valid(tmp_path)
    change(home / case.file, case)

    found = [str(fault) for fault in faults_in(home)]

    assert len(found) == len(case.faults), "\n".join(found)
    for line, expected in zip(found, case.faults, strict=True):
        assert line.startswith(expected)


def change(path: Path, case: Case) -> None:
    """Do to ``path`` what ``case`` says."""
    if case.new is None:
        path.unlink()
    elif case.old is None:
        if path.parent.suffix == ".yaml":  # a folder in the place of a file
            path.parent.unlink()
            path.parent.mkdir()
        path.write_bytes(_bytes(case.new))
    else:
        before = path.read_bytes()
        assert _bytes(case.old) in before, f"{case.file} does not contain {case.old!r}"
        path.write_bytes(before.replace(_bytes(case.old), _bytes(case.new), 1))


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def test_names_of_cases_differ() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 80


def test_missing_templates_are_named_cell_by_cell(tmp_path: Path) -> None:
    home = copy_of_valid(tmp_path)
    mail = home / "mail_templates/bottlenecks"
    for cell in ("it/any", "planning/b1", "planning/b3"):
        shutil.copytree(mail / "any/any", mail / cell)
    shutil.rmtree(mail / "any")

    found = [str(fault) for fault in faults_in(home)]

    assert found == [
        f"campaigns/welcome.yaml:23:31 steps.3.mail: the mail 'bottlenecks' has no {language}.html.j2 with {language}.txt.j2 "
        "for planning in B2; contacts without a function in B1, B2, B3; "
        "looked in mail_templates/bottlenecks/ for planning/b2, planning/any, any/b2, any/any"
        for language in ("de", "en")
    ]


def test_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    home = copy_of_valid(tmp_path)
    file = home / "campaigns/welcome.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert faults_in(home) == ()


def test_windows_line_ends_are_no_fault(tmp_path: Path) -> None:
    home = copy_of_valid(tmp_path)
    for file in home.rglob("*.yaml"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert faults_in(home) == ()


def test_empty_home_names_every_missing_file(tmp_path: Path) -> None:
    found = faults_in(tmp_path)
    assert [fault.file for fault in found] == sorted(
        f"config/{name}.yaml"
        for name in (
            "organisation", "calendar", "functions", "products", "content", "consent", "scoring", "sales", "mailing",
        )
    )  # fmt: skip
    assert all("is missing" in fault.message for fault in found)
