"""Puts the house together from settings. Nothing is built at import.

settings -> database, migrations -> publication -> Runtime -> Flask
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from nurture.delivery import DirectTransport, MailboxTransport, SmtpTransport, Transport
from nurture.delivery.dkim_keys import load_sealer
from nurture.delivery.sources import ImapSource, MaildirSource, ReturnsSettings, Source
from nurture.delivery.sources.webhooks import verifiers
from nurture.domain.errors import SettingsError
from nurture.domain.pseudonym import Pseudonyms
from nurture.engine import consent_ledger
from nurture.engine.legal_gate import load_lawful
from nurture.engine.publication import Publication, load_publication, publish
from nurture.engine.returns_sources import Sources
from nurture.engine.runtime import Runtime
from nurture.mail.signing import Signer
from nurture.settings import Settings, load_settings
from nurture.store import campaigns, migrations
from nurture.store.database import connect, transaction

if TYPE_CHECKING:
    from flask import Flask


def utc_now() -> datetime:
    """The clock of everything that runs for real."""
    return datetime.now(UTC)


def build(settings: Settings, now: datetime) -> Runtime:
    """Everything, ready to work: the definitions checked, the database up to date, the campaigns published.

    Raises DefinitionError or SettingsError with every fault, before anything is written.
    """
    publication = load_lawful(settings.home)
    sealer = load_sealer(publication.definitions.delivery.dkim, settings.dkim_folder)
    db = connect(settings.database_url)
    migrations.upgrade(db)
    rt = assemble(settings, db, publication)
    rt.sealer = sealer
    consent_ledger.adopt(rt, now)
    publish(rt, now)
    return rt


def open_existing(settings: Settings, now: datetime) -> Runtime:
    """For commands beside a running system: it neither publishes, nor signs, nor changes the tables of a PostgreSQL.

    Consents of before the ledger's chain are put on it: no command may find (or erase) half of what there is.
    Raises NurtureError if the database is of another version.
    """
    publication = load_publication(settings.home)
    db = connect(settings.database_url)
    try:
        if settings.on_sqlite:
            migrations.upgrade(db)
        else:
            migrations.require_current(db)
        rt = assemble(settings, db, publication)
        consent_ledger.adopt(rt, now)
        return rt
    except BaseException:
        db.dispose()
        raise


def assemble(settings: Settings, db: Engine, publication: Publication) -> Runtime:
    """The parts, put together over a database that is up to date."""
    pseudonyms = _pseudonyms(settings, db)
    return Runtime(
        db=db,
        pseudonyms=pseudonyms,
        publication=publication,
        signer=Signer(settings.secret_keys or generated_keys(settings.var / "secret_keys")),
        transport=_transport(settings),
        public_url=settings.public_url,
        installation=_installation(db),
        dkim_folder=settings.dkim_folder,
        sources=_sources(settings.returns),
        webhooks=verifiers(settings.returns.webhooks),
        mailbox=MailboxTransport(settings.var / "mailbox"),
    )


def _pseudonyms(settings: Settings, db: Engine) -> Pseudonyms:
    """Raises SettingsError if this database knows people under another pepper."""
    pseudonyms = Pseudonyms(settings.pepper or generated_keys(settings.var / "pepper")[0])
    proof = pseudonyms.seal("pepper")[:40]
    with transaction(db) as session:
        known = campaigns.installation_value(session, "pepper", proof)
    if known != proof:
        where = "NURTURE_PEPPER" if settings.pepper else f"NURTURE_PEPPER (or {settings.var / 'pepper'})"
        sentence = "is not the one this database was begun with: nobody who was erased could be recognised; set that one"
        raise SettingsError([(where, sentence)])
    return pseudonyms


def create_web(settings: Settings, rt: Runtime, clock: Callable[[], datetime]) -> Flask:
    """The web over a house that is put together."""
    from nurture import web  # noqa: PLC0415 - commands that serve nothing do without the time it takes

    return web.create_app(rt, clock, mailbox=settings.transport == "mailbox", trusted_proxies=settings.trusted_proxies)


def wsgi() -> Flask:
    """The web for any WSGI server, from the environment alone. Workers run beside it: ``nurture worker``."""
    settings = load_settings(os.environ)
    return create_web(settings, build(settings, utc_now()), utc_now)


def generated_keys(path: Path) -> tuple[str, ...]:
    """The keys in ``path``, which only its owner may read; made once if there are none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_once(path, secrets.token_urlsafe(32) + "\n")
    return tuple(path.read_text("utf-8").split())


def _write_once(path: Path, text: str) -> None:
    """Whole or not at all, and never over what another process wrote at the same moment."""
    handle, part = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # for its owner only, by default
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, path)
    except FileExistsError:
        return
    finally:
        Path(part).unlink()


def _transport(settings: Settings) -> Transport:
    if settings.transport == "direct":
        return DirectTransport(settings.helo)
    return SmtpTransport(settings.smtp) if settings.smtp else MailboxTransport(settings.var / "mailbox")


def _sources(settings: ReturnsSettings) -> Sources | None:
    found: list[Source] = []
    if settings.imap is not None:
        found.append(ImapSource(settings.imap))
    if settings.maildir is not None:
        found.append(MaildirSource(settings.maildir))
    return Sources(found) if found else None


def _installation(db: Engine) -> str:
    """A random name of this installation, the same over all its processes."""
    with transaction(db) as session:
        return campaigns.installation_value(session, "id", secrets.token_hex(8))
