"""What happens next to a contact in a campaign, and why: the policy, read gate by gate."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from nurture.domain.campaign import (
    END,
    BranchStep,
    Campaign,
    CampaignKind,
    Case,
    EnrolStep,
    Entry,
    Event,
    Exit,
    LeaveStep,
    MailStep,
    Step,
    TaskStep,
    Trigger,
    WaitStep,
)
from nurture.domain.catalogue import ContentItem
from nurture.domain.condition import Clicked, Downloaded, Known, Registered, ScoreAtLeast, Seen
from nurture.domain.decision import Call, Enrol, Go, Leave, Send, Skip, Wait
from nurture.domain.durations import Duration
from nurture.domain.journey import GATES, Caps, Enrollment, Facts, Policy, decide, itinerary
from nurture.domain.pacing import ALWAYS, Calendar, Window
from nurture.domain.preferences import Choice

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = Window(frozenset(range(5)), time(8), time(17), holidays=False)


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


NOW = at("2026-03-03 10:00")  # a Tuesday
YEARS_AGO = at("2024-01-01 10:00")
CALENDAR = Calendar(
    BERLIN,
    frozenset({date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)}),
    frozenset({(12, 24), (12, 31)}),
)
GUIDE = ContentItem("guide", "how-to", "scheduling", "dates", (), (), {"de": "Leitfaden"}, {"de": ""}, {}, {})
POLICY = Policy(CALENDAR, Caps(Duration(2, "days"), 2), {"guide": GUIDE})
FAIR = Event({"de": "Messe"}, {"de": "Hannover"}, at("2027-04-20 09:00"), at("2027-04-23 18:00"))
HELLO = MailStep("hello", "welcome")


def campaign(*steps: Step, **more: Any) -> Campaign:
    given: dict[str, Any] = {
        "id": "first-steps", "version": "v1", "kind": CampaignKind.WELCOME, "title": {"de": "Erste Schritte"}, "product": "scheduling",
        "purpose": "nurture", "entry": Entry(Trigger.CONFIRMED), "steps": steps, "window": HOURS, "gap": None, "priority": 50,
    }  # fmt: skip
    return Campaign(**(given | more))


def enrolled(step: str, since: datetime = NOW, entered: datetime | None = None, round_: int = 1) -> Enrollment:
    return Enrollment(7, 3, step, since, entered or since, round_)


def facts(**more: Any) -> Facts:
    known = {"purposes": frozenset({"nurture"}), "enrollment": 7}
    known |= {name: more.pop(name) for name in ("purposes", "seen", "points", "function") if name in more}
    chosen = {name: more.pop(name) for name in ("restricted_since", "paused_until", "gap_days") if name in more}
    unwanted = frozenset(more.pop(name) for name in ("product", "topic") if name in more)
    return Facts(Known(**known), **more, choice=Choice(unwanted=unwanted, **chosen))


def one(step: Step, now: datetime = NOW, known: Facts | None = None, **more: Any) -> Any:
    """What is decided at ``step``, which the contact has just reached."""
    entered = more.pop("entered", now)
    return decide(campaign(step, **more), enrolled(step.name, entered), known or facts(), POLICY, now)


# --- gates ---------------------------------------------------------------------------------------------------------

HAS_GUIDE = (Seen("download", YEARS_AGO, content="guide"),)
CLOSED = at("2026-03-07 10:00")  # a Saturday
EVERYTHING_AGAINST_IT: dict[str, Any] = {
    "purposes": frozenset(),
    "undeliverable": "no such mailbox",
    "restricted_since": CLOSED,
    "product": "product:scheduling",
    "with_sales": True,
    "points": 99.0,
    "held": "mails came back",
    "held_until": at("2026-03-20 12:00"),
    "paused_until": at("2026-03-21 12:00"),
    "seen": HAS_GUIDE,
    "topic": "topic:dates",
    "gap_days": 30,
    "last_mail": CLOSED - timedelta(hours=1),
}
OBSTACLES = (
    ("purposes", Leave, "no-consent", "no confirmed consent for 'nurture'"),
    ("undeliverable", Leave, "undeliverable", "the address gets no mail: no such mailbox"),
    ("restricted_since", Wait, None, "processing is restricted at the person's request"),
    ("product", Leave, "unwanted", "the reader wants no mail about 'scheduling'"),
    ("with_sales", Wait, None, "sales is working on this lead"),
    ("points", Leave, "exit", "ripe (at least 50 points)"),
    ("held", Wait, None, "the address is held: mails came back"),
    ("paused_until", Wait, None, "paused by the reader until 2026-03-21"),
    (None, Skip, None, "only for: used form fair"),
    ("seen", Skip, None, "already has 'guide'"),
    ("topic", Skip, None, "the reader wants nothing on the topic 'dates'"),
    ("gap_days", Wait, None, "the reader wants at most one mail in 30 days"),
    ("last_mail", Wait, None, "too soon after the mail of 2026-03-07 08:00 UTC"),
    (None, Wait, None, "outside the send window"),
)
"""In the order of the policy; each is in the way together with all that come after it."""


@pytest.mark.parametrize("gone", range(len(OBSTACLES)), ids=[name for name, _ in GATES])
def test_the_first_obstacle_in_the_order_of_the_policy_answers(gone: int) -> None:
    open_ways = {name for name, *_ in OBSTACLES[:gone] if name}
    step = MailStep("hello", "welcome", offers="guide", only=Registered("fair") if gone <= 8 else None)
    way = campaign(step, exits=(Exit(ScoreAtLeast(50), "ripe"),))
    against = {name: value for name, value in EVERYTHING_AGAINST_IT.items() if name not in open_ways}
    decision: Any = decide(way, enrolled("hello", CLOSED), facts(**against), POLICY, CLOSED)
    _, kind, leaving, reason = OBSTACLES[gone]
    assert (type(decision), decision.reason) == (kind, reason)
    assert getattr(decision, "kind", None) == leaving
    assert (decision.step, decision.round) == ("hello", 1)


def test_nothing_in_the_way_sends() -> None:
    assert one(HELLO) == Send("hello", 1, "due, permitted and inside the window", "welcome", END)


def test_a_step_that_is_gone_is_lost_and_says_from_which_version() -> None:
    decision = decide(campaign(HELLO), enrolled("old-step"), facts(), POLICY, NOW)
    assert decision == Leave("old-step", 1, "version v1 has no step 'old-step'", "lost")


def test_held_with_sales_has_no_end_of_its_own() -> None:
    assert one(HELLO, known=facts(with_sales=True)).until is None
    visit = itinerary(campaign(HELLO), enrolled("hello"), facts(with_sales=True), POLICY, NOW)
    assert visit.held
    assert not itinerary(campaign(HELLO), enrolled("hello"), facts(), POLICY, NOW).held


def test_a_held_address_holds_mails_until_then_and_everything_until_a_human_decided() -> None:
    until = at("2026-03-21 12:00")  # a Saturday
    pause = WaitStep("pause", Duration(1, "days"))
    soft, stop = facts(held="came back", held_until=until), facts(held="asked to stop")
    assert one(HELLO, known=soft).until == at("2026-03-23 08:00")
    assert one(pause, known=soft).reason == "waiting 1 day"
    assert [one(step, known=stop).until for step in (HELLO, pause)] == [None, None]


def test_consent_for_another_purpose_is_none() -> None:
    assert one(HELLO, known=facts(purposes=frozenset({"tracking"}))).kind == "no-consent"


def test_exits_look_only_at_what_happened_in_the_campaign() -> None:
    exits = (Exit(Downloaded("guide"), "has it"), Exit(Downloaded("guide", ever=True), "had it"))
    decision = one(HELLO, known=facts(seen=HAS_GUIDE), exits=exits)
    assert decision.reason == "had it (downloaded content guide)"


def test_a_skipped_step_leads_where_it_would_have_led() -> None:
    step = MailStep("hello", "welcome", only=Registered("fair"), go="later")
    assert decide(campaign(step, LeaveStep("now"), LeaveStep("later")), enrolled("hello"), facts(), POLICY, NOW) == Skip(
        "hello", 1, "only for: used form fair", "later"
    )


@pytest.mark.parametrize(
    ("seen", "skipped"),
    [
        pytest.param(Seen("download", YEARS_AGO, content="guide"), True, id="downloaded long before"),
        pytest.param(Seen("click", NOW, content="guide"), False, id="only clicked"),
        pytest.param(Seen("download", NOW, content="checklist"), False, id="downloaded something else"),
    ],
)
def test_nobody_is_offered_what_they_have(seen: Seen, skipped: bool) -> None:
    decision = one(MailStep("hello", "welcome", offers="guide"), known=facts(seen=(seen,)))
    assert isinstance(decision, Skip if skipped else Send)


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(WaitStep("w", span=Duration(1, "hours")), id="wait"),
        pytest.param(BranchStep("b", otherwise=END), id="branch"),
        pytest.param(EnrolStep("e", "more"), id="enrol"),
        pytest.param(TaskStep("t", {"de": "Anrufen"}), id="task"),
        pytest.param(LeaveStep("l"), id="leave"),
    ],
)
def test_windows_and_caps_hold_for_mails_only(step: Step) -> None:
    decision = one(step, now=CLOSED, known=facts(last_mail=CLOSED - timedelta(minutes=5)))
    assert not decision.reason.startswith(("outside the send window", "too soon"))


# --- frequency caps ------------------------------------------------------------------------------------------------


def hours_ago(*hours: float) -> dict[str, Any]:
    mailed = tuple(sorted(NOW - timedelta(hours=h) for h in hours))
    return {"mailed": mailed, "last_mail": mailed[-1]}


@pytest.mark.parametrize(
    ("mailed", "gap", "until"),
    [
        pytest.param({}, None, None, id="never mailed"),
        pytest.param(hours_ago(47), None, "2026-03-03 11:00", id="an hour short of the gap"),
        pytest.param(hours_ago(48), None, None, id="exactly the gap"),
        pytest.param(hours_ago(48), Duration(3, "days"), "2026-03-04 10:00", id="the campaign's own longer gap"),
        pytest.param(hours_ago(20), Duration(1, "hours"), None, id="the campaign's own shorter gap"),
        pytest.param(hours_ago(160, 50), None, "2026-03-03 18:00", id="two this week: until the first is a week old"),
        pytest.param(hours_ago(168, 50), None, None, id="two, the first a week ago"),
        pytest.param(hours_ago(100, 99, 98), None, "2026-03-06 07:00", id="three: until only one is left in the week"),
        pytest.param({"last_mail": NOW - timedelta(days=20)}, None, None, id="a mail long ago"),
    ],
)
def test_caps_over_all_campaigns(mailed: dict[str, Any], gap: Duration | None, until: str | None) -> None:
    decision = one(HELLO, known=facts(**mailed), gap=gap, window=ALWAYS)
    assert isinstance(decision, Send if until is None else Wait)
    assert until is None or decision.until == at(until)


def test_a_cap_that_ends_at_night_waits_for_the_window() -> None:
    decision = one(HELLO, known=facts(last_mail=at("2026-03-02 20:00")))
    assert decision.until == at("2026-03-05 08:00")


def test_the_gap_is_counted_on_the_wall_clock() -> None:
    now = at("2026-03-30 09:00")
    assert isinstance(one(HELLO, now, facts(last_mail=at("2026-03-28 09:00")), window=ALWAYS), Send)


# --- windows -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "zone", "until"),
    [
        pytest.param(at("2026-03-03 08:00"), None, None, id="opening minute"),
        pytest.param(at("2026-03-03 17:00"), None, at("2026-03-04 08:00"), id="closing minute"),
        pytest.param(at("2026-03-06 17:30"), None, at("2026-03-09 08:00"), id="Friday evening"),
        pytest.param(at("2026-03-28 12:00"), None, datetime(2026, 3, 30, 6, tzinfo=UTC), id="summer time begins"),
        pytest.param(at("2026-10-24 12:00"), None, datetime(2026, 10, 26, 7, tzinfo=UTC), id="summer time ends"),
        pytest.param(at("2026-12-23 18:00"), None, at("2026-12-28 08:00"), id="Christmas"),
        pytest.param(NOW, ZoneInfo("America/New_York"), at("2026-03-03 08:00", ZoneInfo("America/New_York")), id="night in New York"),
        pytest.param(NOW, ZoneInfo("Pacific/Auckland"), at("2026-03-04 08:00", ZoneInfo("Pacific/Auckland")), id="evening in Auckland"),
    ],
)  # fmt: skip
def test_mails_wait_for_the_window_on_the_contacts_clock(
    now: datetime, zone: ZoneInfo | None, until: datetime | None
) -> None:
    decision = one(HELLO, now, facts(zone=zone))
    assert (decision.until if isinstance(decision, Wait) else None) == until


def test_a_steps_own_window_overrides_the_campaigns() -> None:
    assert isinstance(one(MailStep("hello", "welcome", window=ALWAYS), CLOSED), Send)
    assert isinstance(one(MailStep("hello", "welcome", window=HOURS), CLOSED, window=ALWAYS), Wait)


# --- steps ---------------------------------------------------------------------------------------------------------

PAUSE = WaitStep("pause", span=Duration(5, "days"))
CLICKED = (Seen("click", NOW - timedelta(hours=1), topic="planning"),)


@pytest.mark.parametrize(
    ("step", "now", "until"),
    [
        pytest.param(PAUSE, "2026-03-08 09:59", "2026-03-08 10:00", id="a minute left"),
        pytest.param(PAUSE, "2026-03-08 10:00", None, id="over"),
        pytest.param(WaitStep("pause", span=Duration(1, "months")), "2026-03-20 10:00", "2026-04-03 10:00", id="a month, across the change"),
        pytest.param(WaitStep("pause"), "2026-03-03 10:00", None, id="no span: go on"),
        pytest.param(WaitStep("pause", span=Duration(3, "days"), anchor="before-event"), "2027-04-01 10:00", "2027-04-17 09:00", id="until before the event"),
        pytest.param(WaitStep("pause", span=Duration(3, "days"), anchor="before-event"), "2027-04-18 10:00", None, id="that moment is past"),
        pytest.param(WaitStep("pause", span=Duration(1, "days"), anchor="after-event"), "2027-04-20 10:00", "2027-04-24 18:00", id="until after the event"),
        pytest.param(WaitStep("pause", anchor="before-event"), "2027-04-01 10:00", "2027-04-20 09:00", id="until it starts"),
        pytest.param(WaitStep("pause", anchor="after-event"), "2027-04-21 10:00", "2027-04-23 18:00", id="until it ends"),
    ],
)  # fmt: skip
def test_waits(step: WaitStep, now: str, until: str | None) -> None:
    decision = one(step, at(now), entered=NOW, event=FAIR)
    assert isinstance(decision, Go if until is None else Wait)
    assert until is None or decision.until == at(until)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        pytest.param(PAUSE, "waiting 5 days", id="a span"),
        pytest.param(replace(PAUSE, until=Clicked()), "waiting 5 days, or until clicked", id="a span and a condition"),
        pytest.param(replace(PAUSE, anchor="before-event"), "waiting until 5 days before the event", id="before the event"),
        pytest.param(replace(PAUSE, anchor="after-event"), "waiting until 5 days after the event", id="after the event"),
    ],
)
def test_waits_say_for_what(step: WaitStep, words: str) -> None:
    assert one(step, event=FAIR).reason == words


@pytest.mark.parametrize(
    ("entered", "over"),
    [
        pytest.param(NOW - timedelta(days=1), True, id="it happened in this campaign"),
        pytest.param(NOW, False, id="it happened before"),
    ],
)
def test_wait_until_looks_at_what_happened_since_entering(entered: datetime, over: bool) -> None:
    step = replace(PAUSE, until=Clicked(topic="planning"))
    decision = decide(campaign(step), enrolled("pause", NOW, entered), facts(seen=CLICKED), POLICY, NOW)
    assert isinstance(decision, Go if over else Wait)
    assert decision.reason.startswith("no need to wait longer: clicked topic planning" if over else "waiting 5 days")


@pytest.mark.parametrize("until", [None, Clicked()], ids=["no condition", "a condition"])
def test_only_a_wait_with_a_condition_listens(until: Clicked | None) -> None:
    step = replace(PAUSE, until=until)
    assert one(step).listening is (until is not None)
    assert itinerary(campaign(step), enrolled("pause"), facts(), POLICY, NOW).listening is (until is not None)


@pytest.mark.parametrize(
    ("points", "function", "to", "reason"),
    [
        pytest.param(60.0, None, "ripe", "at least 50 points", id="first case"),
        pytest.param(60.0, "it", "ripe", "at least 50 points", id="both hold: the first"),
        pytest.param(20.0, None, "warm", "at least 20 points", id="second case"),
        pytest.param(19.9, None, "cold", "none of the cases holds", id="none"),
    ],
)
def test_branches(points: float, function: str | None, to: str, reason: str) -> None:
    step = BranchStep("fork", cases=(Case(ScoreAtLeast(50), "ripe"), Case(ScoreAtLeast(20), "warm")), otherwise="cold")
    decision = one(step, known=facts(points=points, function=function))
    assert decision == Go("fork", 1, reason, to)


def test_enrol_task_and_leave() -> None:
    task = TaskStep("call", {"de": "Anrufen"}, due_in=Duration(2, "days"))
    assert one(EnrolStep("more", "follow-up")) == Enrol("more", 1, "enrolled in follow-up", "follow-up", END)
    assert one(task) == Call("call", 1, "a task for marketing", task, END)
    assert one(LeaveStep("over", reason="bought elsewhere")) == Leave("over", 1, "bought elsewhere", "finished")
    assert decide(campaign(HELLO), enrolled(END), facts(), POLICY, NOW) == Leave(END, 1, "finished", "finished")


# --- itineraries ---------------------------------------------------------------------------------------------------


def kinds(decisions: tuple[Any, ...]) -> list[str]:
    return [type(d).__name__ for d in decisions]


def test_several_moves_in_one_visit() -> None:
    way = campaign(
        HELLO,
        BranchStep("fork", cases=(Case(ScoreAtLeast(50), "call"),), otherwise="pause"),
        TaskStep("call", {"de": "Anrufen"}),
        EnrolStep("also", "news"),
        PAUSE,
    )
    visit = itinerary(way, enrolled("hello", NOW - timedelta(days=3)), facts(points=50.0), POLICY, NOW)
    assert kinds(visit.decisions) == ["Send", "Go", "Call", "Enrol", "Wait"]
    assert (visit.enrollment.step, visit.enrollment.step_entered) == ("pause", NOW)
    assert visit.enrollment.entered == NOW - timedelta(days=3)
    assert visit.due == at("2026-03-08 10:00")
    assert visit.facts.last_mail == NOW
    assert visit.left is None


def test_a_visit_can_end_the_way() -> None:
    visit = itinerary(campaign(HELLO), enrolled("hello"), facts(), POLICY, NOW)
    assert kinds(visit.decisions) == ["Send", "Leave"]
    assert visit.left == Leave(END, 1, "finished", "finished")
    assert visit.due is None
    assert not visit.held


def test_two_mails_in_a_row_keep_the_gap() -> None:
    visit = itinerary(campaign(HELLO, MailStep("second", "news")), enrolled("hello"), facts(), POLICY, NOW)
    assert kinds(visit.decisions) == ["Send", "Wait"]
    assert visit.due == at("2026-03-05 10:00")


def test_two_mails_in_a_row_keep_the_weekly_cap() -> None:
    known = facts(mailed=(NOW - timedelta(days=4),), last_mail=NOW - timedelta(days=4))
    visit = itinerary(
        campaign(HELLO, MailStep("second", "news"), gap=Duration(0, "days")), enrolled("hello"), known, POLICY, NOW
    )
    assert visit.facts.mailed == (NOW - timedelta(days=4), NOW)
    assert visit.due == at("2026-03-06 10:00")


def test_a_loop_with_a_wait_counts_its_rounds() -> None:
    way = campaign(HELLO, replace(PAUSE, go="hello"))
    first = itinerary(way, enrolled("hello"), facts(), POLICY, NOW)
    assert (first.enrollment.step, first.enrollment.round) == ("pause", 1)
    second = itinerary(way, first.enrollment, facts(last_mail=NOW), POLICY, at("2026-03-10 10:00"))
    assert kinds(second.decisions) == ["Go", "Send", "Wait"]
    assert [d.round for d in second.decisions] == [1, 2, 2]
    assert (second.enrollment.step, second.enrollment.round) == ("pause", 2)


def test_going_forward_keeps_the_round() -> None:
    way = campaign(BranchStep("fork", otherwise="over"), HELLO, LeaveStep("over"))
    assert [d.round for d in itinerary(way, enrolled("fork", round_=4), facts(), POLICY, NOW).decisions] == [4, 4]


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param((BranchStep("a", otherwise="a"),), id="a step that leads to itself"),
        pytest.param((BranchStep("a", otherwise="b"), BranchStep("b", otherwise="a")), id="two that lead to each other"),
        pytest.param((MailStep("a", "m", only=ScoreAtLeast(1), go="a"),), id="skipped for ever"),
    ],
)
def test_a_loop_without_a_wait_pauses_after_a_bounded_visit(steps: tuple[Step, ...]) -> None:
    visit = itinerary(campaign(*steps), enrolled("a"), facts(), POLICY, NOW)
    assert len(visit.decisions) == len(steps) + 1
    assert visit.due == NOW + timedelta(minutes=1)
    assert visit.left is None
    assert not visit.held


def test_every_step_of_a_long_way_fits_into_one_visit() -> None:
    steps = tuple(EnrolStep(f"s{i}", "x") for i in range(50))
    visit = itinerary(campaign(*steps), enrolled("s0"), facts(), POLICY, NOW)
    assert visit.left is not None
    assert len(visit.decisions) == 51


def test_the_same_question_gets_the_same_answer() -> None:
    way = campaign(HELLO, PAUSE)
    assert itinerary(way, enrolled("hello"), facts(), POLICY, NOW) == itinerary(
        way, enrolled("hello"), facts(), POLICY, NOW
    )
