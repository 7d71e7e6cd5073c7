"""config/sales.yaml: the sales team, its service level, and why leads come back."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from nurture.definitions.models.lists import AtLeastOne, NoRepeats
from nurture.definitions.models.shape import Shape, wrong
from nurture.definitions.models.values import AnyClass, Elapsed, Email, Id, Language, Line, ProductId, Text
from nurture.domain import organisation as domain
from nurture.domain.catalogue import LeadClass


class Salesperson(Shape):
    """Somebody who takes leads."""

    name: Line
    """Full name."""
    email: Email
    """Where dossiers go."""
    phone: Line
    """Telephone, in quotes if it consists of digits."""
    language: Language
    """The language dossiers are written in; leads of this language are preferred."""
    products: Annotated[list[ProductId], AtLeastOne, NoRepeats]
    """The products this person sells."""
    open_leads: int = Field(ge=1, le=1000)
    """How many leads this person can work at a time."""


class ReturnReason(Shape):
    """Why sales gives a lead back."""

    name: Text
    """Shown as an answer."""
    lead_class: AnyClass | None = None
    """The class the talk showed. Default: unchanged."""
    nurture: bool
    """Whether marketing may go on."""


class SalesFile(Shape):
    """The sales team."""

    head: Email
    """Who hears of leads that nobody answers or that nobody has room for."""
    answer_within: Elapsed
    """Office time in which a salesperson answers; after it the head is told."""
    remind_after: Elapsed
    """Office time after which the salesperson is reminded."""
    team: Annotated[dict[Id, Salesperson], AtLeastOne]
    """id: person."""
    return_reasons: Annotated[dict[Id, ReturnReason], AtLeastOne]
    """id: reason."""

    @model_validator(mode="after")
    def _reminder_comes_first(self) -> Self:
        if self.remind_after >= self.answer_within:
            raise wrong("the reminder must come before the answer is due (answer_within)", "remind_after")
        return self

    def build(self) -> domain.Sales:
        return domain.Sales(
            head=self.head,
            team={id_: _person(id_, person) for id_, person in self.team.items()},
            answer_within=self.answer_within,
            remind_after=self.remind_after,
            return_reasons={id_: _reason(id_, reason) for id_, reason in self.return_reasons.items()},
        )


def _person(id_: str, person: Salesperson) -> domain.Salesperson:
    return domain.Salesperson(
        id_, person.name, person.email, person.phone, person.language, tuple(person.products), person.open_leads
    )


def _reason(id_: str, reason: ReturnReason) -> domain.ReturnReason:
    lead_class = LeadClass(reason.lead_class) if reason.lead_class else None
    return domain.ReturnReason(id_, reason.name, lead_class, reason.nurture)
