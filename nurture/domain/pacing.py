"""When a mail may go out: send windows, office hours, holidays, in the reader's own time zone.

All reading of wall clocks happens here and nowhere else. Instants go in and come out in UTC. A wall-clock time that a
change of daylight saving skips is read as the first instant after the gap; one that occurs twice, as the first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HORIZON_DAYS = 400


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of the day and days of the week; ``holidays`` True: also on holidays and closed days. ``to`` is exclusive."""

    days: frozenset[int] = frozenset(range(7))
    start: time = time(0, 0)
    end: time = time.max
    holidays: bool = True

    @property
    def always(self) -> bool:
        """Whether this window never closes."""
        return self.holidays and len(self.days) == 7 and self.start == time(0, 0) and self.end == time.max


ALWAYS = Window()


@dataclass(frozen=True, slots=True)
class Calendar:
    """The sender's calendar: zone, public holidays and closed days (dates in the zone), office hours."""

    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()
    closed_every_year: frozenset[tuple[int, int]] = frozenset()
    office: Window = Window(frozenset(range(5)), time(9, 0), time(17, 0), holidays=False)

    def in_zone(self, zone: ZoneInfo | None) -> Calendar:
        """The same calendar read by a clock in ``zone``."""
        return self if zone is None or zone == self.zone else replace(self, zone=zone)

    def is_free(self, day: date) -> bool:
        """Whether ``day`` is a holiday or a closed day."""
        return day in self.holidays or (day.month, day.day) in self.closed_every_year


@lru_cache(maxsize=4096)
def next_slot(now: datetime, window: Window, calendar: Calendar) -> datetime:
    """The first instant at or after ``now`` (UTC) inside ``window``; equal to ``now`` when the window is open.

    Raises ValueError if the window does not open within 400 days (``nurture check`` finds such windows beforehand).
    """
    if window.always:
        return now
    local = now.astimezone(calendar.zone)
    day = local.date()
    for _ in range(_HORIZON_DAYS):
        if day.weekday() in window.days and (window.holidays or not calendar.is_free(day)):
            opens, closes = (
                _instant(day, window.start, calendar.zone),
                _instant(day, window.end, calendar.zone),
            )
            if max(now, opens) < closes:  # a gap may swallow a whole window, even a whole day (Apia, 30 December 2011)
                return max(now, opens)
        day += timedelta(days=1)
    raise ValueError(f"the window {window} does not open within {_HORIZON_DAYS} days")


def add_office_time(start: datetime, span: timedelta, calendar: Calendar) -> datetime:
    """The instant when ``span`` of office time has passed since ``start``: two hours after Friday 16:00 is Monday."""
    moment, left = start, span
    while True:
        moment = next_slot(moment, calendar.office, calendar)
        closes = _instant(moment.astimezone(calendar.zone).date(), calendar.office.end, calendar.zone)
        if moment + left <= closes:
            return moment + left
        left -= closes - moment
        moment = closes


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day of ``moment`` in ``zone``."""
    return moment.astimezone(zone).date()


def start_of(day: date, zone: ZoneInfo, at: time = time(0, 0)) -> datetime:
    """The instant (UTC) of ``at`` on ``day`` in ``zone``."""
    return _instant(day, at, zone)


@lru_cache(maxsize=4096)
def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    if at == time.max:  # the end of the day is the start of the next, which may be 23 or 25 hours away
        return _instant(day + timedelta(days=1), time(0, 0), zone)
    wall = datetime.combine(day, at, tzinfo=zone)
    moment = wall.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
        return _first_after_gap(wall, zone)
    return moment


def _first_after_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    early, late = wall.replace(fold=1).astimezone(UTC), wall.replace(fold=0).astimezone(UTC)
    low, high = min(early, late), max(early, late)
    offset = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
