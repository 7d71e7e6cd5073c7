"""C2: a program that presses both buttons neither confirms nor destroys anything; the code in the mail decides."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from stories.world import World, berlin

from nurture.domain.audit import HOUSE
from nurture.domain.consent import ConsentEvent
from nurture.domain.handoff import HandoffState
from nurture.engine import opt_in, preferences, rights
from nurture.engine.advance import advance
from nurture.engine.delivery import deliver
from nurture.engine.opt_in_code import code_of
from nurture.engine.runtime import Runtime
from nurture.store import consents, contacts
from nurture.store.database import reading, transaction
from nurture.store.schema import Base, ConsentEventRow, ContactChange, Lead, Message

MARIA = "maria.weber@anlagenbau-huber.example"


@pytest.fixture
def world(runtime: Runtime) -> World:
    return World(runtime, berlin("2026-03-02 10:00"))


def token(world: World) -> str:
    return world.opt_in_mail(MARIA).tokens("/c/")[0]


def press(world: World, *answers: str) -> opt_in.OptIn:
    for answer in answers:
        shown = getattr(opt_in, answer)(world.rt, token(world), world.visitor(), world.now)
    return shown


def type_code(world: World) -> opt_in.OptIn:
    row = world.registrations()[-1]
    code = code_of(world.rt, row.id, row.created_at)
    return opt_in.enter_code(world.rt, token(world), code, world.visitor(), world.now)


def said(world: World) -> list[str]:
    return [e.event for e in world.rows(ConsentEventRow) if e.purpose == "nurture" and e.event != "mailed"]


def consent(world: World, purpose: str = "nurture") -> str:
    contact = world.contact()
    assert contact is not None
    with reading(world.rt.db) as session:
        return consents.states(session, contact.id)[purpose].value


def everything(world: World) -> str:
    with reading(world.rt.db) as session:
        return "\n".join(str(row) for t in Base.metadata.sorted_tables for row in session.execute(select(t))).lower()


def test_c2_not_me_destroys_nothing_for_a_minute(world: World) -> None:
    world.fill_form()
    assert press(world, "decline").state == "declined"
    world.wait(seconds=59)
    assert world.registrations()[0].address == MARIA
    world.wait(seconds=1)
    assert world.registrations()[0].state == "declined"
    assert MARIA not in everything(world)
    assert "anlagenbau" not in everything(world).replace("anlagenbau@", "")


@pytest.mark.parametrize("answers", [("decline", "confirm"), ("decline", "confirm", "decline", "confirm", "decline")])
def test_c2_not_me_first_then_confirm(world: World, answers: tuple[str, ...]) -> None:
    world.fill_form()
    assert press(world, *answers).code == opt_in.CodeAsked(again=False, left=5)
    world.wait(minutes=5)
    assert world.registrations()[0].state == "pending"
    assert world.contact() is None
    assert type_code(world).state == "confirmed"
    assert consent(world) == "confirmed"


def test_c2_confirm_first_then_not_me_holds_everything_until_the_code(world: World) -> None:
    world.fill_form()
    press(world, "confirm")
    advance(world.rt, world.now)
    world.now = berlin("2026-03-02 10:00:40")
    shown = press(world, "decline")
    assert (shown.state, shown.code) == ("doubted", opt_in.CodeAsked(again=True, left=5))
    assert (consent(world), said(world)) == ("pending", ["asked", "confirmed", "doubted"])
    world.wait(hours=3)
    assert len(world.to(MARIA)) == 1, "the first nurture mail was queued and did not leave"
    assert world.enrollment("welcome-feintakt").state == "held"
    assert type_code(world).offer_url is not None
    world.beat()
    assert said(world) == ["asked", "confirmed", "doubted", "confirmed"]
    assert world.steps() == [("welcome-feintakt", "hello")]
    assert world.enrollment("welcome-feintakt").state == "active"
    last = world.rows(ConsentEventRow)[-1]
    assert (last.evidence["code"], last.evidence["why"]) == (True, "both buttons were pressed within a minute")


def test_c2_a_doubted_confirmation_ends_like_one_never_given(world: World) -> None:
    world.fill_form()
    press(world, "confirm", "decline")
    world.wait(days=8)
    assert world.contact() is None
    assert world.registrations()[0].state == "expired"
    assert said(world) == ["asked", "confirmed", "doubted", "expired"]
    assert len(world.to(MARIA)) == 1
    dump = everything(world)
    for trace in (MARIA, "weber", "huber"):
        assert trace not in dump, trace
    with pytest.raises(opt_in.InvalidToken):
        press(world, "confirm")


def test_c2_declining_a_doubted_one_after_a_minute_removes_it(world: World) -> None:
    world.fill_form()
    press(world, "confirm", "decline")
    world.wait(seconds=61)
    assert press(world, "decline").state == "declined"
    world.wait(seconds=60)
    assert world.contact() is None
    assert said(world)[-1] == "declined"
    assert MARIA not in everything(world)


def test_c2_sales_hears_nothing_of_a_doubted_lead(world: World) -> None:
    world.fill_form(form="messe-produktion-2027", purposes=("nurture",), call_me="yes", phone="+49 231 555 0101")
    press(world, "confirm")
    world.beat()
    world.now = berlin("2026-03-02 10:00:40")
    press(world, "decline")
    world.wait(days=2)
    assert world.sales_mails() == []
    type_code(world)
    world.beat()
    assert len(world.sales_mails()) == 1
    [handoff] = world.handoffs()
    assert handoff.remind_at is not None and handoff.remind_at > world.now


def test_c2_no_new_handoff_while_it_is_doubted(world: World) -> None:
    world.fill_form(form="messe-produktion-2027", purposes=("nurture",))
    press(world, "confirm", "decline")
    lead, contact = world.rows(Lead)[0], world.contact()
    assert contact is not None
    from nurture.engine.handoff import open_handoff

    with transaction(world.rt.db) as session:
        assert open_handoff(world.rt, session, lead.id, contact.id, "hand", "by hand", world.now) is None


def test_c2_what_was_confirmed_before_stays_so(world: World) -> None:
    world.arrive(purposes=("nurture",))
    world.wait(hours=1)
    world.fill_form(purposes=("nurture", "tracking"))
    press(world, "confirm", "decline")
    assert (consent(world), consent(world, "tracking")) == ("confirmed", "pending")
    assert world.enrollment("welcome-feintakt").state == "active"
    world.wait(days=8)
    assert (consent(world), consent(world, "tracking")) == ("confirmed", "none")
    assert world.contact() is not None


def test_c2_what_was_suppressed_stays_so(world: World) -> None:
    with transaction(world.rt.db) as session:
        contacts.suppress(session, MARIA, "reported as unwanted mail (spam)", world.now)
    world.fill_form()
    press(world, "confirm", "decline")
    with reading(world.rt.db) as session:
        assert contacts.suppressed(session, [MARIA]) == {MARIA: "reported as unwanted mail (spam)"}
    type_code(world)
    with reading(world.rt.db) as session:
        assert contacts.suppressed(session, [MARIA]) == {}


def test_c2_a_handoff_of_a_doubted_contact_that_stays_is_closed(world: World) -> None:
    world.arrive(form="messe-produktion-2027", purposes=("nurture",))
    world.wait(hours=1)
    world.fill_form(form="messe-produktion-2027", purposes=("nurture",), call_me="yes", phone="+49 231 555 0101")
    press(world, "confirm", "decline")
    world.wait(days=8)
    assert [h.state for h in world.handoffs()] == [HandoffState.RETURNED]
    assert world.sales_mails() == []
    assert [m.state for m in world.rows(Message) if m.kind == "sales"] == ["cancelled"]


def test_c2_nothing_is_delivered_while_doubted_whoever_asks(world: World) -> None:
    world.fill_form()
    press(world, "confirm")
    advance(world.rt, world.now)
    press(world, "decline")
    deliver(world.rt, world.now, worker="test")
    assert [m.state for m in world.rows(Message) if m.kind == "nurture"] == ["queued"]


# --- what a known contact had said ----------------------------------------------------------------------------------------

OTHERS_WORDS = {"first_name": "Marie", "function": "it-management", "company": "Andere GmbH", "fair_day": "2027-04-22"}


def told(world: World) -> dict[str, str]:
    contact = world.contact()
    assert contact is not None
    return contacts.told(contact)


def tell_anew(world: World, **words: str) -> None:
    world.wait(hours=1)
    world.fill_form(form="messe-produktion-2027", purposes=("tracking",), language="en", **{**OTHERS_WORDS, **words})
    press(world, "confirm")


def test_c2_what_was_said_before_stands_again_when_the_confirmation_is_dropped(world: World) -> None:
    world.arrive(purposes=("nurture",))
    before = told(world)
    tell_anew(world)
    changed = {name for name, value in told(world).items() if value != before.get(name)}
    assert changed == {*OTHERS_WORDS, "language"}
    press(world, "decline")
    world.wait(days=8)
    assert told(world) == before
    assert world.rows(ContactChange) == []


def test_c2_what_was_said_anew_stays_once_the_code_is_typed_in_and_its_history_too(world: World) -> None:
    world.arrive(purposes=("nurture",))
    tell_anew(world)
    press(world, "decline")
    type_code(world)
    world.wait(days=8)
    assert OTHERS_WORDS.items() <= told(world).items()
    assert ("first_name", "Maria", "Marie") in [(c.field, c.old, c.new) for c in world.rows(ContactChange)]


def test_c2_what_was_corrected_since_is_not_taken_back(world: World) -> None:
    world.arrive(purposes=("nurture",))
    tell_anew(world)
    press(world, "decline")
    contact = world.contact()
    assert contact is not None
    world.wait(hours=1)
    rights.correct(world.rt, contact.id, {"first_name": "Anne-Marie"}, HOUSE, world.now)
    world.wait(days=8)
    assert (told(world)["first_name"], told(world)["function"]) == ("Anne-Marie", "production-planning")
    assert [(c.field, c.new) for c in world.rows(ContactChange)] == [("first_name", "Anne-Marie")]


def test_c2_what_a_new_contact_said_goes_where_something_else_keeps_the_contact(world: World) -> None:
    world.fill_form(purposes=("nurture",))
    press(world, "confirm")
    press(world, "decline")
    contact = world.contact()
    assert contact is not None
    with transaction(world.rt.db) as session:
        consents.record(session, contact.id, "phone", ConsentEvent.IMPORTED, world.now, {"via": "test"})
    world.wait(days=8)
    assert told(world) == {"language": "de"}


def test_c2_the_old_address_stands_again(world: World) -> None:
    mail = world.arrive(purposes=("nurture",))
    page = preferences.direct(world.rt, mail.tokens("/p/")[0], world.now)
    new = "maria@neu.example"
    preferences.change_address(world.rt, page, new, world.visitor(), world.now)
    world.beat()
    way = world.opt_in_mail(new).tokens("/c/")[0]
    opt_in.confirm(world.rt, way, world.visitor(), world.now)
    assert world.contact(new) is not None
    opt_in.decline(world.rt, way, world.visitor(), world.now)
    world.wait(days=8)
    assert world.contact(new) is None
    assert world.contact() is not None
