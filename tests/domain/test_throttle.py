"""Lanes: the bucket, backing off and recovering, shares of connections, the plan of a new sender."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from nurture.domain import throttle
from nurture.domain.breaker import Figures
from nurture.domain.delivery_rules import SHIPPED, UNLIMITED, DeliveryRules, Provider, WarmUp
from nurture.domain.throttle import Lane, Signal

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GOOGLE = Provider("google", "Google", connections=10, per_second=1.0)
SLOW = Signal(slowed="421 4.7.28 unusual rate")


def after_seconds(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


# --- the bucket -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "left", "seconds", "mails"),
    [
        pytest.param(1.0, 10.0, 0, 10, id="full"),
        pytest.param(1.0, 0.0, 0, 0, id="empty"),
        pytest.param(1.0, 0.0, 3.5, 3, id="a part of a mail is none"),
        pytest.param(1.0, 0.5, 3.5, 4, id="parts add up"),
        pytest.param(1.0, 0.0, 86400, 10, id="at most ten seconds' worth are saved up"),
        pytest.param(0.02, 0.0, 50, 1, id="a slow lane saves up one mail"),
        pytest.param(0.02, 0.0, 49, 0, id="and not before its time"),
        pytest.param(250.0, 0.0, 2, 500, id="fast"),
        pytest.param(0.1, 0.0, 10 - 1e-9, 1, id="rounding costs no turn"),
        pytest.param(1.0, 0.0, -60, 0, id="a clock that went back"),
        pytest.param(1.0, 0.0, -86400, 10, id="a clock that was wrong and is right again"),
        pytest.param(UNLIMITED, 0.0, 0, throttle.PLENTY, id="unlimited"),
    ],
)
def test_bucket(rate: float, left: float, seconds: float, mails: int) -> None:
    lane = throttle.refill(Lane(rate, 2, left, NOW), after_seconds(seconds))
    allowed = throttle.allowance(lane, None, after_seconds(seconds))
    assert (allowed.mails, allowed.service) == (mails, mails)


def test_what_a_wrong_clock_left_behind_ends_with_it() -> None:
    """A year ahead for a moment: neither pause nor plan may last until that year has come."""
    ahead = NOW + timedelta(days=365)
    lane = Lane(1.0, 2, 0.0, ahead, 0, 1, ahead + timedelta(hours=1), "slow down", ahead.date(), 2, 200)
    plan = WarmUp(since=NOW.date() - timedelta(days=9), first_day=50)
    lane = throttle.refill(lane, NOW)
    assert throttle.turns(lane, plan, NOW)
    lane = throttle.new_day(lane, plan, Figures(accepted=200), NOW)
    assert (lane.warm_day, lane.warm_level, lane.warm_sent) == (NOW.date(), 2, 0)
    assert throttle.allowance(lane, plan, NOW).mails == 10
    assert not throttle.turns(lane, plan, NOW - timedelta(days=1)), "two workers that disagree about midnight"


def test_an_empty_lane_says_when_there_is_more() -> None:
    lane = throttle.refill(Lane(0.5, 2, 0.0, NOW), after_seconds(1))
    allowed = throttle.allowance(lane, None, after_seconds(1))
    assert allowed == throttle.Allowance(0, 0, after_seconds(2), "at most 30 a minute")


@pytest.mark.parametrize(
    ("connections", "others", "mine"),
    [
        pytest.param(10, {}, 10, id="alone"),
        pytest.param(10, {"b": 5}, 5, id="half"),
        pytest.param(10, {"b": 10}, 0, id="nothing is free yet"),
        pytest.param(10, {"b": 7}, 3, id="what is free"),
        pytest.param(3, {"b": 1}, 2, id="the rest to the first by name"),
        pytest.param(3, {"0": 1}, 1, id="not to the second"),
        pytest.param(2, {"0": 1, "1": 1}, 0, id="more workers than connections"),
        pytest.param(1, {"b": 0}, 1, id="one who waits counts, and comes later"),
        pytest.param(4, {"b": 9}, 0, id="fewer than are held after slowing down"),
    ],
)
def test_share_of_connections(connections: int, others: dict[str, int], mine: int) -> None:
    assert throttle.share(connections, others, "a") == mine


# --- backing off and recovering -----------------------------------------------------------------------------------------


def slowed(lane: Lane, times: int, provider: Provider = GOOGLE) -> Lane:
    """Told to slow down so often, each time right after the pause before."""
    for _ in range(times):
        lane = throttle.after(lane, provider, SLOW, lane.paused_until or NOW)
    return lane


@pytest.mark.parametrize(
    ("times", "rate", "connections", "minutes"),
    [(1, 0.5, 5, 15), (2, 0.25, 2, 45), (3, 0.125, 1, 105), (4, 0.0625, 1, 225), (5, 0.03125, 1, 465), (6, 1 / 60, 1, 705)],
)
def test_each_time_half_as_fast_after_twice_the_pause(times: int, rate: float, connections: int, minutes: int) -> None:
    lane = slowed(throttle.begin(GOOGLE, NOW), times)
    assert (lane.rate, lane.connections) == (pytest.approx(rate), connections)
    assert lane.paused_until == NOW + timedelta(minutes=minutes)  # the pauses so far: 15, 30, 60, 120, then 240 each
    assert lane.reason == "421 4.7.28 unusual rate"
    paused = throttle.allowance(lane, None, lane.paused_until - timedelta(seconds=1))
    assert (paused.mails, paused.service, paused.again) == (0, 0, lane.paused_until)


def test_what_other_connections_hear_during_the_pause_is_the_same_incident() -> None:
    once = slowed(throttle.begin(GOOGLE, NOW), 1)
    assert throttle.after(once, GOOGLE, SLOW, after_seconds(1)) == once


def test_a_very_slow_lane_stays_as_slow_as_it_was_told() -> None:
    provider = replace(GOOGLE, per_second=0.005)
    assert slowed(throttle.begin(provider, NOW), 3, provider).rate == 0.005


def test_one_step_up_per_hundred_accepted() -> None:
    lane = slowed(throttle.begin(GOOGLE, NOW), 2)
    almost = throttle.after(lane, GOOGLE, Signal(99), NOW)
    assert (almost.rate, almost.connections, almost.slowdowns) == (0.25, 2, 2)
    one_up = throttle.after(almost, GOOGLE, Signal(1), NOW)
    assert (one_up.rate, one_up.connections, one_up.slowdowns, one_up.accepted) == (pytest.approx(0.3), 3, 1, 0)


def test_a_lane_recovers_to_what_is_configured_and_no_further() -> None:
    lane = slowed(throttle.begin(GOOGLE, NOW), 1)
    for steps in range(1, 11):
        assert lane.slowdowns >= 1, "its stage is remembered until everything is as configured"
        lane = throttle.after(lane, GOOGLE, Signal(100), NOW + timedelta(hours=steps))
    assert lane == replace(throttle.begin(GOOGLE, NOW), tokens=0.0, filled_at=lane.filled_at)


def test_a_pause_that_ended_does_not_forget_its_stage() -> None:
    once = slowed(throttle.begin(GOOGLE, NOW), 1)
    much_later = NOW + timedelta(days=2)
    again = throttle.after(once, GOOGLE, SLOW, much_later)
    assert again.paused_until == much_later + timedelta(minutes=30)


def test_what_is_edited_holds_at_once() -> None:
    rest = throttle.begin(GOOGLE, NOW)
    faster = replace(GOOGLE, per_second=5.0, connections=20)
    assert (throttle.configured(rest, faster).rate, throttle.configured(rest, faster).connections) == (5.0, 20)
    slow = slowed(rest, 1)
    assert throttle.configured(slow, faster) == slow, "recovering, it goes up by steps"
    narrow = replace(GOOGLE, per_second=0.1, connections=1)
    assert (throttle.configured(slow, narrow).rate, throttle.configured(slow, narrow).connections) == (0.1, 1)


def test_a_relay_without_a_rate_slows_down_by_its_connections() -> None:
    relay = DeliveryRules().relay
    lane = slowed(throttle.begin(relay, NOW), 2, relay)
    assert (lane.rate, lane.connections) == (UNLIMITED, 4)
    assert lane.paused_until == NOW + timedelta(minutes=3)
    assert throttle.after(lane, relay, Signal(1200), NOW).slowdowns == 0


# --- a provider with a limit of its own -----------------------------------------------------------------------------------


class Provider20:
    """Takes 20 mails in any 60 seconds and says 421 to more."""

    def __init__(self, most: int = 20) -> None:
        self.most = most
        self.taken: deque[datetime] = deque()
        self.total = self.refused = 0

    def take(self, now: datetime) -> bool:
        while self.taken and self.taken[0] <= now - timedelta(seconds=60):
            self.taken.popleft()
        if len(self.taken) >= self.most:
            self.refused += 1
            return False
        self.taken.append(now)
        self.total += 1
        return True


def send(lane: Lane, now: datetime, take: Callable[[datetime], bool]) -> Lane:
    """One second of a worker with more than enough mail."""
    lane = throttle.refill(lane, now)
    mails = throttle.allowance(lane, None, now).mails
    accepted = 0
    for number in range(mails):
        if not take(now):
            return throttle.after(replace(lane, tokens=lane.tokens - number - 1), GOOGLE, Signal(accepted, "421"), now)
        accepted += 1
    return throttle.after(replace(lane, tokens=lane.tokens - mails), GOOGLE, Signal(accepted), now)


def test_a_lane_settles_below_what_its_provider_takes_and_others_go_on() -> None:
    strict, easy = Provider20(), Provider20(1000)
    lane, other = throttle.begin(GOOGLE, NOW), throttle.begin(GOOGLE, NOW)
    minutes, rates = 8 * 60, []
    for step in range(minutes * 20):
        now = after_seconds(step * 3)
        lane, other = send(lane, now, strict.take), send(other, now, easy.take)
        if step % 20 == 0:
            rates.append(lane.rate * 60)
    settled = rates[minutes // 4 :]
    assert max(settled) < 20 * 1.2, "from 60 a minute"
    assert sum(settled) / len(settled) < 20
    assert strict.refused <= 10, "hardly more than one refusal an hour once it has found its pace"
    assert strict.total > minutes * 20 * 0.3, "and it does not starve"
    assert (easy.refused, easy.total) == (0, minutes * 60 + 7), "the other lane never slowed down"


# --- the plan of a new sender -------------------------------------------------------------------------------------------

PLAN = WarmUp(date(2026, 3, 2), first_day=50, growth=2.0)


def used(level: int, sent: int, day: date = date(2026, 3, 2)) -> Lane:
    return replace(throttle.begin(GOOGLE, NOW), warm_day=day, warm_level=level, warm_sent=sent)


@pytest.mark.parametrize(
    ("sent", "last", "level"),
    [
        pytest.param(50, Figures(accepted=50), 2, id="good"),
        pytest.param(100, Figures(accepted=96, deferred=4), 2, id="4 % put off"),
        pytest.param(100, Figures(accepted=95, deferred=5), 1, id="5 % put off"),
        pytest.param(100, Figures(accepted=99, invalid=1), 2, id="1 % without such an address"),
        pytest.param(100, Figures(accepted=98, invalid=2), 1, id="2 % without such an address"),
        pytest.param(1000, Figures(accepted=1001, complaints=1), 2, id="below 0.1 % complaints"),
        pytest.param(1000, Figures(accepted=1000, complaints=1), 1, id="0.1 % complaints"),
        pytest.param(49, Figures(accepted=49), 1, id="too few to say anything"),
        pytest.param(0, Figures(), 1, id="none"),
    ],
)
def test_a_day_that_went_well_is_followed_by_twice_as_many(sent: int, last: Figures, level: int) -> None:
    lane = throttle.new_day(used(1, sent), PLAN, last, NOW + timedelta(days=1))
    assert (lane.warm_level, lane.warm_sent, lane.warm_day) == (level, 0, date(2026, 3, 3))
    assert throttle.planned(PLAN, lane.warm_level) == (200 if level == 2 else 100)


def test_the_plan_holds_back_nurture_mail_and_lets_service_mail_go() -> None:
    rest = throttle.allowance(used(0, 45), PLAN, NOW)
    assert (rest.mails, rest.service) == (5, 10)
    over = throttle.allowance(used(0, 53), PLAN, NOW)
    assert (over.mails, over.service, over.again) == (0, 10, datetime(2026, 3, 3, tzinfo=UTC))
    assert over.reason == "warm-up: 53 mails today, as planned"


def test_the_day_is_that_of_utc() -> None:
    lane = used(0, 50)
    assert not throttle.turns(lane, PLAN, datetime(2026, 3, 2, 23, 59, 59, tzinfo=UTC))
    assert throttle.turns(lane, PLAN, datetime(2026, 3, 3, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "plan", "turns"),
    [
        pytest.param(None, None, False, id="no plan"),
        pytest.param(None, PLAN, True, id="first day"),
        pytest.param(None, replace(PLAN, since=date(2026, 3, 3)), False, id="the plan begins tomorrow"),
        pytest.param(date(2026, 3, 2), PLAN, False, id="today"),
    ],
)
def test_when_a_day_begins(day: date | None, plan: WarmUp | None, turns: bool) -> None:
    lane = replace(throttle.begin(GOOGLE, NOW), warm_day=day)
    assert throttle.turns(lane, plan, NOW) is turns
    if plan is None or plan.since > NOW.date():
        assert throttle.warm_left(lane, plan, NOW) == throttle.PLENTY


def test_a_plan_that_begins_anew_begins_at_the_bottom() -> None:
    lane = throttle.new_day(used(5, 1600, date(2026, 2, 1)), PLAN, Figures(accepted=1600), NOW)
    assert (lane.warm_level, throttle.warm_left(lane, PLAN, NOW)) == (0, 50)


def test_a_plan_never_overflows() -> None:
    assert throttle.planned(WarmUp(NOW.date(), 100_000, 10.0), 10_000) == throttle.PLENTY


# --- who is whose -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domain", "hosts", "lane"),
    [
        ("gmail.com", [], "google"),
        ("werk.example", ["aspmx.l.google.com", "alt1.aspmx.l.google.com"], "google"),
        ("werk.example", ["smtp.google.com"], "google"),
        ("werk.example", ["aspmx2.googlemail.com"], "google"),
        ("werk.example", ["werk-example.mail.protection.outlook.com"], "microsoft"),
        ("werk.example", ["werk-example.a-v1.mx.microsoft"], "microsoft"),
        ("outlook.com", ["outlook-com.olc.protection.outlook.com"], "microsoft"),
        ("yahoo.de", ["mta5.am0.yahoodns.net"], "yahoo"),
        ("werk.example", ["mx01.emig.gmx.net"], "gmx"),
        ("web.de", ["mx-ha02.web.de"], "gmx"),
        ("t-online.de", ["mx00.t-online.de"], "t-online"),
        ("werk.example", ["mx00.kundenserver.de"], "ionos"),
        ("werk.example", ["mx01.ionos.de"], "ionos"),
        ("werk.example", ["smtpin.rzone.de"], "strato"),
        ("werk.example", ["mx01.hornetsecurity.com"], "hornetsecurity"),
        ("werk.example", ["mx.werk.example", "mx00.kundenserver.de"], "ionos"),
        ("werk.example", ["mx.notgoogle.com"], "other"),
        ("werk.example", [], "other"),
    ],
)
def test_lane_of_a_domain(domain: str, hosts: list[str], lane: str) -> None:
    assert DeliveryRules().lane_of(domain, hosts) == lane


def test_shipped_limits() -> None:
    limits = {id_: provider.connections for id_, provider in SHIPPED.items()}
    wanted = {"google": 10, "microsoft": 10, "yahoo": 5, "gmx": 3, "t-online": 2, "ionos": 2}
    assert wanted.items() <= limits.items()
    assert all((p.per_second, p.per_connection) == (1.0, 20) for p in (*SHIPPED.values(), DeliveryRules().other))
