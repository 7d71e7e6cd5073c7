"""Amazon SES by way of SNS: bounces, complaints, deliveries, delays.

A message counts only if Amazon's key signed it, for a topic that is configured, within the last hour. The certificate
comes from a host of SNS in the topic's own region, and nowhere else. Whether a subscription is confirmed is for a human:
its address is told, never opened.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.x509 import load_pem_x509_certificate

from nurture.delivery.sources.webhooks.event import (
    Event,
    Refused,
    Request,
    Verified,
    failure,
    mapping,
    parsed,
    text,
    unknown,
)
from nurture.delivery.sources.webhooks.fetch import Fetch, NotFetched
from nurture.domain.failure import Failure
from nurture.domain.returns import ReturnKind

_AGE = timedelta(hours=1)
_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_SIGNED = {
    "Notification": _NOTIFICATION,
    "SubscriptionConfirmation": _CONFIRMATION,
    "UnsubscribeConfirmation": _CONFIRMATION,
}
"""Type -> the fields under the signature, in its order (AWS SNS developer guide, "Verifying signatures")."""
_HASHES: dict[str, type[HashAlgorithm]] = {"1": SHA1, "2": SHA256}
_KEYS = 50


class Ses:
    """``topics``: the ARNs whose messages are heard."""

    def __init__(self, topics: frozenset[str], fetch: Fetch) -> None:
        self._topics, self._fetch = topics, fetch
        self._keys: dict[str, tuple[RSAPublicKey, datetime, datetime]] = {}

    def read(self, request: Request, now: datetime) -> Verified:
        message = mapping(parsed(request.body))
        topic = text(message.get("TopicArn"))
        if topic not in self._topics:
            raise Refused(f"the topic '{topic[:100]}' is not one of ours")
        _not_older(text(message.get("Timestamp")), now)
        self._verify(message, topic, now)
        if message["Type"] == "SubscriptionConfirmation":
            return Verified(asks=_to_confirm(text(message.get("SubscribeURL")), topic))
        if message["Type"] == "UnsubscribeConfirmation":
            return Verified(asks=f"Amazon SNS sends no more reports of the topic {topic}: somebody ended the subscription")
        return Verified(tuple(_events(mapping(parsed(text(message.get("Message"), 1_000_000).encode())))))

    def _verify(self, message: Mapping[str, Any], topic: str, now: datetime) -> None:
        fields = _SIGNED.get(text(message.get("Type")))
        kind = _HASHES.get(text(message.get("SignatureVersion")))
        if fields is None or kind is None:
            raise Refused("it is of no known type or signature version")
        signed = "".join(f"{name}\n{message[name]}\n" for name in fields if message.get(name) is not None)
        key = self._key(text(message.get("SigningCertURL")), topic, now)
        try:
            signature = b64decode(text(message.get("Signature")), validate=True)
            key.verify(signature, signed.encode(), PKCS1v15(), kind())
        except (InvalidSignature, ValueError):
            raise Refused("its signature is wrong") from None

    def _key(self, url: str, topic: str, now: datetime) -> RSAPublicKey:
        """The public key in the certificate behind ``url``, kept once it was got."""
        if not _of_sns(url, topic) or not urlsplit(url).path.endswith(".pem"):
            raise Refused(f"its certificate is not on a host of SNS: {url[:100]}")
        if url not in self._keys:
            if len(self._keys) >= _KEYS:
                self._keys.clear()
            self._keys[url] = _public_key(self._fetch(url))
        key, begins, ends = self._keys[url]
        if not begins <= now <= ends:
            raise Refused("its certificate is not valid at present")
        return key


def _to_confirm(url: str, topic: str) -> str:
    if not _of_sns(url, topic):
        raise Refused(f"the address to confirm the subscription is not on a host of SNS: {url[:100]}")
    return (
        f"Amazon SNS asks whether to send reports of the topic {topic} here; if you set that up, open this address: {url}"
    )


def _public_key(pem: bytes) -> tuple[RSAPublicKey, datetime, datetime]:
    try:
        certificate = load_pem_x509_certificate(pem)
    except ValueError:
        raise NotFetched("what the certificate's address gives out is none") from None
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise Refused("its certificate has no RSA key")
    return key, certificate.not_valid_before_utc, certificate.not_valid_after_utc


def _of_sns(url: str, topic: str) -> bool:
    """Whether ``url`` leads to SNS in the region of ``topic``, and to nothing else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    region = topic.split(":")[3]
    host = re.fullmatch(r"sns\.([a-z0-9-]{3,30})\.amazonaws\.com(?:\.cn)?", parts.hostname or "")
    plain = parts.scheme == "https" and port in (None, 443) and parts.username is None
    return plain and host is not None and host[1] == region and "\\" not in url and not re.search(r"\s", url)


def _not_older(stamp: str, now: datetime) -> None:
    try:
        age = now - datetime.fromisoformat(stamp.replace("Z", "+00:00"))
    except (ValueError, TypeError):
        raise Refused("its timestamp is none") from None
    if abs(age) > _AGE:
        raise Refused(f"it is {age.total_seconds():.0f} seconds old")


# --- events -------------------------------------------------------------------------------------------------------------

_HARD = ("NoEmail", "General", "Suppressed", "OnAccountSuppressionList")
_HARMLESS = frozenset({"Send", "Open", "Click", "Subscription", "AmazonSnsSubscriptionSucceeded"})
_KINDS = {
    "Bounce": ("bounce", "bouncedRecipients", ReturnKind.BOUNCE),
    "Complaint": ("complaint", "complainedRecipients", ReturnKind.COMPLAINT),
    "DeliveryDelay": ("deliveryDelay", "delayedRecipients", ReturnKind.DELAYED),
    "Delivery": ("delivery", "recipients", ReturnKind.DELIVERED),
}
"""Name -> where its details stand, and in them the recipients."""


def _events(notice: Mapping[str, Any]) -> Iterator[Event]:
    name = text(notice.get("eventType") or notice.get("notificationType"))
    if name not in _KINDS:
        event = None if name in _HARMLESS else unknown(name, notice)
        yield from () if event is None else (event,)
        return
    part, people, kind = _KINDS[name]
    about, mail = mapping(notice.get(part)), mapping(notice.get("mail"))
    if kind is ReturnKind.COMPLAINT and about.get("complaintFeedbackType") == "not-spam":
        return
    recipients = about.get(people)
    for one in recipients if isinstance(recipients, list) else []:
        who = mapping(one)
        address = text(who.get("emailAddress")) or text(one)
        words = text(who.get("diagnosticCode") or about.get("complaintFeedbackType") or about.get("smtpResponse"))
        yield Event(
            id=":".join(
                (name, text(mail.get("messageId")), address, text(about.get("feedbackId") or about.get("timestamp")))
            ),
            kind=kind,
            recipient=address,
            failure=_failure(about, who) if kind is ReturnKind.BOUNCE else None,
            status=text(who.get("status"), 12),
            words=words or f"Amazon SES: {name}",
            header_id=_header_id(mail),
            return_path=text(mail.get("source")),
            raw=notice,
        )


def _failure(about: Mapping[str, Any], who: Mapping[str, Any]) -> Failure:
    hard = about.get("bounceType") == "Permanent" and about.get("bounceSubType") in _HARD
    if about.get("bounceType") == "Transient":
        found = failure(who.get("status"), who.get("diagnosticCode"), Failure.SOFT)
        return Failure.SOFT if found is Failure.INVALID else found
    return failure(who.get("status"), who.get("diagnosticCode"), Failure.INVALID if hard else Failure.OTHER)


def _header_id(mail: Mapping[str, Any]) -> str:
    """Our Message-ID, if the topic is told the original headers and SES left it as it was."""
    headers = mail.get("headers")
    for one in headers if isinstance(headers, list) else []:
        if text(mapping(one).get("name")).lower() == "message-id":
            return text(mapping(one).get("value"), 300)
    return ""
