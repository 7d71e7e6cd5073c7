"""Conditions, as campaigns write them: a mapping with exactly one key."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from nurture.definitions.models.lists import AtLeastOne, NoRepeats
from nurture.definitions.models.shape import Shape, wrong
from nurture.definitions.models.values import (
    AnyClass,
    ContentId,
    FieldId,
    FormId,
    FunctionId,
    Grade,
    Id,
    Language,
    Line,
    PurposeId,
    StepId,
    TopicId,
    classes,
)
from nurture.domain import condition as domain


class Clicked(Shape):
    """A human clicked; everything named must fit."""

    step: StepId | None = None
    """In a mail of this step of this campaign."""
    topic: TopicId | None = None
    """On this topic."""
    content: ContentId | None = None
    """On this content item."""
    ever: bool = False
    """Also before this campaign."""


class Downloaded(Shape):
    """A human downloaded something; everything named must fit."""

    content: ContentId | None = None
    """This content item."""
    topic: TopicId | None = None
    """Anything on this topic."""
    ever: bool = False
    """Also before this campaign."""


class Replied(Shape):
    """A human answered a mail; automatic replies never count. Everything named must fit."""

    step: StepId | None = None
    """A mail of this step of this campaign."""
    ever: bool = False
    """Also before this campaign."""


class Answered(Shape):
    """The contact answered a field of a form."""

    field: FieldId
    """The field."""
    values: Annotated[list[Line], AtLeastOne, NoRepeats] | None = None
    """One of these answers. Default: any answer."""


def _content_alone(value: Any) -> Any:
    return {"content": value} if isinstance(value, str) else value


class Condition(Shape):
    """Exactly one of these keys; `all`, `any` and `not` combine."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    clicked: Clicked | None = None
    """A human clicked in a mail of this campaign. `{}`: anything."""
    downloaded: Annotated[Downloaded, BeforeValidator(_content_alone, json_schema_input_type=str | Downloaded)] | None = (
        None
    )
    """A human downloaded a content item (`downloaded: <content>`) or something on a topic. `{}`: anything."""
    replied: Replied | None = None
    """A human answered a mail of ours. `{}`: any. Under `exits` an answer ends the campaign, under `until` it wakes it."""
    interest: TopicId | None = None
    """Clicked on or downloaded anything on this topic, at any time."""
    registered: FormId | None = None
    """Used this form, at any time."""
    class_: Annotated[list[AnyClass], AtLeastOne, NoRepeats] | None = Field(default=None, alias="class")
    """The lead is in one of these classes."""
    score: Annotated[float, Field(gt=0, le=100_000)] | None = None
    """At least so many behaviour points."""
    grade: Grade | None = None
    """This profile grade or better."""
    function: Annotated[list[FunctionId], AtLeastOne, NoRepeats] | None = None
    """The contact has one of these functions."""
    language: Annotated[list[Language], AtLeastOne, NoRepeats] | None = None
    """The contact reads one of these languages."""
    source: Annotated[list[Id], AtLeastOne, NoRepeats] | None = None
    """The contact came from one of these sources."""
    answered: Answered | None = None
    """The contact answered a field of a form."""
    consent: PurposeId | None = None
    """The contact consents to this purpose."""
    all_: Annotated[list[Condition], AtLeastOne] | None = Field(default=None, alias="all")
    """Every one of these conditions holds."""
    any_: Annotated[list[Condition], AtLeastOne] | None = Field(default=None, alias="any")
    """At least one of these conditions holds."""
    not_: Condition | None = Field(default=None, alias="not")
    """This condition does not hold."""

    @model_validator(mode="before")
    @classmethod
    def _one_key(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        known = [key for key in cls.key_names() if key in data]
        if len(known) > 1:
            raise wrong(
                f"a condition has exactly one key, here are {' and '.join(known)}; put them as a list under all: or any:"
            )
        if not data:
            raise wrong("the condition is empty; name one, such as class: [B2]")
        return data

    def build(self) -> domain.Condition:
        for name, make in _MAKERS.items():
            value = getattr(self, name)
            if value is not None:
                condition: domain.Condition = make(value)
                return condition
        raise AssertionError("a validated condition has one key")


_MAKERS: dict[str, Any] = {
    "clicked": lambda c: domain.Clicked(c.step, c.topic, c.content, c.ever),
    "downloaded": lambda c: domain.Downloaded(c.content, c.topic, c.ever),
    "replied": lambda r: domain.Replied(r.step, r.ever),
    "interest": domain.Interested,
    "registered": domain.Registered,
    "class_": lambda names: domain.InClass(classes(names)),
    "score": domain.ScoreAtLeast,
    "grade": domain.GradeAtLeast,
    "function": lambda ids: domain.HasFunction(tuple(ids)),
    "language": lambda codes: domain.Speaks(tuple(codes)),
    "source": lambda names: domain.CameFrom(tuple(names)),
    "answered": lambda a: domain.Answered(a.field, tuple(a.values or ())),
    "consent": domain.Permits,
    "all_": lambda parts: domain.All(tuple(part.build() for part in parts)),
    "any_": lambda parts: domain.AnyOf(tuple(part.build() for part in parts)),
    "not_": lambda part: domain.Not(part.build()),
}
