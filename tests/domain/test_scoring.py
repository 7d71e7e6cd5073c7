"""Points that explain themselves: grades, decay, caps, one click a day, thresholds."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.scoring import (
    Act,
    Agreement,
    BehaviourRule,
    ProfileRule,
    Readiness,
    ScoringModel,
    behaviour_lines,
    profile_score,
    readiness,
    score,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PROFILE = (
    ProfileRule("size", {"de": "Größe"}, "company_size", frozenset({"250-999", "1000+"}), 20),
    ProfileRule("function", {"de": "Funktion"}, "function", frozenset({"it"}), 20),
    ProfileRule("phone", {"de": "Telefon"}, "phone", frozenset(), 20),
    ProfileRule("student", {"de": "Studium"}, "company_size", frozenset({"none"}), -30),
)


def rule(name: str = "r", kind: str = "download", points: float = 10, **more: object) -> BehaviourRule:
    return BehaviourRule(name, {"de": name}, kind, points, **more)  # type: ignore[arg-type]


def model(*behaviour: BehaviourRule) -> ScoringModel:
    return ScoringModel(
        "v1",
        Agreement(date(2026, 1, 15), ("Marketing", "Vertrieb")),
        PROFILE,
        {"A": 60, "B": 40, "C": 20},
        behaviour,
        60.0,
        {"scheduling": {"A": 40, "B": 60, "C": 90, "D": None}},
    )


def act(number: int = 1, days_ago: float = 0, kind: str = "download", **more: object) -> Act:
    return Act(number, more.pop("contact", 5), kind, NOW - timedelta(days=days_ago), **more)  # type: ignore[arg-type]


def counts(lines: tuple[object, ...]) -> list[float]:
    return [line.counts for line in lines]  # type: ignore[attr-defined]


# --- profile -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "grade", "points"),
    [
        pytest.param({}, "D", 0, id="nothing known"),
        pytest.param({"company_size": "none"}, "D", -30, id="points against"),
        pytest.param({"company_size": "10-49"}, "D", 0, id="a value that is worth nothing"),
        pytest.param({"phone": ""}, "D", 0, id="an empty answer is none"),
        pytest.param({"phone": "0511"}, "C", 20, id="exactly C; any answer will do"),
        pytest.param({"phone": "0511", "function": "it"}, "B", 40, id="exactly B"),
        pytest.param({"phone": "0511", "function": "it", "company_size": "1000+"}, "A", 60, id="exactly A"),
    ],
)
def test_grades(answers: dict[str, str], grade: str, points: float) -> None:
    found, total, lines = profile_score(model(), answers)
    assert (found, total) == (grade, points)
    assert sum(line.counts for line in lines) == total
    assert all(line.note in answers.values() for line in lines)


@pytest.mark.parametrize(
    ("points", "grade"), [(19.9, "D"), (20, "C"), (39.9, "C"), (40, "B"), (59.9, "B"), (60, "A"), (500, "A"), (-1, "D")]
)
def test_grade_boundaries(points: float, grade: str) -> None:
    only = ScoringModel(
        "v", model().agreement, (ProfileRule("x", {}, "x", frozenset(), points),), model().grades, (), 60, {}
    )
    assert profile_score(only, {"x": "y"})[0] == grade


# --- which rule fits which act ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fitting", "other"),
    [
        pytest.param({"kind": "click"}, {"kind": "form"}, id="kind"),
        pytest.param({"content_kind": "case-study"}, {"content_kind": "checklist"}, id="content kind"),
        pytest.param({"content": "guide"}, {"content": None}, id="item"),
        pytest.param({"topic": "planning"}, {"topic": "cost"}, id="topic"),
        pytest.param({"phases": ("B1", "B3")}, {"phases": ("B1",)}, id="one of the item's phases"),
        pytest.param({"form": "fair"}, {"form": None}, id="form"),
    ],
)
def test_a_rule_narrows_by(fitting: dict[str, object], other: dict[str, object]) -> None:
    narrowed = {
        "kind": {"kind": "click"},
        "content_kind": {"content_kinds": frozenset({"case-study", "data-sheet"})},
        "content": {"content": frozenset({"guide"})},
        "topic": {"topics": frozenset({"planning"})},
        "phases": {"phases": frozenset({"B2", "B3"})},
        "form": {"forms": frozenset({"fair"})},
    }[next(iter(fitting))]
    rules = model(rule(**narrowed))  # type: ignore[arg-type]
    assert len(behaviour_lines(rules, [act(**fitting)], BERLIN, NOW)) == 1  # type: ignore[arg-type]
    assert behaviour_lines(rules, [act(**other)], BERLIN, NOW) == ()  # type: ignore[arg-type]


def test_an_act_may_fit_several_rules_and_each_gives_its_line() -> None:
    lines = behaviour_lines(
        model(rule("any"), rule("guide", content=frozenset({"guide"}))), [act(content="guide")], BERLIN, NOW
    )
    assert [(line.rule, line.act, line.counts) for line in lines] == [("any", 1, 10), ("guide", 1, 10)]


# --- decay -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "points", "note"),
    [
        pytest.param(0, 10.0, "", id="just now"),
        pytest.param(-3, 10.0, "", id="a clock that is ahead gives no more"),
        pytest.param(60, 5.0, "60 days old", id="one half-life"),
        pytest.param(120, 2.5, "120 days old", id="two"),
        pytest.param(30, 7.1, "30 days old", id="half of one"),
        pytest.param(6000, 0.0, "6000 days old", id="long gone"),
    ],
)
def test_points_halve(days: float, points: float, note: str) -> None:
    (line,) = behaviour_lines(model(rule()), [act(days_ago=days)], BERLIN, NOW)
    assert (line.raw, line.counts, line.note) == (10, points, note)


# --- caps ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days_ago", "cap_days", "expected"),
    [
        pytest.param([0, 0, 0, 0], 0, [10, 10, 5, 0], id="ever: the third in part, the fourth not"),
        pytest.param([900, 600, 300, 0], 0, [10, 10, 5, 0], id="ever means ever"),
        pytest.param([9, 6, 3, 0], 30, [10, 10, 5, 0], id="all within the span"),
        pytest.param([30, 6, 3, 0], 30, [10, 10, 5, 10], id="on the last day of the span the oldest makes room"),
        pytest.param([29.9, 6, 3, 0], 30, [10, 10, 5, 0], id="a moment earlier it does not"),
        pytest.param([62, 31, 0], 30, [10, 10, 10], id="slow readers are never capped"),
    ],
)
def test_caps(days_ago: list[float], cap_days: int, expected: list[float]) -> None:
    everlasting = ScoringModel("v", model().agreement, (), {}, (rule(cap=25, cap_days=cap_days),), 1e12, {})
    acts = [act(i, days) for i, days in enumerate(days_ago)]
    lines = behaviour_lines(everlasting, acts, BERLIN, NOW)
    assert counts(lines) == expected
    assert [bool(line.note) for line in lines] == [points < 10 for points in expected]


def test_a_cap_is_noted_with_its_span() -> None:
    capped = model(rule("a", cap=5), rule("b", cap=5, cap_days=30))
    assert [x.note for x in behaviour_lines(capped, [act()], BERLIN, NOW)] == ["cap of 5", "cap of 5 in 30 days"]
    aged = behaviour_lines(capped, [act(days_ago=60)], BERLIN, NOW)
    assert aged[0].note == "cap of 5; 60 days old"


def test_a_cap_is_for_its_own_rule_only() -> None:
    lines = behaviour_lines(model(rule("a", cap=10), rule("b")), [act(1), act(2)], BERLIN, NOW)
    assert [(x.rule, x.counts) for x in lines] == [("a", 10), ("b", 10), ("a", 0), ("b", 10)]


# --- one click per link, contact and day -----------------------------------------------------------------------------


def click(number: int, moment: str, link: str = "l", contact: int = 5) -> Act:
    return Act(number, contact, "click", datetime.fromisoformat(moment).replace(tzinfo=BERLIN).astimezone(UTC), link=link)


@pytest.mark.parametrize(
    ("clicks", "lines"),
    [
        pytest.param([click(1, "2026-03-02 10:00"), click(2, "2026-03-02 15:00")], 1, id="twice on one day"),
        pytest.param([click(1, "2026-03-02 10:00"), click(2, "2026-03-02 10:00", link="m")], 2, id="two links"),
        pytest.param([click(1, "2026-03-02 10:00"), click(2, "2026-03-02 10:00", contact=6)], 2, id="two people"),
        pytest.param([click(1, "2026-03-02 23:59"), click(2, "2026-03-03 00:01")], 2, id="across midnight in Berlin"),
        pytest.param([click(1, "2026-03-02 00:30"), click(2, "2026-03-02 01:30")], 1, id="across midnight in London only"),
        pytest.param([click(1, "2026-03-29 00:30"), click(2, "2026-03-29 23:30")], 1, id="on a day of 23 hours"),
    ],
)
def test_one_click_per_link_contact_and_day(clicks: list[Act], lines: int) -> None:
    assert len(behaviour_lines(model(rule(kind="click")), clicks, BERLIN, NOW)) == lines


def test_the_daily_limit_is_for_clicks_only() -> None:
    assert len(behaviour_lines(model(rule()), [act(1, link="l"), act(2, link="l")], BERLIN, NOW)) == 2


def test_of_several_clicks_a_day_the_first_counts() -> None:
    later, first = click(1, "2026-03-02 15:00"), click(2, "2026-03-02 10:00")
    assert [x.act for x in behaviour_lines(model(rule(kind="click")), [later, first], BERLIN, NOW)] == [2]


# --- the whole score ---------------------------------------------------------------------------------------------------

RICH = model(
    rule("download", cap=30, cap_days=30),
    rule("deep", phases=frozenset({"B3"}), points=7.3, cap=20),
    rule("click", kind="click", points=3.3, cap=10, cap_days=7),
    rule("wish", kind="call-wish", points=40),
)
acts_of_a_lead = st.lists(
    st.builds(
        Act,
        id=st.integers(1, 10_000),
        contact=st.integers(1, 3),
        kind=st.sampled_from(["click", "download", "call-wish", "answer"]),
        at=st.datetimes(datetime(2024, 1, 1), datetime(2026, 6, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        phases=st.sampled_from([(), ("B1",), ("B2", "B3")]),
        link=st.sampled_from([None, "a", "b"]),
    ),
    max_size=30,
    unique_by=lambda a: a.id,
)
nows = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(acts_of_a_lead, nows)
def test_a_score_is_the_sum_of_its_lines_and_never_negative(acts: list[Act], now: datetime) -> None:
    found = score(RICH, {"phone": "1"}, acts, BERLIN, now)
    assert found.points == round(sum(line.counts for line in found.lines), 1)
    assert found.profile_points == sum(line.counts for line in found.profile_lines)
    assert all(0 <= line.counts <= line.raw for line in found.lines)


@given(acts_of_a_lead, nows, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(acts: list[Act], now: datetime, random: Random) -> None:
    shuffled = acts[:]
    random.shuffle(shuffled)
    assert score(RICH, {}, shuffled, BERLIN, now) == score(RICH, {}, acts, BERLIN, now)


@given(acts_of_a_lead, nows, st.timedeltas(timedelta(0), timedelta(days=4000)))
def test_points_only_fade_while_nothing_happens(acts: list[Act], now: datetime, later: timedelta) -> None:
    assert score(RICH, {}, acts, BERLIN, now + later).points <= score(RICH, {}, acts, BERLIN, now).points


@given(acts_of_a_lead)
def test_no_span_gives_more_than_its_cap(acts: list[Act]) -> None:
    lines = behaviour_lines(RICH, acts, BERLIN, datetime(1990, 1, 1, tzinfo=UTC))  # before all: nothing has faded
    downloads = [(line.at, line.counts) for line in lines if line.rule == "download" and line.at]
    for end, _ in downloads:
        assert sum(n for moment, n in downloads if end - timedelta(days=30) < moment <= end) <= 30.01


def test_many_activities_are_counted_in_no_time() -> None:
    acts = [act(i, i / 1000) for i in range(20_000)]
    began = time.process_time()
    behaviour_lines(model(rule(cap=30, cap_days=30), rule("ever", cap=30), rule("free")), acts, BERLIN, NOW)
    assert time.process_time() - began < 3


# --- readiness -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grade", "points", "expected"),
    [
        ("A", 40, Readiness(ready=True, reason="grade A with 40 points reaches the threshold of 40")),
        ("A", 39.9, Readiness(ready=False, reason="grade A needs 40 points, has 39.9")),
        ("B", 59, Readiness(ready=False, reason="grade B needs 60 points, has 59")),
        ("C", 90.5, Readiness(ready=True, reason="grade C with 90.5 points reaches the threshold of 90")),
        ("D", 1000, Readiness(ready=False, reason="grade D never goes to sales by points")),
    ],
)
def test_readiness(grade: str, points: float, expected: Readiness) -> None:
    assert readiness(model(), "scheduling", grade, points) == expected
