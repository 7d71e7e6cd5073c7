"""The message a report is about, as far as it was sent back: its ids, its sender, its recipients.

It comes as a part of its own, or as text below a line that says so ("--- Below this line is a copy of the message").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import dedent

from nurture.delivery.returned.address import addresses_in
from nurture.delivery.returned.fields import Fields, blocks, merged
from nurture.delivery.returned.mail import Mail, decoded
from nurture.domain.phrases import phrases

_CUT = phrases(
    r"""
        (?:this is |included is |below is |here is |hier ist )?(?:a |the |eine )?(?:copy|kopie) of (?:the|your)
        (?:the )?(?:original|returned|unsent|undelivered|rejected) (?:message|mail|email
          |headers?)\b(?! (?:was received|size|id))
        below (?:this|the next) line is
        (?:the )?(?:message |mail )?headers? (?:of the original )?(?:message )?(?:is |are )?follow
        (?:the )?headers? of the (?:original|returned|message) | message headers?(?: follow|:)
        message text follows | start of returned | here is (?:your|the) (?:returned|original)
        text of (?:the )?(?:original|your) | message contents?\b | old message: | original mail
        (?:ursprungliche|ursprüngliche|originale?) (?:nachricht|mail|e-mail) | le message (?:original|d'origine)
        message d'origine | end of (?:the )?(?:returned|report) | returned message | original mail info
        failed message | mail header | return(?:ed)? mail
    """,
    before=r"^[ \t>*#=_-]{0,40}",
    flags=re.IGNORECASE,
)
_HEAD = re.compile(
    r"^[ \t>]{0,12}(?:Received|Return-Path|X-Received|DKIM-Signature|X-Originating-IP|X-Google-Smtp-Source):[ <\w]", re.I
)
_MAX_BELOW = 40_000
_ID = re.compile(r"<[^<>\s@]{1,250}@[^<>\s@]{1,250}>")


@dataclass(frozen=True, slots=True)
class Original:
    """``said``: the report's own text, without what was sent back."""

    said: str
    fields: Fields

    @property
    def message_id(self) -> str:
        return next(iter(ids_in(self.fields.first("message-id"))), "")

    @property
    def was_returned(self) -> bool:
        """Whether a server sent it back: an answer's quotation has no such headers."""
        return any(name in self.fields for name in ("received", "return-path", "message-id", "dkim-signature"))

    @property
    def senders(self) -> frozenset[str]:
        names = ("from", "return-path", "sender", "reply-to")
        return frozenset(address for name in names for address in addresses_in(self.fields.first(name)[:500]))

    @property
    def recipients(self) -> tuple[str, ...]:
        names = ("to", "cc", "delivered-to", "x-original-to", "x-hmxmroriginalrecipient")
        listed = (value[:2_000] for name in names for value in self.fields.get(name, ())[:5])
        return tuple(dict.fromkeys(address for value in listed for address in addresses_in(value)))


def original_of(mail: Mail) -> Original:
    """What was sent back with this mail."""
    said, below = parted(mail.text)
    sources = [*mail.returned, below]
    fields = next((found for found in map(_header_of, sources) if "message-id" in found), None)
    return Original(said, fields or merged([_header_of(source) for source in sources]))


def parted(text: str) -> tuple[str, str]:
    """The report's own words, and the returned message below them."""
    position = 0
    for line in text.split("\n"):
        if position and (_CUT.match(line) or _HEAD.match(line)):
            return text[:position], dedent(text[position : position + _MAX_BELOW])
        position += len(line) + 1
    return text, ""


def ids_in(value: str) -> list[str]:
    """Message-IDs in a header value, each with its angle brackets."""
    return list(dict.fromkeys(_ID.findall(value[:8_000])))


def _header_of(source: str) -> Fields:
    """The header of a returned message: the first block that looks like one."""
    for block in blocks(source[:30_000]):
        if "from" in block or "message-id" in block or "received" in block:
            return Fields({name: [decoded(value) for value in values[:20]] for name, values in block.items()})
    return Fields()
