"""What comes back after a mail has left, and what may be concluded from it. Pure.

bounce      invalid -> suppressed at once     soft -> counted, see ``soft_verdict``
            policy  -> an alarm for us        other -> on record
complaint   -> objected and suppressed
auto-reply  -> on record; "left the company" is a task
reply       -> an activity of a human and a task; one that says stop holds the address until a human decided
delayed, delivered -> on record; delivered settles a mail whose outcome was unknown
unclear     -> quarantine: a human looks
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from nurture.domain.delivery_rules import SoftBounces


class ReturnKind(StrEnum):
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    UNSUBSCRIBE = "unsubscribe"
    """By the provider's own link or button."""
    DELAYED = "delayed"
    DELIVERED = "delivered"
    AUTO_REPLY = "auto-reply"
    REPLY = "reply"
    UNCLEAR = "unclear"


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
