"""What a letter says of its reader, and of us, as plain values that JSON keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date

from nurture.domain.campaign import Campaign, Event
from nurture.domain.catalogue import in_language
from nurture.domain.errors import NotFound
from nurture.domain.message import MessageKind
from nurture.domain.organisation import Imprint
from nurture.engine import naming
from nurture.engine.facts import zone
from nurture.engine.runtime import Runtime
from nurture.store.messages import Outgoing


@dataclass(frozen=True)
class Material:
    """Everything loaded for a batch."""

    readers: Mapping[int, Any]
    interests: Mapping[int, Sequence[str]]
    downloads: Mapping[int, str]
    registrations: Mapping[int, Any]
    wordings: Mapping[str, str]
    frames: Mapping[str, Mapping[str, Any]]
    raw: Mapping[int, bytes]


# --- what they share --------------------------------------------------------------------------------------------------


def frame(rt: Runtime, language: str, product: str | None, campaign: str | None) -> dict[str, Any]:
    """Ourselves, the product and the event, in one language; plain values that JSON keeps."""
    d = rt.definitions
    o = d.organisation
    sold = d.products.get(product) if product else None
    present: Campaign | None = d.campaigns.get(campaign) if campaign else None
    return {
        "organisation": {"name": o.name, "website": o.website},
        "sender": {
            "name": o.sender.name,
            "address": o.sender.address,
            "reply_to": o.sender.reply_to,
            "domain": o.sender.domain,
        },
        "imprint": _imprint(o.imprint, language),
        "language": language,
        "product": {
            "id": sold.id if sold else product or "",
            "name": in_language(sold.name, language) if sold else "",
            "problem": in_language(sold.problem, language) if sold else "",
            "benefit": in_language(sold.benefit, language) if sold else "",
        },
        "event": _event(present.event, language, d.calendar.zone) if present and present.event else None,
    }


def _imprint(imprint: Imprint, language: str) -> dict[str, Any]:
    plain = (
        "company",
        "street",
        "postal_code",
        "city",
        "register",
        "vat_id",
        "phone",
        "email",
        "imprint_url",
        "privacy_url",
    )
    return {
        **{name: getattr(imprint, name) for name in plain},
        "represented_by": list(imprint.represented_by),
        "country": in_language(imprint.country, language),
    }


def _event(event: Event, language: str, place: Any) -> dict[str, str]:
    dates = date_range(event.starts.astimezone(place).date(), event.ends.astimezone(place).date(), language)
    return {"name": in_language(event.name, language), "place": in_language(event.place, language), "dates": dates}


def date_range(first: date, last: date, language: str) -> str:
    """The days from ``first`` to ``last`` as people write them, the month in full: 20.–23. April 2027."""
    if first == last:
        return format_date(first, "long", locale=language)
    field = "y" if first.year != last.year else "M" if first.month != last.month else "d"
    patterns = Locale.parse(language).interval_formats.get("yMMMd", {}).get(field, ())
    if len(patterns) != 2:
        return " – ".join(format_date(day, "long", locale=language) for day in (first, last))
    days = zip((first, last), patterns, strict=True)
    return "".join(format_date(day, pattern.replace("MMM", "MMMM"), locale=language) for day, pattern in days)


@lru_cache(maxsize=4096)
def _day(day: date, language: str) -> str:
    return format_date(day, "long", locale=language)


# --- what is said of the reader ------------------------------------------------------------------------------------------


_NOBODY = dict.fromkeys(("first_name", "last_name", "salutation", "company", "function"), "")
_UNSAID = dict.fromkeys(("function_name", "interest", "interest_name", "first_content"), "")


def _of_contact(rt: Runtime, row: Outgoing, material: Material) -> dict[str, Any]:
    """What a nurture mail says of its reader, as it is noted: what is empty, and what the message's own row says, is
    left out (``told`` puts it in again).
    """
    d, language = rt.definitions, row.language
    reader = material.readers.get(row.contact_id or 0)
    if reader is None:
        raise NotFound("contact", row.contact_id)
    seen = reader.created_at.astimezone(zone(reader.time_zone) or d.calendar.zone).date()
    names = reader.first_name, reader.last_name, reader.salutation, reader.company, reader.function
    own = {
        "greeting": greeting(language, reader.salutation, reader.first_name, reader.last_name),
        "contact": {name: value for name, value in zip(_NOBODY, names, strict=True) if value},
        "first_seen": _day(seen, language),
    }
    if reader.function:
        own["function_name"] = naming.function_name(d, reader.function, language)
    if interest := _interest(rt, row, material):
        own["interest"], own["interest_name"] = interest, in_language(d.topics[interest].name, language)
    if (first := d.content.get(material.downloads.get(row.contact_id or 0, ""))) is not None:
        own["first_content"] = in_language(first.title, language)
    return own


def told(row: Outgoing, own: Mapping[str, Any]) -> dict[str, Any]:
    """All that a nurture mail says of its reader, of what was noted of it. Mails of before noted all of it themselves."""
    return {
        **_UNSAID,
        "phase": row.context.get("phase", "B1"),
        "campaign": row.campaign or "",
        "step": row.step or "",
        **own,
        "contact": {**_NOBODY, "address": row.address, "language": row.language, **own["contact"]},
    }


def _interest(rt: Runtime, row: Outgoing, material: Material) -> str:
    """The strongest interest within the campaign's product; without a product, of all."""
    if not (topics := material.interests.get(row.contact_id or 0)):
        return ""
    product = rt.definitions.products.get(row.context.get("product", ""))
    known = product.topics if product else rt.definitions.topics
    return next((topic for topic in topics if topic in known), "")


def _of_registration(rt: Runtime, row: Outgoing, material: Material) -> dict[str, Any]:
    """What an opt-in mail says: what was asked for, in the very words that were shown."""
    d, language = rt.definitions, row.language
    asked = material.registrations.get(row.registration_id or 0)
    if asked is None:
        raise NotFound("registration", row.registration_id)
    form = d.forms.get(asked.form)
    offer = d.content.get(form.offers) if form and form.offers else None
    expires = asked.expires_at.astimezone(d.calendar.zone).date()
    return {
        "form_title": naming.form_title(d, asked.form, language),
        "offer_title": in_language(offer.title, language) if offer else "",
        "purposes": [
            {"title": naming.purpose_title(d, purpose, language), "wording": material.wordings[wording]}
            for purpose, wording in asked.purposes.items()
        ],
        "expires": _day(expires, language),
        "asked_at": asked.created_at.isoformat(),
    }


def _of_person(rt: Runtime, row: Outgoing, material: Material) -> dict[str, Any]:  # noqa: ARG001
    """What a service mail says of the contact it goes to."""
    reader = material.readers.get(row.contact_id or 0)
    if reader is None:
        raise NotFound("contact", row.contact_id)
    return {
        "greeting": greeting(row.language, reader.salutation, reader.first_name, reader.last_name),
        "new_address": row.context.get("new_address", ""),
    }


def _of_sales(rt: Runtime, row: Outgoing, material: Material) -> dict[str, Any]:  # noqa: ARG001
    """What a mail to sales says was put together when it was queued; it is in the row's context already."""
    return {}


OWN_WORDS: dict[MessageKind, Callable[[Runtime, Outgoing, Material], dict[str, Any]]] = {
    MessageKind.NURTURE: _of_contact,
    MessageKind.OPT_IN: _of_registration,
    MessageKind.SERVICE: _of_person,
    MessageKind.SALES: _of_sales,
}

_FEMALE = frozenset({"ms", "mrs", "miss", "frau", "f", "female"})
_MALE = frozenset({"mr", "herr", "m", "male"})
_GREETINGS = {
    "de": ("Guten Tag Frau %s,", "Guten Tag Herr %s,", "Guten Tag %s %s,", "Guten Tag,"),
    "en": ("Hello Ms %s,", "Hello Mr %s,", "Hello %s %s,", "Hello,"),
}


def greeting(language: str, salutation: str | None, first_name: str | None, last_name: str | None) -> str:
    """How a letter begins: with salutation and last name, else with the full name, else without a name."""
    spoken, named, plain = _greetings(language, salutation or "")
    first, last = (first_name or "").strip(), (last_name or "").strip()
    if last and spoken:
        return spoken % last
    return named % (first, last) if first and last else plain


@lru_cache(maxsize=256)
def _greetings(language: str, salutation: str) -> tuple[str, str, str]:
    """(by salutation and last name, by the full name, without a name); the first is empty without a known salutation."""
    female, male, named, plain = _GREETINGS.get(language, _GREETINGS["en"])
    spoken = salutation.strip().rstrip(".").lower()
    return female if spoken in _FEMALE else male if spoken in _MALE else "", named, plain
