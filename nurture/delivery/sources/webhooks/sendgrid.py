"""SendGrid's signed Event Webhook."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from nurture.delivery.sources.webhooks.event import (
    Event,
    Refused,
    Request,
    Verified,
    failure,
    mapping,
    not_older,
    parsed,
    text,
    unknown,
)
from nurture.domain.failure import Failure
from nurture.domain.returns import ReturnKind

_AGE = timedelta(hours=1)
_SIGNATURE = "x-twilio-email-event-webhook-signature"
_TIMESTAMP = "x-twilio-email-event-webhook-timestamp"

_CLASSES = {
    "Invalid Address": Failure.INVALID,
    "Mailbox Unavailable": Failure.SOFT,
    "Technical": Failure.SOFT,
    "Frequency or Volume Too High": Failure.POLICY,
    "Reputation": Failure.POLICY,
    "Content": Failure.POLICY,
}
_KINDS = {
    "bounce": ReturnKind.BOUNCE,
    "deferred": ReturnKind.DELAYED,
    "delivered": ReturnKind.DELIVERED,
    "spamreport": ReturnKind.COMPLAINT,
    "unsubscribe": ReturnKind.UNSUBSCRIBE,
    "group_unsubscribe": ReturnKind.UNSUBSCRIBE,
}
_HARMLESS = frozenset({"processed", "open", "click", "group_resubscribe", "account_status_change"})
_DROPPED = {
    "Bounced Address": (ReturnKind.BOUNCE, Failure.INVALID),
    "Invalid": (ReturnKind.BOUNCE, Failure.INVALID),
    "Spam Reporting Address": (ReturnKind.COMPLAINT, None),
    "Unsubscribed Address": (ReturnKind.UNSUBSCRIBE, None),
}
"""Not even tried by SendGrid, because of what it knows already."""


class SendGrid:
    """``key``: the verification key, as SendGrid shows it (DER in base64)."""

    def __init__(self, key: str) -> None:
        loaded = load_der_public_key(b64decode(key))
        assert isinstance(loaded, EllipticCurvePublicKey)  # noqa: S101 - checked with the settings
        self._key = loaded

    def read(self, request: Request, now: datetime) -> Verified:
        stamp = request.headers.get(_TIMESTAMP, "")
        not_older(stamp, now, _AGE)
        try:
            signature = b64decode(request.headers.get(_SIGNATURE, ""), validate=True)
            self._key.verify(signature, stamp.encode("utf-8", "replace") + request.body, ECDSA(SHA256()))
        except (InvalidSignature, ValueError):
            raise Refused("its signature is wrong") from None
        given = parsed(request.body)
        events = (_event(mapping(one)) for one in (given if isinstance(given, list) else [given]))
        return Verified(tuple(event for event in events if event is not None))


def _event(one: Mapping[str, Any]) -> Event | None:
    name = text(one.get("event"))
    words = text(one.get("reason") or one.get("response"))
    kind, failed = _KINDS.get(name), None
    if name == "dropped":
        kind, failed = _DROPPED.get(words, (ReturnKind.BOUNCE, Failure.OTHER))
    elif kind is ReturnKind.BOUNCE:
        known = _CLASSES.get(text(one.get("bounce_classification")), Failure.OTHER)
        failed = failure(one.get("status"), words, known)
    if kind is None:
        return None if name in _HARMLESS else unknown(name, one)
    when = text(one.get("timestamp"))
    return Event(
        id=text(one.get("sg_event_id")) or ":".join((name, text(one.get("sg_message_id")), text(one.get("email")), when)),
        kind=kind,
        recipient=text(one.get("email")),
        failure=failed,
        status=text(one.get("status"), 12),
        words=words or f"SendGrid: {name}",
        header_id=text(one.get("smtp-id"), 300),
        raw=one,
    )
