"""D12: access, portability, rectification, restriction and objection, each a case with its deadline (Art. 12 to 21 GDPR)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from law.people import OTTO, ZDENKA, arrives, lives
from sqlalchemy import Engine, select
from stories.world import World, berlin

from nurture.domain.audit import user
from nurture.domain.consent import ConsentState
from nurture.domain.deadline import answer_due
from nurture.domain.errors import IllegalTransition, InvalidInput, NotFound
from nurture.engine import link_pages, links, rights
from nurture.engine.rights_snapshot import snapshot
from nurture.engine.runtime import Runtime
from nurture.engine.words import WORDS
from nurture.store import consents
from nurture.store.database import reading
from nurture.store.schema import ContactChange, Message, RightsCase

ANNA = user("anna")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def world(sqlite_db: Engine, make_runtime: Callable[..., Runtime]) -> World:
    return World(make_runtime(sqlite_db), berlin("2026-03-02 10:00"))


@pytest.fixture
def either_world(runtime: Runtime) -> World:
    """On both databases, where rows are read in other ways than elsewhere."""
    return World(runtime, berlin("2026-03-02 10:00"))


def contact_of(world: World, address: str) -> int:
    found = world.contact(address)
    assert found is not None
    return found.id


@pytest.mark.parametrize(
    ("received", "last_day"),
    [
        ("2026-01-15 23:59", "2026-02-15"),
        ("2026-01-31 12:00", "2026-02-28"),
        ("2028-01-30 12:00", "2028-02-29"),
        ("2026-12-31 00:30", "2027-01-31"),
        ("2026-03-28 12:00", "2026-04-28"),
        ("2026-08-31 12:00", "2026-09-30"),
    ],
)
def test_d12_a_request_is_due_one_calendar_month_after_receipt(received: str, last_day: str) -> None:
    due = answer_due(berlin(received), BERLIN)
    assert due - timedelta(minutes=1) == berlin(f"{last_day} 23:59"), "the whole last day belongs to the month"


def test_d12_a_case_is_extended_once_in_time_and_with_a_reason(world: World) -> None:
    case = rights.open_case(world.rt, "access", "jemand@firma.example", "letter", ANNA, world.now)
    with pytest.raises(InvalidInput):
        rights.extend(world.rt, case, " ", ANNA, world.now)
    due = rights.extend(world.rt, case, "Akten liegen im Archiv", ANNA, world.now)
    assert due == answer_due(world.now, BERLIN, 3)
    with pytest.raises(IllegalTransition):
        rights.extend(world.rt, case, "noch einmal", ANNA, world.now)


def test_d12_what_is_overdue_can_no_longer_be_extended(world: World) -> None:
    case = rights.open_case(world.rt, "access", "jemand@firma.example", "letter", ANNA, world.now)
    late = answer_due(world.now, BERLIN)
    assert rights.case(world.rt, case, late).overdue
    with pytest.raises(IllegalTransition):
        rights.extend(world.rt, case, "zu spät", ANNA, late)


@pytest.mark.parametrize(
    ("kind", "address", "channel", "field"),
    [("curiosity", "a@firma.example", "mail", "kind"), ("access", "firma", "mail", "address"), ("access", "a@firma.example", "fax", "channel")],
)  # fmt: skip
def test_d12_a_faulty_request_is_refused_by_field(world: World, kind: str, address: str, channel: str, field: str) -> None:
    with pytest.raises(InvalidInput) as fault:
        rights.open_case(world.rt, kind, address, channel, ANNA, world.now)
    assert list(fault.value.problems) == [field]


def test_d12_a_settled_case_stays_as_it_is(world: World) -> None:
    case = rights.open_case(world.rt, "access", "jemand@firma.example", "mail", ANNA, world.now)
    rights.settle(world.rt, case, "Identität nicht nachgewiesen", ANNA, world.now, refused=True)
    assert rights.case(world.rt, case, world.now).state == "refused"
    with pytest.raises(IllegalTransition):
        rights.settle(world.rt, case, "doch", ANNA, world.now)


def test_d12_the_copy_holds_everything_and_nothing_of_others(either_world: World) -> None:
    world = either_world
    for who in (ZDENKA, OTTO):
        lives(world, who)
    raw = rights.bundle(world.rt, contact_of(world, ZDENKA.address), "de", world.now)
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        content = {name: file.read(name).decode("utf-8", "replace") for name in file.namelist()}
    data = json.loads(content["data.json"])
    for part in ("data.json", "auskunft.html"):
        for string in ZDENKA.strings:
            assert string in content[part], (part, string)
    for name, text in content.items():
        assert not [s for s in OTTO.strings if s in text], name
    for table in (
        "contacts",
        "registrations",
        "consent_events",
        "activities",
        "messages",
        "handoffs",
        "leads",
        "decisions",
    ):
        assert data["tables"][table]["rows"], table
        assert data["tables"][table]["purpose"]
    assert data["scores"], "Art. 15(1)(h): the score with its reasons"
    assert any(name.startswith("mails/") for name in content), "the opt-in mail as evidence"
    assert {"csv/person.csv", "csv/consents.csv", "csv/evidence.csv", "csv/scores.csv"} <= set(content)
    for article in ("Zweck", "Empfänger", "Speicherdauer", "Herkunft", "Beschwerde", "Wie die Bewertung zustande kommt"):
        assert article in content["auskunft.html"], article


def test_d12_the_copy_is_put_on_record_as_a_case(world: World) -> None:
    arrives(world, ZDENKA)
    contact = contact_of(world, ZDENKA.address)
    number = rights.handed_out(world.rt, contact, "portability", ANNA, world.now)
    case = rights.case(world.rt, number, world.now)
    assert (case.kind, case.state, case.outcome) == ("portability", "done", "handed out")


def test_d12_a_correction_keeps_what_was_said_before(world: World) -> None:
    arrives(world, ZDENKA)
    contact = contact_of(world, ZDENKA.address)
    changed = rights.correct(
        world.rt, contact, {"last_name": "Birnbaum", "phone": "", "first_name": ZDENKA.first}, ANNA, world.now
    )
    assert changed == ("last_name",)
    person = world.contact(ZDENKA.address)
    assert person is not None
    assert person.last_name == "Birnbaum"
    (row,) = world.rows(ContactChange)
    assert (row.field, row.old, row.new, row.by) == ("last_name", ZDENKA.last, "Birnbaum", "user:anna")
    (case,) = world.rows(RightsCase)
    assert (case.kind, case.state) == ("rectification", "done")


def test_d12_a_correction_names_every_fault_in_the_persons_language(world: World) -> None:
    arrives(world, ZDENKA)
    wrong = {"salutation": "dr", "function": "nobody", "phone": "abc", "last_name": "x" * 200, "address": "y"}
    with pytest.raises(InvalidInput) as fault:
        rights.correct(world.rt, contact_of(world, ZDENKA.address), wrong, ANNA, world.now)
    assert set(fault.value.problems) == set(wrong)
    assert "höchstens" in fault.value.problems["last_name"]
    assert world.rows(RightsCase) == []


def test_d12_while_restricted_nothing_is_mailed_and_afterwards_it_goes_on(world: World) -> None:
    arrives(world, ZDENKA)
    contact = contact_of(world, ZDENKA.address)
    before = len(world.to(ZDENKA.address))
    rights.restrict(world.rt, contact, ANNA, world.now)
    world.wait(days=30)
    assert len(world.to(ZDENKA.address)) == before
    rights.lift_restriction(world.rt, contact, ANNA, world.now)
    world.wait(days=30)
    assert len(world.to(ZDENKA.address)) > before


def test_d12_while_restricted_sales_is_told_nothing_and_afterwards_all(either_world: World) -> None:
    world = either_world
    mail = arrives(world, ZDENKA)
    (row,) = world.rows(Message, header_id=str(mail.message["Message-ID"]))
    token = links.signed_url(world.rt, "call", row.id).rpartition("/")[2]
    link_pages.wish_call(world.rt, token, ZDENKA.phone, ZDENKA.wish, ZDENKA.visitor, world.now)
    contact = contact_of(world, ZDENKA.address)
    rights.restrict(world.rt, contact, ANNA, world.now)
    world.wait(days=3)
    assert world.sales_mails() == []
    rights.lift_restriction(world.rt, contact, ANNA, world.now)
    world.wait(days=2)
    assert ZDENKA.last in world.sales_mails()[0].text


def test_d12_an_objection_stops_everything_at_once(world: World) -> None:
    mail = arrives(world, ZDENKA)
    contact = contact_of(world, ZDENKA.address)
    before = len(world.to(ZDENKA.address))
    rights.object_to(world.rt, contact, ANNA, world.now)
    acts = len(world.activities())
    world.click(mail, "topic:bottlenecks")
    world.wait(days=40)
    assert len(world.to(ZDENKA.address)) == before
    assert len(world.activities()) == acts, "an old link records nothing any more"
    with reading(world.rt.db) as session:
        states = consents.states(session, contact)
    assert set(states.values()) == {ConsentState.WITHDRAWN}
    assert {e.state for e in world.rows(type(world.enrollment("welcome-feintakt")))} == {"left"}


def test_d12_a_case_of_somebody_else_is_not_settled_by_mistake(world: World) -> None:
    arrives(world, ZDENKA)
    case = rights.open_case(world.rt, "restriction", OTTO.address, "mail", ANNA, world.now)
    with pytest.raises(NotFound):
        rights.restrict(world.rt, contact_of(world, ZDENKA.address), ANNA, world.now, case=case)
    with reading(world.rt.db) as session:
        assert session.scalar(select(RightsCase.state).where(RightsCase.id == case)) == "open"


# --- words ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "came_by"), [("de", "unsere Website"), ("en", "our website")])
def test_d12_the_copy_speaks_in_words(world: World, language: str, came_by: str) -> None:
    arrives(world, ZDENKA)
    contact = world.contact(ZDENKA.address)
    assert contact is not None and contact.source == "website"
    (facts,) = (s for s in snapshot(world.rt, contact.id, language, world.now).sections if s.key == "person")
    assert came_by in [value for _, value in facts.rows]


def test_d12_every_source_of_our_own_forms_has_its_words(world: World) -> None:
    sources = {form.source for form in world.rt.definitions.forms.values()} | {"preferences"}
    assert [s for s in sources if set(WORDS.get(f"source.{s}", ())) != {"de", "en"}] == []
