"""One intended mail and what became of it. The message table is the outbox.

    queued --claim--> claimed --write-ahead--> sending --250--> accepted
      ^  ^               |                        |--4xx----> queued again later (deferred), or undelivered when too old
      |  +--lease over---+                        |--5xx----> failed
      |                  |                        +--no reply / crash--> unknown
      +--deferred--------+-- consent gone --> cancelled;  template fault --> parked;  nobody takes its mail --> failed

    accepted --bounce--> failed          unknown --click, answer, delivery notice--> accepted;  --bounce--> failed

``unknown``: the final dot may have been sent and the reply was never seen (RFC 1047). A nurture mail is then not sent
again, because nobody may get it twice; a service mail (opt-in, dossier) is, with the same Message-ID.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from nurture.domain.errors import IllegalTransition


class MessageKind(StrEnum):
    OPT_IN = "opt-in"
    """Asks to confirm; no advertising, no tracking, the only mail an unconfirmed person gets."""
    SERVICE = "service"
    """What a known contact asked for on the preferences page, or has to know: no advertising, no tracking."""
    NURTURE = "nurture"
    """Marketing, by consent only."""
    SALES = "sales"
    """To our own sales team."""

    @property
    def service(self) -> bool:
        """Whether somebody waits for it: it goes first, no warm-up holds it back, an unknown outcome is sent again."""
        return self is not MessageKind.NURTURE


class MessageState(StrEnum):
    QUEUED = "queued"
    CLAIMED = "claimed"
    SENDING = "sending"
    ACCEPTED = "accepted"
    FAILED = "failed"
    UNDELIVERED = "undelivered"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    PARKED = "parked"


_M = MessageState
TRANSITIONS: dict[MessageState, frozenset[MessageState]] = {
    _M.QUEUED: frozenset({_M.CLAIMED, _M.CANCELLED}),
    _M.CLAIMED: frozenset({_M.SENDING, _M.QUEUED, _M.CANCELLED, _M.PARKED, _M.FAILED, _M.UNDELIVERED}),
    _M.SENDING: frozenset({_M.ACCEPTED, _M.QUEUED, _M.FAILED, _M.UNDELIVERED, _M.UNKNOWN}),
    _M.UNKNOWN: frozenset({_M.QUEUED, _M.ACCEPTED, _M.FAILED}),
    _M.PARKED: frozenset({_M.QUEUED, _M.CANCELLED}),
    _M.ACCEPTED: frozenset({_M.FAILED}),
    _M.FAILED: frozenset(),
    _M.UNDELIVERED: frozenset(),
    _M.CANCELLED: frozenset(),
}

OPEN = (_M.QUEUED, _M.CLAIMED, _M.SENDING)
"""States of a message that is still on its way."""


def move(state: MessageState, to: MessageState) -> MessageState:
    """``to``, if a message in ``state`` may go there. Raises IllegalTransition."""
    if to not in TRANSITIONS[state]:
        raise IllegalTransition("message", state, to)
    return to


_BACKOFF_MINUTES: dict[bool, tuple[int, ...]] = {
    True: (1, 3, 5, 10, 20, 30, 60),
    False: (5, 15, 30, 60, 120, 240),
}
_MAX_AGE: dict[bool, timedelta] = {True: timedelta(hours=12), False: timedelta(hours=72)}


def retry_at(kind: MessageKind, attempts: int, queued: datetime, now: datetime, key: str) -> datetime | None:
    """When to try again after ``attempts`` temporary failures; None: too old, give up (RFC 5321 4.5.4.1).

    Jitter of up to 20 % either way comes from ``key``, so that it is the same in every process and every replay.
    """
    steps = _BACKOFF_MINUTES[kind.service]
    minutes = steps[min(attempts, len(steps)) - 1]
    jitter = int.from_bytes(sha256(f"{key}:{attempts}".encode()).digest()[:2], "big") / 65535 * 0.4 - 0.2
    due = now + timedelta(minutes=minutes * (1 + jitter))
    return due if due - queued <= _MAX_AGE[kind.service] else None


_PAUSE_MINUTES = (0.5, 1, 2, 5, 10, 15)
LONGEST_PAUSE = timedelta(minutes=_PAUSE_MINUTES[-1])


def server_retry_at(failures: int, now: datetime) -> datetime:
    """When to try the mail server again after ``failures`` faults in a row that were its own (unreachable, refuses us).

    The mails wait with it: such a fault says nothing about any of them, so it does not count as an attempt.
    """
    return now + timedelta(minutes=_PAUSE_MINUTES[min(failures, len(_PAUSE_MINUTES)) - 1])


def message_id(installation: str, key: str, domain: str) -> str:
    """The Message-ID header (RFC 5322 3.6.4), the same over every retry: ``<32 hex digits@domain>``."""
    return f"<{sha256(f'{installation}:{key}'.encode()).hexdigest()[:32]}@{domain}>"


def nurture_key(enrollment: int, step: str, round_: int) -> str:
    """The once-key of a nurture mail."""
    return f"enrollment:{enrollment}:{step}:{round_}"
