"""What the DNS says of a DKIM key (RFC 6376 section 3.6.1), and whether it is the key we sign with."""

from __future__ import annotations

import re

from nurture.delivery.dkim import PrivateKey
from nurture.delivery.dkim_keys import kind, public_part
from nurture.delivery.dmarc import tags
from nurture.delivery.dns import NoSuchName, Resolver

MISSING = "there is no such record"
REVOKED = "the key is revoked: its p= is empty"


def published(resolver: Resolver, name: str) -> tuple[str, ...]:
    """The texts at the name of a key. Raises DnsTrouble."""
    try:
        return tuple(resolver.txt(name))
    except NoSuchName:
        return ()


def disagreement(texts: tuple[str, ...], key: PrivateKey) -> str:
    """Why signatures of ``key`` would not be accepted by these texts; '' if they would."""
    if not texts:
        return MISSING
    if len(texts) > 1:
        return f"there are {len(texts)} records, and receivers may take any of them"
    said = tags(texts[0])
    part = re.sub(r"\s", "", said.get("p", "-"))
    problems = {
        "it does not begin with v=DKIM1": said.get("v", "DKIM1") != "DKIM1",
        REVOKED: part == "",
        f"k={said.get('k', 'rsa')} does not go with our {kind(key)} key": said.get("k", "rsa").lower() != kind(key),
        f"h={said.get('h', '')} does not allow sha256": not _allows(said.get("h", "*"), "sha256"),
        f"s={said.get('s', '')} does not allow e-mail": not _allows(said.get("s", "*"), "email"),
        "its p= is of another key than our private one": part != public_part(key),
    }
    return next((problem for problem, holds in problems.items() if holds), "")


def testing(texts: tuple[str, ...]) -> bool:
    """Whether the record says that signatures are only a trial (t=y), which makes them worth nothing."""
    return any("y" in tags(text).get("t", "").lower().split(":") for text in texts)


def _allows(said: str, wanted: str) -> bool:
    words = [word.strip().lower() for word in said.split(":")]
    return "*" in words or wanted in words
