"""A small valid set loads into the expected domain objects."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from definitions.homes import copy_of_valid

from nurture.definitions import load, parse_campaign
from nurture.domain.campaign import BranchStep, Case, EnrolStep, LeaveStep, MailStep, TaskStep, Trigger, WaitStep
from nurture.domain.catalogue import LeadClass
from nurture.domain.condition import AnyOf, Clicked, Downloaded, InClass, Interested, Not, Permits, ScoreAtLeast
from nurture.domain.definitions import Definitions
from nurture.domain.delivery_rules import SHIPPED, UNLIMITED, Breakers, DeliveryRules, Dkim, WarmUp
from nurture.domain.durations import Duration
from nurture.domain.pacing import ALWAYS, Window

VALID = Path(__file__).parent / "valid"


@pytest.fixture(scope="module")
def loaded() -> Definitions:
    return load(VALID)


def test_organisation(loaded: Definitions) -> None:
    organisation = loaded.organisation
    assert organisation.languages == ("de", "en")
    assert organisation.sender.domain == "mail.muster.example"
    assert organisation.imprint.register == "Amtsgericht Düsseldorf, HRB 12345"
    assert organisation.imprint.represented_by == ("Jörg Muster",)
    assert organisation.imprint.country == {"de": "Deutschland", "en": "Germany"}
    assert organisation.imprint.postal_code == "40210"


def test_calendar(loaded: Definitions) -> None:
    calendar = loaded.calendar
    assert calendar.zone.key == "Europe/Berlin"
    assert date(2026, 6, 4) in calendar.holidays  # Corpus Christi, a holiday in NW
    assert date(2026, 8, 15) not in calendar.holidays  # Assumption, none in NW
    assert calendar.closed_every_year == {(12, 24), (12, 31)}
    assert calendar.office == Window(frozenset(range(5)), time(8, 30), time(17, 30), holidays=False)


def test_holidays_cover_the_years_asked_for() -> None:
    calendar = load(VALID, years=range(2030, 2032)).calendar
    assert {day.year for day in calendar.holidays} == {2030, 2031}


def test_catalogue(loaded: Definitions) -> None:
    planner = loaded.products["planner"]
    assert planner.phases == {
        LeadClass.B1: Duration(2, "months"),
        LeadClass.B2: Duration(4, "months"),
        LeadClass.B3: Duration(3, "months"),
        LeadClass.A: Duration(1, "months"),
    }
    assert planner.topics["lead-time"].product == "planner"
    assert set(loaded.topics) == {"bottlenecks", "lead-time", "spare-parts"}
    guide = loaded.content["guide"]
    assert guide.functions == ()
    assert guide.phases == (LeadClass.B1,)
    assert guide.spacing == Duration(3, "weeks")
    assert loaded.content["guide-it"].variant_of == "guide"
    assert loaded.content["parts-list"].files == {}


def test_forms(loaded: Definitions) -> None:
    guide = loaded.forms["guide"]
    function = guide.fields[1]
    assert function.options == {
        "it": {"de": "IT-Leitung", "en": "IT management"},
        "planning": {"de": "Fertigungsplanung", "en": "Production planning"},
    }
    assert guide.purposes == ("nurture", "tracking", "phone")
    assert loaded.forms["more"].profile
    fair = loaded.forms["fair"].event
    assert fair is not None
    assert fair.starts == datetime(2027, 4, 20, 7, 0, tzinfo=UTC)


def test_scoring_and_sales(loaded: Definitions) -> None:
    assert loaded.scoring.half_life_days == 60
    assert loaded.scoring.thresholds["planner"] == {"A": 40, "B": 60, "C": 90, "D": None}
    click = next(rule for rule in loaded.scoring.behaviour if rule.id == "any-click")
    assert (click.cap, click.cap_days) == (30, 30)
    assert loaded.scoring.agreement.on == date(2026, 9, 15)
    assert loaded.sales.answer_within == timedelta(hours=8)
    assert loaded.sales.return_reasons["no-need"].lead_class is LeadClass.C


def test_mailing(loaded: Definitions) -> None:
    assert loaded.caps.gap == Duration(2, "days")
    assert loaded.tracking.settle_after == timedelta(minutes=10)
    assert loaded.retention.clicks == Duration(13, "months")
    assert loaded.cells("it", "B1") == ("it/b1", "it/any", "any/b1", "any/any")


def test_delivery(loaded: Definitions) -> None:
    rules = loaded.delivery
    assert rules.dkim == Dkim("muster.example", ("n2026a", "n2026b"))
    assert rules.bounce_domain == "bounce.mail.muster.example"
    google, werk = rules.provider("google"), rules.provider("werk")
    assert google == replace(SHIPPED["google"], per_second=5.0, longest_pause=timedelta(hours=2))
    assert (werk.name, werk.connections, werk.per_second) == ("Werk AG", 4, UNLIMITED)
    assert (rules.relay.connections, rules.relay.per_second, rules.relay.per_connection) == (8, 25.0, 100)
    assert rules.provider("anybody").per_second == 0.5
    assert rules.warm_up == WarmUp(date(2026, 9, 1), 100, 1.5)
    assert rules.breakers == Breakers(sample=1000, invalid=0.03, complaints_stop=0.004)
    assert rules.soft_bounces.over == timedelta(days=14)
    assert rules.returned_kept == timedelta(days=14)


def test_providers_named_in_the_file_take_from_the_others(loaded: Definitions) -> None:
    assert loaded.delivery.lane_of("muster.example", ["mx.web.de"]) == "werk"
    assert loaded.delivery.lane_of("muster.example", ["mx2.web.de"]) == "gmx"


def test_the_delivery_file_may_be_left_out(tmp_path: Path) -> None:
    home = copy_of_valid(tmp_path)
    (home / "config/delivery.yaml").unlink()
    assert load(home).delivery == DeliveryRules()


def test_networks(loaded: Definitions) -> None:
    asked = ("198.51.100.9", "2001:db8:7::1", "20.30.40.9", "20.30.41.9", "203.0.113.9")
    assert [loaded.networks.owner(ip) for ip in asked] == ["Prüfgateway", "Prüfgateway", "", "Microsoft Azure", ""]


def test_campaign(loaded: Definitions) -> None:
    welcome = loaded.campaigns["welcome"]
    assert welcome.entry.trigger is Trigger.CONFIRMED
    assert welcome.entry.forms == ("guide",)
    assert welcome.window == Window(frozenset({1, 2, 3}), time(8, 0), time(17, 0), holidays=False)
    assert welcome.reentry == Duration(6, "months")
    assert welcome.exits[0].when == InClass((LeadClass.A, LeadClass.C))
    assert welcome.steps == (
        MailStep("hello", "welcome", "guide", ALWAYS),
        WaitStep("pause", Duration(5, "days"), until=Clicked(step="hello")),
        BranchStep(
            "by-interest",
            (
                Case(Interested("bottlenecks"), "bottlenecks"),
                Case(AnyOf((Downloaded("guide"), Not(ScoreAtLeast(10)))), "call"),
            ),
            "over",
        ),
        MailStep("bottlenecks", "bottlenecks", go="more"),
        TaskStep("call", {"de": "Anrufen", "en": "Call"}, Duration(2, "days"), only=Permits("phone")),
        EnrolStep("more", "fair"),
        LeaveStep("over", "durch"),
    )


def test_event_campaign(loaded: Definitions) -> None:
    fair = loaded.campaigns["fair"]
    assert fair.window is ALWAYS
    assert fair.reentry is None
    assert fair.steps[0] == WaitStep("until-then", Duration(3, "days"), "before-event")
    assert fair.event is not None
    assert fair.event.ends == datetime(2027, 4, 23, 16, 0, tzinfo=UTC)


def test_stored_source_gives_the_same_campaign(loaded: Definitions) -> None:
    for id_, campaign in loaded.campaigns.items():
        assert parse_campaign(loaded.campaign_sources[id_], f"campaigns/{id_}.yaml", loaded.calendar) == campaign
