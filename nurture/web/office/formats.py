"""Dates and numbers as the user reads them: in the calendar's zone, in the user's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_decimal

_RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Formats:
    language: str
    zone: ZoneInfo
    now: datetime

    def moment(self, at: datetime) -> str:
        """'2. März 2026, 10:00' / 'Mar 2, 2026, 10:00 AM'."""
        return f"{self.day(at)}, {self.time(at)}"

    def day(self, at: datetime) -> str:
        return format_date(at.astimezone(self.zone), "medium", locale=self.language)

    def time(self, at: datetime) -> str:
        return format_time(at, "short", tzinfo=self.zone, locale=self.language)

    def exact(self, at: datetime) -> str:
        """With seconds and zone, for looking twice."""
        return format_datetime(at, "long", tzinfo=self.zone, locale=self.language)

    def weekday(self, at: datetime) -> str:
        """'Montag, 2. März 2026'."""
        return format_date(at.astimezone(self.zone), "full", locale=self.language)

    def ago(self, at: datetime) -> str:
        """'vor 3 Stunden', 'in 2 Tagen'; further away the date."""
        distance = at - self.now
        if abs(distance) > _RECENT:
            return self.day(at)
        return format_timedelta(distance, add_direction=True, threshold=1.2, locale=self.language)

    def is_day(self, one: datetime, other: datetime) -> bool:
        return one.astimezone(self.zone).date() == other.astimezone(self.zone).date()

    def number(self, value: float) -> str:
        return format_decimal(value, locale=self.language)

    def points(self, value: float) -> str:
        """One decimal place always, so that columns line up."""
        return format_decimal(value, format="#,##0.0", locale=self.language)

    def sum(self, value: float) -> str:
        """Points that stand alone: a decimal place only where there is one."""
        return format_decimal(value, format="#,##0.#", locale=self.language)

    def language_name(self, code: str) -> str:
        return str(Locale.parse(self.language).languages.get(code, code))

    def country_name(self, code: str) -> str:
        return str(Locale.parse(self.language).territories.get(code.upper(), code))
