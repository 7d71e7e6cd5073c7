"""What is given out: complete, safe to open in a spreadsheet, and readable again."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path

import pytest

from nurture.domain.errors import NotFound
from nurture.engine.export import WHAT, export
from nurture.engine.importing import import_contacts
from nurture.engine.runtime import Runtime
from nurture.engine.spreadsheet import protect, unprotect, write_row
from nurture.store.database import transaction
from nurture.store.schema import Company, Contact, Unit

FORMULAS = {
    "equals": '=HYPERLINK("http://evil.example";"x")',
    "plus": "+49 231 123",
    "minus": "-1+cmd|' /C calc'!A0",
    "at": "@SUM(A1)",
    "tab": "\t=1+1",
    "return": "\r=1+1",
}


@pytest.mark.parametrize("name", FORMULAS)
def test_formulas_become_text_and_come_back(name: str) -> None:
    cell = FORMULAS[name]
    assert protect(cell) == f"'{cell}"
    assert unprotect(protect(cell)) == cell
    assert next(csv.reader(io.StringIO(write_row([cell, "x"]), newline=""))) == [f"'{cell}", "x"]


@pytest.mark.parametrize("cell", ["", "Weiß", "'quoted'", "O'Neill", "a=b", "1", "Zeile\nzwei", 'sagt "ja"'])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert protect(cell) == unprotect(cell) == cell
    assert next(csv.reader(io.StringIO(write_row([cell, "x"]), newline=""))) == [cell, "x"]


def add_contacts(rt: Runtime, count: int, now: datetime) -> None:
    with transaction(rt.db) as session:
        company = Company(name="=Werk", domain="werk.example", created_at=now)
        session.add(company)
        session.flush()
        session.add(unit := Unit(company_id=company.id, name="Werk", created_at=now))
        session.flush()
        for i in range(count):
            session.add(
                Contact(address=f"p{i}@werk.example", address_key=f"p{i}@werk.example", unit_id=unit.id, language="de",
                        phone="+49 231 123", answers={"topic": "Ä", "company": "=Werk"}, created_at=now)
            )  # fmt: skip


def test_contacts_as_csv(runtime: Runtime, now: datetime) -> None:
    add_contacts(runtime, 2501, now)
    text = "".join(export(runtime, "contacts", "csv"))
    assert text.startswith("\ufeffid,email,")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert [int(row["id"]) for row in rows] == list(range(1, 2502))
    assert (rows[0]["phone"], rows[0]["company"], rows[0]["answers"]) == (
        "'+49 231 123",
        "'=Werk",
        '{"topic": "Ä", "company": "=Werk"}',
    )
    assert rows[0]["created_at"] == "2026-03-02T09:00:00+00:00"


def test_contacts_as_json(runtime: Runtime, now: datetime) -> None:
    add_contacts(runtime, 2, now)
    rows = [json.loads(line) for line in export(runtime, "contacts", "json")]
    assert [row["email"] for row in rows] == ["p0@werk.example", "p1@werk.example"]
    assert (rows[0]["phone"], rows[0]["answers"], rows[0]["first_name"]) == (
        "+49 231 123",
        {"topic": "Ä", "company": "=Werk"},
        None,
    )


@pytest.mark.parametrize("what", [what for what in WHAT if what != "audit"])
def test_nothing_stored_gives_nothing(what: str, runtime: Runtime) -> None:
    assert list(export(runtime, what, "json")) == []


def test_what_there_is_not(runtime: Runtime) -> None:
    with pytest.raises(NotFound, match="secrets as csv"):
        list(export(runtime, "secrets", "csv"))


def test_what_was_exported_can_be_imported_again(runtime: Runtime, now: datetime, tmp_path: Path) -> None:
    add_contacts(runtime, 3, now)
    (tmp_path / "contacts.csv").write_text("".join(export(runtime, "contacts", "csv")), newline="")
    report = import_contacts(runtime, tmp_path / "contacts.csv", now)
    assert (report.created, report.unchanged, report.faults, report.notes) == (0, 3, [], [])
