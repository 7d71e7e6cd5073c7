"""What the environment says: folders, database, transport, secrets.

Reads variables and the files they name; opens no database, writes nothing. Every fault is reported at once. Values that
are secret never show in ``repr``, so they cannot reach a log.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from nurture.delivery import SmtpSettings, SmtpUrlError, parse_smtp_url
from nurture.delivery.smtp_settings import is_public_name
from nurture.delivery.sources import (
    WEBHOOK_VARIABLES,
    ReturnsSettings,
    imap_url,
    listen_at,
    maildir_path,
    webhook_secret,
)
from nurture.domain.errors import SettingsError
from nurture.domain.pseudonym import PEPPER_LENGTH

KEY_LENGTH = 32
"""Characters of a secret key at least."""

DEFAULT_PORT = 8000

_HOST = re.compile(r"[a-z0-9.:_-]+")
"""A host name, or an IPv6 address without its brackets."""

_SECRETS = (
    "NURTURE_DATABASE_URL",
    "NURTURE_SMTP_URL",
    "NURTURE_SECRET_KEYS",
    "NURTURE_PEPPER",
    "NURTURE_RETURNS_IMAP_URL",
    *WEBHOOK_VARIABLES.values(),
)
"""Those that a file may hold instead, named by the variable with _FILE behind."""

VARIABLES = (
    "NURTURE_HOME",
    "NURTURE_TRANSPORT",
    "NURTURE_HELO",
    "NURTURE_PUBLIC_URL",
    "NURTURE_TRUSTED_PROXIES",
    "NURTURE_LOG",
    "NURTURE_DKIM_FOLDER",
    "NURTURE_RETURNS_MAILDIR",
    "NURTURE_RETURNS_LISTEN",
    *_SECRETS,
    *(f"{name}_FILE" for name in _SECRETS),
)

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and how mail leaves.

    ``transport``: mailbox, smtp (a relay, in ``smtp``) or direct (to the recipients' own servers). ``helo``: the name this
    machine greets other mail servers with, '' for its own. ``secret_keys``: newest first; empty: generated ones are kept in
    ``var/secret_keys``. ``pepper``: what pseudonyms are made with, never to be changed; empty: a generated one is kept in
    ``var/pepper``. ``public_url``: without a slash at the end. ``trusted_proxies``: how many proxies of ours stand
    before the web server. ``log``: 'text' or 'json'. ``dkim_folder``: where the keys that sign mails lie.
    ``returns``: the ways in for what comes back.
    """

    home: Path
    database_url: str = field(repr=False)
    transport: str
    smtp: SmtpSettings | None = field(repr=False)
    helo: str
    secret_keys: tuple[str, ...] = field(repr=False)
    pepper: str = field(repr=False)
    public_url: str
    public_url_given: bool
    trusted_proxies: int
    log: str
    dkim_folder: Path
    returns: ReturnsSettings

    @property
    def var(self) -> Path:
        """What is written while running: database, mailbox, generated keys."""
        return self.home / "var"

    @property
    def on_sqlite(self) -> bool:
        return make_url(self.database_url).get_backend_name() == "sqlite"

    @property
    def database_name(self) -> str:
        """The database for people to read, without the password."""
        return make_url(self.database_url).render_as_string(hide_password=True)

    def served_at(self, host: str, port: int) -> Settings:
        """The same, knowing where the web server listens: that is the public address unless one was given."""
        if self.public_url_given:
            return self
        name = "127.0.0.1" if host in ("", "0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
        return replace(self, public_url=f"http://{f'[{name}]' if ':' in name else name}:{port}")


def load_settings(environ: Mapping[str, str]) -> Settings:
    """The settings in ``environ``. Raises SettingsError with every fault."""
    read = _Environment(environ)
    home = read("NURTURE_HOME", _folder, Path.cwd())
    transport = read("NURTURE_TRANSPORT", _one_of("mailbox", "smtp", "direct"), "mailbox")
    smtp = read("NURTURE_SMTP_URL", _smtp, None)
    helo = read("NURTURE_HELO", _helo, "")
    public_url = read("NURTURE_PUBLIC_URL", _public_url, "")
    settings = Settings(
        home=home,
        database_url=read("NURTURE_DATABASE_URL", _database_url, f"sqlite:///{home / 'var' / 'nurture.db'}"),
        transport=transport,
        smtp=_greeting_with(smtp, helo) if smtp and transport == "smtp" else None,
        helo=helo,
        secret_keys=read("NURTURE_SECRET_KEYS", _keys, ()),
        pepper=read("NURTURE_PEPPER", _pepper, ""),
        public_url=public_url or f"http://127.0.0.1:{DEFAULT_PORT}",
        public_url_given=bool(public_url),
        trusted_proxies=read("NURTURE_TRUSTED_PROXIES", _count, 0),
        log=read("NURTURE_LOG", _one_of("text", "json"), "text"),
        dkim_folder=read("NURTURE_DKIM_FOLDER", _key_folder, home / "var" / "dkim"),
        returns=_returns(read),
    )
    if transport == "smtp" and smtp is None and not read.is_faulty("NURTURE_SMTP_URL"):
        read.fault(
            "NURTURE_SMTP_URL", "is needed with NURTURE_TRANSPORT=smtp; such as smtp://user:password@mail.example.com:587"
        )
    if transport == "direct" and not helo and not read.is_faulty("NURTURE_HELO"):
        read.fault(
            "NURTURE_HELO",
            "is needed with NURTURE_TRANSPORT=direct: the public name of this machine, which its address leads back to; "
            "such as out.example.com",
        )
    read.finish()
    return settings


def _returns(read: _Environment) -> ReturnsSettings:
    secrets = {provider: read(name, webhook_secret(provider), "") for provider, name in WEBHOOK_VARIABLES.items()}
    return ReturnsSettings(
        imap=read("NURTURE_RETURNS_IMAP_URL", imap_url, None),
        maildir=read("NURTURE_RETURNS_MAILDIR", maildir_path, None),
        listen=read("NURTURE_RETURNS_LISTEN", listen_at, None),
        webhooks={provider: secret for provider, secret in secrets.items() if secret},
    )


class _Environment:
    """Reads variables one by one and keeps what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._faults: list[tuple[str, str]] = []
        for name in sorted(environ):
            if name.startswith("NURTURE_") and name not in VARIABLES:
                self.fault(name, _unknown(name))

    def __call__(self, name: str, parse: Callable[[str], Value], default: Value) -> Value:
        try:
            text = self._text(name)
            return parse(text) if text else default
        except ValueError as error:
            self.fault(name, str(error))
            return default

    def fault(self, name: str, sentence: str) -> None:
        self._faults.append((name, sentence))

    def is_faulty(self, name: str) -> bool:
        return any(name == faulty for faulty, _ in self._faults)

    def finish(self) -> None:
        if self._faults:
            raise SettingsError(self._faults)

    def _text(self, name: str) -> str:
        """The value, or the content of the file that ``<name>_FILE`` names."""
        value = self._environ.get(name, "").strip()
        path = self._environ.get(f"{name}_FILE", "").strip() if name in _SECRETS else ""
        if value and path:
            raise ValueError(f"is set, and so is {name}_FILE; set only one of them")
        if not path:
            return value
        try:
            return Path(path).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"the file {path} named by {name}_FILE cannot be read: {error}") from None


def _unknown(name: str) -> str:
    near = get_close_matches(name, VARIABLES, 1)
    return f"there is no such setting{f'; did you mean {near[0]}?' if near else ''}"


def _folder(text: str) -> Path:
    path = Path(os.path.expanduser(text)).absolute()  # noqa: PTH111 - Path.expanduser fails for users who do not exist
    if not path.is_dir():
        raise ValueError(f"there is no folder {path}; it has to hold campaigns/, config/ and mail_templates/")
    return path


def _key_folder(text: str) -> Path:
    path = Path(os.path.expanduser(text)).absolute()  # noqa: PTH111 - as above
    if not path.is_dir():
        raise ValueError(f"there is no folder {path}; it has to hold the keys of `nurture dkim new`")
    return path


def read_database_url(text: str) -> str:
    """A database URL given elsewhere than in the environment. Raises SettingsError."""
    try:
        return _database_url(text)
    except ValueError as error:
        raise SettingsError([("URL", str(error))]) from None


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"'{text}' is not possible; write {' or '.join(words)}")
        return text

    return parse


def _database_url(text: str) -> str:
    """``sqlite:///path`` or ``postgresql://user:password@host/name``; the text is not shown: it holds a password."""
    hint = "write sqlite:////srv/nurture/nurture.db or postgresql://user:password@host/database"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # ValueError: its port is no number
        raise ValueError(f"this is no database URL; {hint}") from None
    if url.get_backend_name() not in ("sqlite", "postgresql") or url.drivername.startswith("sqlite+"):
        raise ValueError(f"'{url.drivername}' databases are not supported; {hint}")
    if not url.database or url.database == ":memory:":
        raise ValueError(f"names no database that outlives the process; {hint}")
    return text


def _smtp(text: str) -> SmtpSettings:
    try:
        return parse_smtp_url(text)
    except SmtpUrlError as error:
        raise ValueError(str(error)) from None


def _greeting_with(smtp: SmtpSettings, helo: str) -> SmtpSettings:
    """The name in the URL comes first: it is the nearer one."""
    return smtp if smtp.helo or not helo else replace(smtp, helo=helo)


def _helo(text: str) -> str:
    if not is_public_name(text):
        raise ValueError(f"'{text}' is no name for this machine; write its full public name, such as out.example.com")
    return text.rstrip(".").lower()


def _keys(text: str) -> tuple[str, ...]:
    """Newest first, between commas or on lines of their own; never shown."""
    keys = tuple(key.strip() for key in text.replace("\n", ",").split(",") if key.strip())
    for place, key in enumerate(keys, 1):
        if len(key) < KEY_LENGTH:
            raise ValueError(
                f"key {place} has {len(key)} characters and needs at least {KEY_LENGTH}; "
                "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
            )
    if len(set(keys)) < len(keys):
        raise ValueError("the same key stands there twice")
    return keys


def _pepper(text: str) -> str:
    """One line, never shown."""
    if len(text) < PEPPER_LENGTH or len(text.split()) != 1:
        raise ValueError(
            f"has {len(text)} characters; it needs at least {PEPPER_LENGTH} without white space; "
            "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    return text


def _public_url(text: str) -> str:
    hint = "write it like https://news.example.com"
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"'{text}' is no web address ({error}); {hint}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError(f"'{text}' is no web address; {hint}")
    if not _HOST.fullmatch(parts.hostname) or len(text) > 300:
        raise ValueError(f"'{text}' cannot stand in a mail; write umlauts in the host name as xn--…; {hint}")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(f"'{text}' has something behind the host name; {hint}")
    return text.rstrip("/")


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > 10:
        raise ValueError(f"'{text}' is not possible; write how many proxies of yours stand before the server, 0 to 10")
    return int(text)
