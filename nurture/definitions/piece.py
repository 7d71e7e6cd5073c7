"""A place in a document that can be asked for what lies below it, however broken the document is.

What is not there, not of the wanted type, or has a fault already is an empty piece: checks across files read pieces
instead of validated models, so that one fault in a file does not hide the others and causes no follow-up faults.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nurture.definitions.document import Document, Path


@dataclass(frozen=True, slots=True)
class Piece:
    """The ``value`` at ``path`` of ``document``; None: there is nothing."""

    document: Document
    path: Path
    value: Any

    def __bool__(self) -> bool:
        return self.value is not None

    def __getitem__(self, key: str | int) -> Piece:
        return Piece(self.document, (*self.path, key), self._below(key))

    def _below(self, key: str | int) -> Any:
        if isinstance(self.value, dict):
            return self.value.get(key)
        if isinstance(self.value, list) and isinstance(key, int) and key < len(self.value):
            return self.value[key]
        return None

    @property
    def text(self) -> str | None:
        """The value, if it is text without a fault."""
        return self.value if isinstance(self.value, str) and self.path not in self.document.tainted else None

    @property
    def number(self) -> float | None:
        """The value, if it is a number without a fault."""
        wanted = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        return self.value if wanted and self.path not in self.document.tainted else None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return str(self.path[-1]) if self.path else ""

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, list)

    def has(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def items(self) -> Iterator[tuple[str, Piece]]:
        """The entries of a mapping."""
        for key in self.value if isinstance(self.value, dict) else ():
            yield key, self[key]

    def values(self) -> Iterator[Piece]:
        """The values of a mapping."""
        return (value for _, value in self.items())

    def each(self) -> Iterator[Piece]:
        """The items of a list."""
        for index in range(len(self.value) if isinstance(self.value, list) else 0):
            yield self[index]

    def texts(self) -> tuple[str, ...]:
        """The items of a list that are text without a fault."""
        return tuple(item.text for item in self.each() if item.text is not None)

    @property
    def sound(self) -> bool:
        """Whether neither this nor anything below it has a fault."""
        return not any(piece.path in self.document.tainted for piece in self.walk())

    def walk(self) -> Iterator[Piece]:
        """This piece and everything below it."""
        pending = [self]
        while pending:
            piece = pending.pop()
            yield piece
            pending.extend(piece.values())
            pending.extend(piece.each())

    def fault(self, message: str, *, key: bool = False) -> None:
        """Say what is wrong here (``key``: at the key), unless the reading of the file has found something here already."""
        if self.path not in self.document.tainted:
            self.document.remark(self.path, message, key=key)
