"""A look at the mail server and at a web page, as an administrator would take it by hand. Sends no mail.

connect -> greeting -> STARTTLS or TLS from the start -> certificate -> login -> goodbye
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.request import Request, urlopen

from nurture.delivery.login import choose, steps
from nurture.delivery.smtp import own_name
from nurture.delivery.smtp_settings import SmtpSettings

_PATIENCE = 15.0
_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Probed:
    """How far it came. ``fault``: why no further, '' for all the way; ``step``: the last one tried."""

    step: str
    fault: str = ""
    tls: str = ""
    expires: datetime | None = None
    """Until when the certificate is good."""


class _Stopped(Exception):
    pass


def server(settings: SmtpSettings) -> Probed:
    """Connect, encrypt and log in as delivery would. Network faults come back as words."""
    probe = _Probe(settings)
    try:
        probe.run()
    except _Stopped as stopped:
        return Probed(probe.step, str(stopped), probe.tls, probe.expires)
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", "") or error.reason or str(error)
        return Probed(probe.step, f"no trustworthy encryption: {reason}", probe.tls, probe.expires)
    except OSError as error:  # smtplib's errors are OSErrors too
        return Probed(probe.step, error.strerror or str(error), probe.tls, probe.expires)
    return Probed(probe.step, "", probe.tls, probe.expires)


class _Probe:
    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._context = ssl.create_default_context(cafile=settings.ca_file)
        self.step, self.tls = "connect", ""
        self.expires: datetime | None = None

    def run(self) -> None:
        smtp = self._greeted()
        try:
            self._talk(smtp)
        finally:
            with contextlib.suppress(OSError):
                smtp.quit()
            smtp.close()

    def _greeted(self) -> smtplib.SMTP:
        """Connected by the constructor, so that it knows whom the certificate has to name."""
        settings, name = self._settings, self._settings.helo or own_name()
        try:
            if settings.tls == "implicit":
                return smtplib.SMTP_SSL(settings.host, settings.port, name, timeout=_PATIENCE, context=self._context)
            return smtplib.SMTP(settings.host, settings.port, name, timeout=_PATIENCE)
        except smtplib.SMTPConnectError as error:
            raise _Stopped(_said(error.smtp_code, error.smtp_error)) from error

    def _talk(self, smtp: smtplib.SMTP) -> None:
        _expect(250, *smtp.ehlo())
        if self._settings.tls == "required":
            self.step = "tls"
            self._starttls(smtp)
        self._look_at_certificate(smtp)
        if self._settings.user:
            self.step = "login"
            self._log_in(smtp)

    def _starttls(self, smtp: smtplib.SMTP) -> None:
        if not smtp.has_extn("starttls"):
            raise _Stopped("the server offers no STARTTLS")
        _expect(220, *smtp.starttls(context=self._context))
        _expect(250, *smtp.ehlo())

    def _look_at_certificate(self, smtp: smtplib.SMTP) -> None:
        connection = smtp.sock
        if isinstance(connection, ssl.SSLSocket):
            self.tls = connection.version() or ""
            until = (connection.getpeercert() or {}).get("notAfter")
            if isinstance(until, str):
                self.expires = datetime.fromtimestamp(ssl.cert_time_to_seconds(until), UTC)

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        settings, offered = self._settings, smtp.esmtp_features.get("auth", "")
        mechanism = choose(settings.auth, offered)
        if mechanism is None:
            raise _Stopped(f"the server offers no login we could use, only: {offered.strip() or 'none'}")
        code, text = 334, b""
        for line in steps(mechanism, settings.user, settings.password):
            if code == 334:
                code, text = smtp.docmd(line)
        _expect(235, code, text)


def _expect(wanted: int, code: int, text: bytes) -> None:
    if code != wanted:
        raise _Stopped(_said(code, text))


def _said(code: int, text: bytes | str) -> str:
    return f"{code} {text if isinstance(text, str) else text.decode('utf-8', 'replace')}"


def page(url: str) -> str:
    """The text of a web page. Raises OSError."""
    request = Request(url, headers={"User-Agent": "nurture-doctor"})  # noqa: S310 - http and https only, from the caller
    with urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
        return bytes(answer.read(_MOST)).decode("utf-8", "replace")
