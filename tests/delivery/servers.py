"""Mail servers to deliver to: a proper one (aiosmtpd) and one that does whatever a script says, at any phase."""

from __future__ import annotations

import socket
import ssl
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CERTIFICATES = Path(__file__).with_name("certificates")
CLOSE, HANG, GARBAGE = "close", "hang", "garbage"
_GREETINGS = {
    "connect": "220 fault.example ESMTP",
    "greeting": "250-fault.example\r\n250 SIZE 1000000",
    "mail": "250 2.1.0 sender ok",
    "recipient": "250 2.1.5 recipient ok",
    "data": "354 go ahead",
    "answer": "250 2.0.0 queued as 4711",
    "reset": "250 2.0.0 reset",
    "quit": "221 2.0.0 bye",
}
_PHASES = {"EHLO": "greeting", "MAIL": "mail", "RCPT": "recipient", "DATA": "data", "RSET": "reset", "QUIT": "quit"}


@dataclass
class FaultServer:
    """Does at each phase what ``script`` says next (a reply, or close, hang, garbage), else what a good server does.

    ``taken``: the messages whose final dot was seen, whatever was answered. ``commands``: everything said to it.
    """

    script: dict[str, deque[str]] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def plan(self, phase: str, *actions: str) -> None:
        self.script[phase] = deque(actions)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection, connection.makefile("rb") as lines:
                try:
                    self._talk(connection, lines)
                except OSError:
                    continue

    def _talk(self, connection: socket.socket, lines: Any) -> None:
        if not self._act("connect", connection, lines):
            return
        while line := lines.readline():
            command = line.decode().strip()
            self.commands.append(command)
            phase = _PHASES.get(command.split(" ")[0].split(":")[0].upper(), "")
            if not phase:
                connection.sendall(b"502 5.5.1 not here\r\n")
                continue
            waits = phase == "data" and not self.script.get("data")
            if not self._act(phase, connection, lines) or phase == "quit":
                return
            if waits and not self._receive(connection, lines):
                return

    def _receive(self, connection: socket.socket, lines: Any) -> bool:
        body = b""
        while (line := lines.readline()) != b".\r\n":
            if not line:
                return False
            body += line.removeprefix(b".")
        self.taken.append(body)
        return self._act("answer", connection, lines)

    def _act(self, phase: str, connection: socket.socket, lines: Any) -> bool:
        """Do what is next for this phase; False: the connection is over."""
        actions = self.script.get(phase)
        action = actions.popleft() if actions else _GREETINGS[phase]
        if action == CLOSE:
            return False
        if action == HANG:
            lines.read()  # until the other side gives up
            return False
        connection.sendall(b"\x00\xffwhat?\r\n" if action == GARBAGE else action.encode() + b"\r\n")
        return True


@contextmanager
def fault_server() -> Iterator[FaultServer]:
    """A server on a free port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = FaultServer(port=listener.getsockname()[1])
    thread = Thread(target=server.serve, args=(listener,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


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
