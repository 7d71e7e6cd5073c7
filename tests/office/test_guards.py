"""Forms under guard: what is wrong is told in words, and a human lets requests go or throws them away."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nurture.engine.reasons import in_language
from nurture.engine.runtime import Runtime
from nurture.store import alarms, form_guards
from nurture.store.database import reading, transaction
from nurture.store.schema import Message, Registration
from tests.office.conftest import Clock, log_in, token

FORM, PAGE = "whitepaper-feinplanung", "/office/protection/forms"
HELD = "wartet@opfer.example"


def hold(rt: Runtime, now: datetime) -> None:
    """One form is guarded, and a request of it waits."""
    with transaction(rt.db) as session:
        form_guards.put_up(session, FORM, "sent 60 times", now, now + timedelta(hours=1))
        text = f"form {FORM} was sent 60 times within the hour, usual are at most 20"
        text += "; its opt-in mails wait for your decision (office, data protection, forms)"
        alarms.raise_alarm(session, alarms.form_key(FORM), text, now)
        session.add(
            Registration(
                address=HELD, address_key=HELD, form=FORM, form_version="1", language="de", source="website", answers={},
                purposes={}, state="held", created_at=now, expires_at=now + timedelta(days=7),
            )
        )  # fmt: skip


@pytest.fixture
def inside(seeded: Runtime, browser: FlaskClient, clock: Clock) -> FlaskClient:
    hold(seeded, clock.now)
    log_in(browser)
    return browser


def state(rt: Runtime) -> tuple[str, int]:
    with reading(rt.db) as session:
        row = session.scalars(select(Registration).order_by(Registration.id.desc())).first()
        assert row is not None
        return row.state, len(session.scalars(select(Message.id).where(Message.registration_id == row.id)).all())


def test_what_is_wrong_is_told_in_the_users_language(inside: FlaskClient) -> None:
    german = inside.get(PAGE).text
    assert "Wartende Anfragen: 1, verschiedene Adressen: 1" in german
    assert HELD not in german, "who waits is nobody's business here"
    alarm = inside.get("/office/delivery").text
    assert "wurde innerhalb der Stunde 60-mal abgeschickt, üblich sind höchstens 20" in alarm


@pytest.mark.parametrize(
    ("button", "becomes"), [("release", ("pending", 1)), ("discard", ("expired", 0)), ("end", ("held", 0))]
)
def test_a_button_decides(inside: FlaskClient, seeded: Runtime, button: str, becomes: tuple[str, int]) -> None:
    assert inside.get(f"{PAGE}/{FORM}/{button}").status_code == 404, "only a button acts"
    assert inside.post(f"{PAGE}/{FORM}/{button}").status_code == 400, "and only with its token"
    assert state(seeded) == ("held", 0)
    done = inside.post(f"{PAGE}/{FORM}/{button}", data={"csrf_token": token(inside.get(PAGE))}, follow_redirects=True)
    assert done.status_code == 200
    assert state(seeded) == becomes


@pytest.mark.parametrize(
    ("said", "german"),
    [
        (
            "form x: 3 requests were held for 14 days, nobody decided, and they are deleted",
            "Formular x: 3 Anfragen wurden 14 Tage zurückgehalten, niemand hat entschieden, sie sind gelöscht",
        ),
    ],
)
def test_sentences_of_the_guard_in_german(said: str, german: str) -> None:
    assert in_language(said, "de") == german
