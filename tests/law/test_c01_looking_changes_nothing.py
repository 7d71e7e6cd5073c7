"""C1, D9: GET, HEAD and OPTIONS change nothing, on any public address, in any state, but raw hits and counters.

The addresses are those that the app knows, so a new one cannot be forgotten: without an example below, the test fails.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from web.house import FORM, House

from nurture.engine import link_pages, links, opt_in
from nurture.store.database import reading
from nurture.store.schema import Base, Message

RAW = {"activities", "hits", "anonymous_hits", "rate_limits"}
OWN_PAGES = ("office", "mailbox")
"""Behind a login, or of the local installation only."""
METHODS = ("GET", "HEAD", "OPTIONS")
GATEWAY = {"REMOTE_ADDR": "40.94.28.7"}


def rows(house: House) -> dict[str, list[Any]]:
    with reading(house.rt.db) as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key.columns))]
            for table in Base.metadata.sorted_tables
        }


@pytest.fixture
def examples(either_house: House) -> dict[str, list[str]]:
    """First part of a public path -> what may follow it: every kind of link, opt-in links in every state."""
    house = either_house
    world, rt = house.world, house.rt
    welcome = world.arrive()
    contact = world.contact()
    assert contact is not None
    message = max(m.id for m in world.rows(Message) if m.kind == "nurture")
    question = next(form.id for form in rt.definitions.forms.values() if form.profile)
    call = links.signed_url(rt, "call", message).rpartition("/")[2]
    link_pages.wish_call(rt, call, "+49 7821 550117", "", world.visitor(), world.now)
    world.wait(minutes=1)
    opted = {"confirmed": house.opt_in_url()[3:]}
    world.fill_form("expired@huber.example")
    opted["expired"] = house.opt_in_url("expired@huber.example")[3:]
    world.now += timedelta(days=8)
    for state in ("pending", "code", "doubted", "declining"):
        world.fill_form(f"{state}@huber.example")
        opted[state] = house.opt_in_url(f"{state}@huber.example")[3:]
    opt_in.confirm(rt, opted["code"], world.visitor(), world.now, opt_in.Page(hurried=True))
    opt_in.confirm(rt, opted["doubted"], world.visitor(), world.now)
    opt_in.decline(rt, opted["doubted"], world.visitor(), world.now)
    opt_in.decline(rt, opted["declining"], world.visitor(), world.now)
    item = next(iter(rt.definitions.content))
    topic = next(iter(rt.definitions.topics))

    def made(purpose: str, *parts: object) -> str:
        return links.signed_url(rt, purpose, *parts).rpartition("/")[2]

    return {
        "c": list(opted.values()),
        "u": welcome.tokens("/u/"),
        "p": welcome.tokens("/p/"),
        "l": welcome.tokens("/l/"),
        "d": [made("file", contact.id, message, item, "de"), made("file", 0, 0, item, "en")],
        "t": [made("topic", message, topic, "de")],
        "r": [made("renew", contact.id, message)],
        "q": [made("questions", message, question)],
        "call": [call],
        "h": world.sales_mails()[-1].tokens("/h/"),
        "f": [FORM, "messe-produktion-2027"],
        "embed": [FORM],
        "hooks": ["postmark"],
        "static": ["public/site.css"],
    }


def addresses(house: House, examples: dict[str, list[str]]) -> list[str]:
    """Every public address of the app, filled in."""
    found = []
    for rule in house.app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in OWN_PAGES:
            continue
        if not rule.arguments:
            found.append(rule.rule)
            continue
        kind = rule.rule.split("/")[1]
        assert kind in examples, f"{rule.rule} is new: give an example of it, so that it is known to change nothing"
        assert len(rule.arguments) == 1, f"{rule.rule} has several places"
        (place,) = rule.arguments
        spelled = next(f"<{kind}{place}>" for kind in ("", "path:") if f"<{kind}{place}>" in rule.rule)
        found += [rule.rule.replace(spelled, example) for example in examples[kind]]
    return sorted(set(found))


def test_c1_every_public_address_by_every_method_that_looks(either_house: House, examples: dict[str, list[str]]) -> None:
    house = either_house
    before = rows(house)
    asked = addresses(house, examples)
    assert len(asked) >= 40
    good = 0
    for address in asked:
        for method in METHODS:
            more = {"data": b"answer=confirm&answer=decline&saved=1"} if method == "GET" else {}
            answer = house.client.open(address, method=method, environ_base=GATEWAY, buffered=True, **more)
            assert answer.status_code != 500, address
            good += answer.status_code in (200, 302)
    assert good > 60
    for kind in ("c", "u", "p", "h", "q", "call"):
        for example in examples[kind]:
            for query in (
                "answer=confirm",
                "answer=decline",
                "answer=code&code=123456",
                "List-Unsubscribe=One-Click",
                "event=won",
            ):
                house.get(f"/{kind}/{example}?{query}")  # what a POST sends, in the address
    after = rows(house)
    assert {name for name in before if before[name] != after[name]} <= RAW
    assert after["activities"][: len(before["activities"])] == before["activities"]
    assert {row[2] for row in after["activities"][len(before["activities"]) :]} <= {"click"}
