"""A letter of every mail, cell and language for an ordinary reader, and for one whose names are as long as they may be.

They are written where all letters are written (``letters``), with addresses as long as real ones, so that what is judged
is what would be sent. No database: what is known of the two readers is made up here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import create_engine

from nurture.delivery import MemoryTransport
from nurture.domain.campaign import Campaign, MailStep
from nurture.domain.catalogue import in_language
from nurture.domain.definitions import Definitions
from nurture.domain.message import MessageKind, MessageState, message_id
from nurture.engine import links
from nurture.engine.letter_facts import Material
from nurture.engine.letters import Desk, Written
from nurture.engine.publication import Publication
from nurture.engine.runtime import Runtime
from nurture.mail.library import Template
from nurture.mail.render import Letter
from nurture.mail.signing import Signer
from nurture.mail.vocabulary import SERVICE, TO_CONFIRM, TO_CONTACT
from nurture.store.messages import Outgoing
from nurture.store.schema import Registration

PUBLIC_URL = "https://informationen-und-unterlagen.eine-recht-lange-firmendomain.example/nurture"
_WHEN = datetime(2026, 3, 2, 9, tzinfo=UTC)
_LONG_ID = 999_999_999
_LINES, _WISH = 30, 2000
"""The most lines of a score in a dossier that are likely, and the longest message a form takes."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What is known of a reader, under the names that the store gives it."""

    address: str
    salutation: str
    first_name: str
    last_name: str
    company: str
    phone: str
    function: str | None = None
    time_zone: str | None = None
    created_at: datetime = _WHEN
    longest: bool = False

    @property
    def answers(self) -> Mapping[str, str]:
        return {}


def _of_length(length: int, words: str) -> str:
    return (words * (length // len(words) + 1))[:length]


USUAL = Reader(
    "andrea.weber@werk-und-soehne.de", "ms", "Andrea", "Weber", "Werk & Söhne Maschinenbau GmbH", "+49 231 4710 200"
)
LONGEST = Reader(
    address=f"{'vorname.nachname.' * 3}abteilung1234@{'lang-' * 12}de.{'firma-' * 10}de.{'gruppe-' * 7}gruppe.example",
    salutation="mr",
    first_name=_of_length(120, "Maximilian-Änne "),
    last_name=_of_length(120, "Müller-Lüdenscheidt von der "),
    company=_of_length(200, "Müller & Söhne Maschinen- und Anlagenbau "),
    phone="+49 231 4710 200 0000000000",
    longest=True,
)


@dataclass(frozen=True, slots=True)
class Example:
    """A finished letter. ``unsubscribe``: the reader's address for it, in a nurture mail."""

    template: Template
    reader: Reader
    kind: MessageKind
    letter: Letter
    raw: bytes
    unsubscribe: str | None


def examples(publication: Publication, readers: tuple[Reader, ...] = (USUAL, LONGEST)) -> Iterator[Example]:
    """The letters, in the order of the templates. Raises NurtureError if one cannot be written."""
    writer = Writer(publication)
    for template in publication.library.templates():
        for reader in readers:
            yield writer.write(template, reader)


class Writer:
    """Writes letters of one publication."""

    def __init__(self, publication: Publication) -> None:
        self._rt = _runtime(publication)

    def write(self, template: Template, reader: Reader) -> Example:
        """The letter for this reader. Raises NurtureError if it cannot be written."""
        return _example(self._rt, template, reader)


def _runtime(publication: Publication) -> Runtime:
    return Runtime(
        db=create_engine("sqlite://"),
        publication=publication,
        signer=Signer(["a-key-for-letters-that-nobody-gets-0123456789"]),
        transport=MemoryTransport(),
        public_url=PUBLIC_URL,
        installation="example",
    )


def _example(rt: Runtime, template: Template, reader: Reader) -> Example:
    row = _row(rt.definitions, template, reader)
    desk = Desk(rt, _material(rt.definitions, row, reader))
    written: Written = desk.write(row)
    letter = desk.letter(row)
    leave = links.signed_url(rt, "unsubscribe", row.contact_id, row.id) if row.kind is MessageKind.NURTURE else None
    return Example(template, reader, row.kind, letter, written.raw, leave)


# --- the rows that letters are written from ----------------------------------------------------------------------------


def _kind(template: Template) -> MessageKind:
    if template.mail != SERVICE:
        return MessageKind.NURTURE
    if template.cell in TO_CONTACT:
        return MessageKind.SERVICE
    return MessageKind.OPT_IN if template.cell in TO_CONFIRM else MessageKind.SALES


def _row(d: Definitions, template: Template, reader: Reader) -> Outgoing:
    kind = _kind(template)
    campaign, step, product = _use(d, template.mail)
    id_ = _LONG_ID if reader.longest else 42
    nurture = kind is MessageKind.NURTURE
    said: dict[str, Any] = {
        "id": id_,
        "kind": kind,
        "state": MessageState.CLAIMED,
        "header_id": message_id("example", template.name, d.organisation.sender.domain),
        "address": reader.address if kind is not MessageKind.SALES else d.organisation.sender.address,
        "language": template.language,
        "mail": template.cell if kind.service else template.mail,
        "template_version": template.version,
        "context": _sales(d, product, reader, template.language) if kind is MessageKind.SALES else {"product": product},
        "tracked": nurture,
        "contact_id": id_ if kind in (MessageKind.NURTURE, MessageKind.SERVICE) else None,
        "registration_id": id_ if kind is MessageKind.OPT_IN else None,
        "handoff_id": id_ if kind is MessageKind.SALES else None,
        "campaign": campaign.id if campaign and nurture else None,
        "step": step if nurture else None,
        "attempts": 0,
        "queued_at": _WHEN,
    }
    return Outgoing(**{**dict.fromkeys(Outgoing.__slots__), **said})  # the rest says nothing of the letter


def _use(d: Definitions, mail: str) -> tuple[Campaign | None, str | None, str]:
    """The campaign, step and product that a mail is sent in; a mail that nobody sends is about the first product."""
    for campaign in d.campaigns.values():
        for step in campaign.steps:
            if isinstance(step, MailStep) and step.mail == mail:
                return campaign, step.name, campaign.product
    return None, None, next(iter(d.products))


def _material(d: Definitions, row: Outgoing, reader: Reader) -> Material:
    """Everything known of the reader; of the longest, whatever has the longest name."""
    topic, content = _longest_words(d, row)
    asked = _registration(d, row, reader) if row.kind is MessageKind.OPT_IN else None
    return Material(
        readers={row.contact_id: reader} if row.contact_id else {},
        interests={row.contact_id: [topic]} if row.contact_id and topic else {},
        downloads={row.contact_id: content} if row.contact_id and content else {},
        registrations={row.registration_id: asked} if row.registration_id else {},
        wordings={p.id: in_language(p.wording, row.language) for p in d.purposes.values()},
        frames={},
        raw={},
    )


def _longest_words(d: Definitions, row: Outgoing) -> tuple[str, str]:
    product = d.products[row.context["product"]]
    topics = sorted(product.topics, key=lambda topic: len(in_language(d.topics[topic].name, row.language)))
    content = sorted(d.content.values(), key=lambda item: len(in_language(item.title, row.language)))
    return (topics[-1] if topics else ""), (content[-1].id if content else "")


def _registration(d: Definitions, row: Outgoing, reader: Reader) -> Registration:
    """Of the longest reader, through the form with the longest title, with every consent it asks for."""
    forms = sorted(d.forms.values(), key=lambda form: (form.offers is not None, len(in_language(form.title, row.language))))
    form = forms[-1]
    purposes = {purpose: purpose for purpose in d.purposes}
    return Registration(form=form.id, address=reader.address, purposes=purposes, created_at=_WHEN, expires_at=_WHEN)


def _sales(d: Definitions, product: str, reader: Reader, language: str) -> dict[str, Any]:
    many = reader.longest
    note = _of_length(100, "Whitepaper zur Feinplanung · ") if many else "Whitepaper"
    line = {"at": "24.02.2026", "label": "Checkliste heruntergeladen", "points": 4.5, "note": note}
    item = {"at": "24.02.2026", "title": next(iter(d.content.values())).title[language], "kind": "case-study"}
    dossier = {
        "lead_id": 7,
        "product": product,
        "product_name": in_language(d.products[product].name, language),
        "trigger": "wish",
        "reason": "Profil A mit 46,5 Punkten erreicht die Schwelle von 40" if language == "de" else "asked for a call",
        "name": f"{reader.first_name} {reader.last_name}",
        "salutation": reader.salutation,
        "address": reader.address,
        "phone": reader.phone,
        "phone_consent": True,
        "function_name": "Produktionsplanung" if language == "de" else "Production planning",
        "company": reader.company,
        "company_size": "250-999",
        "industry": _of_length(80, "Maschinenbau ") if many else "Maschinenbau",
        "country": "DE",
        "language": language,
        "lead_class": "B2",
        "class_confirmed": False,
        "class_reason": _of_length(200, "hat das Fallbeispiel gelesen ") if many else "",
        "grade": "A",
        "profile_points": 70.0,
        "points": 46.5,
        "profile_lines": [line] * (10 if many else 3),
        "lines": [line] * (_LINES if many else 4),
        "content": [item] * (len(d.content) if many else 2),
        "answers": [{"label": "Zeitrahmen", "value": _of_length(200, "in drei Monaten ") if many else "3 Monate"}] * 8,
        "wish": _of_length(_WISH, "Bitte rufen Sie mich an. ") if many else "Bitte rufen Sie mich am Vormittag an.",
        "activities": [{"at": "24.02.26, 09:40", "text": note}] * (12 if many else 4),
        "source": "website",
        "since": "24.02.2026",
    }
    name = LONGEST.first_name if many else "Jonas Reimer"
    return {
        "product": product,
        "dossier": dossier,
        "recipient": "jonas",
        "salesperson": {"name": name},
        "overdue_since": "2. März 2026, 14:30",
    }
