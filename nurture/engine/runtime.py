"""What a station needs of the house, built once in ``app.py`` and passed to every verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from nurture.definitions import parse_campaign
from nurture.delivery import MailboxTransport, Transport
from nurture.delivery.dns import Resolver, SystemResolver
from nurture.delivery.sources.webhooks import Verifier
from nurture.domain.campaign import Campaign
from nurture.domain.definitions import Definitions
from nurture.domain.errors import NotFound
from nurture.domain.pseudonym import Pseudonyms
from nurture.engine.publication import Publication
from nurture.mail.library import Library, Template, compile_version
from nurture.mail.signing import Signer
from nurture.store import campaigns
from nurture.store.database import reading

Clock = Callable[[], datetime]
"""Reads the present time (aware, UTC). Held by the rim only; verbs get ``now``."""


class Sealer(Protocol):
    """Signs finished mails."""

    def seal(self, raw: bytes) -> bytes:
        """``raw`` with its signatures in front; the same bytes for the same mail."""
        ...


class Collector(Protocol):
    """Fetches what comes back."""

    def collect(self, rt: Runtime, now: datetime) -> int:
        """Take in what is there; how many."""
        ...


@dataclass
class Runtime:
    """The parts, put together. ``publication`` may be swapped for a newer one while running; verbs read it once.

    ``installation``: a random id of this installation, part of every Message-ID.
    ``pseudonyms``: what stands for people in what outlives them.
    ``resolver``: asks the DNS; nothing is asked before it is needed.
    ``sealer``: signs mails (DKIM); None while the sender has no key. ``dkim_folder``: where its keys lie.
    ``sources``: where what comes back is fetched from; None: nowhere. ``webhooks``: mail provider -> what
    verifies its reports. ``mailbox``: the local one, also while mail leaves by another way.
    """

    db: Engine
    publication: Publication
    signer: Signer
    transport: Transport
    public_url: str
    installation: str
    pseudonyms: Pseudonyms = field(default_factory=Pseudonyms.throwaway, repr=False)
    resolver: Resolver = field(default_factory=SystemResolver)
    sealer: Sealer | None = None
    dkim_folder: Path = Path("var/dkim")
    sources: Collector | None = None
    webhooks: Mapping[str, Verifier] = field(default_factory=dict, repr=False)
    mailbox: MailboxTransport | None = None
    _campaigns: dict[str, Campaign] = field(default_factory=dict, repr=False)
    _templates: dict[str, Template] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Every transaction knows whose seal ledgers bear and by which names people stand in them."""
        self.db = self.db.execution_options(seal=self.pseudonyms.seal, mark=self.pseudonyms.mark)

    @property
    def definitions(self) -> Definitions:
        return self.publication.definitions

    @property
    def library(self) -> Library:
        return self.publication.library

    def url(self, path: str) -> str:
        """An absolute address below the public one; ``path`` begins with a slash."""
        return self.public_url.rstrip("/") + path

    def sealed(self, raw: bytes) -> bytes:
        """A finished mail as it leaves: signed, where the sender's domain has a key."""
        return raw if self.sealer is None else self.sealer.seal(raw)

    def campaign(self, session: Session, campaign: str, version: str) -> Campaign:
        """The campaign as it was in ``version``: the present one, or parsed from what was stored when people entered it."""
        present = self.definitions.campaigns.get(campaign)
        if present is not None and present.version == version:
            return present
        if version not in self._campaigns:
            stored = campaigns.campaign_source(session, version)
            if stored is None:
                raise NotFound("campaign version", version)
            self._campaigns[version] = parse_campaign(stored[1], f"{stored[0]}@{version}", self.definitions.calendar)
        return self._campaigns[version]

    def template(self, version: str) -> Template:
        """The template whose version begins with ``version`` (at least 16 digits). Raises NotFound."""
        if (template := self._templates.get(version)) is not None:
            return template
        template = next((t for t in self.library.templates() if t.version.startswith(version)), None)
        if template is None:
            template = self._stored_template(version)
        self._templates[version] = template
        return template

    def _stored_template(self, version: str) -> Template:
        with reading(self.db) as session:
            row = campaigns.template(session, version)
        if row is None:
            raise NotFound("template version", version)
        return compile_version(row.mail, row.cell, row.language, row.sources)

    def find_template(
        self, session: Session, mail: str, function: str | None, phase: str, language: str
    ) -> Template | None:
        """The template for this reader; for a mail that is gone from the folder, what was last sent under its name."""
        cells = self.definitions.cells(function, phase)
        if (template := self.library.find(mail, cells, language)) is not None:
            return template
        stored = {row.cell: row for row in reversed(campaigns.latest_templates(session, mail, language))}
        row = next((stored[cell] for cell in cells if cell in stored), None)
        return compile_version(row.mail, row.cell, row.language, row.sources) if row else None
