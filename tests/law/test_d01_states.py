"""D1: mail is sent by the present states of consents, so verify compares each of them with the entries that lead there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from law.test_d01_chain import WHO, run
from law.test_d01_ledger import ANNA, BEN, person, say
from sqlalchemy import Engine, delete, event, insert, select, text, update
from sqlalchemy.orm import Session

from nurture import app
from nurture.domain import audit
from nurture.domain.consent import ConsentState
from nurture.engine import consent_check, consent_states, erasure
from nurture.engine.erasure import Ground
from nurture.engine.runtime import Runtime
from nurture.settings import load_settings
from nurture.store import ledger, preferences
from nurture.store.database import transaction
from nurture.store.ledger import Removal
from nurture.store.schema import Consent, ConsentEventRow, Contact

C, E = Consent, ConsentEventRow
NEW_ADDRESS = "anna.neu@firma.example"


def found(rt: Runtime, now: datetime) -> list[str]:
    report = consent_check.check(rt, WHO, now)
    assert {finding.kind for finding in report.findings} <= {"state"}
    return [finding.text for finding in report.findings]


def told(contact: int, stored: str, follows: str, purpose: str = "nurture") -> str:
    what = f"consent of contact {contact} for '{purpose}'"
    return f"{what}: '{stored}' is stored, the entries of the ledger lead to '{follows}'"


@pytest.fixture
def anna(runtime: Runtime, now: datetime) -> int:
    """Confirmed and withdrawn; Ben, whose number follows, is confirmed."""
    contact = person(runtime, ANNA, now)
    say(runtime, contact, now, "asked", "mailed", "confirmed", "withdrawn")
    say(runtime, person(runtime, BEN, now), now, "imported")
    assert found(runtime, now) == []
    return contact


def revived(session: Session) -> None:
    session.execute(text("UPDATE consents SET state = 'confirmed' WHERE state = 'withdrawn'"))


def removed(session: Session) -> None:
    session.execute(delete(C).where(C.state == ConsentState.WITHDRAWN))


def unconfirmed(session: Session) -> None:
    session.execute(update(C).where(C.state == ConsentState.CONFIRMED).values(state=ConsentState.PENDING))


def invented(session: Session) -> None:
    ben = session.scalars(select(Contact.id).where(Contact.address == BEN)).one()
    row = {
        "contact_id": ben,
        "purpose": "phone",
        "state": ConsentState.CONFIRMED,
        "since": session.scalars(select(E.at)).first(),
    }
    session.execute(insert(C), [row])


@pytest.mark.parametrize(
    ("tamper", "whose", "stored", "follows", "purpose"),
    [
        (revived, 0, "confirmed", "withdrawn", "nurture"),
        (removed, 0, "none", "withdrawn", "nurture"),
        (unconfirmed, 1, "pending", "confirmed", "nurture"),
        (invented, 1, "confirmed", "none", "phone"),
    ],
)
def test_a_state_that_the_ledger_does_not_bear_out_is_found(
    runtime: Runtime, now: datetime, anna: int, tamper: Callable[[Session], None], whose: int, stored: str, follows: str,
    purpose: str,
) -> None:  # fmt: skip
    with transaction(runtime.db) as session:
        tamper(session)
    assert found(runtime, now) == [told(anna + whose, stored, follows, purpose)]


def test_an_entry_that_was_taken_from_its_person_does_not_bear_out_the_consent(
    runtime: Runtime, now: datetime, anna: int
) -> None:
    with transaction(runtime.db) as session:
        session.execute(update(E).where(E.event == "imported").values(contact_id=None))
    assert found(runtime, now) == [told(anna + 1, "confirmed", "none")]


# --- what the law removed says nothing against a state --------------------------------------------------------------------


def remove_evidence(rt: Runtime, now: datetime, why: Removal = Removal.RETAINED) -> None:
    with transaction(rt.db) as session:
        ledger.redact(session, why, now, subjects=[rt.pseudonyms.mark(ANNA)])


def test_evidence_kept_long_enough_may_go_and_the_state_stays(runtime: Runtime, now: datetime, anna: int) -> None:
    remove_evidence(runtime, now)
    assert found(runtime, now) == []
    with transaction(runtime.db) as session:
        revived(session)
    assert found(runtime, now) == [told(anna, "confirmed", "withdrawn")]


@pytest.mark.parametrize("why", Removal)
def test_the_entries_of_a_former_address_count(runtime: Runtime, now: datetime, anna: int, why: Removal) -> None:
    """Erased: somebody else who had that address after her."""
    with transaction(runtime.db) as session:
        session.execute(update(Contact).where(Contact.id == anna).values(address=NEW_ADDRESS, address_key=NEW_ADDRESS))
        preferences.note_changes(session, anna, [("address", ANNA, NEW_ADDRESS)], "test", now)
    say(runtime, anna, now + timedelta(days=1), "asked", purpose="tracking")
    remove_evidence(runtime, now, why)
    assert found(runtime, now) == []


@pytest.mark.parametrize("ground", [Ground.ASKED, Ground.OVER])
def test_whoever_comes_back_begins_anew(runtime: Runtime, now: datetime, anna: int, ground: Ground) -> None:
    """The entries of before an erasure, or of before everything became too old, are not those of the new contact."""
    erasure.erase(runtime, anna, audit.HOUSE, now, ground=ground)
    back = person(runtime, ANNA, now)
    say(runtime, back, now, "imported", purpose="tracking")
    assert found(runtime, now) == []
    remove_evidence(runtime, now)
    assert found(runtime, now) == []
    say(runtime, back, now, "imported")
    assert found(runtime, now) == []


# --- what it costs, and the command ---------------------------------------------------------------------------------------


def test_a_batch_costs_the_same_however_many_it_holds(
    runtime: Runtime, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def statements() -> int:
        seen: list[str] = []

        def note(*args: object) -> None:
            seen.append(str(args[2]))

        event.listen(runtime.db, "before_cursor_execute", note)
        with transaction(runtime.db) as session:
            list(consent_states.wrong(session))
        event.remove(runtime.db, "before_cursor_execute", note)
        return len(seen)

    def crowd(start: int, count: int) -> None:
        for number in range(start, start + count):
            say(runtime, person(runtime, f"p{number}@firma.example", now), now, "imported")
        with transaction(runtime.db) as session:
            session.execute(update(C).values(state=ConsentState.NONE))

    crowd(0, 1)
    few = statements()
    crowd(1, 11)
    assert statements() == few
    monkeypatch.setattr(consent_states, "CONTACTS_AT_ONCE", 4)
    with transaction(runtime.db) as session:
        assert len(list(consent_states.wrong(session))) == 12


def test_the_command_names_contact_purpose_and_both_states_and_ends_with_1(home: Path, now: datetime) -> None:
    rt = app.open_existing(load_settings({"NURTURE_HOME": str(home)}), now)
    contact = person(rt, ANNA, now)
    say(rt, contact, now, "asked", "mailed", "confirmed", "withdrawn")
    assert run("verify")[0] == 0
    with transaction(rt.db) as session:
        revived(session)
    rt.db.dispose()
    code, said = run("verify")
    assert (code, said.splitlines()) == (1, [told(contact, "confirmed", "withdrawn"), "4 entries: 1 fault."])


def test_a_row_of_nobody_is_found(sqlite_db: Engine, make_runtime: Callable[..., Runtime], now: datetime) -> None:
    """SQLite's own shell does not ask whether there is such a contact."""
    rt = make_runtime(sqlite_db)
    with rt.db.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("INSERT INTO consents VALUES (99, 'nurture', 'confirmed', '2026-01-01 00:00:00.000000')")
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.exec_driver_sql("BEGIN")
    assert found(rt, now) == [told(99, "confirmed", "none")]
