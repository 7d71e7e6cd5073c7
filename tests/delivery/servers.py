"""Mail servers to deliver to: a proper one (aiosmtpd) and one that does whatever a script says, at any phase."""

from __future__ import annotations

import socket
import ssl
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from nurture.delivery.watch import Seen, Watch

CERTIFICATES = Path(__file__).with_name("certificates")
CLOSE, HANG, GARBAGE, DRIP = "close", "hang", "garbage", "drip"
_STEP = 29
_REPLIES = {
    "connect": "220 fault.example ESMTP",
    "tls": "220 2.0.0 go ahead",
    "login": "235 2.7.0 welcome",
    "mail": "250 2.1.0 sender ok",
    "recipient": "250 2.1.5 recipient ok",
    "data": "354 go ahead",
    "answer": "250 2.0.0 queued as 4711",
    "reset": "250 2.0.0 reset",
    "quit": "221 2.0.0 bye",
}
_PHASES = {
    "EHLO": "greeting",
    "STARTTLS": "tls",
    "AUTH": "login",
    "MAIL": "mail",
    "RCPT": "recipient",
    "DATA": "data",
    "RSET": "reset",
    "QUIT": "quit",
}


@dataclass
class FaultServer:
    """Does at each phase what ``script`` says next (a reply, or close, hang, garbage, drip), else what a good server does.

    The phase "body" is the middle of a message: one line of it was read. ``taken``: the messages whose final dot was seen,
    whatever was answered; ``lone_dots``: those without a message. ``commands``: everything said to it. ``stuck``: connections that hang or drip.
    """

    pipelining: bool = True
    extensions: tuple[str, ...] = ("SIZE 50000000",)
    starttls: str = ""
    script: dict[str, deque[str]] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)
    lone_dots: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    stuck: list[_Stuck] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    def plan(self, phase: str, *actions: str) -> None:
        self.script[phase] = deque(actions)

    def serve(self, listener: socket.socket) -> None:
        while not self.over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            Thread(target=_Talk(self, connection).run, daemon=True).start()

    def next(self, phase: str) -> str:
        actions = self.script.get(phase)
        if actions:
            return actions.popleft()
        return self._greeting() if phase == "greeting" else _REPLIES[phase]

    def _greeting(self) -> str:
        offered = [*self.extensions, *["PIPELINING"] * self.pipelining, *["STARTTLS"] * bool(self.starttls)]
        lines = ["fault.example", *offered]
        return "\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"])


@dataclass
class _Stuck:
    """A connection on which nothing sensible happens any more."""

    connection: socket.socket
    drips: bool

    @property
    def patient(self) -> bool:
        """Whether the other side still waits."""
        try:
            return self.connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == 1  # established
        except OSError:
            return False


class _Talk:
    """One connection of the faulty server."""

    def __init__(self, server: FaultServer, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._server, self._connection = server, connection
        self._lines: Any = connection.makefile("rb")
        self._said = ""

    def run(self) -> None:
        with suppress(OSError):
            self._talk()
        self._lines.close()
        self._connection.close()

    def _talk(self) -> None:
        if not self._act("connect"):
            return
        while line := self._lines.readline():
            command = line.decode("utf-8", "replace").strip()
            self._server.commands.append(command)
            phase = _PHASES.get(command.split(" ")[0].split(":")[0].upper(), "")
            if not phase:
                self._connection.sendall(b"502 5.5.1 not here\r\n")
                continue
            if not self._act(phase) or phase == "quit":
                return
            if phase == "tls" and self._said.startswith("220"):
                self._encrypt()
            if phase == "data" and self._said.startswith("354") and not self._receive():
                return

    def _encrypt(self) -> None:
        self._connection = certificate(self._server.starttls).wrap_socket(self._connection, server_side=True)
        self._lines = self._connection.makefile("rb")

    def _receive(self) -> bool:
        body: list[bytes] = []
        while (line := self._lines.readline()) != b".\r\n":
            if not line:
                return False
            if self._server.script.get("body"):
                if self._act("body"):
                    self._stay(drips=False)
                return False
            body.append(line.removeprefix(b"."))
        (self._server.taken if body else self._server.lone_dots).append(b"".join(body))
        return self._act("answer")

    def _act(self, phase: str) -> bool:
        """Do what is next for this phase; False: the connection is over."""
        action = self._said = self._server.next(phase)
        if action == CLOSE:
            return False
        if action in (HANG, DRIP):
            self._stay(drips=action == DRIP)
            return False
        self._connection.sendall(b"\x00\xffwhat?\r\n" if action == GARBAGE else action.encode() + b"\r\n")
        return True

    def _stay(self, *, drips: bool) -> None:
        self._server.stuck.append(_Stuck(self._connection, drips))
        self._server.over.wait(60)


@contextmanager
def fault_server(*, pipelining: bool = True, extensions: tuple[str, ...] = (), starttls: str = "") -> Iterator[FaultServer]:
    """A server on a free port of this machine. ``starttls``: the certificate's name."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)  # a big message does not disappear into it
    server = FaultServer(pipelining, ("SIZE 50000000", *extensions), starttls, port=listener.getsockname()[1])
    thread = Thread(target=server.serve, args=(listener,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


class SteppedClock:
    """Time that goes on only while a server is stuck, in big steps: what takes ten minutes is tested in no time.

    Its instance is the stopwatch; ``poll`` is what the loop waits with. ``others``: real seconds to wait for connections
    that are not stuck before each step.
    """

    def __init__(self, server: FaultServer, others: float = 0) -> None:
        self._server, self._others, self._idle = server, others, 0
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def poll(self, watch: Watch, seconds: float) -> list[Seen]:
        stuck = [one for one in self._server.stuck if one.patient]
        if seen := watch.select(self._others if stuck else 0.05):
            self._idle = 0
            return seen
        if stuck:
            self.now += max(seconds, 0.5) * _STEP
            self._drip(stuck)
        self._idle += not stuck
        assert self._idle < 400, "nothing happens, and nobody is known to be stuck"
        return []

    def _drip(self, stuck: list[_Stuck]) -> None:
        for one in stuck:
            if one.drips:
                with suppress(OSError):
                    one.connection.sendall(b"2")

    def settled(self) -> None:
        """Whoever was stuck was given up. Only for a server that stopped reading: it cannot see that itself."""
        self._server.stuck.clear()


# --- a proper one -----------------------------------------------------------------------------------------------------


@dataclass
class Inbox:
    """Takes everything. ``mails``: (sender, recipients, bytes, secured, user)."""

    mails: list[tuple[str, list[str], bytes, bool, str]] = field(default_factory=list)
    port: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        user = session.auth_data.login.decode() if session.auth_data else ""
        content = envelope.original_content or b""
        secured = session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None
        self.mails.append((envelope.mail_from or "", list(envelope.rcpt_tos), content, secured, user))
        return "250 2.0.0 taken"


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"nurture", "gr\u00fcn:s/3".encode())
    return AuthResult(success=good, handled=good, auth_data=data)


def certificate(name: str) -> ssl.SSLContext:
    """A server's context with one of the certificates here."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATES / f"{name}.pem")
    return context


@contextmanager
def smtp_server(*, starttls: str = "", implicit: str = "", login: bool = False, utf8: bool = True) -> Iterator[Inbox]:
    """aiosmtpd on a free port. ``starttls``/``implicit``: the certificate's name; ``login``: demands one."""
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        inbox.port = probe.getsockname()[1]
    options: dict[str, Any] = {"enable_SMTPUTF8": utf8, "auth_required": login}
    if login:
        options["authenticator"] = _authenticate
    if starttls:
        options |= {"tls_context": certificate(starttls), "require_starttls": True}
    context = certificate(implicit) if implicit else None
    controller = Controller(inbox, hostname="127.0.0.1", port=inbox.port, ssl_context=context, **options)
    controller.start()
    try:
        yield inbox
    finally:
        controller.stop()
