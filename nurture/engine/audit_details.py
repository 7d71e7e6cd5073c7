"""What an entry of the audit log says beyond who did what, in people's languages. A test finds what nobody translated.

Values are of our own making, or names of things that are defined in files; what nobody knows any more is told as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nurture.domain.catalogue import Text, in_language
from nurture.domain.definitions import Definitions
from nurture.engine import rights_words
from nurture.engine.words import word

NAMES: Mapping[str, Text] = {
    "campaigns": {"de": "Kampagnen", "en": "Campaigns"},
    "case": {"de": "Anliegen", "en": "Request"},
    "choice": {"de": "Gewählt", "en": "Chosen"},
    "consents": {"de": "Einwilligungen", "en": "Consents"},
    "count": {"de": "Anzahl", "en": "How many"},
    "created": {"de": "Neu", "en": "New"},
    "days": {"de": "Tage zwischen zwei E-Mails mindestens", "en": "Days between two mails at least"},
    "entries": {"de": "Einträge", "en": "Entries"},
    "findings": {"de": "Unstimmigkeiten", "en": "Faults"},
    "first": {"de": "Erste bei Nummer", "en": "First at number"},
    "form": {"de": "Format", "en": "Format"},
    "kind": {"de": "Art", "en": "Kind"},
    "lane": {"de": "Versandweg", "en": "Lane"},
    "left_out": {"de": "Ausgelassen", "en": "Left out"},
    "mails": {"de": "E-Mails", "en": "Mails"},
    "message": {"de": "E-Mail", "en": "Mail"},
    "purposes": {"de": "Einwilligungen", "en": "Consents"},
    "registrations": {"de": "Anmeldungen", "en": "Registrations"},
    "rows": {"de": "Zeilen", "en": "Rows"},
    "stream": {"de": "Art der E-Mails", "en": "Kind of mail"},
    "unchanged": {"de": "Unverändert", "en": "Unchanged"},
    "until": {"de": "Bis", "en": "Until"},
    "unwanted": {"de": "Nicht gewünscht", "en": "Not wanted"},
    "updated": {"de": "Geändert", "en": "Changed"},
    "via": {"de": "Über", "en": "By"},
    "was": {"de": "Vorher", "en": "Before"},
    "why": {"de": "Grund", "en": "Reason"},
}
VALUES: Mapping[str, Mapping[str, Text]] = {
    "choice": {
        "paused": {"de": "Pause", "en": "a pause"},
        "resumed": {"de": "Pause beendet", "en": "the pause ended"},
        "frequency": {"de": "wie oft", "en": "how often"},
        "topics": {"de": "worüber", "en": "about what"},
        "counted": {"de": "Besuche ohne Namen zählen", "en": "visits counted without a name"},
        "uncounted": {"de": "Besuche nicht zählen", "en": "visits not counted"},
        "consent-asked": {"de": "Einwilligung erbeten", "en": "asked for a consent"},
        "address-asked": {"de": "neue Adresse genannt", "en": "named a new address"},
        "address-changed": {"de": "neue Adresse bestätigt", "en": "confirmed a new address"},
    },
    "via": {
        "unsubscribe": {"de": "Abmeldelink", "en": "link to unsubscribe"},
        "preferences": {"de": "Einstellungen", "en": "preferences page"},
    },
    "why": {
        "asked": {"de": "auf Verlangen der Person", "en": "the person asked for it"},
        "unlawful": {"de": "hätte nicht gespeichert werden dürfen", "en": "should not have been stored"},
        "over": {"de": "nicht mehr nötig", "en": "needed no longer"},
    },
}
"""Of values that stand in no other list of words."""


def in_words(d: Definitions, details: Mapping[str, Any], language: str) -> Iterator[tuple[str, str]]:
    """(name, value) of each, without what says nothing."""
    for name, value in details.items():
        if value not in ("", None, {}):
            yield in_language(NAMES[name], language) if name in NAMES else name, _value(d, name, value, language)


def _value(d: Definitions, name: str, value: Any, language: str) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {of}" for key, of in value.items())
    said = str(value)
    if (text := VALUES.get(name, {}).get(said)) is not None:
        return in_language(text, language)
    return _READ[name](d, said, language) if name in _READ else said


def _purposes(d: Definitions, said: str, language: str) -> str:
    return ", ".join(in_language(d.purposes[p].title, language) if p in d.purposes else p for p in said.split())


def _reason(d: Definitions, said: str, language: str) -> str:
    """Of sales, which gave a lead back."""
    known = d.sales.return_reasons.get(said)
    return in_language(known.name, language) if known else said


def _kind(_: Definitions, said: str, language: str) -> str:
    """Of a request, or of what came back."""
    right = rights_words.WORDS.get(f"right.{said}")
    return in_language(right, language) if right else word(f"returned.{said}", language)


_READ: Mapping[str, Callable[[Definitions, str, str], str]] = {
    "kind": _kind,
    "lane": lambda _, said, language: word(f"lane.{said}", language),
    "purposes": _purposes,
    "stream": lambda _, said, language: word(f"stream.{said}", language),
    "was": lambda _, said, language: word(f"message.{said}", language),
    "why": _reason,
}
