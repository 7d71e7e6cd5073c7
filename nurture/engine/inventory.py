"""The inventory of personal data (``personal_data.py``) in words: as rows for pages, terminals and scripts.

    inventory (tables, places) --> rows of one language --> inventory_pages.py (Markdown) | cli/inventory.py

Knows no database and no configuration: it tells what the program stores, not what a house has stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nurture.engine.personal_data import PLACES, Category, Erasing, Purpose, Table, rows, words
from nurture.engine.personal_tables import TABLES


@dataclass(frozen=True, slots=True)
class Stored:
    """One table with something personal in it.

    ``columns``: (category, names); ``erased``: (what an erasure does, names).
    """

    table: str
    about: str
    columns: Sequence[tuple[str, Sequence[str]]]
    kept: str
    erased: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Processing:
    """What is stored for one purpose."""

    purpose: str
    basis: str
    categories: Sequence[str]
    tables: Sequence[Stored]

    @property
    def kept(self) -> list[str]:
        return list(dict.fromkeys(one.kept for one in self.tables))


@dataclass(frozen=True, slots=True)
class Outside:
    """Something personal that is not in the database."""

    name: str
    about: str
    kept: str
    erased: str


def processings(language: str) -> list[Processing]:
    """Purpose by purpose, in the order in which they are declared; those without anything personal are left out."""
    found = []
    for purpose in Purpose:
        personal = [one for one in TABLES if one.purpose is purpose and one.personal]
        present = {column.category for one in personal for column in one.columns if column.personal}
        if personal:
            found.append(
                Processing(
                    purpose=words("purpose", purpose, language),
                    basis=words("basis", purpose, language),
                    categories=[words("category", c, language) for c in Category if c in present],
                    tables=[_stored(one, language) for one in personal],
                )
            )
    return found


def _stored(one: Table, language: str) -> Stored:
    personal = [column for column in one.columns if column.personal]
    columns = [(c, [x.name for x in personal if x.category is c]) for c in Category]
    erased = [(how, [x.name for x in personal if x.erasing is how]) for how in Erasing]
    return Stored(
        table=one.name,
        about=one.about[language],
        columns=[(words("category", c, language), names) for c, names in columns if names],
        kept=words("keep", one.keep, language),
        erased=[(words("erasing", how, language), names) for how, names in erased if names],
    )


def impersonal(language: str) -> list[tuple[str, str]]:
    """(table, what it is) of tables that say nothing of contacts."""
    return [(one.name, one.about[language]) for one in TABLES if not one.personal]


def outside(language: str) -> list[Outside]:
    return [Outside(p.name, p.about[language], p.keep[language], p.erasing[language]) for p in PLACES]


def columns(language: str) -> Iterator[dict[str, object]]:
    """Every column of every table, for scripts: keys as they are called in the program, and their meaning in words."""
    for table, column in rows():
        yield {
            "table": table.name,
            "about": table.about[language],
            "column": column.name,
            "personal": column.personal,
            "category": column.category.value,
            "purpose": table.purpose.value,
            "purpose_in_words": words("purpose", table.purpose, language),
            "basis": words("basis", table.purpose, language),
            "keep": table.keep.value,
            "kept": words("keep", table.keep, language),
            "erasing": column.erasing.value,
            "erased": words("erasing", column.erasing, language),
        }
