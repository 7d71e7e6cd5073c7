"""Amazon SES notifications that come as mail: JSON in the text, perhaps inside an SNS notification.

Mail is not signed the way SNS calls are, so this is read for what it says and believed no more than any bounce.
"""

from __future__ import annotations

import json
import re
from typing import Any

from nurture.delivery.returned.address import plain
from nurture.delivery.returned.report import Complaint, Failed, Report
from nurture.delivery.returned.verdict import Words, failed
from nurture.domain.returns import ReturnKind

_MAX = 100_000
_BANNER = 2_000
"""Gateways put their warnings before it."""
_BEGINS = re.compile(r"^\s*\{", re.MULTILINE)
_JSON = json.JSONDecoder(strict=False)
"""Mail servers break the long lines ("!" and a line end), in the middle of strings."""


def notification(text: str) -> Report | None:
    """The report in this JSON, or None if the text is no notification."""
    found = _BEGINS.search(text[:_BANNER])
    source = text[found.end() - 1 :][:_MAX] if found else ""
    if not source or ("otificationType" not in source and "eventType" not in source):
        return None
    told = _object(source)
    told = _object(told["Message"]) if isinstance(told.get("Message"), str) else told
    kind = told.get("notificationType") or told.get("eventType")
    if kind == "Bounce":
        return _bounce(told)
    if kind == "Complaint":
        return _complaint(told)
    return Report(ReturnKind.DELIVERED, "amazon", message_id=_id(told)) if kind == "Delivery" else None


def _object(text: str) -> dict[str, Any]:
    try:
        told, _ = _JSON.raw_decode(text.replace("!\n ", "").replace("\n", ""))
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _within(told: dict[str, Any], name: str) -> dict[str, Any]:
    value = told.get(name)
    return value if isinstance(value, dict) else {}


def _recipients(told: dict[str, Any], name: str) -> list[dict[str, Any]]:
    listed = told.get(name)
    return [one for one in listed[:100] if isinstance(one, dict)] if isinstance(listed, list) else []


def _bounce(told: dict[str, Any]) -> Report:
    bounce = _within(told, "bounce")
    action = "delayed" if bounce.get("bounceType") == "Transient" else "failed"
    found = [_failed(one, action) for one in _recipients(bounce, "bouncedRecipients")]
    return Report(ReturnKind.BOUNCE, "amazon", tuple(found), message_id=_id(told))


def _failed(one: dict[str, Any], action: str) -> Failed:
    diagnostic = str(one.get("diagnosticCode") or "").removeprefix("smtp;").strip()
    return failed(
        recipient=plain(str(one.get("emailAddress") or "")),
        action=str(one.get("action") or action)[:20],
        status=str(one["status"])[:12] if one.get("status") else None,
        diagnostic=diagnostic,
        words=Words(""),
    )


def _complaint(told: dict[str, Any]) -> Report:
    complaint = _within(told, "complaint")
    named = (plain(str(one.get("emailAddress") or "")) for one in _recipients(complaint, "complainedRecipients"))
    return Report(
        ReturnKind.COMPLAINT,
        "amazon",
        complaint=Complaint(
            feedback_type=str(complaint.get("complaintFeedbackType") or "abuse")[:40],
            recipients=tuple(filter(None, named)),
            user_agent=str(complaint.get("userAgent") or "")[:200],
            arrival=str(complaint.get("arrivalDate") or "")[:60],
        ),
        message_id=_id(told),
    )


def _id(told: dict[str, Any]) -> str:
    """Our Message-ID, where the notification carries the headers."""
    mail = _within(told, "mail")
    common = _within(mail, "commonHeaders")
    listed = mail.get("headers")
    headers = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    named = (one.get("value") for one in headers if str(one.get("name")).lower() == "message-id")
    return str(next(named, None) or common.get("messageId") or "")[:300]
