"""The one kind of event that every provider's reports are told as, and what is common to reading them."""

from __future__ import annotations

import hmac
import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol

from nurture.domain.failure import Failure, classify
from nurture.domain.returns import ReturnKind

_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class Request:
    """What came: header names in lower case, and the body as it was sent."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Event:
    """Something that became of one mail to one recipient.

    ``id``: the same for the same event. ``header_id``: our Message-ID, where the provider tells it; ``return_path``: our
    envelope's sender, likewise. ``words``: of the recipient's server. ``raw``: as the provider told it.
    """

    id: str
    kind: ReturnKind
    recipient: str
    failure: Failure | None = None
    status: str = ""
    words: str = ""
    header_id: str = ""
    return_path: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verified:
    """``once``: good for this body only; whoever brings it with another one forged it. '' where the body is signed.

    ``asks``: what a human has to look at or do at the provider.
    """

    events: tuple[Event, ...] = ()
    once: str = ""
    asks: str = ""


class Refused(Exception):
    """The request proved nothing; its text says why, for the log. Carries nothing secret."""


class Verifier(Protocol):
    def read(self, request: Request, now: datetime) -> Verified:
        """The events of a request that proved who sent it, without those that are known to say nothing of a mail's fate.

        Raises Refused.
        """
        ...


def unknown(name: str, one: Mapping[str, Any]) -> Event | None:
    """An event that nobody here knows, for a human: a provider's new name for a bounce must not get lost.

    None for what is no event at all.
    """
    if not one:
        return None
    told = json.dumps(one, sort_keys=True).encode("utf-8", "replace")
    return Event(
        id=f"unknown:{sha256(told).hexdigest()}",
        kind=ReturnKind.UNCLEAR,
        recipient="",
        words=f"an event that is not known here: '{name[:100]}'",
        raw=one,
    )


def parsed(body: bytes) -> Any:
    """The JSON in ``body``. Raises Refused."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Refused("the body is no JSON") from None


def mapping(value: Any) -> Mapping[str, Any]:
    """``value`` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def text(value: Any, length: int = _WORDS) -> str:
    """``value`` as text, whatever it is; '' for nothing."""
    return "" if value is None or isinstance(value, dict | list) else str(value)[:length]


def failure(status: Any, words: Any, otherwise: Failure = Failure.OTHER) -> Failure:
    """The class by the server's own words; ``otherwise``: the provider's, where those say nothing."""
    found = classify(None, text(status) or None, text(words))
    return otherwise if found is Failure.OTHER else found


def not_older(stamp: str, now: datetime, most: timedelta) -> None:
    """Check a Unix timestamp. Raises Refused."""
    try:
        age = now.timestamp() - float(stamp)
    except ValueError:
        raise Refused("its timestamp is no number") from None
    if not abs(age) <= most.total_seconds():
        raise Refused(f"it is {age:.0f} seconds old")


def same(one: str, other: str) -> bool:
    """Whether two secrets are the same, without telling by the time it takes where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogateescape"), other.encode("utf-8", "surrogateescape"))


def proves(request: Request, secret: str) -> None:
    """Whether the request carries the shared secret: as basic login (user:password, or the password alone), bearer token
    or header X-Webhook-Secret. Raises Refused."""
    given = [request.headers.get("x-webhook-secret", "")]
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        given.append(value.strip())
    elif scheme.lower() == "basic":
        login = _decoded(value)
        given += [login, login.partition(":")[2]]
    if not any([same(one, secret) for one in given]):  # noqa: C419 - all are compared, so that time tells nothing
        raise Refused("it does not carry the secret")


def _decoded(value: str) -> str:
    try:
        return b64decode(value.strip(), validate=True).decode("utf-8", "surrogateescape")
    except ValueError:
        return ""
