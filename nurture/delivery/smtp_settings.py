"""How to reach the mail server, from one URL: ``smtp://user:password@host:port?tls=required``.

tls          required   STARTTLS, and nothing goes out in clear (the default; port 587)
             implicit   TLS from the first byte (port 465)
             none       no encryption; only to this very machine (port 25)
auth         plain, login or xoauth2 (the password is then a token); by default the best of the first two that is offered
connections  how many at the same time, at most (by default what the delivery rules say)
helo         the name this machine greets with (optional)
Special characters in user and password are percent-encoded. Nothing here ever repeats the password.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from nurture.delivery.login import MECHANISMS

_PORTS = {"required": 587, "implicit": 465, "none": 25}
_PARAMETERS = ("tls", "auth", "connections", "helo")
_MOST_CONNECTIONS = 1000
_NO_PORT = (
    "the port must be a number from 1 to 65535, as in smtp://user:password@host:587?tls=required "
    "(in a password, # / ? @ must be written as %23 %2F %3F %40)"
)
_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*\.?")


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """``tls``: required, implicit or none. ``user`` empty: no login. ``auth`` empty: the best offered. ``connections``: at
    most so many, None for what the delivery rules say. ``ca_file``: whom to trust instead of the system's.
    """

    host: str
    port: int
    tls: str = "required"
    user: str = ""
    password: str = field(default="", repr=False)
    helo: str = ""
    auth: str = ""
    connections: int | None = None
    ca_file: str | None = None


class SmtpUrlError(ValueError):
    """Every fault of the URL, one sentence each."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(faults))


def parse_smtp_url(url: str) -> SmtpSettings:
    """The settings in ``url``. Raises SmtpUrlError with every fault at once."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise SmtpUrlError([_NO_PORT]) from None
    parameters, faults = _parameters(parts)
    tls = parameters.get("tls", "required")
    faults = [*_scheme_faults(parts), *_host_faults(parts, port), *faults, *_tls_faults(parts, tls)]
    faults += _login_faults(parts, parameters.get("auth"))
    if faults:
        raise SmtpUrlError(faults)
    return SmtpSettings(
        host=parts.hostname or "",
        port=port or _PORTS[tls],
        tls=tls,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        helo=parameters.get("helo", ""),
        auth=parameters.get("auth", ""),
        connections=int(parameters["connections"]) if "connections" in parameters else None,
    )


def _parameters(parts: SplitResult) -> tuple[dict[str, str], list[str]]:
    found = dict(parse_qsl(parts.query, keep_blank_values=True))
    faults = [
        f"'{name}' is not a parameter; there are {', '.join(_PARAMETERS)}" for name in found if name not in _PARAMETERS
    ]
    helo = found.get("helo")
    if helo is not None and not is_host_name(helo):
        faults.append(f"helo must be a host name, not '{helo}'")
    connections = found.get("connections")
    if connections is not None and not _is_count(connections):
        faults.append(f"connections must be a number from 1 to {_MOST_CONNECTIONS}, not '{connections}'")
    if parts.fragment:
        faults.append("a '#' must be written as %23, in passwords too")
    return found, faults


def _scheme_faults(parts: SplitResult) -> list[str]:
    if parts.scheme == "smtp":
        return []
    if parts.scheme == "smtps":
        return ["write smtp://…?tls=implicit instead of smtps://"]
    return ["it must begin with smtp://"]


def _host_faults(parts: SplitResult, port: int | None) -> list[str]:
    faults = []
    host = parts.hostname or ""
    if not host:
        faults.append("the host is missing; write smtp://user:password@host:587?tls=required")
    elif not is_host_name(host) and not _is_address(host):
        faults.append(f"'{host}' is no host name (a '/' or '@' in the password must be written as %2F or %40)")
    if port == 0:
        faults.append("the port must be from 1 to 65535")
    if parts.path not in ("", "/"):
        faults.append("nothing may follow the port but '?tls=…' (a '/' in the password must be written as %2F)")
    return faults


def _tls_faults(parts: SplitResult, tls: str) -> list[str]:
    if tls not in _PORTS:
        return [f"tls must be required, implicit or none, not '{tls}'"]
    if tls == "none" and parts.hostname and not is_loopback(parts.hostname):
        return [f"tls=none is only for this very machine, not for {parts.hostname}; use tls=required or tls=implicit"]
    return []


def _login_faults(parts: SplitResult, auth: str | None) -> list[str]:
    faults = []
    if parts.username and parts.password is None:
        faults.append("the user has no password; write smtp://user:password@…")
    if parts.password and not parts.username:
        faults.append("there is a password without a user")
    if auth is not None and auth not in MECHANISMS:
        faults.append(f"auth must be {' or '.join(MECHANISMS)}, not '{auth}'")
    elif auth is not None and not parts.username:
        faults.append("auth needs a user; write smtp://user:password@…")
    return faults


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 1 <= int(text) <= _MOST_CONNECTIONS


def is_host_name(text: str) -> bool:
    return bool(_HOST_NAME.fullmatch(text))


def is_public_name(text: str) -> bool:
    """Whether other mail servers may take this for a machine's full name."""
    return is_host_name(text) and "." in text.rstrip(".") and not _is_address(text.rstrip("."))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine by its name or number alone; nothing is looked up."""
    return host.lower() == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)
