"""What a way out looks like from the engine's side.

The engine needs to act between two moments: before the message's end may have been sent nothing has happened, after that
nobody can take it back. So a parcel is first offered (the server says whether it would take it) and then finished.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from nurture.delivery.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Parcel:
    """One mail for one recipient. ``raw`` is exactly what goes over the wire (CRLF, not dot-stuffed)."""

    message_id: int
    header_id: str
    sender: str
    recipient: str
    raw: bytes


class Session(Protocol):
    """One sequence of deliveries, such as a connection that is used for several mails. Raises nothing expected."""

    def offer(self, parcel: Parcel) -> Outcome | None:
        """Announce ``parcel``. None: the other side waits for it; ``finish`` or ``abandon`` must follow."""

    def finish(self, parcel: Parcel) -> Outcome:
        """Hand over the parcel that was just offered."""

    def abandon(self) -> None:
        """Do not hand over what was offered."""


class Transport(Protocol):
    """A way out."""

    @property
    def name(self) -> str: ...

    @property
    def idempotent(self) -> bool:
        """Whether handing over the same parcel twice leaves one mail, so that after a crash it may simply be repeated."""

    def open(self) -> AbstractContextManager[Session]: ...
