"""The documents people download: every one is a PDF with a title, a few pages and a modest size."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOWNLOADS = Path(__file__).parents[2] / "config" / "downloads"
DOCUMENTS = sorted(DOWNLOADS.glob("*.pdf"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_is_fit_to_send(document: Path) -> None:
    raw = document.read_bytes()
    assert raw.startswith(b"%PDF-")
    assert len(raw) < 200_000
    assert b"/Title" in raw
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", raw)) <= 4


def test_every_document_has_its_source() -> None:
    sources = {path.stem for path in (DOWNLOADS / "source").glob("*.html")}
    assert {path.stem for path in DOCUMENTS} == sources
