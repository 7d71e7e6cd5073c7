"""Unsubscribing and choosing what to receive, as readers see it; mail programs are in tests/law/test_a03_one_click.py."""

from __future__ import annotations

import pytest
from web.house import ADDRESS, House

from nurture.domain.consent import ConsentState
from nurture.engine import links
from nurture.store import consents
from nurture.store.database import reading

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def state(house: House, purpose: str = "nurture") -> ConsentState | None:
    with reading(house.rt.db) as session:
        return consents.states(session, house.world.contact().id).get(purpose)


@pytest.fixture
def left(house: House) -> str:
    """The unsubscribe address in a mail."""
    return "/u/" + house.world.arrive().tokens("/u/")[0]


def test_an_empty_post_unsubscribes_nobody(house: House, left: str) -> None:
    answer = house.post(left)
    assert answer.status_code == 400
    assert "Noch sind Sie angemeldet" in answer.text
    assert state(house) is ConsentState.CONFIRMED


def test_a_reader_needs_one_press(house: House, left: str) -> None:
    page = house.get(left)
    assert page.text.count("<button") == 1
    assert "<input" not in page.text
    assert 'name="List-Unsubscribe" value="One-Click"' in page.text
    done = house.post(left, ONE_CLICK)
    assert "Sie sind abgemeldet" in done.text
    assert "/p/" in done.text


def test_tampered_and_foreign_links(house: House, left: str) -> None:
    other = links.signed_url(house.rt, "preferences", house.world.contact().id, 0).rpartition("/")[2]
    for token in (left[3:-1] + "x", other, "1.1", "x"):
        assert [house.get(f"/u/{token}").status_code, house.post(f"/u/{token}", ONE_CLICK).status_code] == [404, 404]
    assert state(house) is ConsentState.CONFIRMED


# --- preferences ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def chosen(house: House) -> str:
    return "/p/" + house.world.arrive().tokens("/p/")[0]


def test_preferences_show_what_is_allowed(house: House, chosen: str) -> None:
    page = house.get(chosen)
    assert page.text.count('name="wanted"') == 2
    assert page.text.count('name="ask"') == 1, "what was never allowed can only be asked for"
    house.pause(days=31)
    assert ADDRESS not in house.get(chosen).text, "an old mail may have been forwarded"


def test_withdrawing_one_purpose_keeps_the_other(house: House, chosen: str) -> None:
    answer = house.post(chosen, {"wanted": "nurture"})
    assert (answer.status_code, answer.location) == (303, f"{chosen}?done=saved&at=what#said")
    assert "Gespeichert" in house.get(answer.location).text
    assert (state(house), state(house, "tracking")) == (ConsentState.CONFIRMED, ConsentState.WITHDRAWN)


def test_withdrawing_everything(house: House, chosen: str) -> None:
    house.post(chosen, {"wanted": ["nurture", "tracking"], "nothing": "yes"})
    assert (state(house), state(house, "tracking")) == (ConsentState.WITHDRAWN, ConsentState.WITHDRAWN)
    assert "Sie haben uns zurzeit nichts erlaubt" in house.get(chosen).text


def test_nothing_can_be_granted_here(house: House, chosen: str) -> None:
    house.post(chosen, {"wanted": ["nurture", "tracking", "phone", "nonsense"]})
    assert state(house, "phone") in (None, ConsentState.NONE)
