"""Finding somebody in texts: by address and by what they wrote, in plain text, in JSON and in encoded mails."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from typing import Any

CUT = "…"
_SHORTEST = 4
"""Shorter words stand everywhere."""


class Quotes:
    """``addresses``: of the person. ``words``: what else may be quoted: the full name, a phone number, free answers."""

    def __init__(self, addresses: Iterable[str], words: Iterable[str] = ()) -> None:
        self.addresses = tuple(dict.fromkeys(a.lower() for a in addresses))
        longest_first = sorted({*self.addresses, *(w for w in words if len(w) >= _SHORTEST)}, key=len, reverse=True)
        spelled = "|".join(re.escape(word) for word in longest_first)
        self._any = re.compile(spelled or r"(?!)", re.IGNORECASE)

    def cut(self, value: Any) -> Any:
        """``value`` (a text, or what JSON holds) without the person."""
        if isinstance(value, str):
            return self._any.sub(CUT, value)
        if isinstance(value, dict):
            return {key: self.cut(inner) for key, inner in value.items()}
        return [self.cut(inner) for inner in value] if isinstance(value, list) else value

    def in_text(self, text: str | None) -> bool:
        """Whether an address of the person stands in ``text``."""
        lower = (text or "").lower()
        return any(address in lower for address in self.addresses)

    def in_mail(self, raw: bytes | None) -> bool:
        """Whether an address of the person stands in a mail, however it is encoded."""
        if not raw:
            return False
        if self.in_text(raw.decode("utf-8", "replace")):
            return True
        parts = message_from_bytes(raw, policy=policy.compat32).walk()
        return any(self.in_text(text) for part in parts for text in _texts(part))


def _texts(part: Message) -> Iterable[str]:
    """The headers and the body of one part, decoded."""
    for value in part.values():
        yield _decoded(str(value))
    body = None if part.is_multipart() else part.get_payload(decode=True)
    if isinstance(body, bytes):
        yield body.decode("utf-8", "replace")


def _decoded(header: str) -> str:
    try:
        return str(make_header(decode_header(header)))
    except (ValueError, LookupError):
        return header  # a charset that nobody knows, or no base64 after all
