"""config/mailing.yaml, retention: how long what is kept, and how short or long each may be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from nurture.definitions.models.shape import Shape, wrong
from nurture.definitions.models.values import Span
from nurture.domain import organisation
from nurture.domain.durations import Duration


def _within(least: str, most: str, why: str) -> AfterValidator:
    """The span lies between ``least`` and ``most``, or a fault says so and why."""
    low, high = Duration.parse(least), Duration.parse(most)

    def check(value: Duration) -> Duration:
        if low.days <= value.days <= high.days:
            return value
        raise ValueError(
            f"{value} is {'too short' if value.days < low.days else 'too long'}; write {least} to {most}: {why}"
        )

    return AfterValidator(check)


def _default(text: str) -> Any:
    make: Callable[[], Duration] = lambda: Duration.parse(text)  # noqa: E731 - with its type
    return Field(default_factory=make, json_schema_extra={"default": text})


class Retention(Shape):
    """How long what is kept. `nurture retention --dry-run` says what would go now, and why."""

    opt_in_expires: Annotated[
        Span, _within("72 hours", "14 days", "people need a weekend, and what nobody confirmed must not stay")
    ] = _default("7 days")
    """After this time an unconfirmed registration is removed."""
    raw_ip: Annotated[
        Span, _within("1 day", "90 days", "network addresses of readers serve to tell programs from people")
    ] = _default("30 days")
    """After this time IP addresses and browser names of clicks and downloads are removed."""
    clicks: Annotated[Span, _within("1 month", "25 months", "older clicks say nothing about interest any more")] = _default(
        "13 months"
    )
    """After this time raw clicks are removed."""
    inactive_warn: Annotated[Span, _within("3 months", "24 months", "a consent that is not used becomes stale")] = _default(
        "12 months"
    )
    """After so long without a mail and without an act of theirs, people are listed as inactive."""
    inactive_block: Annotated[Span, _within("12 months", "36 months", "courts have called four years too long")] = _default(
        "24 months"
    )
    """After so long without either, the consent lapses: no more mail until a new double opt-in."""
    ask_again: bool = False
    """Whether a mail asks people who become inactive if they want to hear from you any longer."""
    people: Annotated[Span, _within("6 months", "60 months", "who agreed to nothing must not be stored for long")] = (
        _default("24 months")
    )
    """After so long without any consent and without sales working on it, a person is erased."""
    evidence: Annotated[Span, _within("3 years", "10 years", "claims become time-barred after three years")] = _default(
        "3 years"
    )
    """How long after a withdrawal the consent can be proven; to the end of the calendar year."""
    letters: Annotated[Span, _within("3 months", "60 months", "what was written stays as long as somebody may ask")] = (
        _default("24 months")
    )
    """After this time what a mail said of its reader is removed: subject, salutation, the server's words."""
    cases: Annotated[Span, _within("1 year", "10 years", "it proves that requests were answered")] = _default("3 years")
    """How long after it was settled a request of a data subject stays on record; to the end of the calendar year."""
    figures: Annotated[Span, _within("7 days", "24 months", "the breakers look back over days")] = _default("90 days")
    """After this time figures of delivery per minute, and of forms per hour, are removed; totals stay."""

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.inactive_warn.days >= self.inactive_block.days:
            raise wrong(
                f"the warning ({self.inactive_warn}) must come before the block ({self.inactive_block})", "inactive_warn"
            )
        return self

    def build(self) -> organisation.Retention:
        return organisation.Retention(**{name: getattr(self, name) for name in type(self).model_fields})
