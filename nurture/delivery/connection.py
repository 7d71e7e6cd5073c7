"""One connection to a mail server: a non-blocking socket, its encryption, its deadlines.

    looking up -> connecting (address after address) -> (shaking hands) -> talking -> closed
                                                           ^-- STARTTLS ---+

Carries bytes between the socket and the ``Conversation`` and turns time and broken lines into its events. Knows no
other connection, and decides nothing about what to send.
"""

from __future__ import annotations

import os
import socket
import ssl
from concurrent.futures import Future
from dataclasses import dataclass

from nurture.delivery.conversation import Conversation
from nurture.delivery.events import Event, Manner, Over, Secure, Waiting
from nurture.delivery.lookup import Addresses, Lookup, numeric, on_the_internet
from nurture.delivery.outcome import Phase, lost
from nurture.delivery.timeouts import Timeouts
from nurture.delivery.watch import IN, OUT, Watch

_BODY = Phase.BODY  # reached once: an enum's members are looked up slowly
_READ = 65_536
_RECORD = 16_384
"""A TLS record at most: what was not written whole, nobody can read."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where to connect and how. ``context``: None for no encryption at all.

    ``public``: whether only addresses on the Internet count. Strangers write MX records; they must not send us to a host
    inside our own network.
    """

    host: str
    port: int
    manner: Manner
    context: ssl.SSLContext | None
    public: bool = False


class Connection:
    """``handle`` what is seen of it and ask ``expired`` now and then; both give events until Over."""

    def __init__(self, server: Server, watch: Watch, lookup: Lookup, timeouts: Timeouts) -> None:
        self.conversation = Conversation(server.manner, server.host)
        self.deadline: float | None = None
        self._server, self._watched_by, self._lookup, self._timeouts = server, watch, lookup, timeouts
        self._found: Future[Addresses] | None = None
        self._addresses: Addresses = []
        self._socket: socket.socket | None = None
        self._connected = self._shaking = self._in_records = False
        self._out: bytes | memoryview = b""
        self._mask = 0
        self._awaited: tuple[Phase | None, int] = (None, -1)
        self._trouble = "no address"

    # --- from the loop ----------------------------------------------------------------------------------------------------

    def open(self, now: float) -> list[Event]:
        """Begin to connect."""
        host, port = self._server.host, self._server.port
        if found := numeric(host, port):
            self._addresses = self._reachable(found)
            return self._dial(now)
        self._found, self.deadline = self._lookup.find(host, port), now + self._timeouts.connect
        return []

    def looked_up(self, now: float) -> list[Event]:
        """Go on if the addresses are known by now."""
        if self._found is None or not self._found.done():
            return []
        found, self._found = self._found, None
        try:
            self._addresses = self._reachable(found.result())
        except (OSError, UnicodeError) as error:
            self._trouble = f"{self._server.host} was not found: {_words(error)}"
        return self._dial(now)

    def handle(self, mask: int, now: float) -> list[Event]:
        """What was seen of the socket."""
        if self._socket is None:
            return []
        if not self._connected:
            return self._dialled(now)
        if self._shaking:
            return self._shake(now)
        events = self._read(now) if mask & ~OUT else []
        if mask & OUT and not self.conversation.over:
            events += self._write(now)
        return events

    def send(self, now: float) -> list[Event]:
        """Write what the conversation has to say."""
        data = self.conversation.take()
        self._out = b"".join((self._out, data)) if self._out else data
        return self._write(now)

    def expired(self, now: float) -> list[Event]:
        """Whether the server took too long."""
        if self.deadline is None or now < self.deadline:
            return []
        if not self._connected:
            self._found, self._trouble = None, "no answer in time"
            return self._dial(now)
        return self._lost("no answer in time")

    def leave(self, now: float) -> list[Event]:
        """Say goodbye. What the server answers does not matter any more, so it does not get long."""
        self.conversation.quit()
        events = self.send(now)
        self.deadline = now + self._timeouts.quit
        return events

    def close(self) -> None:
        self.deadline = None
        if self._socket is not None:
            self._watch(0)
            self._socket.close()
            self._socket = None

    # --- connecting -------------------------------------------------------------------------------------------------------

    def _reachable(self, found: Addresses) -> Addresses:
        if not self._server.public:
            return found
        self._trouble = f"{self._server.host} has no address on the Internet"
        return [one for one in found if on_the_internet(str(one[4][0]))]

    def _dial(self, now: float) -> list[Event]:
        """Begin with the next address."""
        self.close()
        if not self._addresses:
            return self._lost(self._trouble)
        family, kind, protocol, _, address = self._addresses.pop(0)
        try:
            self._socket = socket.socket(family, kind, protocol)
            self._socket.setblocking(False)
            self._socket.connect_ex(address)
        except OSError as error:
            self._trouble = _words(error)
            return self._dial(now)
        self.deadline = now + self._timeouts.connect
        self._watch(OUT)
        return []

    def _dialled(self, now: float) -> list[Event]:
        """Connecting is over, for better or worse."""
        assert self._socket is not None  # noqa: S101 - for the type checker
        if trouble := self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._trouble = _words(OSError(trouble, os.strerror(trouble)))
            return self._dial(now)
        self._connected = True
        # the final dot must not wait for the acknowledgement of what went before
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.conversation.host = f"{self._server.host} [{self._socket.getpeername()[0]}]"
        if self._server.manner.tls == "implicit":
            return self._secure(now)
        self._watch(IN)
        self._wait(now)
        return []

    # --- encryption -------------------------------------------------------------------------------------------------------

    def _secure(self, now: float) -> list[Event]:
        context = self._server.context
        assert self._socket is not None and context is not None  # noqa: S101, PT018 - for the type checker
        self._watch(0)
        try:
            self._socket = context.wrap_socket(
                self._socket, server_hostname=self._server.host.rstrip("."), do_handshake_on_connect=False
            )
        except (OSError, ValueError) as error:
            return self._untrusted(error)
        self._shaking = self._in_records = True
        self.deadline = now + self._timeouts.of(Phase.TLS)
        return self._shake(now)

    def _shake(self, now: float) -> list[Event]:
        assert isinstance(self._socket, ssl.SSLSocket)  # noqa: S101 - for the type checker
        try:
            self._socket.do_handshake()
        except ssl.SSLWantReadError:
            self._watch(IN)
            return []
        except ssl.SSLWantWriteError:
            self._watch(OUT)
            return []
        except OSError as error:
            return self._untrusted(error)
        self._shaking = False
        self._watch(IN)
        verified = self._socket.context.verify_mode is ssl.CERT_REQUIRED
        self.conversation.host += f" {self._socket.version()}{'' if verified else ' unverified'}"
        if self._server.manner.tls == "implicit":
            self._wait(now)
            return []
        self.conversation.secured()
        return self.send(now)

    def _untrusted(self, error: Exception) -> list[Event]:
        self.conversation.over = True
        return [Over(lost(Phase.TLS, f"no trustworthy encryption: {_words(error)}", self.conversation.host))]

    # --- bytes ------------------------------------------------------------------------------------------------------------

    def _read(self, now: float) -> list[Event]:
        assert self._socket is not None  # noqa: S101 - for the type checker
        try:
            data = self._socket.recv(_READ)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return []
        except OSError as error:
            return self._lost(_words(error))
        if not data:
            return self._lost("the server closed the connection")
        events = self.conversation.receive(data, len(self._out))
        if events and isinstance(events[-1], Waiting):
            return events  # it is our turn, and the next write waits anew
        if events and isinstance(events[-1], Secure):
            return [*events[:-1], *self._secure(now)]
        if self.conversation.speaks:
            return events + self.send(now)
        self._wait(now)
        return events

    def _write(self, now: float) -> list[Event]:
        connection, sent = self._socket, False
        assert connection is not None  # noqa: S101 - for the type checker
        try:
            while self._out:
                count = connection.send(self._out[:_RECORD] if self._in_records else self._out)
                self._out = memoryview(self._out)[count:] if count < len(self._out) else b""
                sent = True
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass  # what is left goes out when the socket takes more: it is watched for that below
        except OSError as error:
            return self._last_words() or self._lost(_words(error))
        if self._out or self._mask != IN:
            self._watch(IN | (OUT if self._out else 0))
        self._wait(now, moved=sent)
        return []

    def _last_words(self) -> list[Event]:
        """What the server said before it closed on us."""
        assert self._socket is not None  # noqa: S101 - for the type checker
        try:
            data = self._socket.recv(_READ)
        except OSError:
            return []
        events = self.conversation.receive(data, len(self._out))
        return events if self.conversation.over else []

    def _lost(self, what: str) -> list[Event]:
        return self.conversation.lost(what, len(self._out))

    # --- what is waited for ---------------------------------------------------------------------------------------

    def _watch(self, mask: int) -> None:
        if mask == self._mask or self._socket is None:
            return
        if not self._mask:
            self._watched_by.begin(self._socket, mask, self)
        elif not mask:
            self._watched_by.end(self._socket)
        else:
            self._watched_by.change(self._socket, mask)
        self._mask = mask

    def _wait(self, now: float, *, moved: bool = False) -> None:
        """Begin to wait anew whenever another answer is due, or a part of the message has left."""
        conversation = self.conversation
        phase = conversation.awaits(len(self._out))
        awaited = phase, conversation.answers
        if awaited == self._awaited and not (moved and phase is _BODY):
            return
        self._awaited = awaited
        self.deadline = None if phase is None else now + self._timeouts.of(phase)


def _words(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted: {error.verify_message}"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
