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
    finally:
        probe.close()
    return Probed(probe.step, "", probe.tls, probe.expires)


class _Probe:
    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._context = ssl.create_default_context(cafile=settings.ca_file)
        self._smtp = self._new()
        self.step, self.tls = "connect", ""
        self.expires: datetime | None = None

    def _new(self) -> smtplib.SMTP:
        name = self._settings.helo or own_name()
        if self._settings.tls == "implicit":
            return smtplib.SMTP_SSL(local_hostname=name, timeout=_PATIENCE, context=self._context)
        return smtplib.SMTP(local_hostname=name, timeout=_PATIENCE)

    def run(self) -> None:
        smtp, settings = self._smtp, self._settings
        smtp._host = settings.host  # type: ignore[attr-defined]  # whom the certificate has to name
        self._expect(220, *smtp.connect(settings.host, settings.port))
        self._expect(250, *smtp.ehlo())
        if settings.tls == "required":
            self.step = "tls"
            self._starttls()
        self._look_at_certificate()
        if settings.user:
            self.step = "login"
            self._log_in()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._smtp.quit()
        self._smtp.close()

    def _starttls(self) -> None:
        if not self._smtp.has_extn("starttls"):
            raise _Stopped("the server offers no STARTTLS")
        self._expect(220, *self._smtp.starttls(context=self._context))
        self._expect(250, *self._smtp.ehlo())

    def _look_at_certificate(self) -> None:
        connection = self._smtp.sock
        if isinstance(connection, ssl.SSLSocket):
            self.tls = connection.version() or ""
            until = (connection.getpeercert() or {}).get("notAfter")
            if isinstance(until, str):
                self.expires = datetime.fromtimestamp(ssl.cert_time_to_seconds(until), UTC)

    def _log_in(self) -> None:
        settings, offered = self._settings, self._smtp.esmtp_features.get("auth", "")
        mechanism = choose(settings.auth, offered)
        if mechanism is None:
            raise _Stopped(f"the server offers no login we could use, only: {offered.strip() or 'none'}")
        code, text = 334, b""
        for line in steps(mechanism, settings.user, settings.password):
            if code == 334:
                code, text = self._smtp.docmd(line)
        self._expect(235, code, text)

    @staticmethod
    def _expect(wanted: int, code: int, text: bytes) -> None:
        if code != wanted:
            raise _Stopped(f"{code} {text.decode('utf-8', 'replace')}")


def page(url: str) -> str:
    """The text of a web page. Raises OSError."""
    request = Request(url, headers={"User-Agent": "nurture-doctor"})  # noqa: S310 - http and https only, from the caller
    with urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
        return bytes(answer.read(_MOST)).decode("utf-8", "replace")
