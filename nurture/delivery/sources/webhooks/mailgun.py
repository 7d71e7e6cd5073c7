"""Mailgun's webhooks. The signature is over a timestamp and a token only, so each token is good for one body."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from nurture.delivery.sources.webhooks.event import (
    Event,
    Refused,
    Request,
    Verified,
    failure,
    mapping,
    not_older,
    parsed,
    same,
    text,
    unknown,
)
from nurture.domain.failure import Failure
from nurture.domain.returns import ReturnKind

_AGE = timedelta(seconds=300)
_KINDS = {
    "failed": ReturnKind.BOUNCE,
    "rejected": ReturnKind.BOUNCE,
    "complained": ReturnKind.COMPLAINT,
    "delivered": ReturnKind.DELIVERED,
    "unsubscribed": ReturnKind.UNSUBSCRIBE,
}
_HARMLESS = frozenset({
    "accepted", "opened", "clicked", "stored", "list_member_uploaded", "list_member_upload_error", "list_uploaded",
})  # fmt: skip
_REASONS = {"suppress-bounce": Failure.INVALID, "old": Failure.SOFT, "espblock": Failure.POLICY}


class Mailgun:
    """``key``: the webhook signing key."""

    def __init__(self, key: str) -> None:
        self._key = key

    def read(self, request: Request, now: datetime) -> Verified:
        given = mapping(parsed(request.body))
        proofs = (mapping(given.get(name)) for name in ("signature", "parent-signature"))
        signed = next((proof for proof in proofs if self._good(proof)), None)
        if signed is None:
            raise Refused("its signature is wrong")
        not_older(text(signed.get("timestamp")), now, _AGE)
        event = _event(mapping(given.get("event-data")))
        return Verified((event,) if event else (), once=text(signed.get("token"), 100))

    def _good(self, signed: Mapping[str, Any]) -> bool:
        value = text(signed.get("timestamp")) + text(signed.get("token"))
        good = hmac.new(self._key.encode(), value.encode("utf-8", "replace"), "sha256").hexdigest()
        return bool(signed.get("token")) and same(good, text(signed.get("signature")))


def _event(one: Mapping[str, Any]) -> Event | None:
    name = text(one.get("event"))
    kind = _KINDS.get(name)
    if kind is None:
        return None if name in _HARMLESS else unknown(name, one)
    status = mapping(one.get("delivery-status"))
    words = " ".join(filter(None, (text(status.get("code")), text(status.get("message") or status.get("description")))))
    if kind is ReturnKind.BOUNCE and one.get("severity") == "temporary":
        kind = ReturnKind.DELAYED
    header = text(mapping(mapping(one.get("message")).get("headers")).get("message-id"), 300)
    failed = None
    if kind is ReturnKind.BOUNCE:
        failed = failure(status.get("enhanced-code"), words, _REASONS.get(text(one.get("reason")), Failure.OTHER))
    elif kind is ReturnKind.UNSUBSCRIBE and one.get("reason") == "suppress-complaint":
        kind = ReturnKind.COMPLAINT
    return Event(
        id=text(one.get("id")) or ":".join((name, header, text(one.get("timestamp")))),
        kind=kind,
        recipient=text(one.get("recipient")),
        failure=failed,
        status=text(status.get("enhanced-code"), 12),
        words=words or text(one.get("reason") or mapping(one.get("reject")).get("reason")) or f"Mailgun: {name}",
        header_id=header,
        return_path=text(mapping(one.get("envelope")).get("sender")),
        raw=one,
    )
