"""Where a mail goes after a try: what the server said, the mail's kind and its age decide.

    accepted -> accepted      failed -> failed, with its class      deferred -> queued for later, undelivered when too old
    unknown  -> service mail: queued again, twice at most; nurture mail: unknown

Pure: knows nothing of databases.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from nurture.delivery import Kind, Outcome
from nurture.domain.failure import Failure
from nurture.domain.message import MessageState, retry_at
from nurture.store.messages import Outgoing
from nurture.store.moves import Move

_UNKNOWN_AGAIN = timedelta(minutes=10)
_UNKNOWN_LIMIT = 2
"""How often a service mail is sent again after the server's answer was never seen."""


@dataclass(slots=True)  # not frozen: there is one for every mail, and that takes a fifth of the time
class Result:
    """What became of one try. ``state``: where the mail was when it was known."""

    row: Outgoing
    lane: str
    state: MessageState
    outcome: Outcome
    at: datetime


def after(result: Result, unknown_before: int) -> Move:
    """Where a mail goes after one try. ``unknown_before``: how many of its tries ended without an answer."""
    row, outcome = result.row, result.outcome
    if outcome.kind is Kind.ACCEPTED:
        return _move(result, MessageState.ACCEPTED, outcome.reply)
    if outcome.kind is Kind.FAILED:
        return _move(result, MessageState.FAILED, outcome.reply, failure=outcome.failure or Failure.OTHER)
    if outcome.kind is Kind.UNKNOWN:
        return _after_unknown(result, unknown_before)
    due = retry_at(row.kind, row.attempts + 1, row.queued_at, result.at, row.header_id)
    if due is None:
        reason = f"given up after {row.attempts + 1} attempts; the last: {outcome.reply}"
        # that a server or the DNS was out of reach says nothing about the person
        failure = None if outcome.of_server else outcome.failure or Failure.SOFT
        return _move(result, MessageState.UNDELIVERED, reason, failure=failure)
    return _move(result, MessageState.QUEUED, outcome.reply, due)


def _after_unknown(result: Result, unknown_before: int) -> Move:
    """No answer after the final dot: a service mail is sent again with the same Message-ID, a nurture mail is not."""
    never = f"the server's answer was never seen ({result.outcome.reply}), so it may have arrived"
    if result.row.kind.service and unknown_before < _UNKNOWN_LIMIT:
        again = result.at + _UNKNOWN_AGAIN
        return _move(result, MessageState.QUEUED, f"{never}; it is sent again with the same Message-ID", again)
    return _move(result, MessageState.UNKNOWN, f"{never}; nobody may get it twice, so it is not sent again")


def _move(
    result: Result, to: MessageState, reason: str, due: datetime | None = None, failure: Failure | None = None
) -> Move:
    return Move(result.row.id, result.state, to, reason, due=due, tried=True, failure=failure)
