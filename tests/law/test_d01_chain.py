"""D1: whatever is altered, removed, exchanged or added in the ledger shows, and the entry is named."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from law.test_d01_ledger import ANNA, BEN, person, rows, say
from sqlalchemy import delete, insert, update

from nurture import app
from nurture.cli import main
from nurture.domain import audit, chain
from nurture.domain.pseudonym import Pseudonyms
from nurture.engine import consent_check
from nurture.engine.runtime import Runtime
from nurture.settings import load_settings
from nurture.store import chains, contacts, ledger
from nurture.store.database import connect, transaction
from nurture.store.ledger import Removal
from nurture.store.schema import AuditEntry, ChainEnd, ConsentEventRow

E = ConsentEventRow
LENGTH = 9
WHO = audit.user("dpo")


@pytest.fixture
def ledger_of_two(runtime: Runtime, now: datetime) -> Runtime:
    """Nine entries: Anna's 1 to 3, Ben's 4, Anna's 5 and 6 (another purpose), Ben's erasure 7, Anna's 8 and 9."""
    anna, ben = person(runtime, ANNA, now), person(runtime, BEN, now)
    say(runtime, anna, now, "asked", "mailed", "confirmed")
    say(runtime, ben, now, "imported")
    say(runtime, anna, now + timedelta(minutes=1), "asked", "confirmed", purpose="tracking")
    with transaction(runtime.db) as session:
        ledger.redact(session, Removal.ERASED, now, subjects=[runtime.pseudonyms.mark(BEN)])
        contacts.remove(session, ben)
    say(runtime, anna, now + timedelta(days=1), "withdrawn", purpose="tracking")
    say(runtime, anna, now + timedelta(days=2), "withdrawn")
    assert len(rows(runtime)) == LENGTH
    return runtime


def found(rt: Runtime, now: datetime, **how: Any) -> list[tuple[int | None, str]]:
    return [(f.number, f.kind) for f in consent_check.check(rt, WHO, now, **how).findings]


def change(rt: Runtime, which: int, **values: Any) -> None:
    with transaction(rt.db) as session:
        session.execute(update(E).where(E.number == which).values(values))


def test_d1_a_ledger_as_it_was_written_has_no_faults(ledger_of_two: Runtime, now: datetime) -> None:
    report = consent_check.check(ledger_of_two, WHO, now)
    assert (report.intact, report.entries, report.removed, report.findings) == (True, LENGTH, 1, [])
    assert report.end == f"9:{rows(ledger_of_two)[-1].hash}"


HEX = "f" * 64
ALTERED: dict[str, Any] = {
    "subject": "hmac:" + HEX,
    "purpose": "phone",
    "event": "renewed",
    "at": datetime.fromisoformat("2020-01-01T00:00:00+00:00"),
    "content": HEX,
    "hash": HEX,
    "previous": HEX,
    "own_previous": HEX,
    "redacted": 7,
    "evidence": {"via": "else", "salt": "00"},
}


def test_d1_every_altered_column_is_found(ledger_of_two: Runtime, now: datetime) -> None:
    """Of the first entry, one whose evidence was removed, the one that says so, and the last."""
    rt, kept = ledger_of_two, {row.number: row for row in rows(ledger_of_two)}
    for number in (1, 4, 7, 9):
        for column, other in ALTERED.items():
            if (number, column) == (4, "redacted"):
                continue  # it is 7 already
            change(rt, number, **{column: other})
            assert number in [at for at, _ in found(rt, now)], (number, column)
            change(rt, number, **{column: getattr(kept[number], column)})
    assert found(rt, now) == []


def test_d1_an_entry_put_down_to_somebody_else_is_found(ledger_of_two: Runtime, now: datetime) -> None:
    rt = ledger_of_two
    with transaction(rt.db) as session:
        stranger = contacts.save(session, contacts.Person("stranger@firma.example", "de"), now)[0].id
    for row in rows(rt):
        change(rt, row.number, contact_id=stranger)
        assert row.number in [at for at, _ in found(rt, now)]
        change(rt, row.number, contact_id=row.contact_id)
    assert found(rt, now) == []


def test_d1_every_removed_entry_is_found(ledger_of_two: Runtime, now: datetime) -> None:
    rt = ledger_of_two
    columns = [column.key for column in E.__table__.columns]
    for row in rows(rt):
        with transaction(rt.db) as session:
            session.execute(delete(E).where(E.number == row.number))
        assert (row.number, "missing") in found(rt, now)
        with transaction(rt.db) as session:
            session.execute(insert(E), [{name: getattr(row, name) for name in columns}])
    assert found(rt, now) == []


def test_d1_every_exchange_of_two_entries_is_found(ledger_of_two: Runtime, now: datetime) -> None:
    rt, kept = ledger_of_two, rows(ledger_of_two)
    for one, other in pairwise(kept):
        change(rt, one.number, number=-1)
        change(rt, other.number, number=one.number)
        change(rt, -1, number=other.number)
        named = {number for number, kind in found(rt, now) if kind in ("altered", "order")}
        assert {one.number, other.number} <= named
        change(rt, other.number, number=-1)
        change(rt, one.number, number=other.number)
        change(rt, -1, number=one.number)
    assert found(rt, now) == []


def test_d1_entries_that_somebody_else_puts_on_are_found(ledger_of_two: Runtime, now: datetime) -> None:
    """With a right hash, behind the last one: what is missing is the seal."""
    rt, last = ledger_of_two, rows(ledger_of_two)[-1]
    evidence = {"salt": "00"}
    entry = {"subject": last.subject, "purpose": "nurture", "event": "imported", "at": now, "evidence": evidence,
             "content": chain.digest(evidence), "own_previous": last.hash}  # fmt: skip
    assert last.number is not None and last.hash is not None
    (made,) = chains.number("consents", chains.End(last.number, last.hash), [entry])
    with transaction(rt.db) as session:
        session.execute(insert(E), [made])
    assert found(rt, now) == [(10, "foreign")]
    with transaction(rt.db) as session:
        session.execute(update(ChainEnd).where(ChainEnd.name == "consents").values(number=10, hash=made["hash"]))
    assert found(rt, now) == [(None, "seal")]
    with transaction(rt.db) as session:
        session.execute(update(E).where(E.number == 10).values(number=None))
        session.execute(update(ChainEnd).where(ChainEnd.name == "consents").values(number=9, hash=last.hash))
    assert found(rt, now) == [(None, "foreign")]


def test_d1_a_ledger_written_anew_is_found_by_its_seal_and_by_an_end_that_was_noted(
    ledger_of_two: Runtime, now: datetime
) -> None:
    """Somebody who can write the database changes entry 5 and computes every hash anew."""
    rt, kept = ledger_of_two, rows(ledger_of_two)
    noted = consent_check.check(rt, WHO, now).end
    own: dict[str, str] = {}
    previous = chain.START
    for row in kept:
        values = {name: getattr(row, name) for name in chains.CHAINS["consents"].hashed}
        values |= {"purpose": "phone"} if row.number == 5 else {}
        values |= {"previous": previous, "own_previous": own.get(str(row.subject), chain.START)}
        own[str(row.subject)] = previous = chains.fingerprint("consents", values)
        change(rt, row.number or 0, **{**values, "hash": previous})
    with transaction(rt.db) as session:
        session.execute(update(ChainEnd).where(ChainEnd.name == "consents").values(hash=previous))
    follows = (None, "state")  # 'phone' would have to be pending
    assert found(rt, now) == [(None, "seal"), follows]
    assert found(rt, now, noted=noted) == [(9, "noted"), (None, "seal"), follows]


def test_d1_evidence_may_only_be_missing_where_an_entry_says_so(ledger_of_two: Runtime, now: datetime) -> None:
    rt = ledger_of_two
    change(rt, 3, evidence={})
    assert found(rt, now) == [(3, "evidence")]
    change(rt, 3, evidence={}, redacted=7)
    assert found(rt, now) == [(3, "removal")]


def test_d1_a_seal_of_another_pepper_is_not_ours(ledger_of_two: Runtime, now: datetime) -> None:
    ledger_of_two.pseudonyms = Pseudonyms("x" * 32)
    assert found(ledger_of_two, now) == [(None, "seal")]


def test_d1_faults_are_on_record(ledger_of_two: Runtime, now: datetime) -> None:
    change(ledger_of_two, 2, purpose="phone")
    found(ledger_of_two, now)
    with transaction(ledger_of_two.db) as session:
        row = session.query(AuditEntry).filter_by(action="found faults in").one()
        assert (row.actor, row.details) == ("dpo", {"findings": 1, "first": 2})


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def petras(home: Path, now: datetime) -> Path:
    """An installation with three entries in its ledger."""
    rt = app.open_existing(load_settings({"NURTURE_HOME": str(home)}), now)
    say(rt, person(rt, ANNA, now), now, "asked", "mailed", "confirmed")
    rt.db.dispose()
    return home


def run(*args: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["consent", *args])
    return done.exit_code, done.output


def test_d1_commands_verify_show_and_prove(petras: Path) -> None:
    code, told = run("verify")
    assert code == 0 and told.startswith("3 entries: all as they were written.")
    assert json.loads(run("verify", "--json")[1])["intact"] is True
    assert [line.split()[2] for line in run("show", ANNA)[1].splitlines()] == ["asked", "mailed", "confirmed"]
    assert len(json.loads(run("show", ANNA, "--json")[1])["entries"]) == 3
    assert run("prove", ANNA, "--out", str(petras / "proof.zip"))[0] == 0 and (petras / "proof.zip").stat().st_size > 10_000
    assert run("prove", "nobody@firma.example")[0] == 1
    assert run("prove")[0] == 2


def test_d1_the_command_names_what_is_wrong_and_ends_with_1(petras: Path) -> None:
    db = connect(f"sqlite:///{petras / 'var' / 'nurture.db'}")
    with transaction(db) as session:
        session.execute(update(E).where(E.number == 2).values(event="confirmed"))
    db.dispose()
    code, told = run("verify")
    assert code == 1
    assert told.splitlines() == [
        "entry 2: its columns do not give its hash: it was altered or moved",
        "3 entries: 1 fault.",
    ]
