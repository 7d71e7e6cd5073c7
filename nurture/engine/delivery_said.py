"""What servers said when they put mails off, the same said of many mails put together. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from nurture.store.delivery_view import Deferral

_EXAMPLES = 3
_VARIES = re.compile(
    r"<?[^\s<>@]+@[^\s<>@]+>?"  # addresses
    r"|https?://\S+"
    r"|\b(?=[\w.-]*\d)(?=[\w.-]*[a-z])[\w-]{6,}(?:\.[\w-]+)*\b"  # queue ids, host names with digits
    r"|\d+(?:\.\d+){3}|[0-9a-f]*:[0-9a-f:]+:[0-9a-f]+"  # IP addresses
    r"|(?<![\d.])\d{4,}(?![\d.])",  # long numbers; codes stay
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Said:
    """``text``: as it was said last, at ``last`` by ``host``, of ``count`` tries of ``mails`` mails.

    ``examples``: (mail, its address), the latest first.
    """

    lane: str
    status: str | None
    text: str
    host: str | None
    count: int
    mails: int
    first: datetime
    last: datetime
    examples: tuple[tuple[int, str], ...]


def said(found: Iterable[Deferral]) -> tuple[Said, ...]:
    """Deferrals (newest first) put together by lane and what was said; the most frequent first."""
    groups: dict[tuple[str, str | None, str], list[Deferral]] = {}
    for one in found:
        groups.setdefault((one.lane, one.status, _gist(one.reply)), []).append(one)
    made = [_said(same) for same in groups.values()]
    return tuple(sorted(made, key=lambda s: (-s.count, s.lane, s.text)))


def _said(same: list[Deferral]) -> Said:
    newest = same[0]
    examples = {one.message: one.address for one in same}
    return Said(
        newest.lane,
        newest.status,
        newest.reply,
        newest.host,
        len(same),
        len(examples),
        same[-1].at,
        newest.at,
        tuple(examples.items())[:_EXAMPLES],
    )


def _gist(reply: str) -> str:
    """What is the same when the same is said of another mail."""
    return " ".join(_VARIES.sub("*", reply.lower()).split())[:200]
