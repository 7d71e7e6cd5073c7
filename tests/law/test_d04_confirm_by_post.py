"""D4, F5: the link of an opt-in mail opens one page, which only a press confirms; nobody can make or bend such a link."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from web.house import ADDRESS, FORM, House

from nurture.domain.errors import InvalidToken
from nurture.engine import links, opt_in
from nurture.mail.signing import Signer
from nurture.store.schema import Contact


@pytest.fixture
def asked(house: House) -> str:
    house.world.fill_form()
    return house.opt_in_url()


def test_d4_a_link_cannot_be_guessed_and_the_database_does_not_tell_it(house: House, asked: str) -> None:
    """144 bits that only the keys make; the keys lie outside the database, which keeps no link in any form but mails."""
    signature = asked.rpartition(".")[2]
    assert len(signature) * 6 >= 128
    (row,) = house.world.registrations()
    assert signature not in str(vars(row))


def test_d4_every_bit_counts(house: House, asked: str) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    token = asked[3:]
    start = token.index(".") + 1
    for place in range(start, len(token)):
        for bit in range(6):
            bent = token[:place] + alphabet[alphabet.index(token[place]) ^ (1 << bit)] + token[place + 1 :]
            with pytest.raises(InvalidToken, match="forged"):
                opt_in.opt_in(house.rt, bent, house.world.now)
    other = f"2{token[1:]}"
    assert house.post(f"/c/{other}", {"answer": "confirm"}).status_code == 404


@pytest.mark.parametrize("purpose", sorted({*links._PATHS, "form", "page"} - {"confirm"}))
def test_f5_a_link_made_for_something_else_confirms_nothing(house: House, asked: str, purpose: str) -> None:
    token = house.rt.signer.sign(purpose, asked[3:].partition(".")[0])
    assert house.get(f"/c/{token}").status_code == 404
    assert house.post(f"/c/{token}", {"answer": "confirm"}).status_code == 404


def test_f5_links_of_mails_already_sent_work_after_the_keys_were_changed(house: House, asked: str) -> None:
    house.rt.signer = Signer(["the-newest-key-0123456789abcdefghijk", "a-key-only-for-tests-0123456789abcdef"])
    assert "Danke, das ist bestätigt" in house.press(asked, answer="confirm").text
    house.rt.signer = Signer(["the-newest-key-0123456789abcdefghijk"])
    assert house.get(asked).status_code == 404


def test_d4_again_and_again_is_the_same_success(house: House, asked: str) -> None:
    for _ in range(3):
        assert (
            "Danke, das ist bestätigt" in house.press(asked, answer="confirm").text if not house.world.contact() else True
        )
        assert "Danke, das ist bestätigt" in house.get(asked).text
        assert "/d/" in house.post(asked, {"answer": "confirm"}).text
    assert len(house.world.rows(Contact)) == 1


@pytest.mark.parametrize("swept", [False, True], ids=["just over", "and its data removed"])
def test_d4_after_its_time_the_form_again_with_fresh_limits(house: House, asked: str, swept: bool) -> None:
    until = house.world.registrations()[0].expires_at
    assert until - house.world.now == timedelta(days=7)
    shown = house.stamp(asked)
    house.world.now = until
    if swept:
        house.world.beat()
    page = house.post(asked, {"stamp": shown, "answer": "confirm"})
    assert page.status_code == 410
    assert f'href="/f/{FORM}?lang=' in page.text
    house.world.beat()
    house.world.fill_form()
    assert len(house.world.to(ADDRESS)) == 2


def test_d4_a_forwarded_link_tells_no_more_than_the_mask(house: House, asked: str) -> None:
    """In every state: before, with the code, declined, confirmed, and 'not me' long after."""
    texts = [house.get(asked).text]
    opt_in.confirm(house.rt, asked[3:], house.world.visitor(), house.world.now, opt_in.Page(hurried=True))
    texts.append(house.get(asked).text)
    house.world.fill_form("maria.weber@second-huber.example")
    second = house.opt_in_url("maria.weber@second-huber.example")
    texts.append(house.press(second, answer="confirm").text)
    house.pause(minutes=2)
    texts += [house.get(second).text, house.post(second, {"answer": "decline"}).text]
    for text in texts:
        assert not re.search(r"maria|weber|anlagenbau huber|production-planning|203\.0\.113", text, re.IGNORECASE)


def test_d4_a_page_of_another_link_presses_nothing_here(house: House, asked: str) -> None:
    house.world.fill_form("jonas@huber.example")
    stamp = house.stamp(house.opt_in_url("jonas@huber.example"))
    house.pause()
    assert house.post(asked, {"stamp": stamp, "answer": "confirm"}).status_code == 422
    assert {row.state for row in house.world.registrations()} == {"pending"}
