"""Definitions and mails together, checked against each other, and their entry into the database.

Nothing runs on definitions that have a fault: loading reports every fault of every file at once, and whoever is running
keeps the last good publication.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from nurture import definitions as definition_files
from nurture.domain.audit import HOUSE
from nurture.domain.definitions import Definitions
from nurture.domain.errors import DefinitionError, Fault
from nurture.domain.form import Purpose
from nurture.mail.library import Library, Link, Template, load_library
from nurture.store import audit, campaigns, registrations
from nurture.store.database import transaction

if TYPE_CHECKING:
    from nurture.engine.runtime import Runtime


@dataclass(frozen=True)
class Publication:
    """One good state of campaigns/, config/ and mail_templates/ below ``home``."""

    definitions: Definitions
    library: Library
    home: Path

    def file(self, path: str) -> Path:
        """Where a file of a content item lies."""
        return self.home / "config" / path


def load_publication(home: Path) -> Publication:
    """Everything below ``home``. Raises DefinitionError with every fault of definitions, templates and their links."""
    faults: list[Fault] = []
    definitions = library = None
    try:
        definitions = definition_files.load(home)
    except DefinitionError as error:
        faults.extend(error.faults)
    try:
        library = load_library(home / "mail_templates")
    except DefinitionError as error:
        faults.extend(error.faults)
    if definitions is not None and library is not None:
        faults.extend(_broken_links(definitions, library))
    if faults or definitions is None or library is None:
        raise DefinitionError(faults)
    return Publication(definitions, library, home)


def _broken_links(definitions: Definitions, library: Library) -> list[Fault]:
    """Links in mails that lead to nothing defined."""
    return [
        Fault(_place(template), 0, 0, "", f'{link.kind}("{link.target}"): there is no such {_NOUNS[link.kind]}')
        for template in library.templates()
        for link in template.links
        if not _leads_somewhere(definitions, link)
    ]


_NOUNS = {"content": "content item", "topic": "topic", "form": "form", "questions": "form with 'profile: true'"}


def _leads_somewhere(definitions: Definitions, link: Link) -> bool:
    match link.kind:
        case "content":
            return link.target in definitions.content
        case "topic":
            return link.target in definitions.topics
        case "form":
            return link.target in definitions.forms and not definitions.forms[link.target].profile
        case "questions":
            return link.target in definitions.forms and definitions.forms[link.target].profile
        case _:
            return True


def _place(template: Template) -> str:
    return f"mail_templates/{template.mail}/{template.cell}/{template.language}.html.j2"


def publish(rt: Runtime, now: datetime) -> None:
    """Keep the present campaign and template versions, so that whoever begins with them can finish with them.

    Raises DefinitionError if the wording of a consent was changed without a new version.
    """
    d = rt.definitions
    with transaction(rt.db) as session:
        refuse_changed_wordings(session, d)
        new = campaigns.publish_campaigns(
            session, [(c.version, c.id, d.campaign_sources[c.id]) for c in d.campaigns.values()], now
        )
        campaigns.publish_templates(session, [_template_row(t, now) for t in rt.library.templates()])
        if campaigns.took_up(session, d.version):
            changed = {campaign: version[:12] for campaign, version in new}
            audit.note(session, HOUSE, "published", ("definitions", d.version[:12]), now, campaigns=changed)


def refuse_changed_wordings(session: Session, definitions: Definitions) -> None:
    """What people agreed to bears a version; other words need another one. Raises DefinitionError."""
    faults = [
        _other_words(purpose, language, since)
        for purpose in definitions.purposes.values()
        for language, since in sorted(registrations.changed_wordings(session, purpose).items())
    ]
    if faults:
        raise DefinitionError(faults)


def _other_words(purpose: Purpose, language: str, since: datetime) -> Fault:
    known = f"version '{purpose.version}' was shown to people from {since:%Y-%m-%d} on with other words"
    remedy = "give it a new version (what they agreed to stays on record as it was)"
    path = f"purposes.{purpose.id}.wording.{language}"
    return Fault("config/consent.yaml", 0, 0, path, f"the wording was changed, but {known}; {remedy}")


def _template_row(template: Template, now: datetime) -> dict[str, object]:
    return {
        "id": template.version,
        "mail": template.mail,
        "cell": template.cell,
        "language": template.language,
        "sources": dict(template.sources),
        "links": [{"kind": link.kind, "target": link.target} for link in template.links],
        "first_used_at": now,
    }
