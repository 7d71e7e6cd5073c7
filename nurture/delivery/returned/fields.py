"""Blocks of ``Name: value`` lines, as in delivery reports and feedback reports, however badly they are laid out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_FIELD = re.compile(r"[>\s]{0,4}([A-Za-z][A-Za-z0-9-]{1,40})\s{0,3}:[ \t]*(.*)")
_MOST = 5_000


class Fields(dict[str, list[str]]):
    """Values by lower-case name."""

    def first(self, name: str) -> str:
        return next(iter(self.get(name, ())), "")


def blocks(text: str) -> Iterator[Fields]:
    """The blocks in order: parted by empty lines, folded lines joined."""
    fields = Fields()
    last: list[str] | None = None
    for line in text.split("\n")[:_MOST]:
        found = None if line[:1] in " \t" and last is not None else _FIELD.match(line)
        if not line.strip():
            if fields:
                yield fields
            fields, last = Fields(), None
        elif found:
            last = fields.setdefault(found[1].lower(), [])
            last.append(found[2].strip())
        elif last is not None:
            last[-1] = f"{last[-1]} {line.strip()}"[:4_000]
    if fields:
        yield fields


def merged(parts: Iterator[Fields] | list[Fields]) -> Fields:
    """All blocks as one."""
    whole = Fields()
    for part in parts:
        for name, values in part.items():
            whole.setdefault(name, []).extend(values)
    return whole


def has_any(fields: Mapping[str, list[str]], *names: str) -> bool:
    return any(name in fields for name in names)
