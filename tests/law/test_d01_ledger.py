"""D1: every consent event is an entry of a chain, which keeps holding when evidence has to go."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, delete, insert, select

from nurture import app
from nurture.cli import main
from nurture.domain import chain
from nurture.domain.consent import ConsentEvent, ConsentState
from nurture.engine import consent_ledger
from nurture.engine.runtime import Runtime
from nurture.settings import load_settings
from nurture.store import chains, consents, contacts, ledger
from nurture.store.consents import Said
from nurture.store.database import transaction
from nurture.store.ledger import Removal
from nurture.store.schema import ConsentEventRow, Contact

ANNA, BEN = "anna@firma.example", "ben@firma.example"


def person(rt: Runtime, address: str, now: datetime) -> int:
    with transaction(rt.db) as session:
        contact, _ = contacts.save(session, contacts.Person(address, "de", "test", {}), now)
        return contact.id


def say(rt: Runtime, contact: int, at: datetime, *events: str, purpose: str = "nurture") -> None:
    with transaction(rt.db) as session:
        said = [Said(purpose, ConsentEvent(event), at, {"via": event}) for event in events]
        consents.record_all(session, contact, said)


def rows(rt: Runtime) -> Sequence[ConsentEventRow]:
    with transaction(rt.db) as session:
        return session.scalars(select(ConsentEventRow).order_by(ConsentEventRow.number)).all()


def holds(found: Sequence[ConsentEventRow]) -> None:
    """Every entry is what its hash says, behind the one before it, and behind the one before it of the same subject."""
    previous, own = chain.START, {}
    for number, row in enumerate(found, 1):
        values = {name: getattr(row, name) for name in chains.CHAINS["consents"].hashed}
        assert (row.number, row.previous, row.hash) == (number, previous, chains.fingerprint("consents", values))
        assert row.own_previous == own.get(row.subject, chain.START)
        assert row.redacted or row.content == chain.digest(row.evidence)
        previous = own[row.subject] = row.hash


def test_d1_each_event_is_chained_to_the_one_before_and_to_the_one_before_of_the_same_person(
    runtime: Runtime, now: datetime
) -> None:
    anna, ben = person(runtime, ANNA, now), person(runtime, BEN, now)
    say(runtime, anna, now, "asked", "mailed", "confirmed")
    say(runtime, ben, now, "imported")
    say(runtime, anna, now, "withdrawn")
    found = rows(runtime)
    holds(found)
    mark = runtime.pseudonyms.mark
    assert [row.subject for row in found] == [mark(ANNA)] * 3 + [mark(BEN), mark(ANNA)]
    with transaction(runtime.db) as session:
        end = chains.end(session, "consents")
        assert end is not None
        assert (end.number, end.hash) == (5, found[-1].hash)
        assert end.seal == runtime.pseudonyms.seal(f"consents:5:{end.hash}")


def test_d1_what_is_rolled_back_is_not_on_the_chain(runtime: Runtime, now: datetime) -> None:
    anna = person(runtime, ANNA, now)
    with transaction(runtime.db) as session:
        consents.record(session, anna, "nurture", ConsentEvent.IMPORTED, now, {})
        session.rollback()
    assert rows(runtime) == []


def test_d1_erasing_removes_evidence_and_leaves_a_chain_that_holds(runtime: Runtime, now: datetime) -> None:
    anna, ben = person(runtime, ANNA, now), person(runtime, BEN, now)
    say(runtime, anna, now, "imported")
    say(runtime, ben, now, "imported")
    with transaction(runtime.db) as session:
        consents.record(session, anna, "nurture", ConsentEvent.WITHDRAWN, now, {"ip": "192.0.2.7"})
        session.execute(delete(Contact).where(Contact.id == anna))
        ledger.redact(session, Removal.ERASED, now, subjects=[runtime.pseudonyms.mark(ANNA)])
    first, bens, last, removal = rows(runtime)
    holds([first, bens, last, removal])
    assert [(r.evidence, r.contact_id, r.redacted) for r in (first, last)] == [({}, None, 4)] * 2
    assert (bens.contact_id, bens.redacted) == (ben, None)
    assert (removal.event, removal.evidence["redacts"], removal.subject) == ("erased", [1, 3], first.subject)


def test_d1_retention_removes_the_evidence_of_some_entries_once(runtime: Runtime, now: datetime) -> None:
    anna, ben = person(runtime, ANNA, now), person(runtime, BEN, now)
    say(runtime, anna, now, "imported", "withdrawn")
    say(runtime, ben, now, "imported")
    for _ in range(2):
        with transaction(runtime.db) as session:
            ledger.redact(session, Removal.RETAINED, now, numbers=[1, 3])
    found = rows(runtime)
    holds(found)
    assert [row.redacted for row in found] == [4, None, 5, None, None]
    assert [row.evidence["redacts"] for row in found[3:]] == [[1], [3]]


def test_d1_entries_of_before_the_chain_are_put_on_it_and_say_so(
    runtime: Runtime, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consent_ledger, "ADOPTED_AT_ONCE", 2)
    people = [person(runtime, address, now) for address in (ANNA, BEN)]
    old: list[dict[str, Any]] = [
        {"contact_id": c, "purpose": "nurture", "event": "confirmed", "at": now, "evidence": {"ip": "192.0.2.1"}}
        for c in (people[0], people[1], people[0])
    ]
    with transaction(runtime.db) as session:
        session.execute(insert(ConsentEventRow), old)
    later = now + timedelta(days=300)
    assert [consent_ledger.adopt(runtime, later), consent_ledger.adopt(runtime, later)] == [3, 0]
    say(runtime, people[0], later, "withdrawn")
    found = rows(runtime)
    holds(found)
    assert [row.evidence.get("chained_later") for row in found] == [later.isoformat()] * 3 + [None]
    assert found[0].evidence["ip"] == "192.0.2.1"


@pytest.mark.parametrize("command", [["consent", "show", ANNA, "--json"], ["erase", ANNA, "--yes"]], ids=["show", "erase"])
def test_d1_entries_of_before_the_chain_are_put_on_it_by_whatever_command_comes_first(
    command: list[str], home: Path, now: datetime
) -> None:
    """After an upgrade, beside nothing that runs: an erasure must find the old entries as well."""
    rt = app.open_existing(load_settings({"NURTURE_HOME": str(home)}), now)
    old = {"contact_id": person(rt, ANNA, now), "purpose": "nurture", "event": "confirmed", "at": now}
    with transaction(rt.db) as session:
        session.execute(insert(ConsentEventRow), [{**old, "evidence": {"ip": "192.0.2.1"}}])
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    first, *removals = rows(rt)
    holds([first, *removals])
    assert (first.number, first.subject) == (1, rt.pseudonyms.mark(ANNA))
    if "show" in command:
        assert json.loads(done.output)["entries"][0]["evidence"]["ip"] == "192.0.2.1"
    else:
        assert (first.redacted, first.evidence, removals[0].event) == (2, {}, "erased")
    rt.db.dispose()


def test_d1_a_consent_is_where_its_entries_lead(runtime: Runtime, now: datetime) -> None:
    anna = person(runtime, ANNA, now)
    say(runtime, anna, now, "asked", "mailed", "confirmed")
    say(runtime, anna, now, "asked", purpose="tracking")
    with transaction(runtime.db) as session:
        assert consents.states(session, anna) == {"nurture": ConsentState.CONFIRMED, "tracking": ConsentState.PENDING}


def test_d1_those_who_write_at_the_same_moment_share_one_chain(
    postgres_db: Engine, make_runtime: Any, now: datetime
) -> None:
    """Two processes' worth of threads, one person among them twice; and two that put old entries on at once."""
    rt: Runtime = make_runtime(postgres_db)
    people = [person(rt, address, now) for address in (ANNA, BEN)]
    old = {"contact_id": people[0], "purpose": "nurture", "event": "confirmed", "at": now, "evidence": {}}
    with transaction(rt.db) as session:
        session.execute(insert(ConsentEventRow), [dict(old) for _ in range(20)])
    with ThreadPoolExecutor(6) as pool:
        adopting = [pool.submit(consent_ledger.adopt, rt, now) for _ in range(2)]
        writing = [pool.submit(say, rt, people[n % 2], now, "asked", "confirmed", purpose=f"p{n}") for n in range(8)]
        assert sum(job.result() for job in adopting) == 20
        assert [job.result() for job in writing] == [None] * 8
    found = rows(rt)
    assert len(found) == 36
    holds(found)
