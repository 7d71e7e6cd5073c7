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

import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from nurture.domain.delivery_rules import SoftBounces


class ReturnKind(StrEnum):
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
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


_STOP = re.compile(
    r"\b(?:abmeld|austrag|abbestell|l(?:ö|oe)sch)\w*|\bmelde\w* .{0,60}\bab\b|\btrag\w* .{0,60}\baus\b"
    r"|\bbestell\w* .{0,60}\bab\b|\bstreich\w* .{0,60}\b(?:liste|verteiler)\b|\b(?:aus|von) .{0,30}\bverteiler\b"
    r"|\bwiderruf\w*|\bwiderspr[eiu]ch\w*"
    r"|\bkeine?(?:rlei)? (?:weiteren?|mehr)? ?(?:e-?mails?|mails?|werbung|newsletter|post)\b"
    r"|\bnicht (?:mehr|weiter) .{0,40}\b(?:schreib|schick|send|kontaktier|mail|anschreib)\w*"
    r"|\bunterlass\w*|\bin ruhe\b|\babstellen\b|\baufh(?:ö|oe)ren\b"
    r"|\bunsub\w*|\bopt[ -]?(?:me )?out\b|\btake .{0,30}\boff\b"
    r"|\b(?:remove|delete|erase)\b .{0,60}\b(?:me|my|us|our|list)\b"
    r"|(?<![\w-])stop+(?:en|pen|t|ping)?(?![\w-])(?! by\b)"
    r"|\bno (?:more|further) (?:e-?mails?|mails?|messages)\b|\bnot? .{0,30}\b(?:contact|e-?mail|mail|write) (?:me|us)\b"
    r"|\bdon['’]?t .{0,30}\b(?:contact|e-?mail|mail|write)\b|\bleave me alone\b|\bwithdraw\w* .{0,40}\bconsent\b"
    r"|\bobject to\b",
    re.IGNORECASE | re.DOTALL,
)
_ANSWER = re.compile(r"^\s*(?:re|aw|antwort|sv|wg|fwd?)\s*(?:\[\d+\])?:", re.IGNORECASE)


def says_stop(subject: str, said: str) -> bool:
    """Whether a human asks to be left alone. When in doubt, yes: a human decides, and until then nothing is mailed.

    The subject counts only where it is the human's own, not ours with "Re:" before it.
    """
    own = "" if _ANSWER.match(subject) else subject
    return bool(_STOP.search(f"{own}\n{said}"))
