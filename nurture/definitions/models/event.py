"""An event: a trade fair, a webinar; in forms and in event campaigns."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from nurture.definitions.models.shape import Shape, wrong
from nurture.definitions.models.values import Moment, Text
from nurture.domain import campaign, form
from nurture.domain.pacing import start_of


class Event(Shape):
    """What happens where and when."""

    name: Text
    """What it is called."""
    place: Text
    """Where it is."""
    starts: Moment = Field(examples=["2027-04-20 09:00"])
    """When it begins, in the calendar's time zone."""
    ends: Moment = Field(examples=["2027-04-23 18:00"])
    """When it ends."""

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends <= self.starts:
            raise wrong(f"the event ends ({self.ends:%Y-%m-%d %H:%M}) before it starts", "ends")
        return self

    def for_campaign(self, zone: ZoneInfo) -> campaign.Event:
        return campaign.Event(self.name, self.place, _instant(self.starts, zone), _instant(self.ends, zone))

    def for_form(self, zone: ZoneInfo) -> form.FormEvent:
        return form.FormEvent(self.name, self.place, _instant(self.starts, zone), _instant(self.ends, zone))


def _instant(local: datetime, zone: ZoneInfo) -> datetime:
    return start_of(local.date(), zone, local.time())
