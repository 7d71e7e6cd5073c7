"""One canonical form of an e-mail address, so that one person is one contact.

Syntax and deliverability are checked at the rim (email-validator); this module only makes the key under which an
address is stored, found and suppressed.
"""

from __future__ import annotations

import re
import unicodedata

_ANY = re.compile(r"[^\s<>()\[\]{},;:\"'|=/]+(@|%40)(?=[\w\[])", re.IGNORECASE)


def address_key(address: str) -> str:
    """The key of ``address``: NFC, trimmed, lower case. The domain must already be in its A-label form (RFC 5890).

    Lower-casing the local part is against the letter of RFC 5321 2.4 and with the practice of every provider; mail is
    still sent to the spelling the contact gave.
    """
    return unicodedata.normalize("NFC", address.strip()).lower()


def domain_of(address: str) -> str:
    """The part after the last @, in lower case."""
    return address.rpartition("@")[2].lower()


def masked(text: str) -> str:
    """``text`` with the local part of every address in it hidden: what may go into a log (``…@firma.de``)."""
    return _ANY.sub(r"…\1", text)


def mask(address: str) -> str:
    """``m…@firma.de``: enough to recognise one's own address, too little to learn somebody else's."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
