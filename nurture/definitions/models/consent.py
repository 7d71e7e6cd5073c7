"""config/consent.yaml: what a contact can consent to, in which words."""

from __future__ import annotations

from typing import Annotated, Literal

from nurture.definitions.models.lists import AtLeastOne
from nurture.definitions.models.shape import Shape
from nurture.definitions.models.values import Id, Line, Text
from nurture.domain import form as domain


class Purpose(Shape):
    """One purpose, asked for separately and never ticked beforehand."""

    kind: Literal["mail", "tracking", "phone"]
    """`mail`: marketing mail; `tracking`: observing the individual reader; `phone`: marketing calls."""
    title: Text
    """A short name."""
    wording: Text
    """The sentence beside the box, in full; it is kept with each consent."""
    version: Line
    """Names this wording, in quotes; a changed wording needs a new version."""


class ConsentFile(Shape):
    """The purposes of consent."""

    purposes: Annotated[dict[Id, Purpose], AtLeastOne]
    """id: purpose."""

    def build(self) -> dict[str, domain.Purpose]:
        return {
            id_: domain.Purpose(id_, domain.PurposeKind(item.kind), item.title, item.wording, item.version)
            for id_, item in self.purposes.items()
        }
