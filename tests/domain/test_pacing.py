"""Send windows and office time: in every zone, across every change of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.pacing import ALWAYS, Calendar, Window, add_office_time, local_date, next_slot, start_of

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clock changes by half an hour
APIA = ZoneInfo("Pacific/Apia")  # had no 30 December 2011
BEIRUT = ZoneInfo("Asia/Beirut")  # changes at midnight
ZONES = (BERLIN, NEW_YORK, LORD_HOWE, APIA, BEIRUT, ZoneInfo("UTC"))

WORKDAYS = frozenset(range(5))
BUSINESS = Window(WORKDAYS, time(8), time(17), holidays=False)
CHRISTMAS = Calendar(
    BERLIN,
    holidays=frozenset({date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)}),
    closed_every_year=frozenset({(12, 24), (12, 31)}),
    office=BUSINESS,
)


def at(zone: ZoneInfo, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def first_instant_showing(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """What the module promises, found by looking at the clock every quarter of an hour."""
    target = datetime.combine(day, time(0)) + timedelta(days=1) if wall == time.max else datetime.combine(day, wall)
    moment = target.replace(tzinfo=UTC) - timedelta(hours=30)
    while moment.astimezone(zone).replace(tzinfo=None) < target:
        moment += timedelta(minutes=15)
    return moment


def is_open(moment: datetime, window: Window, calendar: Calendar) -> bool:
    today = moment.astimezone(calendar.zone).date()
    return any(
        first_instant_showing(day, window.start, calendar.zone) <= moment
        < first_instant_showing(day, window.end, calendar.zone)
        for day in (today - timedelta(days=1), today)
        if day.weekday() in window.days and (window.holidays or not calendar.is_free(day))
    )  # fmt: skip


# --- examples ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        pytest.param("2026-03-03 09:30", "2026-03-03 09:30", id="open: at once"),
        pytest.param("2026-03-03 08:00", "2026-03-03 08:00", id="the opening minute is open"),
        pytest.param("2026-03-03 07:59", "2026-03-03 08:00", id="early: the same morning"),
        pytest.param("2026-03-03 17:00", "2026-03-04 08:00", id="the closing minute is closed"),
        pytest.param("2026-03-06 18:00", "2026-03-09 08:00", id="Friday evening: Monday"),
        pytest.param("2026-03-28 12:00", "2026-03-30 08:00", id="weekend that loses an hour: still eight by the wall"),
        pytest.param("2026-10-24 12:00", "2026-10-26 08:00", id="weekend that gains an hour: still eight by the wall"),
        pytest.param("2026-12-23 17:30", "2026-12-28 08:00", id="Christmas Eve closed, two holidays, Sunday: the 28th"),
        pytest.param("2026-12-24 10:00", "2026-12-28 08:00", id="on Christmas Eve itself"),
        pytest.param("2026-12-30 18:00", "2027-01-04 08:00", id="New Year's Eve closed, New Year, weekend"),
    ],
)
def test_business_hours_in_berlin(now: str, slot: str) -> None:
    assert next_slot(at(BERLIN, now), BUSINESS, CHRISTMAS) == at(BERLIN, slot)


@pytest.mark.parametrize(
    ("zone", "now", "slot"),
    [
        pytest.param(BERLIN, "2026-03-02 09:00", "2026-03-02 09:00", id="Berlin is at its desk"),
        pytest.param(NEW_YORK, "2026-03-02 03:00", "2026-03-02 08:00", id="New York is asleep"),
        pytest.param(APIA, "2026-03-02 21:00", "2026-03-03 08:00", id="Apia has gone home"),
    ],
)
def test_the_window_is_read_on_the_contacts_clock(zone: ZoneInfo, now: str, slot: str) -> None:
    assert next_slot(at(zone, now), BUSINESS, CHRISTMAS.in_zone(zone)) == at(zone, slot)


def test_holidays_allowed_means_closed_days_too() -> None:
    window = Window(WORKDAYS, time(8), time(17), holidays=True)
    assert next_slot(at(BERLIN, "2026-12-24 10:00"), window, CHRISTMAS) == at(BERLIN, "2026-12-24 10:00")


def test_a_window_lost_to_the_gap_opens_the_next_day() -> None:
    lost = Window(start=time(2), end=time(2, 30))
    assert next_slot(at(BERLIN, "2026-03-28 23:00"), lost, Calendar(BERLIN)) == at(BERLIN, "2026-03-30 02:00")


def test_a_window_on_a_day_that_never_was_opens_the_next_day() -> None:
    window = Window(start=time(8), end=time(17))
    assert next_slot(at(APIA, "2011-12-29 20:00"), window, Calendar(APIA)) == at(APIA, "2011-12-31 08:00")


def test_a_window_that_begins_in_the_gap_begins_after_it() -> None:
    window = Window(start=time(2, 30), end=time(5))
    assert next_slot(at(BERLIN, "2026-03-29 00:00"), window, Calendar(BERLIN)) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_an_hour_that_comes_twice_is_the_first() -> None:
    window = Window(start=time(2), end=time(2, 30))
    assert next_slot(at(BERLIN, "2026-10-25 01:00"), window, Calendar(BERLIN)) == datetime(2026, 10, 25, 0, tzinfo=UTC)
    second = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)
    assert next_slot(second, window, Calendar(BERLIN)) == at(BERLIN, "2026-10-26 02:00")


@pytest.mark.parametrize(
    ("zone", "day", "wall", "instant"),
    [
        pytest.param(BERLIN, "2026-03-29", "02:30", "2026-03-29T01:00", id="Berlin spring gap"),
        pytest.param(BERLIN, "2026-10-25", "02:30", "2026-10-25T00:30", id="Berlin autumn overlap"),
        pytest.param(NEW_YORK, "2026-03-08", "02:15", "2026-03-08T07:00", id="New York spring gap"),
        pytest.param(LORD_HOWE, "2026-10-04", "02:15", "2026-10-03T15:30", id="Lord Howe gap of half an hour"),
        pytest.param(LORD_HOWE, "2026-04-05", "01:45", "2026-04-04T14:45", id="Lord Howe overlap of half an hour"),
        pytest.param(APIA, "2011-12-30", "12:00", "2011-12-30T10:00", id="Apia's missing day"),
        pytest.param(BEIRUT, "2026-03-29", "00:00", "2026-03-28T22:00", id="Beirut has no midnight"),
    ],
)
def test_start_of_is_the_first_instant_that_shows_it(zone: ZoneInfo, day: str, wall: str, instant: str) -> None:
    assert start_of(date.fromisoformat(day), zone, time.fromisoformat(wall)) == at(ZoneInfo("UTC"), instant)


def test_local_date_is_the_day_in_the_zone() -> None:
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert local_date(late, BERLIN) == date(2026, 3, 3)
    assert local_date(late, NEW_YORK) == date(2026, 3, 2)


def test_always_never_closes() -> None:
    now = datetime(2026, 12, 25, 3, 33, 33, 333, tzinfo=UTC)
    assert ALWAYS.always
    assert next_slot(now, ALWAYS, CHRISTMAS) == now


@pytest.mark.parametrize(
    "window",
    [
        pytest.param(Window(days=WORKDAYS), id="not at weekends"),
        pytest.param(Window(start=time(1)), id="not at night"),
        pytest.param(Window(end=time(23)), id="not late"),
        pytest.param(Window(holidays=False), id="not on holidays"),
    ],
)
def test_any_limit_makes_a_window_one_that_closes(window: Window) -> None:
    assert not window.always


def test_a_window_that_never_opens_is_named() -> None:
    with pytest.raises(ValueError, match="does not open within 400 days"):
        next_slot(datetime(2026, 3, 2, tzinfo=UTC), Window(days=frozenset()), CHRISTMAS)


def test_in_zone_keeps_the_calendar_where_nothing_changes() -> None:
    assert CHRISTMAS.in_zone(None) is CHRISTMAS
    assert CHRISTMAS.in_zone(BERLIN) is CHRISTMAS
    assert CHRISTMAS.in_zone(NEW_YORK).holidays == CHRISTMAS.holidays


# --- office time ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        pytest.param("2026-03-02 09:00", 2, "2026-03-02 11:00", id="within one day"),
        pytest.param("2026-03-02 15:00", 2, "2026-03-02 17:00", id="exactly until closing"),
        pytest.param("2026-03-06 16:00", 2, "2026-03-09 09:00", id="over a weekend"),
        pytest.param("2026-03-07 12:00", 1, "2026-03-09 09:00", id="from a Saturday"),
        pytest.param("2026-03-02 08:00", 20, "2026-03-04 10:00", id="over two nights"),
        pytest.param("2026-03-27 16:00", 2, "2026-03-30 09:00", id="over the weekend that loses an hour"),
        pytest.param("2026-12-23 16:00", 2, "2026-12-28 09:00", id="over Christmas"),
    ],
)
def test_office_time(start: str, hours: int, end: str) -> None:
    assert add_office_time(at(BERLIN, start), timedelta(hours=hours), CHRISTMAS) == at(BERLIN, end)


# --- properties ----------------------------------------------------------------------------------------------------

QUARTERS = [time(h, m) for h in range(24) for m in (0, 15, 30, 45)]


@st.composite
def windows(draw: st.DrawFn) -> Window:
    start = draw(st.sampled_from(QUARTERS))
    end = draw(st.sampled_from([*(q for q in QUARTERS if q > start), time.max]))
    days = draw(st.frozensets(st.integers(0, 6), min_size=1))
    return Window(days, start, end, holidays=draw(st.booleans()))


CHANGES = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2011, 12, 30, 10, tzinfo=UTC),
    datetime(2026, 3, 28, 22, tzinfo=UTC),
    datetime(2026, 12, 24, 12, tzinfo=UTC),
]
moments = st.one_of(
    st.builds(
        lambda change, seconds: change + timedelta(seconds=seconds),
        st.sampled_from(CHANGES),
        st.integers(-3 * 86400, 3 * 86400),
    ),
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)  # fmt: skip
calendars = st.sampled_from([CHRISTMAS.in_zone(zone) for zone in ZONES])


@given(moments, windows(), calendars)
def test_the_slot_is_open_never_earlier_and_found_at_once(now: datetime, window: Window, calendar: Calendar) -> None:
    slot = next_slot(now, window, calendar)
    assert slot >= now
    assert is_open(slot, window, calendar)
    assert next_slot(slot, window, calendar) == slot
    assert (slot == now) == is_open(now, window, calendar)


@given(moments, st.integers(0, 5 * 86400), windows(), calendars)
def test_who_comes_later_is_never_served_earlier(now: datetime, wait: int, window: Window, calendar: Calendar) -> None:
    assert next_slot(now, window, calendar) <= next_slot(now + timedelta(seconds=wait), window, calendar)


@given(moments, windows(), calendars, st.integers(1, 200))
def test_nothing_open_lies_before_the_slot(now: datetime, window: Window, calendar: Calendar, quarters: int) -> None:
    slot, probe = next_slot(now, window, calendar), now + timedelta(minutes=15 * quarters)
    assert probe >= slot or not is_open(probe, window, calendar)


spans = st.builds(timedelta, minutes=st.integers(1, 40 * 60))


@given(moments, spans, spans, calendars)
def test_office_time_adds_up(start: datetime, one: timedelta, two: timedelta, calendar: Calendar) -> None:
    in_steps = add_office_time(add_office_time(start, one, calendar), two, calendar)
    assert in_steps == add_office_time(start, one + two, calendar)
    assert in_steps - start >= one + two
