"""What somebody chose on the preferences page, in words, from the journal (``choices.py``, ``reconsent.py``)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from babel.dates import format_date

from nurture.domain.definitions import Definitions
from nurture.engine import naming
from nurture.engine.words import word


def told(d: Definitions, said: Mapping[str, Any], language: str) -> str:
    """'Pause bis 3. Mai 2026', 'höchstens eine Mail in 30 Tagen', 'nichts zu Feintakt' …; '' for notes of before."""
    choice = said.get("choice")
    match choice:
        case None:
            return ""
        case "paused":
            return word("choice.paused", language, date=_day(d, str(said["until"]), language))
        case "frequency" if said.get("days"):
            return word("choice.frequency", language, days=said["days"])
        case "topics" if said.get("unwanted"):
            return word("choice.topics", language, names=names(d, str(said["unwanted"]).split(), language))
        case "consent-asked":
            titles = (naming.purpose_title(d, p, language) for p in str(said.get("purposes", "")).split())
            return word("choice.consent-asked", language, names=", ".join(titles))
        case "frequency" | "topics":
            return word(f"choice.{choice}-all", language)
        case _:
            return word(f"choice.{choice}", language)


def names(d: Definitions, marks: list[str], language: str) -> str:
    """The products and topics of these marks, by name."""
    return ", ".join(_name(d, *mark.partition(":")[::2], language) for mark in marks)


def _name(d: Definitions, kind: str, id_: str, language: str) -> str:
    return naming.product_name(d, id_, language) if kind == "product" else naming.topic_name(d, id_, language)


def _day(d: Definitions, moment: str, language: str) -> str:
    return format_date(datetime.fromisoformat(moment).astimezone(d.calendar.zone), "long", locale=language)
