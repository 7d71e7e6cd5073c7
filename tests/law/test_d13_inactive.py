"""D13: twelve months without contact warn, twenty-four end the consent; only the person brings it back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, update
from stories.world import Mail, World, berlin

from nurture.domain.consent import ConsentEvent, ConsentState
from nurture.engine import freshness, people, retention
from nurture.engine.runtime import Runtime
from nurture.engine.timeline import timeline
from nurture.store import consents
from nurture.store.database import reading, transaction
from nurture.store.people import Wanted
from nurture.store.schema import Activity, ConsentEventRow, Contact, EnrollmentRow, Message
from nurture.web import create_app

MARIA = "maria.weber@anlagenbau-huber.example"


@pytest.fixture
def world(sqlite_db: Engine, make_runtime: Callable[..., Runtime]) -> World:
    return begun(make_runtime(sqlite_db))


@pytest.fixture
def either_world(runtime: Runtime) -> World:
    """On both databases."""
    return begun(runtime)


def begun(rt: Runtime) -> World:
    """Maria has her first mail; then nothing happens any more."""
    world = World(rt, berlin("2026-03-02 10:00"))
    world.arrive(MARIA)
    with transaction(rt.db) as session:
        session.execute(update(EnrollmentRow).values(due_at=None, listening=False))
        session.execute(update(Contact).values(last_active_at=world.now, last_mail_at=world.now))
    return world


def asking(world: World) -> None:
    """A house that asks people who become inactive."""
    d = world.rt.publication.definitions
    asks = replace(d, retention=replace(d.retention, ask_again=True))
    world.rt.publication = replace(world.rt.publication, definitions=asks)


def at(world: World, day: str) -> None:
    """It is this day, and the daily duty has been done."""
    world.now = berlin(f"{day} 10:00")
    retention.retain(world.rt, world.now)
    world.beat()


def states(world: World) -> dict[str, ConsentState]:
    with reading(world.rt.db) as session:
        return consents.states(session, world.contact().id)


def warnings(world: World) -> int:
    return len(world.rows(Activity, kind="inactive"))


def test_d13_warned_after_twelve_months_not_before_and_once(either_world: World) -> None:
    world = either_world
    at(world, "2027-03-01")
    assert warnings(world) == 0
    at(world, "2027-03-03")
    at(world, "2027-06-03")
    assert warnings(world) == 1
    assert states(world)["nurture"] is ConsentState.CONFIRMED
    assert [m.subject for m in world.to(MARIA) if "/r/" in m.text] == []


def test_d13_the_warning_is_seen_in_the_office(either_world: World) -> None:
    world = either_world
    at(world, "2027-03-03")
    shown = people.search(world.rt, Wanted(state="inactive"), 10, 0, world.now)
    assert [(row.address, row.state) for row in shown.rows] == [(MARIA, "inactive")]
    titles = {lang: [e.title for e in timeline(world.rt, MARIA, lang, world.now).entries] for lang in ("de", "en")}
    assert "Lange kein Kontakt: gilt als inaktiv" in titles["de"]
    assert "No contact for long: listed as inactive" in titles["en"]


def test_d13_an_act_ends_it(world: World) -> None:
    at(world, "2027-03-03")
    with transaction(world.rt.db) as session:
        session.execute(update(Contact).values(last_active_at=world.now))
    assert people.search(world.rt, Wanted(state="inactive"), 10, 0, world.now).total == 0
    at(world, "2028-03-03")
    assert (states(world)["nurture"], warnings(world)) == (ConsentState.CONFIRMED, 1)
    at(world, "2028-03-05")
    assert warnings(world) == 2


def test_d13_mail_is_contact_too(world: World) -> None:
    with transaction(world.rt.db) as session:
        session.execute(update(Contact).values(last_mail_at=berlin("2026-12-01 10:00")))
    at(world, "2027-03-03")
    assert warnings(world) == 0


def test_d13_blocked_after_twenty_four_months(either_world: World) -> None:
    world = either_world
    at(world, "2028-03-01")
    assert states(world)["nurture"] is ConsentState.CONFIRMED
    with transaction(world.rt.db) as session:
        (mail,) = session.query(Message).filter_by(kind="nurture")
        mail.state, mail.due_at, mail.attempts = "queued", world.now.replace(year=2029), 0
    at(world, "2028-03-03")
    assert set(states(world).values()) == {ConsentState.NONE}
    lapsed = world.rows(ConsentEventRow, event="lapsed")
    assert {e.purpose for e in lapsed} == {"nurture", "tracking"}
    assert all(e.evidence["last_contact"].startswith("2026-03-02") for e in lapsed)
    (left,) = world.rows(EnrollmentRow)
    assert (left.state, left.left_kind, left.reason) == ("left", "no-consent", freshness.LAPSED)
    assert "zu lange keine Mail" in str([e.reason for e in timeline(world.rt, MARIA, "de", world.now).entries])
    with transaction(world.rt.db) as session:
        session.execute(update(Message).where(Message.state == "queued").values(due_at=world.now))
    before = len(world.to(MARIA))
    world.beat()
    assert len(world.to(MARIA)) == before
    assert [m.state for m in world.rows(Message, kind="nurture")] == ["cancelled"]


def test_d13_only_a_new_double_opt_in_revives(world: World) -> None:
    at(world, "2028-03-03")
    with transaction(world.rt.db) as session, pytest.raises(Exception, match="renewed"):
        consents.record(session, world.contact().id, "nurture", ConsentEvent.RENEWED, world.now, {})
    world.arrive(MARIA)
    assert states(world)["nurture"] is ConsentState.CONFIRMED


def test_d13_two_processes_let_it_lapse_once(world: World) -> None:
    late = berlin("2028-03-03 10:00")
    assert (freshness.block(world.rt, late), freshness.block(world.rt, late)) == (1, 0)
    assert len(world.rows(ConsentEventRow, event="lapsed", purpose="nurture")) == 1


# --- asking while it is fresh --------------------------------------------------------------------------------------------


@pytest.fixture
def asked(world: World) -> Mail:
    asking(world)
    at(world, "2027-03-03")
    return next(mail for mail in world.to(MARIA) if "/r/" in mail.text)


@pytest.fixture
def client(world: World) -> FlaskClient:
    return create_app(world.rt, lambda: world.now, mailbox=False).test_client()


def test_d13_the_mail_asks_and_can_be_left(asked: Mail) -> None:
    assert asked.subject == "Möchten Sie weiter von uns hören?"
    assert asked.message["List-Unsubscribe"]
    assert asked.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert asked.tokens("/u/")


def test_d13_looking_renews_nothing(world: World, asked: Mail, client: FlaskClient) -> None:
    token = asked.tokens("/r/")[0]
    for method in (client.get, client.head):
        assert method(f"/r/{token}").status_code == 200
    assert world.rows(ConsentEventRow, event="renewed") == []


def test_d13_yes_renews_with_proof(world: World, asked: Mail, client: FlaskClient) -> None:
    token = asked.tokens("/r/")[0]
    assert "Danke, wir schreiben Ihnen weiter" in press_yes(world, client, token)
    (renewed,) = world.rows(ConsentEventRow, event="renewed")
    assert (renewed.purpose, renewed.evidence["method"], renewed.evidence["via"]) == ("nurture", "POST", "renew-consent")
    at(world, "2028-03-02")
    assert states(world)["nurture"] is ConsentState.CONFIRMED
    at(world, "2029-03-04")
    assert states(world)["nurture"] is ConsentState.NONE


def press_yes(world: World, client: FlaskClient, token: str, seconds: int = 5) -> str:
    """Open the page, read for so long, press the button."""
    found = re.search(r'name="stamp" value="([^"]+)"', client.get(f"/r/{token}").text)
    assert found
    world.now += timedelta(seconds=seconds)
    return client.post(f"/r/{token}", data={"stamp": found[1]}).text


def test_d13_a_program_that_presses_at_once_renews_nothing(world: World, asked: Mail, client: FlaskClient) -> None:
    token = asked.tokens("/r/")[0]
    assert client.post(f"/r/{token}").status_code == 422
    assert "Möchten Sie weiter" in press_yes(world, client, token, seconds=1)
    assert world.rows(ConsentEventRow, event="renewed") == []


def test_d13_no_withdraws(world: World, asked: Mail, client: FlaskClient) -> None:
    page = client.get(f"/r/{asked.tokens('/r/')[0]}").text
    action = re.search(r'action="(/u/[^"]+)"', page)
    assert action
    assert client.post(action[1], data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert states(world)["nurture"] is ConsentState.WITHDRAWN
    assert "Sie bekommen keine E-Mails von uns" in client.get(f"/r/{asked.tokens('/r/')[0]}").text


def test_d13_whoever_left_meanwhile_is_not_asked(world: World) -> None:
    asking(world)
    world.now = berlin("2027-03-03 10:00")
    freshness.warn(world.rt, world.now)
    world.unsubscribe(world.to(MARIA)[-1])
    world.beat()
    assert not [mail for mail in world.to(MARIA) if "/r/" in mail.text]


def test_d13_asking_alone_keeps_nothing_fresh(world: World, asked: Mail) -> None:
    assert asked
    at(world, "2028-03-03")
    assert states(world)["nurture"] is ConsentState.NONE
