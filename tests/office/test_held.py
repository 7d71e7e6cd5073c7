"""Who asked to be left alone in words: a human decides on the person's page, once."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask.testing import FlaskClient
from returns.postroom import Postroom, letter

from nurture.engine.runtime import Runtime
from office.conftest import log_in, token

ANNA = "anna@werk.example"


@pytest.mark.parametrize(
    ("meant", "said", "consent"),
    [("stop", "Widersprochen", "withdrawn"), ("go-on", "Die Pause ist aufgehoben", "confirmed")],
)
def test_a_human_decides_what_was_meant(
    house: Runtime, browser: FlaskClient, now: datetime, meant: str, said: str, consent: str
) -> None:
    room = Postroom(house, now)
    contact = room.person(address=ANNA)
    room.take(letter(ANNA, "Bitte keine Mails mehr."))
    log_in(browser)
    shown = browser.get(f"/office/people/{ANNA}")
    assert "bittet darum, keine Mails mehr zu bekommen" in shown.text
    assert "Bitte keine Mails mehr." in shown.text
    form = {"csrf_token": token(shown), "meant": meant}
    answer = browser.post(f"/office/held/{ANNA}", data=form, follow_redirects=True)
    assert said in answer.text
    assert "office/held" not in answer.text
    assert room.consent(contact) == consent
    again = browser.post(f"/office/held/{ANNA}", data=form, follow_redirects=True)
    assert "schon jemand entschieden" in again.text
