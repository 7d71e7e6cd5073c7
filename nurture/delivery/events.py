"""How to talk to a mail server, and what happens meanwhile: the words between the conversation and whoever leads it."""

from __future__ import annotations

from dataclasses import dataclass, field

from nurture.delivery.outcome import Outcome
from nurture.delivery.transport import Parcel


@dataclass(frozen=True, slots=True)
class Manner:
    """How to talk. ``tls``: required, offered (if the server can), implicit or none; the rim does the encryption."""

    helo: str
    tls: str = "none"
    user: str = ""
    password: str = field(default="", repr=False)
    auth: str = ""
    pipelining: bool = True


@dataclass(slots=True)
class Secure:
    """Encrypt now, then call ``secured``."""


@dataclass(slots=True)
class Ready:
    """Nothing is on its way; a mail can be offered."""


@dataclass(slots=True)
class Waiting:
    """The server waits for this message. Say ``go`` or ``abandon``."""

    parcel: Parcel


@dataclass(slots=True)
class Settled:
    """What became of a mail."""

    parcel: Parcel
    outcome: Outcome


@dataclass(slots=True)
class Over:
    """Close the connection. ``outcome``: why, None after QUIT; ``unsettled``: mails the server said nothing about.

    ``irregular``: commands went in groups, and the answers did not fit.
    """

    outcome: Outcome | None
    unsettled: tuple[Parcel, ...] = ()
    irregular: bool = False


Event = Secure | Ready | Waiting | Settled | Over
