"""Delivery to mail servers over the network: through one that is ours (relay), or to each recipient's own (direct).

Certificates and names of a relay are always verified; there is no way to switch that off. A recipient's server is as
good as it is (RFC 7435): encrypted and verified where that works, encrypted where only that works, in clear otherwise.
What was learned about a server is remembered for an hour.
"""

from __future__ import annotations

import socket
import ssl
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from nurture.delivery.carrying import Poll, Round
from nurture.delivery.connection import Server
from nurture.delivery.events import Manner, Over
from nurture.delivery.outcome import Outcome, Phase
from nurture.delivery.smtp_settings import SmtpSettings
from nurture.delivery.timeouts import Timeouts
from nurture.delivery.transport import Shipment, Work
from nurture.delivery.watch import Seen, Watch

_REMEMBERED = 3600.0
_ASIDE = 600.0
"""Seconds for which servers that gave no answer in time are not tried."""


def wait(watch: Watch, seconds: float) -> list[Seen]:
    """What a loop sleeps in."""
    return watch.select(seconds)


class _Memory:
    """Facts about hosts that hold for a while."""

    def __init__(self, stopwatch: Callable[[], float]) -> None:
        self._stopwatch = stopwatch
        self._facts: dict[tuple[str, str], tuple[float, Any]] = {}

    def keep(self, host: str, what: str, value: Any, seconds: float = _REMEMBERED) -> None:
        self._facts[host, what] = self._stopwatch() + seconds, value

    def get(self, host: str, what: str, default: Any) -> Any:
        until, value = self._facts.get((host, what), (0.0, default))
        if until and until <= self._stopwatch():
            del self._facts[host, what]
            return default
        return value


class _Network(ABC):
    """What both transports have in common; the directory of their rounds."""

    idempotent = False

    def __init__(self, timeouts: Timeouts | None, stopwatch: Callable[[], float], poll: Poll) -> None:
        self.timeouts = timeouts or Timeouts()
        self._stopwatch, self._poll = stopwatch, poll
        self._memory = _Memory(stopwatch)

    def carry(self, work: Work) -> None:
        Round(work, self, self.timeouts, self._stopwatch, self._poll).run()

    @abstractmethod
    def hosts(self, shipment: Shipment) -> tuple[str, ...]: ...

    def connections(self, shipment: Shipment) -> int:
        return shipment.connections

    @abstractmethod
    def server(self, host: str) -> Server: ...

    def learn(self, host: str, over: Over) -> bool:
        if not over.irregular:
            return False
        self._memory.keep(host, "one at a time", True)
        return True

    def set_aside(self, hosts: tuple[str, ...], outcome: Outcome) -> None:
        self._memory.keep(" ".join(hosts), "aside", outcome, _ASIDE)

    def aside(self, hosts: tuple[str, ...]) -> Outcome | None:
        found: Outcome | None = self._memory.get(" ".join(hosts), "aside", None)
        return found


class SmtpTransport(_Network):
    """Delivers through the server that ``settings`` names, unless a shipment names others."""

    name = "smtp"

    def __init__(
        self,
        settings: SmtpSettings,
        timeouts: Timeouts | None = None,
        *,
        stopwatch: Callable[[], float] = time.monotonic,
        poll: Poll = wait,
    ) -> None:
        super().__init__(timeouts, stopwatch, poll)
        self.settings = settings
        self._context = None if settings.tls == "none" else ssl.create_default_context(cafile=settings.ca_file)

    def hosts(self, shipment: Shipment) -> tuple[str, ...]:
        return shipment.hosts or (self.settings.host,)

    def connections(self, shipment: Shipment) -> int:
        return min(shipment.connections, self.settings.connections or shipment.connections)

    def server(self, host: str) -> Server:
        settings = self.settings
        manner = Manner(
            settings.helo or own_name(),
            settings.tls,
            settings.user,
            settings.password,
            settings.auth,
            pipelining=not self._memory.get(host, "one at a time", default=False),
        )
        return Server(host, settings.port, manner, self._context)


_VERIFIED, _ENCRYPTED, _CLEAR = range(3)


class DirectTransport(_Network):
    """Delivers to the servers that shipments name, in the order they are named.

    ``helo``: this machine's public name. ``anywhere``: servers in private networks, too.
    """

    name = "direct"

    def __init__(
        self,
        helo: str,
        timeouts: Timeouts | None = None,
        *,
        port: int = 25,
        ca_file: str | None = None,
        anywhere: bool = False,
        stopwatch: Callable[[], float] = time.monotonic,
        poll: Poll = wait,
    ) -> None:
        super().__init__(timeouts, stopwatch, poll)
        self.helo, self.port, self._anywhere = helo, port, anywhere
        self._verifying = ssl.create_default_context(cafile=ca_file)
        self._tolerant = ssl.create_default_context(cafile=ca_file)
        self._tolerant.check_hostname = False
        self._tolerant.verify_mode = ssl.CERT_NONE

    def hosts(self, shipment: Shipment) -> tuple[str, ...]:
        return shipment.hosts

    def server(self, host: str) -> Server:
        trust = self._memory.get(host, "trust", _VERIFIED)
        manner = Manner(
            self.helo,
            "none" if trust == _CLEAR else "offered",
            pipelining=not self._memory.get(host, "one at a time", default=False),
        )
        context = self._verifying if trust == _VERIFIED else self._tolerant
        return Server(host, self.port, manner, context, public=not self._anywhere)

    def learn(self, host: str, over: Over) -> bool:
        trust = self._memory.get(host, "trust", _VERIFIED)
        if over.outcome is not None and over.outcome.phase is Phase.TLS and trust != _CLEAR:
            self._memory.keep(host, "trust", trust + 1)
            return True
        return super().learn(host, over)


def own_name() -> str:
    """What this machine calls itself, where that is a name a mail server takes."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "localhost.localdomain"
