"""What a place that returned mails are fetched from looks like from the engine's side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

MAX_READ = 5_000_000
"""Bytes of a mail that are read; a report says what it has to say long before."""
AT_ONCE = 100
"""Mails taken in one round, so that a full mailbox does not keep others waiting."""


class Fate(StrEnum):
    """What is to become of a mail where it came from, now that it is on record."""

    GONE = "gone"
    """A machine wrote it, and everything that follows was done."""
    KEPT = "kept"
    """A human wrote it, or has to find out what it is: it stays, marked, and is not taken again."""


Take = Callable[[bytes, str | None], Fate]
"""Puts a mail on record: its bytes, and whom the envelope named where that is known. Raises NotNow, and nothing else."""


class NotNow(Exception):
    """It could not be put on record (the database is away): keep it."""


class SourceTrouble(Exception):
    """The place itself cannot be read; its text says what is wrong and what to do."""


class Source(Protocol):
    """A place to fetch from. Used by one thread at a time."""

    @property
    def name(self) -> str: ...

    @property
    def every(self) -> timedelta:
        """How long to wait between two looks."""
        ...

    def collect(self, take: Take) -> int:
        """Take in what is there; how many. A mail is let go only after ``take`` returned. Raises NotNow, SourceTrouble."""
        ...

    def close(self) -> None:
        """Let go of the connection, if there is one."""
        ...
