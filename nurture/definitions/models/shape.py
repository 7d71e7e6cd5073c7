"""What all models share: strictness, what they may know of their surroundings, and how a validator names a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError


@dataclass(slots=True)
class Surroundings:
    """What a file may refer to.

    ``ids``: kind -> what exists; None (or a missing kind): not known, so that every reference passes.
    ``shapes`` is filled while validating: which model each mapping was read as, for naming its keys.
    """

    languages: tuple[str, ...] | None = None
    ids: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    config: Path | None = None
    shapes: dict[int, type[Shape]] = field(default_factory=dict)


def surroundings(info: ValidationInfo) -> Surroundings:
    """The surroundings given to ``model_validate``; permissive ones if none were given."""
    return info.context if isinstance(info.context, Surroundings) else Surroundings()


class Shape(BaseModel):
    """A mapping in a file: every key known, no value converted behind the writer's back."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True, populate_by_name=False
    )

    @model_validator(mode="before")
    @classmethod
    def _remember_shape(cls, data: Any, info: ValidationInfo) -> Any:
        if isinstance(data, dict):
            surroundings(info).shapes[id(data)] = cls
        return data

    @classmethod
    def key_names(cls) -> tuple[str, ...]:
        """The keys a file may use, in the order of the model."""
        return tuple(info.alias or name for name, info in cls.model_fields.items())


def wrong(message: str, *at: str | int) -> PydanticCustomError:
    """An error that is reported at the key ``at`` below the value being validated."""
    return several([(at, message)])


def several(faults: Sequence[tuple[tuple[str | int, ...], str]]) -> PydanticCustomError:
    """Several errors at once, each at its own place below the value being validated."""
    return PydanticCustomError("several", "several faults", {"faults": list(faults)})
