"""A3, RFC 8058: unsubscribing with one press of a button in the mail program, as the standard has it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from stories.world import World, berlin
from web.house import ADDRESS, House, build

from nurture.domain.consent import ConsentState
from nurture.domain.message import MessageState
from nurture.engine import preferences
from nurture.engine.advance import advance
from nurture.engine.runtime import Runtime
from nurture.store import consents
from nurture.store.database import reading
from nurture.store.schema import EnrollmentRow, Message

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
ENCODINGS = ("application/x-www-form-urlencoded", "multipart/form-data")


@pytest.fixture
def house(sqlite_db: Engine, make_runtime: Callable[..., Runtime]) -> House:
    return build(World(make_runtime(sqlite_db), berlin("2026-03-02 10:00")))


@pytest.fixture
def either_house(runtime: Runtime) -> House:
    """On both databases."""
    return build(World(runtime, berlin("2026-03-02 10:00")))


def state(house: House) -> ConsentState | None:
    with reading(house.rt.db) as session:
        return consents.states(session, house.world.contact().id).get("nurture")


def header_address(house: House) -> str:
    """The one https address in List-Unsubscribe of the first nurture mail."""
    message = house.world.arrive().message
    assert str(message["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
    addresses = [part.strip(" <>") for part in str(message["List-Unsubscribe"]).split(",")]
    web = [address for address in addresses if address.startswith("http")]
    assert len(web) == 1
    assert web[0].startswith("https://")
    return web[0]


def test_a3_only_the_post_of_the_standard_changes_anything(house: House) -> None:
    url = header_address(house)
    for method in ("GET", "HEAD", "OPTIONS"):
        assert house.client.open(url, method=method).status_code == 200
    for data in ({}, {"List-Unsubscribe": ""}, {"List-Unsubscribe": "Yes"}, {"one-click": "List-Unsubscribe"}):
        for encoding in ENCODINGS:
            assert house.post(url, data, content_type=encoding).status_code == 400
    assert house.client.open(url, method="PUT", data=ONE_CLICK).status_code == 405
    assert state(house) is ConsentState.CONFIRMED


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a3_one_post_without_cookies_answers_200_at_once_and_again(either_house: House, encoding: str) -> None:
    house = either_house
    url = header_address(house)
    headers = {"Origin": "https://mail.example", "Referer": "https://mail.example/inbox"}
    for _ in range(3):
        answer = house.post(url, ONE_CLICK, content_type=encoding, headers=headers)
        assert (answer.status_code, answer.headers.get("Location"), answer.headers.get("Set-Cookie")) == (200, None, None)
        assert state(house) is ConsentState.WITHDRAWN


def test_a3_what_is_queued_already_does_not_leave(either_house: House) -> None:
    house = either_house
    url = header_address(house)
    queue_next_mail(house)
    house.post(url, ONE_CLICK)
    before = len(house.world.to(ADDRESS))
    house.world.wait(days=40)
    assert len(house.world.to(ADDRESS)) == before
    assert [m.state for m in house.world.rows(Message) if m.kind == "nurture"][1:] == [MessageState.CANCELLED]


def test_a3_a_tampered_address_is_no_address(house: House) -> None:
    url = header_address(house)
    contact, message, signature = url.rpartition("/u/")[2].split(".")
    flipped = signature[:-1] + ("A" if signature[-1] != "A" else "B")
    for token in (f"{contact}.{message}.{flipped}", f"{contact}9.{message}.{signature}", f"{contact}.0.{signature}",
                  f"{contact}.{message}", signature, "x" * 2000):  # fmt: skip
        assert [house.post(f"/u/{token}", ONE_CLICK).status_code, house.get(f"/u/{token}").status_code] == [404, 404]
    assert state(house) is ConsentState.CONFIRMED


def test_a3_the_page_of_a_mail_program_is_the_same_for_somebody_erased(house: House) -> None:
    """The mail program gets its 200 even if there is nobody left to unsubscribe."""
    from nurture.domain import audit
    from nurture.engine import erasure

    url = header_address(house)
    contact = house.world.contact().id
    erasure.erase(house.rt, contact, audit.contact(contact), house.world.now)
    answer = house.post(url, ONE_CLICK)
    assert answer.status_code == 200
    assert "/p/" not in answer.text
    assert preferences.unsubscribe(house.rt, url.rpartition("/u/")[2], house.world.visitor(), house.world.now) is None


def queue_next_mail(house: House) -> Message:
    """Let time pass until the campaign has queued the next mail, and stop before it is delivered."""
    world = house.world
    before = len([m for m in world.rows(Message) if m.kind == "nurture"])
    for _ in range(30):
        due = [e.due_at for e in world.rows(EnrollmentRow) if e.state == "active" and e.due_at]
        world.now = max(world.now, min(due))
        advance(world.rt, world.now)
        mails = [m for m in world.rows(Message) if m.kind == "nurture"]
        if len(mails) > before:
            return mails[-1]
    raise AssertionError("the campaign queues nothing")
