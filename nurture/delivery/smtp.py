"""Delivery to a mail server (RFC 5321), one recipient per transaction, each command driven by itself.

    connect -> (TLS) -> EHLO -> (STARTTLS -> EHLO) -> (login) ->+-> MAIL -> RCPT -> DATA -> body -> dot -> answer -+
                                                               ^                                                  |
                                                               +--------------- next mail ------------------------+

``smtplib`` is used for its commands only: its ``sendmail`` does not tell where a connection was lost, its TLS does not
verify unless told to, and it knows no timeouts of its own. Certificates and host names are always verified; there is no
way to switch that off.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import idna

from nurture.delivery.outcome import Kind, Outcome, Phase, judge, lost
from nurture.delivery.smtp_settings import SmtpSettings
from nurture.delivery.transport import Parcel

MAILS_PER_CONNECTION = 100
_PATIENCE_AT_QUIT = 5
_UNSAFE = re.compile(r"[\s<>\x00-\x1f\x7f]")
_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds per phase (RFC 5321 4.5.3.2). Impatience at the final dot would deliver a mail twice."""

    connect: float = 30
    command: float = 300
    data: float = 120
    body: float = 180
    answer: float = 600


class SmtpTransport:
    """Delivers through the server that ``settings`` names."""

    name = "smtp"
    idempotent = False

    def __init__(self, settings: SmtpSettings, timeouts: Timeouts | None = None) -> None:
        self.settings = settings
        self.timeouts = timeouts or Timeouts()

    def open(self) -> SmtpSession:
        """A session; it connects when the first mail is offered."""
        return SmtpSession(self.settings, self.timeouts)


class _Refused(Exception):
    """The way to the server ended; carries the outcome."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(outcome.reply)


class _Connection(smtplib.SMTP):
    """smtplib's connection with timeouts per command, never asking DNS what this machine is called."""

    def __init__(self, settings: SmtpSettings, timeouts: Timeouts) -> None:
        self._settings, self._context = settings, ssl.create_default_context(cafile=settings.ca_file)
        super().__init__(local_hostname=settings.helo or _own_name(), timeout=timeouts.connect)
        self._host = settings.host  # what starttls checks the certificate against

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        # the final dot travels alone; it must not wait for the acknowledgement of what went before
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._settings.tls != "implicit":
            return plain
        return self._context.wrap_socket(plain, server_hostname=host)

    def secure(self) -> tuple[int, bytes]:
        """STARTTLS with verification."""
        return self.starttls(context=self._context)

    def log_in(self, user: str, password: str) -> tuple[int, bytes]:
        """AUTH PLAIN, or LOGIN where only that is offered; in UTF-8 (RFC 4616)."""
        offered = self.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in offered or "LOGIN" not in offered:
            return self.docmd("AUTH", f"PLAIN {_base64(f'{chr(0)}{user}{chr(0)}{password}')}")
        code, text = self.docmd("AUTH", "LOGIN")
        for answer in (user, password):
            if code == 334:
                code, text = self.docmd(_base64(answer))
        return code, text

    def patience(self, seconds: float) -> None:
        """How long the next reply may take."""
        if self.sock is not None:
            self.sock.settimeout(seconds)


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")


def _own_name() -> str:
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "localhost.localdomain"


class SmtpSession:
    """One connection at a time, used for several mails. See ``delivery.transport.Session``."""

    def __init__(self, settings: SmtpSettings, timeouts: Timeouts) -> None:
        self._settings, self._timeouts = settings, timeouts
        self._smtp: _Connection | None = None
        self._mails = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._quit()

    # --- the three moves ----------------------------------------------------------------------------------------------

    def offer(self, parcel: Parcel) -> Outcome | None:
        if self._mails >= MAILS_PER_CONNECTION:
            self._quit()
        used = self._smtp is not None
        outcome = self._announce(parcel)
        if used and outcome is not None and self._smtp is None and outcome.phase is Phase.MAIL:
            # the server had closed the idle connection meanwhile; nothing was said about this mail yet
            outcome = self._announce(parcel)
        return outcome

    def finish(self, parcel: Parcel) -> Outcome:
        self._mails += 1
        try:
            self._send(Phase.BODY, self._timeouts.body, _stuffed(parcel.raw))
            self._send(Phase.ANSWER, self._timeouts.answer, b".\r\n")
            code, text = self._read(Phase.ANSWER, self._timeouts.answer)
        except _Refused as refused:
            return refused.outcome
        if code == 421 or not 200 <= code <= 599:
            self._drop()
        return judge(Phase.ANSWER, code, text)

    def abandon(self) -> None:
        """After DATA the only way back is to hang up."""
        self._drop()

    # --- announcing ---------------------------------------------------------------------------------------------------

    def _announce(self, parcel: Parcel) -> Outcome | None:
        """Connect if need be, then MAIL, RCPT, DATA. None: the server waits for the message."""
        try:
            sender, recipient = _path(parcel.sender, Phase.MAIL), _path(parcel.recipient, Phase.RECIPIENT)
            options = self._options(self._smtp or self._connect(), parcel)
            self._command(Phase.MAIL, f"MAIL FROM:{sender}{options}", self._timeouts.command)
            self._command(Phase.RECIPIENT, f"RCPT TO:{recipient}", self._timeouts.command)
            self._command(Phase.DATA, "DATA", self._timeouts.data, wanted=3)
        except _Refused as refused:
            return refused.outcome
        return None

    def _options(self, smtp: _Connection, parcel: Parcel) -> str:
        options = f" SIZE={len(parcel.raw)}" if smtp.has_extn("size") else ""
        if parcel.recipient.rpartition("@")[0].isascii():
            return options
        if smtp.has_extn("smtputf8"):
            return f"{options} SMTPUTF8"
        raise _Refused(
            Outcome(
                Kind.FAILED,
                Phase.RECIPIENT,
                "the mail server cannot deliver to an address with letters beyond ASCII before the @ (it has no SMTPUTF8)",
            )
        )

    def _command(self, phase: Phase, line: str, seconds: float, wanted: int = 2) -> None:
        """One command; raises _Refused unless the reply's first digit is ``wanted``."""
        self._send(phase, seconds, f"{line}\r\n".encode())
        code, text = self._read(phase, seconds)
        if code // 100 == wanted:
            return
        if code == 421 or not 400 <= code <= 599:
            self._drop()
        else:
            self._reset()
        raise _Refused(judge(phase, code, text))

    # --- connecting ---------------------------------------------------------------------------------------------------

    def _connect(self) -> _Connection:
        """A connection that is ready for mail. Raises _Refused."""
        self._smtp = smtp = _Connection(self._settings, self._timeouts)
        self._mails = 0
        settings, patience = self._settings, self._timeouts.command
        try:
            self._expect(Phase.CONNECT, lambda: smtp.connect(settings.host, settings.port), 220)
            smtp.patience(patience)
            self._expect(Phase.GREETING, smtp.ehlo, 250)
            if settings.tls == "required":
                self._expect(Phase.TLS, smtp.secure, 220)
                self._expect(Phase.GREETING, smtp.ehlo, 250)
            if settings.user:
                self._expect(Phase.LOGIN, lambda: smtp.log_in(settings.user, settings.password), 235)
        except _Refused:
            self._drop()
            raise
        return smtp

    def _expect(self, phase: Phase, action: Callable[[], tuple[int, bytes]], wanted: int) -> None:
        try:
            code, text = action()
        except ssl.SSLError as error:
            raise _Refused(lost(Phase.TLS, f"no trustworthy encryption: {_words(error)}")) from error
        except OSError as error:  # smtplib's errors are OSErrors too
            raise _Refused(lost(phase, _words(error))) from error
        if code != wanted:
            raise _Refused(judge(phase, code, _text(text)))

    # --- the line -----------------------------------------------------------------------------------------------------

    def _send(self, phase: Phase, seconds: float, data: bytes) -> None:
        smtp = self._smtp
        try:
            if smtp is None or smtp.sock is None:
                raise smtplib.SMTPServerDisconnected("the connection is closed")
            smtp.patience(seconds)
            smtp.sock.sendall(data)
        except OSError as error:
            self._drop()
            raise _Refused(lost(phase, _words(error))) from error

    def _read(self, phase: Phase, seconds: float) -> tuple[int, str]:
        smtp = self._smtp
        try:
            if smtp is None:
                raise smtplib.SMTPServerDisconnected("the connection is closed")
            smtp.patience(seconds)
            code, text = smtp.getreply()
        except OSError as error:
            self._drop()
            raise _Refused(lost(phase, _words(error))) from error
        return code, _text(text)

    def _reset(self) -> None:
        """Forget the transaction that was refused."""
        with contextlib.suppress(_Refused):
            self._send(Phase.MAIL, self._timeouts.command, b"RSET\r\n")
            if self._read(Phase.MAIL, self._timeouts.command)[0] != 250:
                self._drop()

    def _quit(self) -> None:
        """Say goodbye; what the server answers does not matter any more."""
        if self._smtp is not None:
            with contextlib.suppress(OSError):
                self._smtp.patience(_PATIENCE_AT_QUIT)
                self._smtp.docmd("QUIT")
        self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def _path(address: str, phase: Phase) -> str:
    """``<address>`` for the wire: the domain in ASCII (IDNA 2008), nothing in it that could end the command."""
    local, _, domain = address.rpartition("@")
    try:
        ascii_domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise _Refused(Outcome(Kind.FAILED, phase, f"'{domain}' is no domain: {error}")) from error
    if not local or not domain or _UNSAFE.search(address):
        raise _Refused(Outcome(Kind.FAILED, phase, f"{address!r} is no address"))
    return f"<{local}@{ascii_domain}>"


def _stuffed(raw: bytes) -> bytes:
    """``raw`` with dots doubled at line starts (RFC 5321 4.5.2), ending in CRLF."""
    body = _DOT.sub(b"..", raw)
    return body if body.endswith(b"\r\n") else body + b"\r\n"


def _text(reply: bytes) -> str:
    return reply.decode("utf-8", "replace")


def _words(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {error.smtp_error!r}"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return str(error) or type(error).__name__
