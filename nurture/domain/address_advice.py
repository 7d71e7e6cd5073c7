"""What may be wrong with an address that is spelled correctly: whether to refuse it, or to ask back once.

    noreply@, postmaster@, abuse@ …        refused: nobody reads there who could have asked for something
    throw-away mailboxes                   refused: gone tomorrow
    gmial.com                              asked back, with the spelling that was probably meant; never changed silently
    info@, office@ …                       asked back: several people read it, and a consent is one person's

Knows lists and spelling only: no DNS, no contacts. Whoever says once more that the address is right has the last word.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Doubt(StrEnum):
    UNREAD = "unread"
    """Refused: a mailbox of machines."""
    DISPOSABLE = "disposable"
    """Refused: a throw-away mailbox."""
    NO_MAIL = "no-mail"
    """Refused: the domain says that it takes no mail (RFC 7505)."""
    SHARED = "shared"
    """Asked back: a mailbox of several people."""
    MISTYPED = "mistyped"
    """Asked back: a domain nearly like a well-known one."""
    UNREACHABLE = "unreachable"
    """Asked back: no mail server is known for the domain."""

    @property
    def refuses(self) -> bool:
        return self in (Doubt.UNREAD, Doubt.DISPOSABLE, Doubt.NO_MAIL)


@dataclass(frozen=True, slots=True)
class Advice:
    """``suggestion``: the address that was probably meant, or ''."""

    doubt: Doubt
    suggestion: str = ""


_UNREAD = frozenset({
    "abuse", "bounce", "bounces", "devnull", "do-not-reply", "donotreply", "hostmaster", "mailer-daemon", "no-reply",
    "no.reply", "no_reply", "nobody", "noreply", "null", "postmaster", "root", "spam", "webmaster", "www-data",
})  # fmt: skip
"""Names of RFC 2142 for operators, and those of programs."""
_SHARED = frozenset({
    "accounting", "admin", "administrator", "all", "anfrage", "beratung", "bewerbung", "billing", "buchhaltung",
    "buero", "contact", "einkauf", "empfang", "enquiries", "hello", "help", "hilfe", "hr", "info", "information",
    "it", "kontakt", "kundenservice", "mail", "marketing", "office", "personal", "post", "presse", "reception",
    "rechnung", "sales", "sekretariat", "service", "support", "team", "vertrieb", "verwaltung", "verkauf", "zentrale",
})  # fmt: skip
"""Names of RFC 2142 for business, and those usual in German and English speaking companies."""
_POPULAR = (
    "gmail.com", "googlemail.com", "gmx.de", "gmx.net", "gmx.at", "gmx.ch", "web.de", "t-online.de", "outlook.com",
    "outlook.de", "hotmail.com", "hotmail.de", "yahoo.com", "yahoo.de", "icloud.com", "freenet.de", "posteo.de",
    "mailbox.org", "aol.com", "live.de", "live.com", "protonmail.com", "bluewin.ch",
)  # fmt: skip
"""What a mistyped domain may have been meant to be."""
_SHORTEST = 6
"""Shorter names are one letter from too many others."""


def look(address: str, providers: Collection[str], *, insisted: bool = False) -> Advice | None:
    """What is doubtful about ``address`` (canonical). ``providers``: domains that are certainly right.

    ``insisted``: it was asked back already; only what is refused is still told.
    """
    local, _, domain = address.lower().rpartition("@")
    name = local.partition("+")[0]
    if name in _UNREAD:
        return Advice(Doubt.UNREAD)
    # before the throw-away ones: many a mistyped domain is on that list because somebody catches its mail
    if not insisted and domain not in providers and (meant := _meant(domain)):
        return Advice(Doubt.MISTYPED, f"{address.rpartition('@')[0]}@{meant}")
    if is_disposable(domain):
        return Advice(Doubt.DISPOSABLE)
    return Advice(Doubt.SHARED) if name in _SHARED and not insisted else None


def is_disposable(domain: str) -> bool:
    """Whether ``domain``, or one above it, is on the list of throw-away mailboxes."""
    labels = domain.split(".")
    return any(".".join(labels[n:]) in _disposable() for n in range(len(labels) - 1))


@cache
def _disposable() -> frozenset[str]:
    lines = files("nurture.domain").joinpath("disposable.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _meant(domain: str) -> str:
    """The well-known domain that is one slip of the finger away, or ''."""
    if domain in _POPULAR or len(domain) < _SHORTEST:
        return ""
    return next((known for known in _POPULAR if _one_slip(domain, known)), "")


def _one_slip(typed: str, meant: str) -> bool:
    """Whether one letter is missing, too many, another one, or two neighbours are swapped (Damerau 1964)."""
    if abs(len(typed) - len(meant)) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), min(len(typed), len(meant)))
    rest, wanted = typed[start:], meant[start:]
    swapped = rest[:2] == wanted[1:2] + wanted[:1] and rest[2:] == wanted[2:] and len(rest) > 1
    return swapped or rest[1:] == wanted[1:] or rest[1:] == wanted or rest == wanted[1:]
