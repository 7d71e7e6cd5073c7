"""config/mailing.yaml: how much mail one person gets, how reading is observed, how long what is kept."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from nurture.definitions.models.lists import AtLeastOne, NoRepeats
from nurture.definitions.models.opt_in import OptIn
from nurture.definitions.models.retention import Retention
from nurture.definitions.models.shape import Shape, surroundings, wrong
from nurture.definitions.models.values import Elapsed, Span, did_you_mean
from nurture.domain import journey, organisation

_PHASES = ("{phase}", "any", "b1", "b2", "b3", "a", "c")


def _pattern(value: str, info: ValidationInfo) -> str:
    match = re.fullmatch(r"([^/]+)/([^/]+)", value)
    if not match:
        raise ValueError(f"'{value}' is not a pattern for templates; write function and phase, such as '{{function}}/any'")
    known = surroundings(info).ids.get("function")
    functions = ("{function}", "any", *sorted(known or ()))
    if match[1] not in functions and (known is not None or "{" in match[1]):
        raise ValueError(f"'{match[1]}' is neither a function nor {{function}} or any{did_you_mean(match[1], functions)}")
    if match[2] not in _PHASES:
        raise ValueError(
            f"'{match[2]}' is neither a phase in lower case nor {{phase}} or any{did_you_mean(match[2], _PHASES)}"
        )
    return value


class Caps(Shape):
    """How much mail one person gets from all campaigns together."""

    gap: Span
    """Least time between two mails."""
    per_week: int = Field(ge=1, le=50)
    """Most mails within seven days."""

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if (self.per_week - 1) * self.gap.days >= 7:
            raise wrong(
                f"{self.per_week} mails in a week are impossible with a gap of {self.gap}; lower one of the two", "per_week"
            )
        return self


class Tracking(Shape):
    """How reading is observed."""

    ip: Literal["none", "shortened", "full"] = "shortened"
    """How much of the IP address is kept: `shortened` keeps the network (/24, /48)."""
    settle_after: Elapsed = Field(default=timedelta(minutes=10), json_schema_extra={"default": "10 minutes"})
    """How long after a click it is judged whether a human clicked."""
    without_consent: Literal["aggregate", "none"] = "aggregate"
    """For readers without consent to individual tracking: `aggregate` counts visits of links without any name, `none`
    leads straight to the target and counts nothing."""


class MailingFile(Shape):
    """Rules for all mails."""

    caps: Caps
    """How much mail one person gets from all campaigns together."""
    tracking: Tracking = Field(default_factory=Tracking)
    """How reading is observed."""
    retention: Retention = Field(default_factory=Retention)
    """How long what is kept."""
    opt_in: OptIn = Field(default_factory=OptIn)
    """How many opt-in mails leave within an hour; whatever is over it waits for a human."""
    fallback: Annotated[list[Annotated[str, AfterValidator(_pattern)]], AtLeastOne, NoRepeats]
    """Where below `mail_templates/<mail>/` a template is looked for, best first;
    patterns over `{function}` and `{phase}`."""

    def build_caps(self) -> journey.Caps:
        return journey.Caps(self.caps.gap, self.caps.per_week)

    def build_tracking(self) -> organisation.Tracking:
        return organisation.Tracking(
            self.tracking.ip, self.tracking.settle_after, self.tracking.without_consent == "aggregate"
        )

    def build_retention(self) -> organisation.Retention:
        return self.retention.build()
