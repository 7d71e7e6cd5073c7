"""Contacts from files: what comes in, what stays out and why, and that nothing happens twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, select

from nurture.domain.consent import ConsentEvent, ConsentState
from nurture.engine.import_columns import NoAddressColumn
from nurture.engine.import_report import Report
from nurture.engine.importing import import_contacts
from nurture.engine.runtime import Runtime
from nurture.engine.spreadsheet import UnreadableTable
from nurture.store import consents, contacts
from nurture.store.database import reading, transaction
from nurture.store.schema import Activity, Company, Consent, ConsentEventRow, Contact, Unit

FULL = (
    "E-Mail;Anrede;Vorname;Nachname;Firma;Funktion;Telefon;Sprache;Land;Quelle;Einwilligung am;Einwilligung Quelle;"
    "Einwilligung Wortlaut\n"
    "p.weiß@example-werk.de;Frau;Petra;Weiß;Werk Süd GmbH;Produktionsplanung;+49 231 12345;Deutsch;DE;Messe;01.02.2026;"
    "Messestand;Ja, ich möchte Post.\n"
)
ONE = "Email,First name\npetra@werk.example,Petra\n"


@pytest.fixture
def sqlite_runtime(sqlite_db: Engine, make_runtime: Callable[..., Runtime]) -> Runtime:
    return make_runtime(sqlite_db)


@pytest.fixture
def take_in(tmp_path: Path, now: datetime) -> Callable[..., Report]:
    """``take_in(rt, text or bytes)``: write a file and import it."""

    def run(rt: Runtime, content: str | bytes, **options: bool) -> Report:
        path = tmp_path / "contacts.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return import_contacts(rt, path, now, **options)

    return run


def count(rt: Runtime, model: type) -> int:
    with reading(rt.db) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def contact(rt: Runtime, address: str) -> Contact:
    with reading(rt.db) as session:
        found = contacts.by_address(session, address)
        assert found is not None
        session.expunge(found)
        return found


# --- what comes in ----------------------------------------------------------------------------------------------------


def test_a_whole_row(runtime: Runtime, take_in: Callable[..., Report], now: datetime) -> None:
    report = take_in(runtime, FULL.replace("p.weiß", "p.weiss"))
    assert (report.rows, report.created, report.consents, report.faults, report.notes) == (1, 1, 1, [], [])
    person = contact(runtime, "P.Weiss@example-werk.de")
    assert (person.salutation, person.first_name, person.last_name) == ("ms", "Petra", "Weiß")
    assert (person.function, person.phone, person.language) == ("production-planning", "+49 231 12345", "de")
    assert (person.country, person.source) == ("DE", "Messe")
    with reading(runtime.db) as session:
        company = session.scalars(select(Company)).one()
        assert (company.name, company.domain, company.country) == ("Werk Süd GmbH", "example-werk.de", "DE")
        consent = session.scalars(select(Consent)).one()
        assert (consent.purpose, consent.state) == ("nurture", ConsentState.CONFIRMED)
        entry = session.scalars(select(ConsentEventRow)).one()
        assert entry.event == ConsentEvent.IMPORTED
        assert entry.evidence["consent_wording"] == "Ja, ich möchte Post."
        assert entry.evidence["consented_at"] == "2026-01-31T23:00:00+00:00"
        assert (entry.evidence["file"], entry.evidence["row"]) == ("contacts.csv", 2)


WAYS_TO_WRITE_IT = {
    "UTF-8, semicolons": FULL.encode(),
    "UTF-8 with mark": FULL.encode("utf-8-sig"),
    "Windows-1252": FULL.encode("cp1252"),
    "commas": FULL.replace("Ja, ich", "Ja ich").replace(";", ",").encode(),
    "tabs": FULL.replace(";", "\t").encode(),
    "Windows line ends": FULL.replace("\n", "\r\n").encode("cp1252"),
    "old Macintosh line ends": FULL.replace("\n", "\r").encode(),
    "empty lines around": f"\n\n{FULL}\n;;;;\n".encode(),
    "everything quoted": "\n".join(
        ";".join(f'"{cell}"' for cell in line.split(";")) for line in FULL.splitlines()
    ).encode(),
    "English headings": FULL.replace(
        FULL.splitlines()[0],
        "email;salutation;first_name;LAST NAME;Company;function;Phone;language;country;source;Consent date;"
        "Consent source;Consent wording",
    ).encode(),
    "apostrophes before formulas": FULL.replace("+49", "'+49").encode(),
}


@pytest.mark.parametrize("name", WAYS_TO_WRITE_IT)
def test_ways_to_write_a_file(name: str, sqlite_runtime: Runtime, take_in: Callable[..., Report]) -> None:
    report = take_in(
        sqlite_runtime, WAYS_TO_WRITE_IT[name].replace("p.weiß".encode(), b"p.weiss").replace(b"p.wei\xdf", b"p.weiss")
    )
    assert (report.created, report.consents, report.faults, report.notes) == (1, 1, [], [])
    person = contact(sqlite_runtime, "p.weiss@example-werk.de")
    assert (person.last_name, person.phone) == ("Weiß", "+49 231 12345")


def test_people_of_one_domain_are_one_company_and_freemail_is_none(
    runtime: Runtime, take_in: Callable[..., Report]
) -> None:
    take_in(
        runtime,
        "E-Mail;Firma\na@werk.example;Werk GmbH\nb@werk.example;\nc@gmail.com;\nd@gmail.com;Büro Müller\ne@web.de;büro müller\n",
    )
    units = {address: contact(runtime, address).unit_id for address in ("a@werk.example", "b@werk.example", "c@gmail.com",
                                                                          "d@gmail.com", "e@web.de")}  # fmt: skip
    assert units["a@werk.example"] == units["b@werk.example"]
    assert len({units["a@werk.example"], units["c@gmail.com"], units["d@gmail.com"]}) == 3
    with reading(runtime.db) as session:
        assert sorted(session.scalars(select(Company.name))) >= ["Büro Müller", "Werk GmbH"]
        alone = session.get_one(Unit, units["c@gmail.com"])
        assert alone.company_id is None


def test_answers_to_questions_of_the_forms_come_in(sqlite_runtime: Runtime, take_in: Callable[..., Report]) -> None:
    form = next(f for f in sqlite_runtime.definitions.forms.values() if f.profile)
    asked = next(f for f in form.fields if f.kind.value == "choice" and f.options)
    assert asked.options
    value = next(iter(asked.options))
    take_in(sqlite_runtime, f"E-Mail;{asked.label['de']}\na@werk.example;{value}\n".replace(",", " "))
    person = contact(sqlite_runtime, "a@werk.example")
    assert person.answers.get(asked.name) == value or getattr(person, asked.name, None) == value


# --- again ------------------------------------------------------------------------------------------------------------


def test_a_second_import_finds_nothing_to_do(runtime: Runtime, take_in: Callable[..., Report]) -> None:
    text = FULL.replace("p.weiß", "p.weiss")
    take_in(runtime, text)
    before = [count(runtime, model) for model in (Contact, Company, Unit, ConsentEventRow, Activity)]
    again = take_in(runtime, text)
    assert (again.created, again.updated, again.unchanged, again.consents) == (0, 0, 1, 0)
    assert [count(runtime, model) for model in (Contact, Company, Unit, ConsentEventRow, Activity)] == before


def test_a_file_fills_gaps_and_replaces_only_when_told_to(sqlite_runtime: Runtime, take_in: Callable[..., Report]) -> None:
    take_in(sqlite_runtime, ONE)
    filled = take_in(sqlite_runtime, "Email,First name,Last name\npetra@werk.example,Petronella,Weiß\n")
    assert (filled.updated, contact(sqlite_runtime, "petra@werk.example").first_name) == (1, "Petra")
    assert contact(sqlite_runtime, "petra@werk.example").last_name == "Weiß"
    take_in(sqlite_runtime, "Email,First name\npetra@werk.example,Petronella\n", replace=True)
    assert contact(sqlite_runtime, "petra@werk.example").first_name == "Petronella"


def test_an_address_twice_in_a_file_is_one_contact(runtime: Runtime, take_in: Callable[..., Report]) -> None:
    report = take_in(runtime, "Email,First name,Phone\nA@werk.example,Petra,\na@WERK.example,Peter,+49 1234 567\n")
    assert (report.rows, report.created, count(runtime, Contact)) == (2, 1, 1)
    assert [(n.row, "row 2" in n.text) for n in report.notes] == [(3, True)]
    person = contact(runtime, "a@werk.example")
    assert (person.first_name, person.phone) == ("Petra", "+49 1234 567")


def test_a_dry_run_changes_nothing(runtime: Runtime, take_in: Callable[..., Report]) -> None:
    report = take_in(runtime, FULL.replace("p.weiß", "p.weiss"), dry_run=True)
    assert (report.dry_run, report.created, report.consents) == (True, 1, 1)
    assert [count(runtime, model) for model in (Contact, Company, Unit, Consent, ConsentEventRow, Activity)] == [0] * 6


# --- consent ----------------------------------------------------------------------------------------------------------

_CONSENT = "E-Mail;Einwilligung am;Einwilligung Quelle;Einwilligung Version;Einwilligung Nachweis;Einwilligung Zweck\na@werk.example;"
CONSENTS = {
    "date, source, version": ("01.02.2026;Messe;3;;", 1, ""),
    "date, source, document": ("2026-02-01;Messe;;Karte 17;", 1, ""),
    "with a time": ("2026-02-01 10:30;Messe;3;;", 1, ""),
    "ISO with a zone": ("2026-02-01T10:30:00+01:00;Messe;3;;", 1, ""),
    "two purposes by title and id": ("01.02.2026;Messe;3;;Persönliche Auswertung, nurture", 2, ""),
    "nothing said": (";;;;", 0, None),
    "no date": (";Messe;3;;", 0, "its date is missing"),
    "no source": ("01.02.2026;;3;;", 0, "where it was given is missing"),
    "no proof": ("01.02.2026;Messe;;;", 0, "wording, version or document is missing"),
    "in the future": ("01.05.2026;Messe;3;;", 0, "lies in the future"),
    "long before": ("01.02.1926;Messe;3;;", 0, "before there was"),
    "which month?": ("03/04/2025;Messe;3;;", 0, "is not clear"),
    "no date at all": ("gestern;Messe;3;;", 0, "is not clear"),
    "31 February": ("31.02.2026;Messe;3;;", 0, "is not clear"),
    "unknown purpose": ("01.02.2026;Messe;3;;Werbung", 0, "purpose 'Werbung' is not known"),
}


@pytest.mark.parametrize("name", CONSENTS)
def test_consents(name: str, sqlite_runtime: Runtime, take_in: Callable[..., Report]) -> None:
    cells, granted, note = CONSENTS[name]
    report = take_in(sqlite_runtime, _CONSENT + cells + "\n")
    assert (report.created, report.consents, count(sqlite_runtime, ConsentEventRow)) == (1, granted, granted)
    assert [note in finding.text for finding in report.notes] == ([True] if note else [])


def test_a_withdrawn_consent_is_never_revived(runtime: Runtime, take_in: Callable[..., Report], now: datetime) -> None:
    take_in(runtime, _CONSENT + "01.02.2026;Messe;3;;\n")
    with transaction(runtime.db) as session:
        consents.record(session, 1, "nurture", ConsentEvent.WITHDRAWN, now + timedelta(days=1), {})
    report = take_in(runtime, _CONSENT + "01.02.2026;Messe;4;;\n")
    assert (report.consents, "has withdrawn" in report.notes[0].text) == (0, True)
    with reading(runtime.db) as session:
        assert consents.states(session, 1) == {"nurture": ConsentState.WITHDRAWN}


def test_a_suppressed_address_stays_out(runtime: Runtime, take_in: Callable[..., Report], now: datetime) -> None:
    with transaction(runtime.db) as session:
        contacts.suppress(session, "petra@werk.example", "complained", now)
    report = take_in(runtime, "Email\nPetra@Werk.example\njohn@werk.example\n")
    assert (report.created, count(runtime, Contact)) == (1, 1)
    assert [(f.row, "complained" in f.text) for f in report.faults] == [(2, True)]


# --- what stays out ---------------------------------------------------------------------------------------------------

BAD_ROWS = {
    "no address": (";Petra", "has no e-mail address"),
    "no at sign": ("petra.werk.example;Petra", "is no e-mail address"),
    "two addresses": ("a@werk.example, b@werk.example;Petra", "is no e-mail address"),
    "with a name": ("Petra <a@werk.example>;Petra", "is no e-mail address"),
    "header injection": ('"a@werk.example\nBcc: x@y.example";Petra', "is no e-mail address"),
    "umlaut before the at": ("jürgen@werk.example;Jürgen", "is no e-mail address"),
    "very long name": (f"a@werk.example;{'x' * 200}", "first_name has 200 characters"),
    "too many cells": ("a@werk.example;Petra;Weiß;GmbH", "has 4 cells for 2 columns"),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_bad_rows_stay_out_and_good_ones_come_in(
    name: str, sqlite_runtime: Runtime, take_in: Callable[..., Report]
) -> None:
    row, reason = BAD_ROWS[name]
    report = take_in(sqlite_runtime, f"E-Mail;Vorname\ngood@werk.example;Gut\n{row}\nalso@werk.example;Auch\n")
    assert (report.rows, report.created, count(sqlite_runtime, Contact)) == (3, 2, 2)
    assert [(f.row, reason in f.text) for f in report.faults] == [(3, True)]


LEFT_OUT = {
    "function": ("Funktion", "Hausmeister", "known are"),
    "salutation": ("Anrede", "Majestät", "known are"),
    "country": ("Land", "Deutschland", "ISO 3166"),
    "language": ("Sprache", "Klingonisch", "known are de, en"),
    "time zone": ("Zeitzone", "Mitteleuropa", "Europe/Berlin"),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_is_not_understood_is_left_out_with_a_note(
    name: str, sqlite_runtime: Runtime, take_in: Callable[..., Report]
) -> None:
    heading, value, hint = LEFT_OUT[name]
    report = take_in(sqlite_runtime, f"E-Mail;{heading}\na@werk.example;{value}\n")
    assert (report.created, len(report.notes)) == (1, 1)
    assert f"{name} '{value}' left out" in report.notes[0].text
    assert hint in report.notes[0].text


BAD_FILES = {
    "empty": (b"", "is empty"),
    "only a mark": ("\ufeff".encode(), "is empty"),
    "only white space": (b" \n\n\t\n", "is empty"),
    "no address column": (b"Vorname;Nachname\nPetra;Weiss\n", "no column with e-mail addresses"),
    "no headings": (b"petra@werk.example;Petra\n", "no column with e-mail addresses"),
    "Excel workbook": (b"PK\x03\x04" + bytes(100), "is an Excel workbook"),
    "old Excel workbook": (b"\xd0\xcf\x11\xe0" + bytes(100), "is an Excel workbook"),
    "UTF-16": ("E-Mail\na@b.example\n".encode("utf-16"), "is UTF-16"),
    "NUL bytes": (b"E-Mail\na@b.example\x00\n", "NUL bytes"),
    "binary": (bytes(range(256)) * 20, "NUL bytes"),
    "no known encoding": (b"E-Mail;Name\na@b.example;\x81\x8d\n", "neither UTF-8 nor Windows-1252"),
    "a quote that never closes": (b'E-Mail;Name\na@b.example;"Petra\nb@b.example;x\n', "quotes do not fit"),
    "text behind a quote": (b'E-Mail;Name\na@b.example;"Petra"x\n', "quotes do not fit"),
    "a cell of a million characters": (b"E-Mail;Name\na@b.example;" + b"x" * 1_000_000 + b"\n", "more than 100,000"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_in_one_message(name: str, sqlite_runtime: Runtime, take_in: Callable[..., Report]) -> None:
    content, message = BAD_FILES[name]
    with pytest.raises((UnreadableTable, NoAddressColumn), match=message) as caught:
        take_in(sqlite_runtime, content)
    assert "contacts.csv" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert count(sqlite_runtime, Contact) == 0


def test_headings_without_rows_are_no_fault(sqlite_runtime: Runtime, take_in: Callable[..., Report]) -> None:
    assert take_in(sqlite_runtime, "E-Mail;Vorname\n").rows == 0


def test_columns_that_mean_nothing_are_named(sqlite_runtime: Runtime, take_in: Callable[..., Report]) -> None:
    report = take_in(sqlite_runtime, "E-Mail;Lieblingsfarbe;E-Mail\na@werk.example;blau;b@werk.example\n")
    assert report.unused_columns == ("Lieblingsfarbe", "E-Mail")


# --- size -------------------------------------------------------------------------------------------------------------


def many(rows: int) -> str:
    return "E-Mail;Nachname;Firma;Einwilligung am;Einwilligung Quelle;Einwilligung Version\n" + "".join(
        f"person{i}@firma{i % 997}.example;Müller {i};Firma {i % 997};01.02.2026;Messe;1\n" for i in range(rows)
    )


def test_the_number_of_statements_does_not_grow_with_the_rows(runtime: Runtime, take_in: Callable[..., Report]) -> None:
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        # SQLite inserts rows that shall tell their ids one by one, without a way over the network
        if runtime.db.dialect.name != "sqlite" or not statement.startswith("INSERT"):
            statements.append(statement)

    statements: list[str] = []
    event.listen(runtime.db, "before_cursor_execute", note)
    take_in(runtime, many(20))
    few = len(statements)
    statements.clear()
    take_in(runtime, many(500))
    assert len(statements) <= few + 10


def test_ten_thousand_rows(sqlite_runtime: Runtime, take_in: Callable[..., Report]) -> None:
    told: list[tuple[int, int]] = []
    path_report = take_in(sqlite_runtime, many(10_000), progress=lambda done, total: told.append((done, total)))
    assert (path_report.created, path_report.consents, count(sqlite_runtime, Company)) == (10_000, 10_000, 997)
    assert told[0] == (500, 10_000)
    assert told[-1] == (10_000, 10_000)
