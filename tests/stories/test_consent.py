"""Nobody gets a mail without permission, and nobody keeps getting one after leaving."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text
from stories.world import World, berlin

from nurture.domain.errors import InvalidInput, InvalidToken, NotFound
from nurture.engine import link_pages, opt_in, preferences, tracking
from nurture.engine.beats import BEATS, Worker
from nurture.store.database import reading
from nurture.store.schema import AnonymousHit, Consent, ConsentEventRow, Message, Registration

MARIA = "maria.weber@anlagenbau-huber.example"


def run(world: World, name: str) -> None:
    next(beat for beat in BEATS if beat.name == name).run(world.rt, world.now, Worker("story"))


def test_who_never_confirms_gets_one_mail_and_is_forgotten(world: World) -> None:
    world.fill_form()
    token = world.opt_in_mail(MARIA).tokens("/c/")[0]
    world.wait(days=6)
    assert opt_in.opt_in(world.rt, token, world.now).state == "pending"
    world.wait(days=3)
    assert len(world.to(MARIA)) == 1
    assert world.contact() is None
    with pytest.raises(InvalidToken, match="expired"):
        opt_in.confirm(world.rt, token, world.visitor(), world.now)
    with reading(world.rt.db) as session:
        for table in ("registrations", "messages", "contacts", "activities"):
            for row in session.execute(text(f"SELECT * FROM {table}")):
                assert "weber" not in str(row).lower(), table


def test_confirming_twice_is_harmless(world: World) -> None:
    world.fill_form()
    first = world.confirm()
    second = world.confirm()
    assert second.offer_url == first.offer_url
    assert [s for s in world.steps() if s[1] == "hello"] == [("welcome-feintakt", "hello")]
    assert [e.event for e in world.rows(ConsentEventRow) if e.purpose == "nurture"] == ["asked", "mailed", "confirmed"]


def test_this_was_not_me_forgets_the_request(world: World) -> None:
    world.fill_form()
    token = world.opt_in_mail(MARIA).tokens("/c/")[0]
    opt_in.decline(world.rt, token, world.visitor(), world.now)
    world.wait(seconds=60)
    assert world.contact() is None
    assert world.registrations()[0].address != MARIA
    with pytest.raises(InvalidToken):
        opt_in.confirm(world.rt, token, world.visitor(), world.now)


def test_declining_long_after_confirming_changes_nothing(world: World) -> None:
    world.fill_form()
    token = world.opt_in_mail(MARIA).tokens("/c/")[0]
    world.confirm()
    world.wait(seconds=61)
    opt_in.decline(world.rt, token, world.visitor(), world.now)
    assert world.rt.definitions and {c.state for c in world_consents(world)} == {"confirmed"}


def world_consents(world: World) -> list[Consent]:
    with reading(world.rt.db) as session:
        found = list(session.query(Consent))
        session.expunge_all()
        return found


def test_a_stranger_who_types_a_known_address_changes_nothing_about_that_person(world: World) -> None:
    world.arrive()
    before = world.contact()
    world.wait(hours=1)
    world.fill_form(MARIA, first_name="Mallory", last_name="Evil", company="Evil Corp", purposes=())
    after = world.contact()
    assert before is not None and after is not None
    assert (after.first_name, after.last_name) == ("Maria", "Weber")
    assert {c.state for c in world_consents(world)} == {"confirmed"}
    world.wait(days=9)
    assert {c.state for c in world_consents(world)} == {"confirmed"}, "an unconfirmed second request weakens nothing"


def test_asking_again_and_again_sends_at_most_three_mails_a_day(world: World) -> None:
    for _ in range(40):
        world.fill_form()
        world.wait(minutes=11)
    assert len(world.to(MARIA)) == 3


def test_a_double_click_sends_one_mail(world: World) -> None:
    world.fill_form()
    world.wait(seconds=2)
    world.fill_form()
    assert len(world.to(MARIA)) == 1
    assert len(world.registrations()) == 1


def test_nobody_confirms_what_somebody_else_typed_later(world: World) -> None:
    world.fill_form()
    world.wait(minutes=2)
    world.fill_form(first_name="Mallory", company="Evil Corp")
    world.wait(minutes=10)
    first, second = world.to(MARIA)
    opt_in.confirm(world.rt, first.tokens("/c/")[0], world.visitor(), world.now)
    contact = world.contact()
    assert contact is not None
    assert contact.first_name == "Maria"
    assert first.tokens("/c/") != second.tokens("/c/")


def test_who_confirms_after_the_form_was_taken_down_is_not_lost(world: World) -> None:
    world.fill_form()
    definitions = world.rt.definitions
    forms = {id_: form for id_, form in definitions.forms.items() if id_ != "whitepaper-feinplanung"}
    world.rt.publication = replace(world.rt.publication, definitions=replace(definitions, forms=forms))
    token = world.opt_in_mail(MARIA).tokens("/c/")[0]
    assert opt_in.opt_in(world.rt, token, world.now).state == "pending"
    confirmed = world.confirm()
    assert confirmed.offer_url is None
    assert {c.purpose: c.state for c in world_consents(world)} == {"nurture": "confirmed", "tracking": "confirmed"}
    assert world.steps() == [("welcome-feintakt", "hello")], "the campaign still takes who came by this form"


def test_a_product_that_is_no_longer_sold_ends_nothing_in_a_fault(world: World) -> None:
    world.arrive()
    definitions = world.rt.definitions
    products = {id_: p for id_, p in definitions.products.items() if id_ != "feintakt"}
    world.rt.publication = replace(world.rt.publication, definitions=replace(definitions, products=products))
    message = next(m for m in world.rows(Message) if m.step == "hello")
    with pytest.raises(NotFound, match="product feintakt"):
        link_pages.call_page(world.rt, world.rt.signer.sign("call", str(message.id)), world.now)


def test_without_any_consent_the_download_works_and_no_mail_follows(world: World) -> None:
    world.fill_form(purposes=())
    confirmed = world.confirm()
    assert confirmed.offer_url is not None
    assert world.download(confirmed.offer_url).endswith(".pdf")
    world.wait(days=60)
    assert len(world.to(MARIA)) == 1
    assert [a.kind for a in world.activities()] == ["form", "confirmed"], "an unobserved download names nobody"


def test_unsubscribed_between_decision_and_delivery_means_no_mail(world: World) -> None:
    welcome = world.arrive()
    world.until(berlin("2026-03-06 23:00"))
    world.now = berlin("2026-03-10 10:00")
    run(world, "advance")
    [queued] = [m for m in world.rows(Message) if m.state == "queued"]
    world.unsubscribe(welcome)
    run(world, "deliver")
    stopped = next(m for m in world.rows(Message) if m.id == queued.id)
    assert stopped.state == "cancelled"
    assert "nurture" in stopped.reason
    assert len(world.to(MARIA)) == 2


def test_the_oldest_mail_still_unsubscribes_and_twice_is_once(world: World) -> None:
    welcome = world.arrive()
    world.wait(days=400)
    world.unsubscribe(welcome)
    world.unsubscribe(welcome)
    assert [e.event for e in world.rows(ConsentEventRow) if e.purpose == "nurture"] == [
        "asked", "mailed", "confirmed", "withdrawn",
    ]  # fmt: skip
    assert world.enrollment("welcome-feintakt").state == "left"


def test_coming_back_after_leaving_needs_a_new_confirmation(world: World) -> None:
    welcome = world.arrive()
    world.unsubscribe(welcome)
    world.wait(days=2)
    count = len(world.to(MARIA))
    world.fill_form()
    world.wait(days=1)
    assert len(world.to(MARIA)) == count + 1, "only the opt-in mail"
    world.confirm()
    assert {c.purpose: c.state for c in world_consents(world)}["nurture"] == "confirmed"


def test_preferences_withdraw_one_purpose_and_keep_the_other(world: World) -> None:
    welcome = world.arrive()
    token = welcome.tokens("/p/")[0]
    preferences.change(world.rt, token, frozenset({"nurture"}), world.visitor(), world.now)
    states = {c.purpose: c.state for c in world_consents(world)}
    assert (states["nurture"], states["tracking"]) == ("confirmed", "withdrawn")


def test_withdrawing_tracking_silences_links_of_mails_already_sent(world: World) -> None:
    welcome = world.arrive()
    preferences.change(world.rt, welcome.tokens("/p/")[0], frozenset({"nurture"}), world.visitor(), world.now)
    before = len(world.activities())
    url = world.click(welcome, "topic:bottlenecks")
    page = link_pages.topic_page(world.rt, url.rpartition("/t/")[2], world.now)
    assert world.download(page.items[0][1]).endswith(".pdf")
    world.wait(hours=1)
    assert len(world.activities()) == before


def test_without_tracking_consent_links_carry_nothing_of_the_person(world: World) -> None:
    other = "jens.vogt@maschinen-vogt.example"
    first = world.arrive(purposes=("nurture",))
    second = world.arrive(other, purposes=("nurture",), first_name="Jens", last_name="Vogt", company="Vogt")
    assert first.tokens("/l/") == second.tokens("/l/"), "two readers, the same links"
    world.click(first, "topic:bottlenecks")
    assert "click" not in [a.kind for a in world.activities()]
    with reading(world.rt.db) as session:
        assert [hit.count for hit in session.query(AnonymousHit)] == [1]


def test_bad_input_says_everything_at_once_in_the_readers_language_and_stores_nothing(world: World) -> None:
    with pytest.raises(InvalidInput) as refused:
        world.fill_form("not an address", company="", function="astronaut")
    assert set(refused.value.problems) == {"email", "company", "function"}
    assert "Bitte" in refused.value.problems["company"]
    with pytest.raises(InvalidInput) as refused:
        world.fill_form("also wrong@", company="", language="en")
    assert "Please" in refused.value.problems["company"]
    assert world.rows(Registration) == []


@pytest.mark.parametrize(
    "purpose", ["confirm", "unsubscribe", "preferences", "click", "file", "topic", "questions", "call", "answer"]
)
def test_a_token_opens_only_what_it_was_made_for(world: World, purpose: str) -> None:
    doors = {
        "confirm": lambda t: opt_in.confirm(world.rt, t, world.visitor(), world.now),
        "unsubscribe": lambda t: preferences.unsubscribe(world.rt, t, world.visitor(), world.now),
        "preferences": lambda t: preferences.change(world.rt, t, frozenset(), world.visitor(), world.now),
        "click": lambda t: tracking.follow(world.rt, t, world.visitor(), world.now),
        "file": lambda t: tracking.download(world.rt, t, world.visitor(), world.now),
        "topic": lambda t: link_pages.topic_page(world.rt, t, world.now),
        "questions": lambda t: link_pages.questions_page(world.rt, t, world.now),
        "call": lambda t: link_pages.call_page(world.rt, t, world.now),
    }
    token = world.rt.signer.sign(purpose, "1.1" if purpose != "confirm" else "1")
    for door, enter in doors.items():
        if door != purpose:
            with pytest.raises(InvalidToken, match="forged"):
                enter(token)
