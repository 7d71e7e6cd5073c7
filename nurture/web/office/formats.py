"""Dates and numbers as the user reads them: in the calendar's zone, in the user's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_decimal, format_percent

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

    def rate(self, value: float) -> str:
        """A decimal place only where the number is small."""
        return format_decimal(value, format="#,##0.#" if value < 10 else "#,##0", locale=self.language)

    def share(self, part: float, whole: float) -> str:
        """'98,2 %', '0,04 %'; a dash where there is nothing to share; never '100 %' of less."""
        if not whole:
            return "–"
        value = min(part / whole, 0.999) if part < whole else part / whole
        places = "0.00" if 0 < value < 0.01 else "0.0"
        return format_percent(
            value, format=f"{places}\xa0%" if self.language == "de" else f"{places}%", locale=self.language
        )

    def span(self, length: timedelta) -> str:
        """'3 Stunden', '12 minutes'."""
        return format_timedelta(length, threshold=2.5, locale=self.language)

    def clock(self, at: datetime) -> str:
        """With seconds."""
        return format_time(at, "medium", tzinfo=self.zone, locale=self.language)

    def language_name(self, code: str) -> str:
        return str(Locale.parse(self.language).languages.get(code, code))

    def country_name(self, code: str) -> str:
        return str(Locale.parse(self.language).territories.get(code.upper(), code))
