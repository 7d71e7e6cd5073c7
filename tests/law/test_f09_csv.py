"""F9: no cell of anything we give out as CSV is a formula; what we import again is what it was."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from stories.world import berlin

from nurture.engine import export, rights
from nurture.engine.runtime import Runtime
from nurture.engine.spreadsheet import protect, unprotect, write_row
from nurture.store import contacts
from nurture.store.database import transaction

TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NOW = berlin("2026-03-02 10:00")


@pytest.mark.parametrize("trigger", TRIGGERS, ids=ascii)
def test_f9_a_formula_becomes_text_and_comes_back(trigger: str) -> None:
    cell = f'{trigger}cmd|" /C calc"!A0'
    assert protect(cell) == f"'{cell}"
    assert unprotect(protect(cell)) == cell
    assert next(csv.reader(io.StringIO(write_row([cell, "x"]), newline=""))) == [f"'{cell}", "x"]


@pytest.mark.parametrize("cell", ["", "a=b", "'quoted'", "5 + 3", "müller"])
def test_f9_everything_else_stays(cell: str) -> None:
    assert protect(cell) == cell


def test_f9_no_cell_that_we_give_out_is_a_formula(sqlite_db: Engine, make_runtime: Callable[..., Runtime]) -> None:
    rt = make_runtime(sqlite_db)
    told = {"first_name": "=1+1", "last_name": "＝HYPERLINK(1)", "company": "@SUM(A1)", "phone": "+49 231 123456",
            "message": "-2+3\n=cmd"}  # fmt: skip
    with transaction(rt.db) as session:
        person, _ = contacts.save(session, contacts.Person("max@firma.example", "de", "+source", told), NOW)
    files = {"contacts": "".join(export.export(rt, "contacts", "csv"))}
    with zipfile.ZipFile(io.BytesIO(rights.bundle(rt, person.id, "en", NOW))) as copy:
        files |= {name: copy.read(name).decode("utf-8-sig") for name in copy.namelist() if name.endswith(".csv")}
    assert len(files) >= 2
    for name, text in files.items():
        cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
        assert not [cell for cell in cells if cell.startswith(TRIGGERS)], name
        assert "'=1+1" in cells or name != "contacts"
