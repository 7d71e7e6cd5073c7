"""Spans of time as people write them, and what they come to on a wall clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.durations import Duration

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [
        ("3 days", 3, "days"), ("1 day", 1, "days"), ("3d", 3, "days"), ("3 Tage", 3, "days"), ("1 Tag", 1, "days"),
        ("2 weeks", 2, "weeks"), ("2 Wochen", 2, "weeks"), ("1 Woche", 1, "weeks"), ("2w", 2, "weeks"),
        ("1 month", 1, "months"), ("2 Monate", 2, "months"), ("2 MONATEN", 2, "months"), ("1 Jahr", 1, "years"),
        ("2 years", 2, "years"), ("36h", 36, "hours"), ("1 Stunde", 1, "hours"), ("8 Stunden", 8, "hours"),
        ("15 min", 15, "minutes"), ("90 Minuten", 90, "minutes"), ("  5   minutes ", 5, "minutes"),
        ("P3W", 3, "weeks"), ("P1M", 1, "months"), ("PT1M", 1, "minutes"), ("PT36H", 36, "hours"), ("P2Y", 2, "years"),
        ("p10d", 10, "days"), ("0 days", 0, "days"),
    ],
)  # fmt: skip
def test_reads_german_english_and_iso(text: str, count: int, unit: str) -> None:
    assert Duration.parse(text) == Duration(count, unit)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("3", id="no unit"),
        pytest.param("days", id="no number"),
        pytest.param("-3 days", id="negative"),
        pytest.param("1.5 days", id="a fraction"),
        pytest.param("3 fortnights", id="unknown unit"),
        pytest.param("P1DT2H", id="two units in one"),
        pytest.param("P", id="ISO without anything"),
        pytest.param("3 days ago", id="more words"),
    ],
)
def test_what_is_no_duration_is_told_what_would_be(text: str) -> None:
    with pytest.raises(ValueError) as caught:
        Duration.parse(text)
    assert str(caught.value) == (
        f"'{text}' is not a duration; write a number and a unit, such as '3 days', '2 Wochen' or '1 month'"
    )


@pytest.mark.parametrize("text", ["99999 years", "P99999999999W", "101 years", "2000 months"])
def test_more_than_a_hundred_years_is_a_slip_of_the_keyboard(text: str) -> None:
    with pytest.raises(ValueError, match="longer than 100 years"):
        Duration.parse(text)


@pytest.mark.parametrize(
    ("span", "start", "end"),
    [
        pytest.param("5 days", "2026-03-06 09:00", "2026-03-11 09:00", id="five days after Friday is Wednesday"),
        pytest.param("1 day", "2026-03-28 09:00", "2026-03-29 09:00", id="a day of 23 hours"),
        pytest.param("1 day", "2026-10-24 09:00", "2026-10-25 09:00", id="a day of 25 hours"),
        pytest.param("24 hours", "2026-03-28 09:00", "2026-03-29 10:00", id="24 hours are 24 hours in spring"),
        pytest.param("24 hours", "2026-10-24 09:00", "2026-10-25 08:00", id="24 hours are 24 hours in autumn"),
        pytest.param("1 week", "2026-03-25 09:00", "2026-04-01 09:00", id="a week across the change"),
        pytest.param("1 month", "2026-01-31 09:00", "2026-02-28 09:00", id="31 January plus a month"),
        pytest.param("1 month", "2028-01-31 09:00", "2028-02-29 09:00", id="the same in a leap year"),
        pytest.param("2 months", "2026-12-31 09:00", "2027-02-28 09:00", id="over the turn of the year"),
        pytest.param("12 months", "2026-12-15 09:00", "2027-12-15 09:00", id="December stays December"),
        pytest.param("1 year", "2028-02-29 09:00", "2029-02-28 09:00", id="29 February plus a year"),
        pytest.param("90 minutes", "2026-03-02 09:00", "2026-03-02 10:30", id="minutes"),
        pytest.param("1 day", "2026-03-28 02:30", "2026-03-29 03:00", id="into the gap: the first instant after it"),
        pytest.param("1 month", "2026-02-28 02:30", "2026-03-28 02:30", id="a month beside the gap"),
    ],
)
def test_after(span: str, start: str, end: str) -> None:
    assert Duration.parse(span).after(at(start), BERLIN) == at(end)


@pytest.mark.parametrize(
    ("span", "end", "start"),
    [
        pytest.param("3 days", "2027-04-20 09:00", "2027-04-17 09:00", id="days"),
        pytest.param("1 month", "2026-03-31 09:00", "2026-02-28 09:00", id="a month before 31 March"),
        pytest.param("2 weeks", "2026-04-05 09:00", "2026-03-22 09:00", id="back across the change"),
        pytest.param("1 month", "2026-01-15 09:00", "2025-12-15 09:00", id="back over the turn of the year"),
        pytest.param("2 hours", "2026-03-29 04:00", "2026-03-29 01:00", id="elapsed hours back over the gap"),
    ],
)
def test_before(span: str, end: str, start: str) -> None:
    assert Duration.parse(span).before(at(end), BERLIN) == at(start)


def test_no_time_at_all_changes_nothing() -> None:
    second_half_past_two = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert Duration(0, "days").after(second_half_past_two, BERLIN) == second_half_past_two


@pytest.mark.parametrize("zone", [None, ZoneInfo("Pacific/Apia")], ids=["Berlin", "Apia"])
def test_results_are_utc(zone: ZoneInfo | None) -> None:
    for unit in ("minutes", "days", "months"):
        assert Duration(1, unit).after(at("2026-03-02 09:00"), zone or BERLIN).tzinfo is UTC


def test_the_zone_decides_where_the_day_ends() -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert Duration(1, "days").after(start, BERLIN) - start == timedelta(hours=23)
    assert Duration(1, "days").after(start, ZoneInfo("UTC")) - start == timedelta(hours=24)


@pytest.mark.parametrize(
    ("duration", "text", "days"),
    [
        (Duration(1, "days"), "1 day", 1.0), (Duration(3, "weeks"), "3 weeks", 21.0), (Duration(2, "months"), "2 months", 60.875),
        (Duration(12, "hours"), "12 hours", 0.5), (Duration(4, "years"), "4 years", 1461.0), (Duration(36, "minutes"), "36 minutes", 0.025),
        (Duration(0, "days"), "0 days", 0.0),
    ],
)  # fmt: skip
def test_words_and_length(duration: Duration, text: str, days: float) -> None:
    assert str(duration) == text
    assert duration.days == pytest.approx(days)
    assert Duration.parse(text) == duration


moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
units = st.sampled_from(["minutes", "hours", "days", "weeks", "months", "years"])


@given(moments, st.integers(0, 500))
def test_elapsed_time_goes_back_where_it_came_from(start: datetime, count: int) -> None:
    for unit in ("minutes", "hours"):
        span = Duration(count, unit)
        assert span.before(span.after(start, BERLIN), BERLIN) == start


@given(moments, st.integers(0, 500))
def test_days_go_back_to_the_same_wall_clock_without_a_change_of_clock(start: datetime, count: int) -> None:
    span = Duration(count, "days")
    assert span.before(span.after(start, ZoneInfo("UTC")), ZoneInfo("UTC")) == start


@given(moments, st.integers(0, 60), units)
def test_after_is_not_before_and_before_is_not_after(start: datetime, count: int, unit: str) -> None:
    span = Duration(count, unit)
    assert span.after(start, BERLIN) >= start
    assert span.before(start, BERLIN) <= start


@given(
    st.sampled_from([datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 2, 27, tzinfo=UTC)]),
    st.integers(0, 4 * 1440),
    st.integers(0, 300),
)
def test_who_starts_later_is_never_due_earlier(base: datetime, minutes: int, more: int) -> None:
    start, span = base + timedelta(minutes=minutes), Duration(1, "days")
    assert span.after(start, BERLIN) <= span.after(start + timedelta(minutes=more), BERLIN)
