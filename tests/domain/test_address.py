"""One person, one key."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.address import address_key, domain_of


@pytest.mark.parametrize(
    ("address", "key"),
    [
        pytest.param("Eva.Weber@Example.COM", "eva.weber@example.com", id="upper case"),
        pytest.param("  eva@example.com\n", "eva@example.com", id="blanks around"),
        pytest.param("ju\u0308rgen@example.com", "j\u00fcrgen@example.com", id="a composed umlaut"),
        pytest.param("J\u00dcRGEN@example.com", "j\u00fcrgen@example.com", id="an umlaut in upper case"),
        pytest.param("eva+news@example.com", "eva+news@example.com", id="a tag is part of the address"),
    ],
)
def test_address_key(address: str, key: str) -> None:
    assert address_key(address) == key


@given(st.text())
def test_a_key_is_its_own_key_and_normal(address: str) -> None:
    key = address_key(address)
    assert address_key(key) == key
    assert unicodedata.is_normalized("NFC", key)


@pytest.mark.parametrize(
    ("address", "domain"),
    [("eva@Example.COM", "example.com"), ('"a@b"@example.com', "example.com"), ("nothing", "nothing")],
)
def test_domain_of(address: str, domain: str) -> None:
    assert domain_of(address) == domain
