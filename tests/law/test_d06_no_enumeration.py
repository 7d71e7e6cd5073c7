"""D6: nobody learns from a form who is known: same status, body, headers and work, on the page and as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event
from stories.world import World, berlin
from web.house import FORM, TYPED, House, build
from werkzeug.test import TestResponse

from nurture.domain import audit
from nurture.engine import erasure
from nurture.engine.runtime import Runtime
from nurture.store import contacts
from nurture.store.database import transaction
from nurture.web.public import form_token

KNOWN = ("new", "pending", "confirmed", "suppressed", "erased", "often")


@pytest.fixture
def house(runtime: Runtime) -> House:
    """One address of each kind."""
    house = build(World(runtime, berlin("2026-03-02 10:00")), trusted_proxies=1)
    world = house.world
    world.fill_form("pending@huber.example")
    world.arrive("confirmed@huber.example")
    world.arrive("erased@huber.example")
    erasure.erase(house.rt, world.contact("erased@huber.example").id, audit.HOUSE, world.now)
    with transaction(house.rt.db) as session:
        contacts.suppress(session, "suppressed@huber.example", "test", world.now)
    for n in range(4):
        world.wait(minutes=11)
        world.fill_form("often@huber.example", company=f"Nr {n}")
    world.wait(hours=2)
    return house


def by_page(house: House, name: str, stamp: str) -> TestResponse:
    sent = {**TYPED, "email": f"{name}@huber.example", "stamp": stamp, "consent": "nurture"}
    return house.post(f"/f/{FORM}?lang=de", sent, headers={"X-Forwarded-For": f"198.51.{len(name)}.{7 + len(name)}"})


def by_json(house: House, name: str, stamp: str) -> TestResponse:
    sent = {**TYPED, "email": f"{name}@huber.example", "stamp": stamp, "consent": ["nurture"]}
    return house.client.post(f"/f/{FORM}", json=sent, headers={"X-Forwarded-For": f"198.51.{len(name)}.{7 + len(name)}"})


@pytest.mark.parametrize("send", [by_page, by_json])
def test_d6_same_answer_and_same_work_whoever_is_known(house: House, send: Callable[..., TestResponse]) -> None:
    form = house.rt.definitions.forms[FORM]
    answers, work = {}, {}
    statements: list[str] = []
    event.listen(house.rt.db, "before_cursor_execute", lambda c, cur, text, *_: statements.append(text))
    for name in ("somebody", *KNOWN):  # the first of the hour does a little more than all others
        stamp = form_token.issue(house.rt.signer, form, house.world.now - timedelta(seconds=9))
        statements.clear()
        answer = send(house, name, stamp)
        headers = tuple((k, v) for k, v in answer.headers.items() if k != "Date")
        answers[name] = (answer.status_code, answer.data, headers)
        work[name] = [re.sub(r"\s+", " ", text)[:60] for text in statements]
    assert answers["new"][0] in (202, 303)
    assert len(set(answers.values())) == 1
    del work["somebody"]
    assert {name: done for name, done in work.items() if done != work["new"]} == {}


def test_d6_who_is_suppressed_or_erased_gets_one_opt_in_mail_in_30_days_and_no_other(house: House) -> None:
    world = house.world
    for name in ("suppressed", "erased"):
        address = f"{name}@huber.example"
        before = len(world.to(address))
        for n in range(5):
            world.fill_form(address, company=f"Nr {n}")
            world.wait(hours=30)
        asked = world.to(address)[before:]
        assert len(asked) == 1, name
        assert "/c/" in asked[0].text
        world.now += timedelta(days=31)
        world.fill_form(address)
        assert len(world.to(address)) == before + 2, name


def test_d6_a_confirmed_address_may_still_ask_and_nothing_changes_before_it_confirms(house: House) -> None:
    before = house.world.contact("confirmed@huber.example")
    house.world.fill_form("confirmed@huber.example", first_name="Mallory", last_name="Stranger")
    after = house.world.contact("confirmed@huber.example")
    assert before is not None and after is not None
    assert (after.first_name, after.last_name) == (before.first_name, before.last_name)
