"""Whom to erase again after a backup was restored: people erased since are known by their marks, and by nothing else.

before: marks given out, kept apart from the backups --> restored backup --> whoever bears one of the marks is erased
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from nurture.domain.audit import Actor
from nurture.domain.errors import InvalidInput
from nurture.domain.pseudonym import is_mark
from nurture.engine.erasure import BLOCKED, Erased, erase_address
from nurture.engine.runtime import Runtime
from nurture.store import marks as store
from nurture.store.database import reading

_LENGTH = len("hmac:") + 64


def erased(rt: Runtime) -> list[tuple[str, datetime]]:
    """(mark, since when) of everybody who was erased and did not come back; the oldest first."""
    with reading(rt.db) as session:
        return store.erased(session, BLOCKED)


def read_marks(lines: Iterable[str]) -> frozenset[str]:
    """The marks in a file: the first word of each line. Raises InvalidInput with every line that has none."""
    found: set[str] = set()
    faults: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if is_mark(words[0]) and len(words[0]) == _LENGTH:
            found.add(words[0])
        else:
            faults[f"line {number}"] = "does not begin with a mark; marks come from: nurture rights erased --out FILE"
    if faults:
        raise InvalidInput(faults)
    return frozenset(found)


def erase_again(rt: Runtime, marks: Collection[str], actor: Actor, now: datetime) -> Iterator[Erased]:
    """Erase everybody whose address bears one of ``marks``, one after the other. Walks over all addresses once."""
    wanted = set(marks)
    with reading(rt.db) as session:
        found = {key: address for address, key in store.addresses(session) if rt.pseudonyms.mark(key) in wanted}
    for address in found.values():
        yield erase_address(rt, address, actor, now, channel="cli")
