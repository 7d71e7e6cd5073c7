"""E-mail addresses as mail servers write them, made plain; and those found in text."""

from __future__ import annotations

import re

from nurture.delivery.dns import a_label
from nurture.domain.address import address_key

_DOMAIN = r"[^\W_][\w-]{0,62}(?:\.[\w-]{1,63}){0,8}"
_WHOLE = re.compile(rf"(?:[^\s<>\"@\\\x00-\x1f\ufffd]{{1,100}}|\"[^\"\s@]{{1,80}}\")@{_DOMAIN}\Z")
_SIGNS = r"\u3000-\u303f\uff00-\uff0f\uff1a-\uff20"
"""The punctuation of East Asia, which follows words without a space."""
_FOUND = re.compile(rf"[^\s<>\"'(),:;\[\]{{}}\\@|*\x00-\x1f\ufffd{_SIGNS}]{{1,100}}@{_DOMAIN}")
_XTEXT = re.compile(r"\+(2B|3D)")
_UNITEXT = re.compile(r"\\x\{([0-9A-Fa-f]{2,5})\}")
_ROUTE = re.compile(r"^@[\w.,@-]{1,200}:")
_COMMENT = re.compile(r"\s*\([^()]{0,300}\)\s*$")


def plain(value: str) -> str:
    """The address in a field such as ``rfc822; <Max@Example.com>``, in lower case; '' if there is none."""
    text = value[:600].strip()
    kind, parted, rest = text.partition(";")
    if parted and "@" not in kind:
        text = rest
    text = _COMMENT.sub("", text.strip())
    if ">" in text.partition("<")[2]:
        text = text.partition("<")[2].partition(">")[0]
    text = _ROUTE.sub("", text.strip().strip("<>'\"").strip())
    text = text[5:] if text[:5].lower() == "smtp:" else text
    text = _unescaped(text).strip().rstrip(".,;:").lower()
    return text if is_address(text) else ""


def _unescaped(text: str) -> str:
    """Without the encodings of RFC 3461 (xtext; only where no plain address has such signs) and RFC 6533."""
    text = _UNITEXT.sub(lambda found: chr(int(found[1], 16)), text)
    text = text if "@" in text else text.replace("+40", "@")
    return _XTEXT.sub(lambda found: chr(int(found[1], 16)), text)


def is_address(text: str) -> bool:
    return len(text) <= 320 and bool(_WHOLE.match(text))


def addresses_in(text: str) -> list[str]:
    """All addresses in a line of text, in order, in lower case."""
    if "@" not in text:
        return []
    return list(dict.fromkeys(found.rstrip(".-").lower() for found in _FOUND.findall(text)))


def same(one: str, other: str) -> bool:
    """Whether two spellings are one address."""
    return bool(one) and key_of(one) == key_of(other)


def key_of(address: str) -> str:
    """The key of an address as a mail may write it: in angle brackets, its domain with letters of its own."""
    local, _, domain = address.strip().strip("<>").rpartition("@")
    try:
        return address_key(f"{local}@{a_label(domain)}")
    except ValueError:
        return address_key(address)
