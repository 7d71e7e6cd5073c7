"""Texts in several languages."""

from __future__ import annotations

import pytest

from nurture.domain.catalogue import in_language


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        pytest.param({"de": "Hallo", "en": "Hello"}, "en", "Hello", id="there"),
        pytest.param({"de": "Hallo", "en": "Hello"}, "fr", "Hallo", id="not there: the first"),
        pytest.param({"de": "Hallo", "en": ""}, "en", "Hallo", id="empty: the first"),
        pytest.param({}, "de", "", id="no text at all"),
    ],
)
def test_in_language(text: dict[str, str], language: str, found: str) -> None:
    assert in_language(text, language) == found
