"""D12, Art. 30 GDPR: the inventory of what is stored of people lists every column, and no other."""

from __future__ import annotations

import pytest

from nurture.engine.personal_data import WORDS, Category, Erasing, Keep, Purpose, rows
from nurture.engine.personal_tables import TABLES
from nurture.store.schema import Base

LISTED = {(table.name, column.name) for table, column in rows()}
STORED = {(table.name, column.name) for table in Base.metadata.sorted_tables for column in table.columns}


def test_d12_every_column_is_in_the_inventory() -> None:
    assert not STORED - LISTED, "add these columns to nurture/engine/personal_tables.py"


def test_d12_the_inventory_names_no_column_that_is_gone() -> None:
    assert not LISTED - STORED


def test_d12_no_column_is_listed_twice() -> None:
    listed = [(table.name, column.name) for table, column in rows()]
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("language", ["de", "en"])
def test_d12_everything_has_words_in_both_languages(language: str) -> None:
    kinds = {"category": Category, "purpose": Purpose, "basis": Purpose, "keep": Keep, "erasing": Erasing}
    for group, values in kinds.items():
        for value in values:
            assert WORDS[f"{group}.{value}"][language].strip(), (group, value)
    assert all(table.about[language].strip() for table in TABLES)


def test_d12_what_is_kept_of_people_is_only_operation_and_pseudonymous_evidence() -> None:
    kept = {(t.name, c.name) for t, c in rows() if c.erasing is Erasing.KEEP and c.personal}
    telling = {(t, n) for t, n in kept if _category(t, n) not in (Category.OPERATION, Category.NONE)}
    assert {table for table, _ in telling} == {"consent_events", "rights_cases", "class_changes"}
    assert all(name not in ("address", "address_key", "answers", "note") for _, name in telling)
    assert ("consent_events", "evidence") not in telling


def _category(table: str, column: str) -> Category:
    return next(c.category for t, c in rows() if (t.name, c.name) == (table, column))
