"""One address in the spellings in which servers and programs write it."""

from __future__ import annotations

import pytest

from nurture.delivery.returned.address import same


@pytest.mark.parametrize(
    ("written", "ours", "is_same"),
    [
        pytest.param("Anna@Werk.example", "anna@werk.example", True, id="case"),
        pytest.param("<anna@werk.example>", "anna@werk.example", True, id="angle brackets"),
        pytest.param("anna@b\u00fccher.example", "anna@xn--bcher-kva.example", True, id="umlaut in the domain"),
        pytest.param("anna@stra\u00dfe.example", "anna@xn--strae-oqa.example", True, id="sharp s (IDNA 2008)"),
        pytest.param("anna@strasse.example", "anna@xn--strae-oqa.example", False, id="another domain"),
        pytest.param("anna@werk.example.", "anna@werk.example", True, id="final dot"),
        pytest.param("anna", "anna@werk.example", False, id="no domain"),
        pytest.param("anna@-", "anna@-", True, id="no domain that DNS knows"),
        pytest.param("", "", False, id="nothing"),
    ],
)
def test_same(written: str, ours: str, is_same: bool) -> None:
    assert same(written, ours) is is_same
