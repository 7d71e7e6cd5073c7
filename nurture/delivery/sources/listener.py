"""A small mail server of our own (SMTP or LMTP) that takes nothing but what comes back.

Takes one recipient at a time and only those it is told are ours, so that it is no relay and no target for spam. A mail is
confirmed (250) only after it is on record; while it cannot be put on record, whoever brings it is asked to keep it (451).

Several processes on one machine may share their settings: whoever comes first listens, the others are told that it is one
of ours who has the port (``PortTaken``, ``has_ours``), by the words it greets with.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from nurture.delivery.sources.settings import ListenSettings
from nurture.delivery.sources.source import MAX_READ, NotNow, SourceTrouble, Take

logging.getLogger("mail.log").setLevel(logging.WARNING)  # the library tells of every connection
_NAME = "nurture"
_TIMEOUT = 60.0
_GREETING = f"220 {_NAME} {_NAME}".encode()
_PATIENCE = 5.0
"""Seconds for whoever has the port to greet."""


class PortTaken(SourceTrouble):
    """Somebody else listens there."""


class Listener:
    """Listens in a thread of its own. ``accepts``: whether a recipient is ours."""

    name = "listener"

    def __init__(self, settings: ListenSettings, accepts: Callable[[str], bool], take: Take) -> None:
        self._settings, self._accepts, self._take = settings, accepts, take
        self._controller: _Controller | None = None

    @property
    def port(self) -> int:
        """The port it listens at."""
        server = self._controller and self._controller.server
        assert isinstance(server, asyncio.Server)  # noqa: S101 - started, on TCP
        port: int = server.sockets[0].getsockname()[1]
        return port

    def start(self) -> None:
        """Begin. Raises SourceTrouble where the address cannot be used; may be tried again then."""
        host, port = self._settings.host, self._settings.port
        try:
            _try_port(host, port)  # the library needs ten seconds to tell
            controller = _Controller(LMTP if self._settings.lmtp else SMTP, _Desk(self._accepts, self._take), host, port)
            controller.start()
        except (OSError, TimeoutError) as error:
            raise self._trouble(error) from error
        self._controller = controller

    def stop(self) -> None:
        """End; what is being taken in comes to its end first."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def _trouble(self, error: OSError) -> SourceTrouble:
        where = f"{self._settings.host}:{self._settings.port}"
        if error.errno != errno.EADDRINUSE:
            return SourceTrouble(f"cannot listen on {where} for returned mail: {error}; see NURTURE_RETURNS_LISTEN")
        what = f"cannot listen on {where} for returned mail: another program has the port; see NURTURE_RETURNS_LISTEN"
        return PortTaken(what)

    def has_ours(self) -> bool:
        """Whether who listens there is one of us: it greets as we do. Then what comes back is taken all the same."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._settings.host, self._settings.host)  # noqa: S104
        try:
            with socket.create_connection((host, self._settings.port), _PATIENCE) as connection:
                return connection.recv(100).startswith(_GREETING)
        except OSError:
            return False


def _try_port(host: str, port: int) -> None:
    """Raises OSError where nobody can listen now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    socket.create_server((host, port), family=family).close()


class _Desk:
    """Answers RCPT and the end of DATA."""

    def __init__(self, accepts: Callable[[str], bool], take: Take) -> None:
        self._accepts, self._take = accepts, take

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if envelope.rcpt_tos:
            return "452 4.5.3 one recipient at a time, please"
        if not self._accepts(address):
            return "550 5.1.1 there is no such address here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        raw = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else bytes(content or b"")
        try:
            await asyncio.to_thread(self._take, raw, envelope.rcpt_tos[0])
        except NotNow:
            return "451 4.3.0 it cannot be put on record at present, please keep it"
        return "250 2.6.0 on record"


class _Controller(Controller):
    def __init__(self, kind: type[SMTP], desk: _Desk, host: str, port: int) -> None:
        self._kind = kind
        super().__init__(desk, hostname=host, port=port, ready_timeout=10.0)

    def factory(self) -> Any:
        return self._kind(
            self.handler, data_size_limit=MAX_READ, enable_SMTPUTF8=True, hostname=_NAME, ident=_NAME, timeout=_TIMEOUT
        )
