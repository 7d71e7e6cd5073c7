"""When a page was shown, signed, in a hidden field of its form: no cookie, no row in the database.

A form that comes back sooner than a person can press a button was filled in by a program; one that comes back after
hours was left lying in a tab and is shown again, with everything that was typed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from nurture.domain.errors import InvalidToken
from nurture.mail.signing import Signer

YOUNGEST = timedelta(seconds=2)
OLDEST = timedelta(hours=4)
FIELD = "stamp"


class Age(StrEnum):
    GOOD = "good"
    TOO_YOUNG = "too-young"
    TOO_OLD = "too-old"
    """Also: missing, damaged, or made for another page."""


def stamp(signer: Signer, about: str, now: datetime) -> str:
    """The signed moment for the page about ``about`` (a form's id, or ``page_of`` a link)."""
    return signer.sign("form", f"{about}:{round(now.timestamp() * 1000)}")


def age(signer: Signer, about: str, token: str, now: datetime) -> Age:
    """How old the page is that sent ``token``."""
    try:
        name, _, moment = signer.verify("form", token).rpartition(":")
    except InvalidToken:
        return Age.TOO_OLD
    if name != about or not moment.isdecimal():
        return Age.TOO_OLD
    passed = now.timestamp() - int(moment) / 1000
    if passed < YOUNGEST.total_seconds():
        return Age.TOO_YOUNG
    return Age.GOOD if passed <= OLDEST.total_seconds() else Age.TOO_OLD


def page_of(token: str) -> str:
    """A short name for the page behind a signed link."""
    return "page-" + sha256(token.encode()).hexdigest()[:20]
