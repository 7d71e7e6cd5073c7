"""Sales answers from the mail: the page shows, a button answers."""

from __future__ import annotations

import pytest
from web.house import House

from nurture.domain.handoff import HandoffState
from nurture.engine import link_pages, links
from nurture.store.schema import Message

WISH = "Bitte am Donnerstag <b>ab</b> 14 Uhr"


@pytest.fixture
def offered(house: House) -> str:
    """The link in the sales mail about a contact who wants to be called."""
    return offer(house)


def offer(house: House) -> str:
    house.world.arrive()
    message = max(m.id for m in house.world.rows(Message) if m.kind == "nurture")
    token = links.signed_url(house.rt, "call", message).rpartition("/")[2]
    link_pages.wish_call(house.rt, token, "+49 7821 55 01 17", WISH, house.world.visitor(), house.world.now)
    house.world.beat()
    return "/h/" + house.world.sales_mails()[-1].tokens("/h/")[0]


def state(house: House) -> HandoffState:
    return house.world.handoffs()[0].state


def test_the_page_shows_the_dossier(house: House, offered: str) -> None:
    page = house.get(offered)
    assert page.status_code == 200
    for fact in (
        "Maria Weber",
        "Anlagenbau Huber GmbH",
        "+49 7821 55 01 17",
        "Produktionsplanung",
        "Bittet um einen Anruf",
    ):
        assert fact in page.text, fact
    assert "Bitte am Donnerstag &lt;b&gt;ab&lt;/b&gt; 14 Uhr" in page.text


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_answers_nothing(house: House, offered: str, method: str) -> None:
    house.client.open(offered, method=method)
    assert state(house) is HandoffState.OFFERED


def test_taking_it_and_winning(either_house: House) -> None:
    house = either_house
    offered = offer(house)
    assert house.press(offered, event="accepted").status_code == 303
    assert state(house) is HandoffState.ACCEPTED
    page = house.get(offered)
    assert 'value="won"' in page.text
    assert 'value="accepted"' not in page.text
    assert house.press(offered, event="won", note="Auftrag über 40 Plätze").status_code == 303
    assert state(house) is HandoffState.WON
    assert "Hier ist nichts mehr zu tun" in house.get(offered).text


def test_giving_back_needs_a_reason_and_keeps_the_note(house: House, offered: str) -> None:
    page = house.press(offered, event="returned", note="Erst nächstes Jahr")
    assert page.status_code == 422
    assert "Bitte wählen Sie einen Grund" in page.text
    assert "Erst nächstes Jahr</textarea>" in page.text
    assert state(house) is HandoffState.OFFERED
    reason = next(iter(house.rt.definitions.sales.return_reasons))
    assert house.press(offered, event="returned", reason=reason, note="Erst nächstes Jahr").status_code == 303
    (handoff,) = house.world.handoffs()
    assert (handoff.state, handoff.return_reason, handoff.note) == (HandoffState.RETURNED, reason, "Erst nächstes Jahr")


@pytest.mark.parametrize("event", ["won", "lost", "assigned", "reassigned", "nonsense", ""])
def test_what_is_not_possible_now(house: House, offered: str, event: str) -> None:
    page = house.press(offered, event=event)
    assert page.status_code == 422
    assert state(house) is HandoffState.OFFERED


def test_an_unknown_reason(house: House, offered: str) -> None:
    assert house.press(offered, event="returned", reason="mood").status_code == 422
    assert state(house) is HandoffState.OFFERED


def test_programs_that_press_every_button_at_once(house: House, offered: str) -> None:
    shown = house.stamp(offered)
    for event in ("accepted", "returned", "won", "lost"):
        assert house.post(offered, {"stamp": shown, "event": event}).status_code == 422
    assert state(house) is HandoffState.OFFERED


def test_answering_twice_is_harmless(house: House, offered: str) -> None:
    shown = house.stamp(offered)
    house.pause()
    for _ in range(2):
        assert house.post(offered, {"stamp": shown, "event": "accepted"}).status_code == 303
    assert state(house) is HandoffState.ACCEPTED


def test_forged_links(house: House, offered: str) -> None:
    assert house.get(offered[:-1]).status_code == 404
    assert house.post(offered[:-1], {"event": "accepted"}).status_code == 404
