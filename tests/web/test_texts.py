"""Every sentence exists in every language, with the same places, and every sentence is used."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from nurture.web.public.texts import TEXTS

WEB = Path(__file__).parents[2] / "nurture" / "web"
SOURCES = "\n".join(
    path.read_text("utf-8")
    for folder, pattern in ((WEB / "public", "*.py"), (WEB / "templates" / "public", "*.html"))
    for path in folder.glob(pattern)
)
COMPOSED = (
    "error.",
    "kind.",
    "answer.state.",
    "thanks.",
    "again.",
    "preferences.done.",
    "preferences.often.",
    "preferences.pause.",
    "preferences.field.",
    "preferences.salutation.",
    "preferences.language.",
)
"""Keys that are put together where they are used."""


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_languages_have_the_same_keys() -> None:
    assert TEXTS["de"].keys() == TEXTS["en"].keys()


@pytest.mark.parametrize("key", TEXTS["de"])
def test_languages_have_the_same_places(key: str) -> None:
    assert places(TEXTS["de"][key]) == places(TEXTS["en"][key])


def test_every_sentence_is_used() -> None:
    unused = [key for key in TEXTS["de"] if f"'{key}'" not in SOURCES and f'"{key}"' not in SOURCES]
    assert [key for key in unused if not key.startswith(COMPOSED)] == []


def test_every_sentence_that_is_used_exists() -> None:
    used = set(re.findall(r"\bt\('([^']+)'", SOURCES)) | set(re.findall(r'\bwords\("([^"]+)"', SOURCES))
    assert {key for key in used if not key.endswith(".")} - TEXTS["de"].keys() - {
        "error.%d.title",
        "error.%d.text",
    } == set()


def test_german_is_german() -> None:
    """No transliterated umlauts, no English left over."""
    words = re.findall(r"\b\w+\b", " ".join(TEXTS["de"].values()).lower())
    assert not {"fuer", "ueber", "koennen", "moechten", "bestaetigen", "the", "please", "your"} & set(words)
