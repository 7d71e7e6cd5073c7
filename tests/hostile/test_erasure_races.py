"""Somebody is erased in the very moment in which they, or others, do something; both databases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from law.people import ZDENKA
from sqlalchemy import select
from stories.world import World

from nurture.domain.audit import user
from nurture.domain.errors import InvalidToken, NotFound
from nurture.domain.preferences import PAUSES
from nurture.engine import (
    confirmation,
    consent_check,
    erasure,
    importing,
    link_pages,
    links,
    observation,
    opt_in,
    preferences,
    rights,
)
from nurture.engine.importing import _Batch
from nurture.store import contacts
from nurture.store.database import reading
from nurture.store.schema import Activity, Contact, Message, Registration, Suppression

ANNA = user("anna")
PLANS = {"purchase_timing": "within-12-months", "company_size": "50-249"}


@pytest.fixture
def overtaken(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Thread]]:
    """Once, around a function, something else begins: it has come through, or it waits for us."""

    def overtaken(owner: Any, name: str, act: Callable[[], object], *, before: bool) -> list[Thread]:
        known, threads = getattr(owner, name), []

        def go() -> None:
            if not threads:
                threads.append(Thread(target=act))
                threads[0].start()
                threads[0].join(0.5)

        def around(*arguments: Any, **named: Any) -> Any:
            if before:
                go()
            found = known(*arguments, **named)
            go()
            return found

        monkeypatch.setattr(owner, name, around)
        return threads

    return overtaken


def erased_for_good(world: World) -> None:
    with reading(world.rt.db) as session:
        assert session.scalars(select(Contact.address)).all() == []
        assert session.scalars(select(Suppression.address_key)).all() == [world.rt.pseudonyms.mark(ZDENKA.address)]
        assert {row.address for row in session.scalars(select(Registration))} <= {"erased"}
    assert consent_check.check(world.rt, ANNA, world.now).intact


def test_who_is_confirming_is_erased(world: World, overtaken: Callable[..., list[Thread]]) -> None:
    world.fill_form(ZDENKA.address, first_name=ZDENKA.first)
    world.wait(minutes=5)
    token = world.opt_in_mail(ZDENKA.address).tokens("/c/")[0]
    erasing = overtaken(
        confirmation, "settle", lambda: erasure.erase_address(world.rt, ZDENKA.address, ANNA, world.now), before=False
    )
    opt_in.confirm(world.rt, token, ZDENKA.visitor, world.now)
    erasing[0].join()
    erased_for_good(world)
    for press in (opt_in.confirm, opt_in.decline):
        with pytest.raises(InvalidToken):
            press(world.rt, token, ZDENKA.visitor, world.now)
    with pytest.raises(InvalidToken):
        opt_in.opt_in(world.rt, token, world.now)


def test_who_is_being_imported_is_erased(world: World, overtaken: Callable[..., list[Thread]], tmp_path: Path) -> None:
    world.arrive(ZDENKA.address, first_name=ZDENKA.first)
    contact = world.contact(ZDENKA.address)
    assert contact is not None
    file = tmp_path / "back.csv"
    file.write_text(f"E-Mail;Vorname\n{ZDENKA.address};Zora\n", "utf-8")
    erasing = overtaken(
        _Batch, "_without_suppressed", lambda: erasure.erase(world.rt, contact.id, ANNA, world.now), before=False
    )
    importing.import_contacts(world.rt, file, world.now)
    erasing[0].join()
    erased_for_good(world)


def test_who_leaves_while_being_erased_gets_an_answer(world: World, overtaken: Callable[..., list[Thread]]) -> None:
    mail = world.arrive(ZDENKA.address, first_name=ZDENKA.first)
    contact = world.contact(ZDENKA.address)
    assert contact is not None
    erasing = overtaken(preferences, "_withdraw", lambda: erasure.erase(world.rt, contact.id, ANNA, world.now), before=True)
    assert preferences.unsubscribe(world.rt, mail.tokens("/u/")[0], world.visitor(), world.now) == "de"
    erasing[0].join()
    erased_for_good(world)
    assert preferences.unsubscribe(world.rt, mail.tokens("/u/")[0], world.visitor(), world.now) is None


@pytest.mark.parametrize("form", [False, True], ids=["wishes a call", "answers questions"])
def test_who_answers_a_mail_while_being_erased_gets_an_answer(
    world: World, overtaken: Callable[..., list[Thread]], form: bool
) -> None:
    world.arrive(ZDENKA.address, first_name=ZDENKA.first)
    contact = world.contact(ZDENKA.address)
    assert contact is not None
    (sent,) = (m.id for m in world.rows(Message, contact_id=contact.id) if m.kind == "nurture")

    def answer() -> str:
        if form:
            way = links.signed_url(world.rt, "questions", sent, "projektstand").rpartition("/")[2]
            return link_pages.answer_questions(world.rt, way, PLANS, world.visitor(), world.now)
        way = links.signed_url(world.rt, "call", sent).rpartition("/")[2]
        return link_pages.wish_call(world.rt, way, "+49 231 5550101", "", world.visitor(), world.now)

    erasing = overtaken(contacts, "tell", lambda: erasure.erase(world.rt, contact.id, ANNA, world.now), before=True)
    assert answer() == "de"
    erasing[0].join()
    erased_for_good(world)
    with pytest.raises(InvalidToken):
        answer()


def test_who_follows_a_link_while_being_erased_arrives(world: World, overtaken: Callable[..., list[Thread]]) -> None:
    """Once as nobody, since nothing could be recorded any more; then the page behind it finds nobody, too."""
    mail = world.arrive(ZDENKA.address, first_name=ZDENKA.first)
    contact = world.contact(ZDENKA.address)
    assert contact is not None
    page = world.click(mail, "topic:").rpartition("/t/")[2]

    def erase() -> object:
        return erasure.erase(world.rt, contact.id, ANNA, world.now)

    erasing = overtaken(link_pages, "_reader_of", erase, before=False)
    assert len(link_pages.topic_page(world.rt, page, world.now).items) > 1
    erasing[0].join()
    erased_for_good(world)
    assert world.click(mail, "topic:")


def test_a_click_in_the_moment_of_an_erasure_leads_on(world: World, overtaken: Callable[..., list[Thread]]) -> None:
    mail = world.arrive(ZDENKA.address, first_name=ZDENKA.first)
    contact = world.contact(ZDENKA.address)
    assert contact is not None
    erasing = overtaken(
        observation, "permitted", lambda: erasure.erase(world.rt, contact.id, ANNA, world.now), before=False
    )
    assert "/t/" in world.click(mail, "topic:")
    erasing[0].join()
    erased_for_good(world)
    assert world.rows(Activity, kind="click") == []


def test_everything_at_once_ends_in_one_of_the_two(world: World) -> None:
    """Confirmed, declined, erased twice, at one moment: each has an answer, and the ledger holds."""
    people = [f"p{number}@storm{number}.example" for number in range(4)]
    for address in people:
        world.fill_form(address)
    world.wait(minutes=5)
    acts: list[Callable[[], object]] = []
    for address in people:
        token = world.opt_in_mail(address).tokens("/c/")[0]
        press = (world.rt, token, world.visitor(), world.now)
        acts += [lambda press=press: opt_in.confirm(*press), lambda press=press: opt_in.decline(*press)]  # type: ignore[misc]
        acts += [lambda key=address: erasure.erase_address(world.rt, key, ANNA, world.now)] * 2  # type: ignore[misc]
    refused = _at_once(acts)
    assert {type(one) for one in refused} <= {InvalidToken, erasure.NothingToErase}, refused
    assert consent_check.check(world.rt, ANNA, world.now).intact
    assert world.rows(Contact) == []
    with reading(world.rt.db) as session:
        blocked = set(session.scalars(select(Suppression.address_key)))
    assert blocked == {world.rt.pseudonyms.mark(address) for address in people}


def test_what_one_person_asks_for_at_once_is_done_or_refused_and_never_stuck(world: World) -> None:
    """Every choice and right of one person at one moment, the erasure among them: no deadlock, nothing left."""
    mail = world.arrive(ZDENKA.address, first_name=ZDENKA.first)
    contact = world.contact(ZDENKA.address)
    assert contact is not None
    rt, now, visitor, me = world.rt, world.now, world.visitor(), contact.id
    (sent,) = (m.id for m in world.rows(Message, contact_id=me) if m.kind == "nurture")
    token, leave = links.signed_url(rt, "preferences", me, sent).rpartition("/")[2], mail.tokens("/u/")[0]
    acts: list[Callable[[], object]] = [
        lambda: preferences.unsubscribe(rt, leave, visitor, now),
        lambda: preferences.unsubscribe(rt, leave, visitor, now),
        lambda: preferences.change(rt, token, frozenset(), visitor, now, counted=False),
        lambda: preferences.pause(rt, token, next(iter(PAUSES)), now),
        lambda: preferences.topics(rt, token, frozenset(), now),
        lambda: preferences.ask_link(rt, token, now),
        lambda: rights.handed_out(rt, me, "access", ANNA, now),
        lambda: rights.object_to(rt, me, ANNA, now),
        lambda: rights.restrict(rt, me, ANNA, now),
        lambda: rights.correct(rt, me, {"first_name": "Zora"}, ANNA, now),
        lambda: erasure.erase(rt, me, ANNA, now),
    ]
    refused = _at_once(acts)
    assert {type(one) for one in refused} <= {InvalidToken, NotFound}, refused
    erased_for_good(world)


def _at_once(acts: list[Callable[[], object]]) -> list[Exception]:
    """What was refused, and why."""
    refused: list[Exception] = []
    ready = Barrier(len(acts))

    def go(act: Callable[[], object]) -> None:
        ready.wait()
        try:
            act()
        except Exception as error:
            refused.append(error)

    threads = [Thread(target=go, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused
