"""Delivery status notifications (RFC 3464), well-formed or not.

Read where they are declared (message/delivery-status) and, failing that, wherever text has a Final-Recipient or
Original-Recipient field, as Amazon WorkMail and some gateways write it.
"""

from __future__ import annotations

import re

from nurture.delivery.returned.address import plain
from nurture.delivery.returned.fields import Fields, blocks, has_any, merged
from nurture.delivery.returned.mail import Mail
from nurture.delivery.returned.report import Failed
from nurture.delivery.returned.verdict import Words, failed
from nurture.domain.address import domain_of

_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_RECIPIENT = ("final-recipient", "original-recipient", "x-actual-recipient")
_SAID = ("action", "status", "diagnostic-code")
_ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
_CODE = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


def is_notification(mail: Mail) -> bool:
    return bool(mail.of_type(*_STATUS_TYPES)) or mail.report_type == "delivery-status"


def notifications(mail: Mail, words: Words) -> tuple[list[Failed], str]:
    """The recipients a notification names, and its Original-Envelope-Id. One of nobody ('') where it only says why."""
    declared = [block for part in mail.of_type(*_STATUS_TYPES) for block in blocks(part.text)]
    found = [block for block in declared if has_any(block, *_RECIPIENT)]
    if not any(_names_somebody(block) for block in found):
        found = [block for block in blocks(mail.text) if _names_somebody(block)] or [
            block for block in declared if has_any(block, *_SAID)
        ]
    return [_recipient(block, words) for block in found], merged(declared or found).first("original-envelope-id")


def _names_somebody(block: Fields) -> bool:
    return has_any(block, *_RECIPIENT) and has_any(block, *_SAID)


def _recipient(block: Fields, words: Words) -> Failed:
    final, original = (plain(block.first(name)) for name in ("final-recipient", "original-recipient"))
    actual = plain(block.first("x-actual-recipient"))
    local = original and "." not in domain_of(final)  # a mailbox inside the server; the address is the other one
    recipient = (original if local else final) or original or actual
    status = _CODE.search(block.first("status"))
    diagnostic = _without_type(" ".join(block.get("diagnostic-code", ())))
    return failed(
        recipient=recipient,
        original=original if original != recipient else "",
        action=_action(block.first("action"), status[1] if status else ""),
        status=status[1] if status else None,
        diagnostic=diagnostic,
        words=words,
    )


def _action(value: str, status: str) -> str:
    named = next((action for action in _ACTIONS if value.lower().lstrip().startswith(action[:6])), "")
    return named or {"2": "delivered", "4": "delayed"}.get(status[:1], "failed")


def _without_type(diagnostic: str) -> str:
    kind, parted, rest = diagnostic.partition(";")
    return rest.strip() if parted and len(kind) < 40 and " " not in kind.strip() else diagnostic.strip()
