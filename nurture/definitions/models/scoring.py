"""config/scoring.yaml: what a lead is worth to sales, and who agreed on it."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from nurture.definitions.models.catalogue import ContentKind
from nurture.definitions.models.lists import AtLeastOne, NoRepeats
from nurture.definitions.models.shape import Shape, several, wrong
from nurture.definitions.models.values import (
    AnyClass,
    ContentId,
    Date,
    FieldId,
    FormId,
    Id,
    Line,
    Phase,
    ProductId,
    Span,
    Text,
    TopicId,
)
from nurture.domain import scoring as domain
from nurture.domain.catalogue import LeadClass

Points = Annotated[float, Field(ge=-1000, le=1000)]
Threshold = Annotated[float, Field(gt=0, le=100_000)]
Limit = Annotated[
    Annotated[Literal["never"], Tag("<never>")] | Annotated[Threshold, Tag("<points>")],
    Discriminator(lambda value: "<never>" if isinstance(value, str) else "<points>"),
]
"""Points, or ``never``."""


class Agreed(Shape):
    """Marketing and sales agree on the model; a change has a new date."""

    date: Date
    """When it was agreed."""
    by: Annotated[list[Line], AtLeastOne, NoRepeats]
    """Who agreed."""
    note: str = ""
    """Anything worth remembering."""


class ProfileRule(Shape):
    """Points for what the contact told."""

    label: Text
    """Shown in the score."""
    field: FieldId
    """The form field it looks at."""
    values: Annotated[list[Line], AtLeastOne, NoRepeats] | None = None
    """The answers that count. Default: any answer."""
    points: Points
    """How many points; may be negative."""


class Grades(Shape):
    """The least profile points for a grade; below C it is D."""

    A: float
    """Least points for grade A."""
    B: float
    """Least points for grade B."""
    C: float
    """Least points for grade C."""

    @model_validator(mode="after")
    def _descend(self) -> Self:
        faults = [
            ((low,), f"grade {low} must need fewer points than grade {high} ({below:g} against {above:g})")
            for high, low, above, below in (("A", "B", self.A, self.B), ("B", "C", self.B, self.C))
            if below >= above
        ]
        if faults:
            raise several(faults)
        return self


class Cap(Shape):
    """The most a rule gives."""

    points: Threshold
    """At most so many points …"""
    within: Span | None = None
    """… within this time. Default: ever."""


class BehaviourRule(Shape):
    """Points for what the contact did; everything named must fit."""

    label: Text
    """Shown in the score."""
    activity: Literal["click", "download", "form", "answer", "call-wish"]
    """What was done."""
    points: Points
    """How many points; may be negative."""
    content_kinds: Annotated[list[ContentKind], AtLeastOne, NoRepeats] = Field(default_factory=list)
    """Only for content of these kinds."""
    content: Annotated[list[ContentId], AtLeastOne, NoRepeats] = Field(default_factory=list)
    """Only for these content items."""
    topics: Annotated[list[TopicId], AtLeastOne, NoRepeats] = Field(default_factory=list)
    """Only on these topics."""
    phases: Annotated[list[Phase], AtLeastOne, NoRepeats] = Field(default_factory=list)
    """Only for content written for these phases."""
    forms: Annotated[list[FormId], AtLeastOne, NoRepeats] = Field(default_factory=list)
    """Only through these forms."""
    cap: Cap | None = None
    """The most this rule gives. Default: no limit."""

    @model_validator(mode="after")
    def _cap_is_worth_it(self) -> Self:
        if self.cap is not None and self.cap.points < self.points:
            raise wrong(
                f"the cap of {self.cap.points:g} is less than the {self.points:g} points of one activity", "cap", "points"
            )
        return self


class Thresholds(Shape):
    """The points at which a lead goes to sales, per grade; `never`: not by points."""

    A: Limit
    """Points for grade A."""
    B: Limit
    """Points for grade B."""
    C: Limit
    """Points for grade C."""
    D: Limit
    """Points for grade D."""

    @model_validator(mode="after")
    def _ascend(self) -> Self:
        values = list(self.build().items())
        faults = [
            ((worse,), f"grade {worse} must not need fewer points than grade {better}")
            for (better, least), (worse, points) in pairwise(values)
            if (float("inf") if points is None else points) < (float("inf") if least is None else least)
        ]
        if faults:
            raise several(faults)
        return self

    def build(self) -> dict[str, float | None]:
        return {
            grade: None if isinstance(value, str) else float(value)
            for grade, value in (("A", self.A), ("B", self.B), ("C", self.C), ("D", self.D))
        }


class ScoringFile(Shape):
    """What a lead is worth to sales: a profile grade and behaviour points, never added up."""

    agreed: Agreed
    """Who agreed on this model, and when."""
    half_life: Span
    """After this time an activity counts half."""
    profile: Annotated[dict[Id, ProfileRule], AtLeastOne]
    """id: rule."""
    grades: Grades
    """The grades A, B and C."""
    behaviour: Annotated[dict[Id, BehaviourRule], AtLeastOne]
    """id: rule."""
    thresholds: dict[ProductId, Thresholds]
    """product: points per grade; every product needs an entry."""
    told: dict[FieldId, Annotated[dict[Line, AnyClass], AtLeastOne]] = Field(default_factory=dict)
    """What an answer says about the class of a lead: form field: {answer: class}."""

    def build(self, version: str) -> domain.ScoringModel:
        return domain.ScoringModel(
            version=version,
            agreement=domain.Agreement(self.agreed.date, tuple(self.agreed.by), self.agreed.note),
            profile=tuple(_profile_rule(id_, rule) for id_, rule in self.profile.items()),
            grades={"A": self.grades.A, "B": self.grades.B, "C": self.grades.C},
            behaviour=tuple(_behaviour_rule(id_, rule) for id_, rule in self.behaviour.items()),
            half_life_days=self.half_life.days,
            thresholds={product: values.build() for product, values in self.thresholds.items()},
            told={name: {value: LeadClass(c) for value, c in values.items()} for name, values in self.told.items()},
        )


def _profile_rule(id_: str, rule: ProfileRule) -> domain.ProfileRule:
    return domain.ProfileRule(id_, rule.label, rule.field, frozenset(rule.values or ()), rule.points)


def _behaviour_rule(id_: str, rule: BehaviourRule) -> domain.BehaviourRule:
    within = rule.cap.within if rule.cap else None
    return domain.BehaviourRule(
        id=id_,
        label=rule.label,
        kind=rule.activity,
        points=rule.points,
        content_kinds=frozenset(rule.content_kinds),
        content=frozenset(rule.content),
        topics=frozenset(rule.topics),
        phases=frozenset(rule.phases),
        forms=frozenset(rule.forms),
        cap=rule.cap.points if rule.cap else None,
        cap_days=max(1, round(within.days)) if within else 0,
    )
