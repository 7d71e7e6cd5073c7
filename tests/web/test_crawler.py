"""Programs follow every link of every mail and every page, with GET and HEAD: nothing changes but raw clicks."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

from sqlalchemy import select
from web.house import FORM, House, path_of

from nurture.engine import link_pages, links
from nurture.store.database import reading
from nurture.store.schema import Base, Message

RAW = {"activities", "hits", "anonymous_hits"}
HOST = "nurture.example"


def rows(house: House) -> dict[str, list[Any]]:
    with reading(house.rt.db) as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key.columns))]
            for table in Base.metadata.sorted_tables
        }


def addresses(text: str, base: str) -> set[str]:
    found = re.findall(r'(?:href|action|src|formaction)="([^"]*)"', text) + re.findall(r"https?://[^\s\"<>)]+", text)
    return {url for raw in found if urlsplit(url := urljoin(base, unescape(raw)).partition("#")[0]).netloc == HOST}


def crawl(house: House, start: set[str]) -> set[str]:
    """Everything that can be reached from ``start``, each asked for with HEAD and GET."""
    seen: set[str] = set()
    waiting = set(start)
    while waiting:
        url = waiting.pop()
        seen.add(url)
        house.client.head(path_of(url), buffered=True)
        answer = house.get(url)
        assert answer.status_code < 500, url
        if answer.status_code in (301, 302, 303, 308):
            waiting |= addresses(f'href="{answer.location}"', url)
        elif answer.mimetype == "text/html":
            waiting |= addresses(answer.text, url)
        waiting -= seen
    return seen


def test_following_every_link_changes_nothing_but_raw_clicks(either_house: House) -> None:
    house = either_house
    world = house.world
    welcome = world.arrive()
    world.fill_form("pending@huber.example")
    message = max(m.id for m in world.rows(Message) if m.kind == "nurture")
    call, questions = (
        links.signed_url(house.rt, "call", message),
        links.signed_url(house.rt, "questions", message, "projektstand"),
    )
    link_pages.wish_call(house.rt, call.rpartition("/")[2], "+49 7821 550117", "", world.visitor(), world.now)
    world.beat()
    mails = world.mails
    assert {mail.to for mail in mails} >= {"pending@huber.example", welcome.to}
    start = {f"https://{HOST}/", f"https://{HOST}/embed/{FORM}", call, questions, *links_of(mails)}
    before = rows(house)
    seen = crawl(house, start)
    after = rows(house)
    for kind in ("/c/", "/u/", "/p/", "/l/", "/t/", "/d/", "/q/", "/call/", "/h/", "/f/", "/embed/"):
        assert any(f"{HOST}{kind}" in url for url in seen), kind
    assert {name for name in before if before[name] != after[name]} <= RAW
    new = after["activities"][len(before["activities"]) :]
    assert after["activities"][: len(before["activities"])] == before["activities"]
    assert {row[2] for row in new} == {"click"}


def links_of(mails: list[Any]) -> set[str]:
    """Text part, HTML part and headers."""
    texts = [text for m in mails for text in (m.text, m.html, str(m.message.get("List-Unsubscribe", "")))]
    return {url for text in texts for url in addresses(text, f"https://{HOST}/")}
