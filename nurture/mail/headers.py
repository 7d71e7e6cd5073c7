"""Values on their way into a mail header: cleaned, encoded (RFC 2047), folded, so that none can become a header itself.

Everything that a person typed passes ``clean``; nothing else here trusts its input either. Knows single values, not
which headers a mail has.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterator
from functools import lru_cache

import idna

from nurture.domain.errors import InvalidInput

_MAX_VALUE = 120
_LINE = 76
_WORD = 75
"""An encoded-word has at most so many characters (RFC 2047 section 2)."""
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_PLAIN = re.compile(r"[A-Za-z0-9]+(?:[ '_-][A-Za-z0-9]+)*")
"""A name that is clean, and needs neither quotes nor encoding."""
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_Q_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q_SINGLE = b" " + bytes(sorted(_Q_PLAIN))
"""Bytes that take one character."""
_Q = ["_" if byte == 32 else chr(byte) if byte in _Q_PLAIN else f"={byte:02X}" for byte in range(256)]


def clean(value: str) -> str:
    """``value`` as one harmless line of at most 120 characters: no controls, no surrogates, no ready-made encoded-word."""
    if not value.isascii():
        value = unicodedata.normalize("NFC", value)
    value = _UNSAFE.sub(" ", value).replace("=?", "= ?")
    return " ".join(value.split())[:_MAX_VALUE].rstrip()


@lru_cache(maxsize=4096)
def unstructured(name: str, value: str) -> str:
    """The header ``name`` with free text, such as a subject; lines of at most 76 characters, without the last CRLF."""
    value = clean(value)
    first = len(name) + 2
    if value.isascii():
        folded = _fold(value.split(" "), first)
        if folded is not None:
            return f"{name}: {folded}"
    return f"{name}: " + "\r\n ".join(_encoded_words(value, first))


def mailbox(header: str, display_name: str, address: str) -> str:
    """The header ``header`` with one mailbox. Raises InvalidInput for an address that cannot be written."""
    addr_spec = wire_address(address)
    if len(header) + len(display_name) + len(addr_spec) + 5 <= _LINE and _PLAIN.fullmatch(display_name):
        return f"{header}: {display_name} <{addr_spec}>"
    name = clean(display_name)
    if not name:
        return f"{header}: {addr_spec}"
    phrase = _phrase(name, len(header) + 2)
    last = len(phrase.rpartition("\r\n")[2]) + (0 if "\r\n" in phrase else len(header) + 2)
    separator = " " if last + len(addr_spec) + 3 <= _LINE else "\r\n "
    return f"{header}: {phrase}{separator}<{addr_spec}>"


def phrase_with_id(header: str, display_name: str, identifier: str) -> str:
    """The header ``header`` as ``phrase <identifier>`` (RFC 2919)."""
    phrase = _phrase(clean(display_name), len(header) + 2)
    return f"{header}: {phrase}\r\n <{identifier}>" if phrase else f"{header}: <{identifier}>"


def wire_address(address: str) -> str:
    """``address`` as SMTP and headers need it: the domain as A-labels (IDNA 2008), length within RFC 5321 4.5.3.1.

    Raises InvalidInput. A local part beyond ASCII is refused: few servers take it (RFC 6531).
    """
    local, _, domain = address.strip().rpartition("@")
    if not local.isascii():
        raise InvalidInput({"address": f"{address!r}: special characters before the @ are not supported"})
    if not _LOCAL.fullmatch(local) or "=?" in local or len(local) > 64:
        raise InvalidInput({"address": f"{address!r}: what stands before the @ is not an address"})
    ascii_domain = _a_label(domain)
    if ascii_domain is None or len(local) + len(ascii_domain) + 1 > 254:
        raise InvalidInput({"address": f"{address!r}: what stands behind the @ is not a domain"})
    return f"{local}@{ascii_domain}"


@lru_cache(maxsize=10_000)
def _a_label(domain: str) -> str | None:
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return None
    domain = domain.lower()
    return domain if _DOMAIN.fullmatch(domain) and max(map(len, domain.split("."))) < 64 else None


def _phrase(name: str, first: int) -> str:
    """A display name: as it is, quoted, or encoded (RFC 5322 3.2.5, RFC 2047 5)."""
    if name.isascii():
        spelled = name if _ATOMS.fullmatch(name) else '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
        if first + len(spelled) <= _LINE:
            return spelled
    return "\r\n ".join(_encoded_words(name, first))


def _fold(words: list[str], first: int) -> str | None:
    """``words`` with line breaks before those that do not fit; None if one is too long for any line."""
    lines, length = [words[0]], first + len(words[0])
    for word in words[1:]:
        length += 1 + len(word)
        if length > _LINE:
            lines.append(word)
            length = 1 + len(word)
        else:
            lines[-1] += f" {word}"
        if length > _LINE:
            return None
    return "\r\n ".join(lines) if first + len(words[0]) <= _LINE else None


def _encoded_words(text: str, first: int) -> Iterator[str]:
    """``text`` as encoded-words that never split a character, the first one shorter by the header's name."""
    data = text.encode("utf-8")
    in_q = _q_size(data) <= (len(data) + 2) // 3 * 4
    spelled, size = (_q_word, _q_size) if in_q else (_b_word, len)
    room = _room(_WORD - max(0, first - 1), in_q=in_q)
    if size(data) <= room:
        yield spelled(data)
        return
    word: list[bytes] = []
    used = 0
    for character in text:
        piece = character.encode("utf-8")
        if word and used + size(piece) > room:
            yield spelled(b"".join(word))
            word, used, room = [], 0, _room(_WORD, in_q=in_q)
        word.append(piece)
        used += size(piece)
    yield spelled(b"".join(word))


def _room(length: int, *, in_q: bool) -> int:
    """How much ``size`` fits into an encoded-word of ``length`` characters."""
    inside = length - len("=?utf-8?q??=")
    return inside if in_q else inside // 4 * 3


def _q_size(data: bytes) -> int:
    return len(data) + 2 * len(data.translate(None, _Q_SINGLE))


def _q_word(data: bytes) -> str:
    return f"=?utf-8?q?{''.join(map(_Q.__getitem__, data))}?="


def _b_word(data: bytes) -> str:
    return f"=?utf-8?b?{b64encode(data).decode('ascii')}?="
