"""What the columns of an import mean, and what one row says. Pure: asks no database, reads no clock.

A row says who somebody is, and perhaps that this person consented. A consent counts only if the row proves it: a date in
the past, where it was given, and to which words (the wording, its version, or a document that shows it).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nurture.domain.address import address_key
from nurture.domain.catalogue import Text
from nurture.domain.definitions import Definitions
from nurture.domain.errors import NurtureError
from nurture.domain.form import PurposeKind
from nurture.engine.submission import canonical_address, clean

_HEADINGS: dict[str, str] = {
    "email": "e-mail, email, mail, e-mail-adresse, mailadresse, email address, e-mail address",
    "salutation": "anrede, salutation",
    "first_name": "vorname, first name, given name",
    "last_name": "nachname, name, familienname, last name, surname, family name",
    "company": "firma, unternehmen, organisation, company, company name, organization",
    "function": "funktion, bereich, rolle, function, role, department",
    "phone": "telefon, telefonnummer, phone, phone number, telephone",
    "language": "sprache, language",
    "country": "land, country",
    "time_zone": "zeitzone, time zone, timezone",
    "source": "quelle, herkunft, source, origin",
    "industry": "branche, industry",
    "company_size": "firmengröße, unternehmensgröße, mitarbeiter, company size, employees",
    "region": "region, bundesland, state",
    "consent_at": "einwilligung am, einwilligung datum, einwilligungsdatum, consent at, consent on, consent date",
    "consent_source": "einwilligung quelle, einwilligung über, einwilligung ort, consent source, consent place",
    "consent_wording": "einwilligung wortlaut, einwilligungstext, einwilligung text, consent wording, consent text",
    "consent_version": "einwilligung version, consent version",
    "consent_document": "einwilligung nachweis, einwilligung beleg, einwilligung dokument, consent document, consent proof,"
    " consent reference, consent evidence",
    "consent_purpose": "einwilligung zweck, consent purpose, consent purposes",
}
_LONGEST = {
    "salutation": 20,
    "first_name": 120,
    "last_name": 120,
    "company": 200,
    "phone": 60,
    "country": 2,
    "source": 80,
    "industry": 80,
    "company_size": 40,
    "region": 80,
    "consent_wording": 10_000,
    "consent_document": 1_000,
}
_LONGEST_OTHER = 500
_SALUTATIONS = {"frau": "ms", "ms": "ms", "mrs": "ms", "miss": "ms", "herr": "mr", "mr": "mr"}
_LANGUAGES = {"de": "deutsch, german", "en": "englisch, english"}
_PROOF = ("consent_wording", "consent_version", "consent_document")


class NoAddressColumn(NurtureError):
    """The headings name no column with e-mail addresses."""


@dataclass(frozen=True, slots=True)
class Columns:
    """``fields``: what each column means, None for those that are not used. ``answers``: names of further questions."""

    headings: tuple[str, ...]
    fields: tuple[str | None, ...]

    @property
    def unused(self) -> tuple[str, ...]:
        return tuple(h for h, f in zip(self.headings, self.fields, strict=True) if f is None and h)


@dataclass(frozen=True, slots=True)
class Claim:
    """A consent that a row proves."""

    purposes: tuple[str, ...]
    at: datetime
    evidence: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """What one row says. ``notes``: what of it could not be used, and why."""

    row: int
    address: str
    language: str | None
    source: str | None
    facts: Mapping[str, str]
    claim: Claim | None
    notes: tuple[str, ...] = field(default_factory=tuple)

    @property
    def key(self) -> str:
        return address_key(self.address)


class BadRow(NurtureError):
    """A row that cannot be imported."""


def find_columns(definitions: Definitions, headings: Sequence[str], file: str) -> Columns:
    """What each heading means: names of ours in German and English, and fields of the forms by name or label."""
    meanings = {_plain(word): name for name, words in _HEADINGS.items() for word in (name, *words.split(", "))}
    for form in definitions.forms.values():
        for asked in form.fields:
            for word in (asked.name, *asked.label.values()):
                meanings.setdefault(_plain(word), asked.name)
    fields: list[str | None] = []
    for heading in headings:
        meaning = meanings.get(_plain(heading))
        fields.append(None if meaning in fields or meaning == "call_me" else meaning)
    if "email" not in fields:
        seen = ", ".join(headings[:12]) or "none"
        raise NoAddressColumn(
            f"{file} has no column with e-mail addresses: name it 'E-Mail' or 'Email'. Its columns: {seen}"
        )
    return Columns(tuple(headings), tuple(fields))


def _plain(heading: str) -> str:
    """Letters and digits only, lower case: 'E-Mail Adresse' and 'email_adresse' are the same heading."""
    return re.sub(r"[\W_]+", "", heading.casefold())


def read_row(definitions: Definitions, columns: Columns, row: int, cells: Sequence[str], now: datetime) -> Said:
    """What the row says. Raises BadRow."""
    if len(cells) > len(columns.fields) and any(cell.strip() for cell in cells[len(columns.fields) :]):
        raise BadRow(
            f"has {len(cells)} cells for {len(columns.fields)} columns; a separator in a cell needs quotes round it"
        )
    pairs = zip(columns.fields, cells, strict=False)
    values = {name: text for name, cell in pairs if name is not None and (text := clean(cell))}
    address = _address(values.pop("email", ""))
    _check_lengths(values)
    notes: list[str] = []
    language = _language(definitions, values.pop("language", ""), notes)
    source = values.pop("source", None)
    claim = _claim(definitions, values, now, notes)
    facts = {name: value for name, value in values.items() if not name.startswith("consent_")}
    _understand(definitions, facts, notes)
    return Said(row, address, language, source, facts, claim, tuple(notes))


def _address(text: str) -> str:
    if not text:
        raise BadRow("has no e-mail address")
    try:
        address = canonical_address(text)
    except ValueError as error:
        raise BadRow(f"'{text[:100]}' is no e-mail address: {error}") from None
    if len(address) > 254:
        raise BadRow(f"the e-mail address has {len(address)} characters; at most 254 can be delivered to")
    return address


def _check_lengths(values: Mapping[str, str]) -> None:
    for name, value in values.items():
        most = _LONGEST.get(name, _LONGEST_OTHER)
        if len(value) > most and name not in ("country", "salutation"):
            raise BadRow(f"{name} has {len(value)} characters; at most {most}")


def _understand(definitions: Definitions, facts: dict[str, str], notes: list[str]) -> None:
    """Put function, salutation, country and time zone into our words; leave out, with a note, what is not understood."""
    names = {function.id: function.name for function in definitions.functions.values()}
    _translate(facts, "function", _words(names), sorted(names), notes)
    _translate(facts, "salutation", _SALUTATIONS, ["Frau", "Herr", "Ms", "Mr"], notes)
    country = facts.pop("country", "")
    if len(country) == 2 and country.isascii() and country.isalpha():
        facts["country"] = country.upper()
    elif country:
        notes.append(f"country '{country[:60]}' left out; write the two letters of ISO 3166, such as DE")
    if (zone := facts.get("time_zone")) and not _is_zone(zone):
        del facts["time_zone"]
        notes.append(f"time zone '{zone[:60]}' left out; write it like Europe/Berlin")


def _translate(facts: dict[str, str], name: str, words: Mapping[str, str], known: Iterable[str], notes: list[str]) -> None:
    value = facts.pop(name, "")
    if not value:
        return
    if (meant := words.get(_plain(value))) is None:
        notes.append(f"{name} '{value[:60]}' left out; known are {', '.join(known)}")
    else:
        facts[name] = meant


def _words(names: Mapping[str, Text]) -> dict[str, str]:
    """Id or name in any language -> id."""
    return {_plain(word): id_ for id_, name in names.items() for word in (id_, *name.values())}


def _language(definitions: Definitions, value: str, notes: list[str]) -> str | None:
    known = definitions.organisation.languages
    words = {_plain(word): code for code in known for word in (code, *_LANGUAGES.get(code, "").split(", ")) if word}
    code = words.get(_plain(value.partition("-")[0]))
    if value and code is None:
        notes.append(f"language '{value[:60]}' left out; known are {', '.join(known)}")
    return code


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return False
    return True


# --- consent ----------------------------------------------------------------------------------------------------------


def _claim(definitions: Definitions, values: Mapping[str, str], now: datetime, notes: list[str]) -> Claim | None:
    """The consent that the row proves; None, with a note, if it only claims one."""
    evidence = {name: value for name, value in values.items() if name.startswith("consent_")}
    if not evidence:
        return None
    try:
        at = _consent_date(evidence.get("consent_at", ""), definitions.calendar.zone, now)
        if "consent_source" not in evidence:
            raise BadRow("where it was given is missing (column 'Einwilligung Quelle' or 'Consent source')")
        if not any(name in evidence for name in _PROOF):
            raise BadRow(
                "its wording, version or document is missing (such as 'Einwilligung Wortlaut' or 'Consent wording')"
            )
        purposes = _purposes(definitions, evidence.pop("consent_purpose", ""))
    except BadRow as fault:
        notes.append(f"no consent: {fault}")
        return None
    return Claim(purposes, at, {name.removeprefix("consent_"): value for name, value in evidence.items()})


_DATES = ("%Y-%m-%d", "%d.%m.%Y", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S")


def _consent_date(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The instant, in UTC. Dates of other forms than 2026-03-01 and 01.03.2026 could mean two days and count as none."""
    if not text:
        raise BadRow("its date is missing (column 'Einwilligung am' or 'Consent date')")
    at = _instant(text, zone)
    if at is None:
        raise BadRow(f"the date '{text[:40]}' is not clear; write 2026-03-01 or 01.03.2026")
    if at > now:
        raise BadRow(f"the date {text[:40]} lies in the future")
    if at.year < 1995:
        raise BadRow(f"the date {text[:40]} lies before there was e-mail marketing")
    return at


def _instant(text: str, zone: ZoneInfo) -> datetime | None:
    for form in _DATES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=zone).astimezone(UTC)
        except ValueError:
            continue
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def _purposes(definitions: Definitions, text: str) -> tuple[str, ...]:
    """The purposes named by id or title; none named: the only one for mail."""
    words = _words({purpose.id: purpose.title for purpose in definitions.purposes.values()})
    named = [part.strip() for part in re.split(r"[,;|+]", text) if part.strip()]
    unknown = [part for part in named if _plain(part) not in words]
    if unknown:
        raise BadRow(f"purpose '{unknown[0][:60]}' is not known; known are {', '.join(definitions.purposes)}")
    if named:
        return tuple(dict.fromkeys(words[_plain(part)] for part in named))
    mail = [purpose.id for purpose in definitions.purposes.values() if purpose.kind is PurposeKind.MAIL]
    if len(mail) != 1:
        raise BadRow(
            f"say for what, in a column 'Einwilligung Zweck' or 'Consent purpose': {', '.join(definitions.purposes)}"
        )
    return tuple(mail)
