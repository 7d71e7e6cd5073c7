"""What comes back after a mail has left, and what may be concluded from it. Pure.

bounce      invalid -> suppressed at once     soft -> counted, see ``soft_verdict``
            policy  -> an alarm for us        other -> on record
            of another address that the mail was forwarded to -> soft at most
complaint   -> objected and suppressed
auto-reply  -> on record; "left the company" is a task, and so is one whose words ask for no more mail
reply       -> an activity of a human and a task; one that says stop holds the address until a human decided
delayed, delivered -> on record; delivered settles a mail whose outcome was unknown
unclear     -> quarantine: a human looks

``follows`` is this table: what is done by it and what is told of it are one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from nurture.domain.delivery_rules import SoftBounces
from nurture.domain.failure import Failure


class ReturnKind(StrEnum):
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    """A provider reports that somebody pressed "spam", or another feedback of RFC 5965."""
    UNSUBSCRIBE = "unsubscribe"
    """By the provider's own link or button."""
    DELAYED = "delayed"
    """Not delivered yet; the server goes on trying."""
    DELIVERED = "delivered"
    """Delivered, relayed or expanded: a success notice."""
    AUTO_REPLY = "auto-reply"
    REPLY = "reply"
    """A human wrote."""
    UNCLEAR = "unclear"


class Action(StrEnum):
    SUPPRESS = "suppress"
    OBJECT = "object"
    """As if the person had objected at our website."""
    COUNT_SOFT = "count-soft"
    """Several of them over days hold the address for a while."""
    ALARM = "alarm"
    """For the sender; the person is not touched."""
    PAUSE_AND_TASK = "pause-and-task"
    TASK = "task"
    ANSWERED = "answered"
    """A human's answer: the campaign ends or wakes as its definition says."""
    NOTHING = "nothing"
    QUARANTINE = "quarantine"


class Says(StrEnum):
    """What decides about a mail that somebody or a responder wrote."""

    LEFT = "left"
    """Its writer left the company."""
    STOP = "stop"
    """A human asks for no more mail, or a responder plainly does."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """``why``: what is told about it, and kept."""

    action: Action
    why: str


_TABLE: Mapping[tuple[ReturnKind, Failure | Says | None], Consequence] = {
    (ReturnKind.BOUNCE, Failure.INVALID): Consequence(Action.SUPPRESS, "the address does not exist"),
    (ReturnKind.BOUNCE, Failure.SOFT): Consequence(Action.COUNT_SOFT, "did not arrive this time"),
    (ReturnKind.BOUNCE, Failure.POLICY): Consequence(Action.ALARM, "our mail is refused, whoever it is for"),
    (ReturnKind.BOUNCE, Failure.OTHER): Consequence(Action.NOTHING, "refused, and nobody can tell why"),
    (ReturnKind.COMPLAINT, None): Consequence(Action.SUPPRESS, "reported as unwanted mail (spam)"),
    (ReturnKind.UNSUBSCRIBE, None): Consequence(Action.OBJECT, "unsubscribed at the mail provider"),
    (ReturnKind.DELAYED, None): Consequence(Action.NOTHING, "still on its way"),
    (ReturnKind.DELIVERED, None): Consequence(Action.NOTHING, "arrived"),
    (ReturnKind.AUTO_REPLY, None): Consequence(Action.NOTHING, "an automatic reply"),
    (ReturnKind.AUTO_REPLY, Says.LEFT): Consequence(
        Action.TASK, "an automatic reply says that this person has left the company"
    ),
    (ReturnKind.AUTO_REPLY, Says.STOP): Consequence(Action.TASK, "an automatic reply asks for no more mail"),
    (ReturnKind.REPLY, None): Consequence(Action.ANSWERED, "an answer to read"),
    (ReturnKind.REPLY, Says.STOP): Consequence(Action.PAUSE_AND_TASK, "asks for no more mail"),
    (ReturnKind.UNCLEAR, None): Consequence(Action.QUARANTINE, "nobody can tell what it is"),
}


def follows(kind: ReturnKind, failure: Failure | None = None, *, left: bool = False, stops: bool = False) -> Consequence:
    """What follows from it, once it is known whose it is. ``failure``: of a bounce; one without any says nothing."""
    match kind:
        case ReturnKind.BOUNCE:
            return _TABLE[kind, failure or Failure.OTHER]
        case ReturnKind.AUTO_REPLY:
            return _TABLE[kind, Says.LEFT if left else Says.STOP if stops else None]
        case ReturnKind.REPLY:
            return _TABLE[kind, Says.STOP if stops else None]
    return _TABLE[kind, None]


def of_another(failure: Failure) -> Failure:
    """What a failure of another address is for the one that we wrote to (forwarded): it proves nothing about ours."""
    return Failure.SOFT if failure is Failure.INVALID else failure


class SoftVerdict(StrEnum):
    WATCH = "watch"
    """Not often enough yet."""
    HOLD = "hold"
    SUPPRESS = "suppress"


def soft_verdict(rules: SoftBounces, bounced: Sequence[datetime], times: int) -> SoftVerdict:
    """What follows from mails that bounced softly at ``bounced`` since the address last proved to work.

    One moment per message. ``times``: how often the address was held since then.
    """
    if len(bounced) < rules.messages or max(bounced) - min(bounced) < rules.over:
        return SoftVerdict.WATCH
    return SoftVerdict.SUPPRESS if times + 1 >= rules.holds else SoftVerdict.HOLD
