"""How each way in is spelled in the environment. Reads text, opens nothing; passwords never show in ``repr``."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

WEBHOOK_VARIABLES = {
    "ses": "NURTURE_WEBHOOK_SES_TOPICS",
    "sendgrid": "NURTURE_WEBHOOK_SENDGRID_KEY",
    "mailgun": "NURTURE_WEBHOOK_MAILGUN_KEY",
    "postmark": "NURTURE_WEBHOOK_POSTMARK_SECRET",
    "brevo": "NURTURE_WEBHOOK_BREVO_SECRET",
}
"""Provider -> the variable that holds what its events are verified with."""


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """``tls``: from the first byte, else by STARTTLS. ``done``: where what was taken in is moved to; '': it is removed."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str
    tls: bool = True
    done: str = ""


@dataclass(frozen=True, slots=True)
class ListenSettings:
    host: str
    port: int
    lmtp: bool = False


@dataclass(frozen=True, slots=True)
class ReturnsSettings:
    """The ways in that are in use. ``webhooks``: provider -> what its events are verified with."""

    imap: ImapSettings | None = None
    maildir: Path | None = None
    listen: ListenSettings | None = None
    webhooks: Mapping[str, str] = field(default_factory=dict, repr=False)


def webhook_secret(provider: str) -> Callable[[str], str]:
    """Reads what the events of ``provider`` are verified with; raises ValueError."""
    return _WEBHOOK_SECRETS.get(provider, _long_enough)


def _long_enough(text: str) -> str:
    if len(text) < _SECRET_LENGTH:
        raise ValueError(f"has {len(text)} characters and needs at least {_SECRET_LENGTH}, or others could guess it")
    return text


def _topics(text: str) -> str:
    for topic in text.replace(",", " ").split():
        if not _TOPIC.fullmatch(topic):
            raise ValueError(f"'{topic}' is no SNS topic; write it like arn:aws:sns:eu-central-1:123456789012:bounces")
    return text


def _public_key(text: str) -> str:
    try:
        key = load_der_public_key(b64decode(text, validate=True))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, EllipticCurvePublicKey):
        raise ValueError("this is no verification key; copy it from SendGrid's settings of the Event Webhook (MFkw…)")
    return text


_SECRET_LENGTH = 16
_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+")
_WEBHOOK_SECRETS: dict[str, Callable[[str], str]] = {"ses": _topics, "sendgrid": _public_key}


def imap_url(text: str) -> ImapSettings:
    """``imaps://user:password@host/Folder``. Raises ValueError; the text is not shown: it holds a password."""
    hint = "write it like imaps://user:password@mail.example.com/Bounces, with % codes for special characters"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(f"this is no IMAP address; {hint}") from None
    if parts.scheme not in ("imaps", "imap") or not parts.hostname:
        raise ValueError(f"this is no IMAP address; {hint}")
    if not parts.username or not parts.password:
        raise ValueError(f"names no user and password; {hint}")
    folder = unquote(parts.path.strip("/"))
    if not folder:
        raise ValueError(f"names no folder, and what is taken in is removed from it; {hint}")
    given = parse_qs(parts.query)
    if unknown := set(given) - {"done"}:
        raise ValueError(f"has '{min(unknown)}' behind the question mark; only done=FOLDER may stand there")
    tls = parts.scheme == "imaps"
    user, password, done = unquote(parts.username), unquote(parts.password), given.get("done", [""])[0]
    if done == folder:
        raise ValueError("done= names the folder that is read itself; name another one")
    return ImapSettings(parts.hostname, port or (993 if tls else 143), user, password, folder, tls, done)


def maildir_path(text: str) -> Path:
    """A folder with new/ and cur/. Raises ValueError."""
    path = Path(text).absolute()
    if not (path / "new").is_dir() or not (path / "cur").is_dir():
        raise ValueError(f"{path} is no Maildir: it needs the folders new, cur and tmp")
    return path


def listen_at(text: str) -> ListenSettings:
    """``127.0.0.1:2525``, ``smtp://…`` or ``lmtp://…``. Raises ValueError."""
    hint = "write it like 127.0.0.1:2525 or lmtp://127.0.0.1:2424"
    try:
        parts = urlsplit(text if "://" in text else f"smtp://{text}")
        port = parts.port
    except ValueError:
        raise ValueError(f"'{text}' is no address to listen at; {hint}") from None
    if parts.scheme not in ("smtp", "lmtp") or not parts.hostname or port is None or parts.path.strip("/"):
        raise ValueError(f"'{text}' is no address to listen at; {hint}")
    return ListenSettings(parts.hostname, port, parts.scheme == "lmtp")
