"""config/calendar.yaml: time zone, holidays, office hours; and windows, which campaigns use as well."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Annotated, Literal, Self

import holidays
from holidays.registry import COUNTRIES
from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from nurture.definitions.models.lists import AtLeastOne, NoRepeats
from nurture.definitions.models.shape import Shape, wrong
from nurture.definitions.models.values import ClockTime, MonthDay, Weekday, Zone, did_you_mean, weekdays
from nurture.domain import pacing

_COUNTRIES = frozenset(codes[1] for codes in COUNTRIES.values())


def _country(value: str) -> str:
    if value in _COUNTRIES:
        return value
    hint = (
        f"; did you mean '{value.upper()}'?" if value.upper() in _COUNTRIES else "; write its two-letter code, such as DE"
    )
    raise ValueError(f"there is no country '{value}'{hint}")


@lru_cache(maxsize=32)
def public_holidays(country: str, state: str | None, years: range) -> frozenset[date]:
    """The public holidays of ``country`` and ``state`` in ``years``."""
    return frozenset(holidays.country_holidays(country, subdiv=state, years=years))


def states_of(country: str) -> frozenset[str]:
    """The codes that ``state`` may have in ``country``."""
    calendar = holidays.country_holidays(country)
    return frozenset(calendar.subdivisions) | frozenset(calendar.subdivisions_aliases)


class Holidays(Shape):
    """Whose public holidays are kept."""

    country: Annotated[str, AfterValidator(_country)] = Field(examples=["DE"])
    """Two-letter country code (ISO 3166-1)."""
    state: str | None = Field(default=None, examples=["NW"])
    """Federal state or region (ISO 3166-2 without the country)."""

    @model_validator(mode="after")
    def _state_of_the_country(self) -> Self:
        if self.state is not None and self.state not in (known := states_of(self.country)):
            raise wrong(f"{self.country} has no state '{self.state}'{did_you_mean(self.state, known)}", "state")
        return self


class Window(Shape):
    """Days of the week and hours of the day."""

    days: Annotated[list[Weekday], AtLeastOne, NoRepeats]
    """Days of the week: mon, tue, wed, thu, fri, sat, sun."""
    from_: ClockTime = Field(alias="from")
    """When it opens, in quotes."""
    to: ClockTime
    """When it closes (exclusive), in quotes; "24:00" is the end of the day."""
    holidays: bool = False
    """Whether it is open on holidays and closed days as well."""

    @model_validator(mode="after")
    def _opens(self) -> Self:
        if self.from_ >= self.to:
            raise wrong(f"the window never opens: it begins at {self.from_:%H:%M} and ends at {self.to:%H:%M}", "to")
        return self

    def build(self) -> pacing.Window:
        return pacing.Window(weekdays(list(self.days)), self.from_, self.to, self.holidays)


def _window_or_always(value: object) -> str:
    return "<always>" if isinstance(value, str) else "<window>"


WindowChoice = Annotated[
    Annotated[Literal["always"], Tag("<always>")] | Annotated[Window, Tag("<window>")], Discriminator(_window_or_always)
]
"""``always`` or a window."""


def build_window(choice: Window | str) -> pacing.Window:
    return choice.build() if isinstance(choice, Window) else pacing.ALWAYS


class OfficeHours(Shape):
    """When people are at work; deadlines for sales run in this time only."""

    days: Annotated[list[Weekday], AtLeastOne, NoRepeats]
    """Working days."""
    from_: ClockTime = Field(alias="from")
    """Begin, in quotes."""
    to: ClockTime
    """End, in quotes."""

    @model_validator(mode="after")
    def _opens(self) -> Self:
        if self.from_ >= self.to:
            raise wrong(f"the office never opens: it begins at {self.from_:%H:%M} and ends at {self.to:%H:%M}", "to")
        return self


class CalendarFile(Shape):
    """The sender's calendar."""

    time_zone: Zone
    """IANA time zone; every local time in the definitions is read in it."""
    holidays: Holidays
    """Public holidays."""
    closed_every_year: Annotated[list[MonthDay], NoRepeats] = Field(default_factory=list)
    """Further days on which nothing is sent, as "MM-DD"."""
    office_hours: OfficeHours
    """When sales is at work."""

    def build(self, years: range) -> pacing.Calendar:
        office = self.office_hours
        return pacing.Calendar(
            zone=self.time_zone,
            holidays=public_holidays(self.holidays.country, self.holidays.state, years),
            closed_every_year=frozenset(self.closed_every_year),
            office=pacing.Window(weekdays(list(office.days)), office.from_, office.to, holidays=False),
        )
