"""Spans of time as people write them: "3 weeks", "3 Wochen", "2 Monate", "36h", ISO 8601 "P3W".

Minutes and hours are elapsed time; days and longer are calendar time in a zone: five days after Friday 09:00 is
Wednesday 09:00 by the wall clock, also across a change of daylight saving (whose gaps ``pacing`` reads).
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from nurture.domain.pacing import start_of

_UNITS: dict[str, str] = {
    word: unit
    for unit, words in {
        "minutes": "m min mins minute minutes minuten",
        "hours": "h hour hours stunde stunden std",
        "days": "d day days tag tage tagen",
        "weeks": "w week weeks woche wochen",
        "months": "mo month months monat monate monaten",
        "years": "y year years jahr jahre jahren",
    }.items()
    for word in words.split()
}
_ISO = re.compile(r"^P(?:(\d+)Y|(\d+)M|(\d+)W|(\d+)D|T(\d+)H|T(\d+)M)$")
_ISO_UNITS = ("years", "months", "weeks", "days", "hours", "minutes")
_PLAIN = re.compile(r"^(\d{1,5})\s*([a-zäöü]+)$")
_LONGEST_DAYS = 100 * 365.25
_DAYS = {"minutes": 1 / 1440, "hours": 1 / 24, "days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}


@dataclass(frozen=True, slots=True)
class Duration:
    """``count`` of ``unit`` (minutes, hours, days, weeks, months, years)."""

    count: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read German, English or ISO 8601. Raises ValueError with a sentence that says what would be right."""
        duration = cls._read(text.strip())
        if duration is None:
            raise ValueError(
                f"'{text}' is not a duration; write a number and a unit, such as '3 days', '2 Wochen' or '1 month'"
            )
        if duration.days > _LONGEST_DAYS:
            raise ValueError(f"'{text}' is longer than 100 years; write a shorter one")
        return duration

    @classmethod
    def _read(cls, text: str) -> Duration | None:
        if match := _ISO.match(text.upper()):
            return next(cls(int(count), unit) for count, unit in zip(match.groups(), _ISO_UNITS, strict=True) if count)
        match = _PLAIN.match(text.lower())
        return cls(int(match[1]), _UNITS[match[2]]) if match and match[2] in _UNITS else None

    def after(self, start: datetime, zone: ZoneInfo) -> datetime:
        """The instant this long after ``start`` (aware), as UTC."""
        return self._shift(start, zone, 1)

    def before(self, end: datetime, zone: ZoneInfo) -> datetime:
        """The instant this long before ``end`` (aware), as UTC."""
        return self._shift(end, zone, -1)

    @property
    def days(self) -> float:
        """Length in days; months and years by their mean length. For comparing and for half-lives only."""
        return self.count * _DAYS[self.unit]

    def _shift(self, moment: datetime, zone: ZoneInfo, sign: int) -> datetime:
        if self.count == 0:  # the second 02:30 of an autumn night stays the second
            return moment.astimezone(UTC)
        if self.unit in ("minutes", "hours"):
            return moment.astimezone(UTC) + sign * timedelta(**{self.unit: self.count})
        local = moment.astimezone(zone)
        if self.unit in ("days", "weeks"):
            shifted = local + sign * timedelta(**{self.unit: self.count})
        else:
            shifted = _add_months(local, sign * self.count * (12 if self.unit == "years" else 1))
        return start_of(shifted.date(), zone, shifted.time())

    def __str__(self) -> str:
        return f"{self.count} {self.unit[:-1] if self.count == 1 else self.unit}"


def _add_months(moment: datetime, months: int) -> datetime:
    index = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))
