"""What mail providers report by webhook takes the same way as a mail that came back."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from nurture.delivery.sources.webhooks import Event, NotFetched, Refused, Request
from nurture.domain.errors import NotFound
from nurture.domain.returns import ReturnKind
from nurture.engine.returns import DatabaseAway, Taken, take
from nurture.engine.returns_came import Came, Recipient, clean
from nurture.engine.runtime import Runtime
from nurture.store import alarms, limits
from nurture.store.database import transaction

log = logging.getLogger("nurture.returns")

_TOKEN_KEPT = timedelta(hours=1)


class NotNow(Exception):
    """It could not be verified or put on record at present: the provider should send it again."""


def report(rt: Runtime, provider: str, request: Request, now: datetime) -> list[Taken]:
    """Verify what a provider reports, and take it in; what was reported before changes nothing.

    Raises NotFound (this provider is not set up), Refused (it proved nothing), NotNow.
    """
    verifier = rt.webhooks.get(provider)
    if verifier is None:
        raise NotFound("webhook", provider)
    try:
        verified = verifier.read(request, now)
        if verified.once:
            _use(rt, f"{provider}:{verified.once}", request.body, now)
        if verified.asks:
            _ask(rt, provider, verified.asks, now)
        return [take(rt, came_of(provider, event), now) for event in verified.events]
    except NotFetched as error:
        raise NotNow(f"what it is verified with could not be fetched: {error}") from error
    except (DatabaseAway, DBAPIError, PoolTimeout) as error:
        raise NotNow(f"the database does not answer: {error}") from error


def _use(rt: Runtime, token: str, body: bytes, now: datetime) -> None:
    """A token that does not sign its body is good for one; the same body may come again, since that changes nothing."""
    with transaction(rt.db) as session:
        if limits.used_otherwise(session, token, sha256(body).hexdigest()[:40], now + _TOKEN_KEPT):
            raise Refused("its token was used for something else already")


def _ask(rt: Runtime, provider: str, what: str, now: datetime) -> None:
    """Something for a human to do at the provider."""
    log.warning("%s: %s", provider, what)
    with transaction(rt.db) as session:
        alarms.raise_alarm(session, alarms.webhook_key(provider), what, now)


def came_of(provider: str, event: Event) -> Came:
    """An event as one thing that came back. Its provider proved who it is, so an address in it is believed."""
    header = event.header_id.strip().strip("<>")
    return Came(
        digest=sha256(f"{provider}\0{event.id}".encode("utf-8", "replace")).hexdigest(),
        source=provider,
        kind=event.kind,
        subject="",
        said=clean(event.words) if event.kind is ReturnKind.UNCLEAR else "",
        raw=json.dumps(event.raw, ensure_ascii=True).encode(),
        recipients=(Recipient(clean(event.recipient), event.failure, clean(event.status), clean(event.words)),),
        addresses=(event.return_path,) if event.return_path else (),
        header_ids=(f"<{header}>",) if header else (),
        vouched=True,
    )
