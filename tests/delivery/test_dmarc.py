"""Which domains count as one sender, and which record holds for a domain."""

from __future__ import annotations

import pytest
from support.zones import TableResolver

from nurture.delivery.dmarc import aligned, find, organisational_domain, tags

ORGANISATIONS = {
    "news.example.com": "example.com",
    "a.b.c.example.de": "example.de",
    "example.com": "example.com",
    "News.Example.CO.UK.": "example.co.uk",
    "example.co.uk": "example.co.uk",
    "mail.firma.co.at": "firma.co.at",
    "co.de": "co.de",
    "news.co.de": "co.de",
    "localhost": "localhost",
}


@pytest.mark.parametrize(("domain", "organisation"), ORGANISATIONS.items(), ids=ORGANISATIONS)
def test_the_organisation_of_a_domain(domain: str, organisation: str) -> None:
    assert organisational_domain(domain) == organisation


def test_alignment() -> None:
    assert aligned("bounce.example.com", "news.Example.com")
    assert not aligned("bounce.example.com", "news.example.com", strict=True)
    assert aligned("News.example.com", "news.example.com", strict=True)
    assert not aligned("example.com", "example.org")
    assert not aligned("one.co.uk", "two.co.uk")


def test_tags() -> None:
    assert tags(" v = DMARC1 ; P=none;; rua=mailto:a@b.example!10m ; p=reject; nonsense") == {
        "v": "DMARC1",
        "p": "none",
        "rua": "mailto:a@b.example!10m",
    }


OWN = {"txt": ["v=DMARC1; p=quarantine; adkim=s"]}
WHOLE = {"txt": ["verification", "v=DMARC1;p=reject; sp=none; rua=mailto:a@example.com; aspf=s"]}
RECORDS = {
    "its own": ({"_dmarc.news.example.com": OWN, "_dmarc.example.com": WHOLE}, ("_dmarc.news.example.com", "quarantine", False, True)),
    "the organisation's": ({"_dmarc.example.com": WHOLE}, ("_dmarc.example.com", "none", True, False)),
    "none": ({}, ("_dmarc.example.com", "", False, False)),
    "another text": ({"_dmarc.example.com": {"txt": ["v=DMARC2; p=none"]}}, ("_dmarc.example.com", "", False, False)),
    "no such policy": ({"_dmarc.example.com": {"txt": ["v=DMARC1; p=all"]}}, ("_dmarc.example.com", "", False, False)),
}  # fmt: skip


@pytest.mark.parametrize(("table", "expected"), RECORDS.values(), ids=RECORDS)
def test_the_record_that_holds(table: dict[str, object], expected: tuple[object, ...]) -> None:
    found = find(TableResolver(table), "news.example.com")  # type: ignore[arg-type]
    assert (found.name, found.policy, found.strict_spf, found.strict_dkim) == expected


def test_the_organisations_own_policy_holds_for_itself() -> None:
    assert find(TableResolver({"_dmarc.example.com": WHOLE}), "example.com").policy == "reject"
