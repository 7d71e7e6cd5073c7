"""Postmark's webhooks. They are not signed: the address that Postmark calls has to carry a secret."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nurture.delivery.sources.webhooks.event import (
    Event,
    Request,
    Verified,
    failure,
    mapping,
    parsed,
    proves,
    text,
    unknown,
)
from nurture.domain.failure import Failure
from nurture.domain.returns import ReturnKind

_BOUNCES = {
    "HardBounce": Failure.INVALID,
    "BadEmailAddress": Failure.INVALID,
    "SoftBounce": Failure.SOFT,
    "Transient": Failure.SOFT,
    "DnsError": Failure.SOFT,
    "SpamNotification": Failure.POLICY,
    "Blocked": Failure.POLICY,
    "DMARCPolicy": Failure.POLICY,
    "VirusNotification": Failure.POLICY,
}
_NO_FAILURE = ("AutoResponder", "AddressChange", "ChallengeVerification", "OpenRelayTest", "Subscribe")
_KINDS = {
    "Bounce": ReturnKind.BOUNCE,
    "SpamComplaint": ReturnKind.COMPLAINT,
    "Delivery": ReturnKind.DELIVERED,
    "SubscriptionChange": ReturnKind.UNSUBSCRIBE,
}
_HARMLESS = frozenset({"Open", "Click"})


class Postmark:
    def __init__(self, secret: str) -> None:
        self._secret = secret

    def read(self, request: Request, now: datetime) -> Verified:  # noqa: ARG002 - one form for all providers
        proves(request, self._secret)
        event = _event(mapping(parsed(request.body)))
        return Verified((event,) if event else ())


def _event(one: Mapping[str, Any]) -> Event | None:
    name, sort = text(one.get("RecordType")), text(one.get("Type"))
    kind = _kind(one, name, sort)
    if kind is None:
        return None if name in _KINDS or name in _HARMLESS else unknown(name, one)
    words = text(one.get("Details") or one.get("Description")) or f"Postmark: {sort or name}"
    address = text(one.get("Email") or one.get("Recipient"))
    when = text(one.get("BouncedAt") or one.get("DeliveredAt") or one.get("ChangedAt"))
    return Event(
        id=":".join((name, text(one.get("ID")), text(one.get("MessageID")), address, when)),
        kind=kind,
        recipient=address,
        failure=_failure(words, sort) if kind is ReturnKind.BOUNCE else None,
        words=words,
        raw=one,
    )


def _kind(one: Mapping[str, Any], name: str, sort: str) -> ReturnKind | None:
    if name == "Bounce" and sort in _NO_FAILURE:
        return None
    if sort in ("SpamComplaint", "Unsubscribe") and name == "Bounce":
        return ReturnKind.COMPLAINT if sort == "SpamComplaint" else ReturnKind.UNSUBSCRIBE
    if name == "SubscriptionChange" and (not one.get("SuppressSending") or one.get("SuppressionReason") == "HardBounce"):
        return None
    return _KINDS.get(name)


def _failure(words: str, sort: str) -> Failure:
    """The server's words, but never harsher than Postmark, which saw the whole answer."""
    told = _BOUNCES.get(sort, Failure.OTHER)
    found = failure(None, words, told)
    return told if found is Failure.INVALID and told is not Failure.OTHER else found
