"""DMARC (RFC 7489): the record of a From domain, and whether other domains count as the same sender ('aligned').

The organisational domain is found without the public suffix list, which is large and changes weekly: the last two labels,
or three below the suffixes named here. Whoever sits below another such suffix is told the record to look for wrongly, and
mail is not affected; the list is easily made longer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nurture.delivery.dns import NoSuchName, Resolver

_SECOND_LEVEL = {
    "ac": ("at", "il", "in", "jp", "kr", "nz", "th", "uk", "za"),
    "co": ("at", "id", "il", "in", "jp", "kr", "nz", "th", "uk", "za"),
    "com": ("ar", "au", "br", "cn", "co", "gr", "hk", "mt", "mx", "my", "pl", "ro", "sg", "tr", "tw", "ua"),
    "edu": ("au", "cn", "pl", "tr"),
    "gov": ("au", "br", "cn", "in", "tr", "uk"),
    "gv": ("at",),
    "ltd": ("uk",),
    "ne": ("jp", "kr"),
    "net": ("au", "br", "cn", "pl", "tr"),
    "or": ("at", "jp", "kr"),
    "org": ("au", "br", "cn", "pl", "tr", "uk"),
    "plc": ("uk",),
}
_TAG = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*=\s*(.*?)\s*", re.DOTALL)
POLICIES = ("none", "quarantine", "reject")


def organisational_domain(domain: str) -> str:
    """The domain that somebody registered: ``example.co.uk`` for ``news.example.co.uk``."""
    labels = domain.lower().rstrip(".").split(".")
    short = len(labels) > 2 and labels[-1] in _SECOND_LEVEL.get(labels[-2], ())
    return ".".join(labels[-3 if short else -2 :])


def aligned(one: str, other: str, *, strict: bool = False) -> bool:
    """Whether two domains count as one sender (3.1): the same, or unless ``strict`` of one organisation."""
    if strict:
        return one.lower() == other.lower()
    return organisational_domain(one) == organisational_domain(other)


def tags(text: str) -> dict[str, str]:
    """``a=b; c=d`` as DKIM and DMARC write it, names in small letters; of a name that is there twice the first."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        if (tag := _TAG.fullmatch(part)) is not None:
            found.setdefault(tag[1].lower(), tag[2])
    return found


@dataclass(frozen=True, slots=True)
class Dmarc:
    """``name``: where the record was found, or should be. ``policy``: what holds for the domain asked for; '' without."""

    name: str
    records: tuple[str, ...]
    policy: str = ""
    strict_spf: bool = False
    strict_dkim: bool = False
    reports: str = ""


def find(resolver: Resolver, domain: str) -> Dmarc:
    """The record that holds for mails from ``domain``: its own, else its organisation's (6.6.3). Raises DnsTrouble."""
    organisation = organisational_domain(domain)
    for place in dict.fromkeys((domain, organisation)):
        name = f"_dmarc.{place}"
        if records := _records(resolver, name):
            said = tags(records[0])
            return Dmarc(
                name,
                records,
                _policy(said, inherited=place != domain),
                said.get("aspf", "r").lower() == "s",
                said.get("adkim", "r").lower() == "s",
                said.get("rua", ""),
            )
    return Dmarc(f"_dmarc.{organisation}", ())


def _records(resolver: Resolver, name: str) -> tuple[str, ...]:
    try:
        texts = resolver.txt(name)
    except NoSuchName:
        return ()
    return tuple(text for text in texts if re.match(r"v\s*=\s*DMARC1\s*(;|$)", text))


def _policy(said: Mapping[str, str], *, inherited: bool) -> str:
    """The policy; '' for one that does not exist."""
    policy = (said.get("sp") if inherited else None) or said.get("p", "")
    return policy.lower() if policy.lower() in POLICIES else ""
