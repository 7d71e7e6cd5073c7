"""Brevo's transactional webhooks. They are not signed: the address that Brevo calls has to carry a secret."""

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

_KINDS = {
    "hard_bounce": (ReturnKind.BOUNCE, Failure.INVALID),
    "invalid_email": (ReturnKind.BOUNCE, Failure.INVALID),
    "soft_bounce": (ReturnKind.BOUNCE, Failure.SOFT),
    "blocked": (ReturnKind.BOUNCE, Failure.OTHER),
    "error": (ReturnKind.BOUNCE, Failure.OTHER),
    "deferred": (ReturnKind.DELAYED, None),
    "delivered": (ReturnKind.DELIVERED, None),
    "spam": (ReturnKind.COMPLAINT, None),
    "complaint": (ReturnKind.COMPLAINT, None),
    "unsubscribed": (ReturnKind.UNSUBSCRIBE, None),
}
_HARMLESS = frozenset({
    "request", "sent", "opened", "unique_opened", "proxy_open", "unique_proxy_open", "loaded_by_proxy", "click",
})  # fmt: skip


class Brevo:
    def __init__(self, secret: str) -> None:
        self._secret = secret

    def read(self, request: Request, now: datetime) -> Verified:  # noqa: ARG002 - one form for all providers
        proves(request, self._secret)
        given = parsed(request.body)
        events = (_event(mapping(one)) for one in (given if isinstance(given, list) else [given]))
        return Verified(tuple(event for event in events if event is not None))


def _event(one: Mapping[str, Any]) -> Event | None:
    name = text(one.get("event"))
    words = text(one.get("reason")) or f"Brevo: {name}"
    kind, told = _KINDS.get(name, (None, None))
    if kind is None:
        return None if name in _HARMLESS else unknown(name, one)
    failed = None if told is None else failure(None, words, told)
    if told is Failure.SOFT and failed is Failure.INVALID:
        failed = told
    header, address = text(one.get("message-id"), 300), text(one.get("email"))
    return Event(
        id=":".join((name, header, address, text(one.get("ts_event") or one.get("ts") or one.get("date")))),
        kind=kind,
        recipient=address,
        failure=failed,
        words=words,
        header_id=header,
        raw=one,
    )
