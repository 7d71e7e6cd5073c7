"""D11, § 25 TDDDG: individual tracking only with its own consent; withdrawing it silences mails that have left already."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from stories.world import Mail, World, berlin

from nurture.domain.condition import All, AnyOf, CameFrom, Clicked, Condition, Downloaded, Interested, Known, Not, holds
from nurture.domain.consent import ConsentEvent
from nurture.engine import choices, dossier, link_pages, links, preferences, tracking
from nurture.engine.runtime import Runtime
from nurture.engine.scoring import lead_scores
from nurture.store import consents
from nurture.store.database import reading, transaction
from nurture.store.schema import Activity, AnonymousHit, Base, Contact, Lead, Message

MARIA, BODO, CARLA = "maria.weber@anlagenbau-huber.example", "bodo.fink@fink-pressen.example", "carla.kunz@kunz-ag.example"
NO_TRACKING = {"purposes": ("nurture",)}


@pytest.fixture
def world(sqlite_db: Engine, make_runtime: Callable[..., Runtime]) -> World:
    return World(make_runtime(sqlite_db), berlin("2026-03-02 10:00"))


@pytest.fixture
def either_world(runtime: Runtime) -> World:
    """On both databases."""
    return World(runtime, berlin("2026-03-02 10:00"))


def urls(mail: Mail) -> list[str]:
    """Every address of ours in the mail, but those that have to know whose they are: unsubscribe and preferences."""
    found = re.findall(r"https://nurture\.example[^\s\"<>)]*", mail.html + mail.text)
    return [url for url in found if not re.search(r"/(u|p)/", url)]


def dump(world: World) -> dict[str, list[str]]:
    """Everything stored, but counts without a name and what a query alone may change."""
    with Session(world.rt.db) as session:
        return {
            table.name: sorted(json.dumps(dict(row), default=str) for row in session.execute(select(table)).mappings())
            for table in Base.metadata.sorted_tables
            if table.name != AnonymousHit.__tablename__
        }


def withdraw_tracking(world: World, mail: Mail) -> None:
    preferences.change(world.rt, mail.tokens("/p/")[0], frozenset({"nurture"}), world.visitor(), world.now)


def counted(world: World) -> int:
    with reading(world.rt.db) as session:
        return sum(session.scalars(select(AnonymousHit.count)))


def house_counts_nothing(world: World) -> None:
    d = world.rt.publication.definitions
    silent = replace(d, tracking=replace(d.tracking, aggregate=False))
    world.rt.publication = replace(world.rt.publication, definitions=silent)


# --- links that say nothing -------------------------------------------------------------------------------------------


def test_d11_without_consent_two_readers_get_the_same_links(either_world: World) -> None:
    world = either_world
    one = world.arrive(MARIA, **NO_TRACKING)
    two = world.arrive(BODO, **NO_TRACKING)
    assert urls(one) == urls(two)
    assert any("/l/" in url for url in urls(one))
    assert not re.search(r"<img[^>]+nurture\.example", one.html)


def test_d11_with_consent_links_are_ones_own(world: World) -> None:
    """So that the test above can fail."""
    assert urls(world.arrive(MARIA)) != urls(world.arrive(BODO))


def test_d11_mode_none_leads_straight_to_the_target_and_counts_nothing(world: World) -> None:
    house_counts_nothing(world)
    one, two = world.arrive(MARIA, **NO_TRACKING), world.arrive(BODO, **NO_TRACKING)
    assert urls(one) == urls(two)
    assert not any("/l/" in url for url in urls(one))
    page = next(url for url in urls(one) if "/t/" in url)
    found = link_pages.topic_page(world.rt, page.rpartition("/t/")[2], world.now)
    assert world.download(found.items[0][1])
    assert counted(world) == 0


def test_d11_who_does_not_want_to_be_counted_is_not(world: World) -> None:
    first = world.arrive(MARIA, **NO_TRACKING)
    with transaction(world.rt.db) as session:
        choices.counted(session, world.contact().id, world.now, yes=False)
    world.wait(days=30)
    later = world.to(MARIA)[-1]
    assert later is not first
    assert not any("/l/" in url for url in urls(later))


def test_d11_who_agreed_only_to_be_counted_no_more_is_not_counted_by_old_links(world: World) -> None:
    mail = world.arrive(MARIA)
    withdraw_tracking(world, mail)
    with transaction(world.rt.db) as session:
        choices.counted(session, world.contact().id, world.now, yes=False)
    world.click(mail, "topic:")
    assert counted(world) == 0


# --- withdrawal -------------------------------------------------------------------------------------------------------


def test_d11_after_withdrawal_old_links_lead_on_and_write_nothing(either_world: World) -> None:
    world = either_world
    mail = world.arrive(MARIA)
    topic = world.click(mail, "topic:")
    page = link_pages.topic_page(world.rt, topic.rpartition("/t/")[2], world.now)
    (message,) = world.rows(Message, header_id=str(mail.message["Message-ID"]))
    asks = {kind: links.signed_url(world.rt, *parts).rpartition("/")[2] for kind, parts in (
        ("questions", ("questions", message.id, "fragen-feinplanung")), ("call", ("call", message.id)))}  # fmt: skip
    withdraw_tracking(world, mail)
    before = dump(world)
    for _ in range(2):
        assert world.click(mail, "topic:", ip="198.51.100.77", agent="Quux/99.1").startswith("https://nurture.example/t/")
    link_pages.topic_page(world.rt, topic.rpartition("/t/")[2], world.now)
    link_pages.call_page(world.rt, asks["call"], world.now)
    assert tracking.download(world.rt, page.items[0][1].rpartition("/d/")[2], world.visitor(), world.now).is_file()
    assert dump(world) == before
    assert counted(world) == 3
    assert "/t/" in world.click(mail, "topic:")


def test_d11_a_link_that_names_nobody_any_more_leads_to_one_that_names_nobody(world: World) -> None:
    mail = world.arrive(MARIA)
    withdraw_tracking(world, mail)
    target = world.click(mail, "topic:").rpartition("/t/")[2]
    assert links.parts(world.rt, "topic", target, 3)[0] == "0"


def test_d11_what_somebody_tells_us_still_works_and_says_nothing_of_where_from(world: World) -> None:
    mail = world.arrive(MARIA)
    withdraw_tracking(world, mail)
    (message,) = world.rows(Message, header_id=str(mail.message["Message-ID"]))
    token = links.signed_url(world.rt, "call", message.id).rpartition("/")[2]
    link_pages.wish_call(world.rt, token, "+49 231 4710 200", "Bitte morgen", world.visitor(), world.now)
    (wish,) = world.rows(Activity, kind="call-wish")
    assert (wish.ip, wish.user_agent) == (None, None)


def test_d11_mails_that_wait_lose_their_links(world: World) -> None:
    mail = world.arrive(MARIA)
    (message,) = world.rows(Message, header_id=str(mail.message["Message-ID"]))
    with transaction(world.rt.db) as session:
        session.get_one(Message, message.id).state = "queued"  # as if the server had put it off
    withdraw_tracking(world, mail)
    assert world.rows(Message, id=message.id)[0].tracked is False


# --- scores, branches, sales --------------------------------------------------------------------------------------------


def points(world: World) -> float:
    with reading(world.rt.db) as session:
        (lead,) = session.scalars(select(Lead.id))
        return lead_scores(world.rt, session, [lead], world.now)[lead].score.points


def test_d11_points_from_behaviour_go_at_once_and_forms_stay(either_world: World) -> None:
    world = either_world
    mail = world.arrive(MARIA)
    told = points(world)
    world.read_topic(mail, "bottlenecks", "checkliste-engpass")
    world.wait(minutes=20)
    assert points(world) > told
    withdraw_tracking(world, mail)
    assert points(world) == told == world.lead().points
    assert not {a.kind for a in world.rows(Activity)} & {"click", "download"}
    (ended,) = world.rows(Activity, kind="unobserved")
    assert ended.data == {"clicks": 1, "downloads": 1}


def test_d11_behaviour_of_before_the_consent_never_scores(world: World) -> None:
    world.arrive(MARIA, **NO_TRACKING)
    person = world.contact().id
    with transaction(world.rt.db) as session:
        session.add(Activity(contact_id=person, kind="download", at=world.now, product="feintakt",
                             content="checkliste-engpass", data={}))  # fmt: skip
    before = points(world)
    world.wait(hours=1)
    with transaction(world.rt.db) as session:
        consents.record(session, person, "tracking", ConsentEvent.CONFIRMED, world.now, {})
    assert points(world) <= before
    assert "Download" not in json.dumps([line.rule for line in _lines(world)])
    assert [line for line in _lines(world) if line.act] == [line for line in _lines(world) if "form" in line.rule]


def _lines(world: World) -> tuple[object, ...]:
    with reading(world.rt.db) as session:
        (lead,) = session.scalars(select(Lead.id))
        return lead_scores(world.rt, session, [lead], world.now)[lead].score.lines


def test_d11_sales_is_told_behaviour_only_of_those_who_agreed(world: World) -> None:
    mail = world.arrive(MARIA)
    world.read_topic(mail, "bottlenecks", "checkliste-engpass")
    assert _dossier(world)["content"]
    withdraw_tracking(world, mail)
    told = _dossier(world)
    assert told["content"] == []
    assert not any("heruntergeladen" in one["text"] or "angeklickt" in one["text"] for one in told["activities"])


def _dossier(world: World) -> dict[str, list[dict[str, str]]]:
    with reading(world.rt.db) as session:
        (lead,) = session.scalars(select(Lead.id))
        result = lead_scores(world.rt, session, [lead], world.now)[lead]
        return dossier.build(world.rt, session, result, session.scalars(select(Contact)).one(), "wish", "asked", "de")


@pytest.mark.parametrize(
    "condition",
    [
        Clicked(),
        Not(Clicked()),
        Not(Downloaded()),
        Interested("bottlenecks"),
        Not(Interested("bottlenecks")),
        All((Not(Clicked()), Not(Downloaded()))),
        AnyOf((Clicked(), Not(Clicked()))),
    ],
)
def test_d11_clicks_of_the_unobserved_are_unknown(condition: Condition) -> None:
    assert not holds(condition, Known(observed=False))


def test_d11_unknown_does_not_spoil_what_is_known() -> None:
    known = Known(observed=False, source="fair")
    assert holds(AnyOf((Clicked(), CameFrom(("fair",)))), known)
    assert holds(Not(All((Clicked(), CameFrom(("web",))))), known)
    assert holds(Not(Clicked()), Known())


# --- nothing is withheld from those who said no -----------------------------------------------------------------------


def test_d11_the_offer_comes_without_any_consent_to_tracking(world: World) -> None:
    world.fill_form(MARIA, purposes=())
    world.wait(minutes=7)
    page = world.confirm(MARIA)
    assert page.offer_url
    assert world.download(page.offer_url)
