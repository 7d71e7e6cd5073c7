"""What became of one try to deliver, told from where it ended and what the server said (RFC 5321 4.2, RFC 3463).

where it ended                        2xx       4xx        5xx                            no (sensible) answer
connect, tls, greeting, login, mail   goes on   deferred   deferred: says nothing about   deferred
                                                           any mail (552 too big: failed)
recipient                             goes on   deferred   failed (552, 5.2.2: deferred)  deferred
data, body                            goes on   deferred   failed                         deferred
answer (to the final dot)             accepted  deferred   failed (5.2.2: deferred)       unknown
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_MAX_REPLY = 2_000


class Kind(StrEnum):
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Phase(StrEnum):
    CONNECT = "connect"
    """TCP and the server's banner."""
    TLS = "tls"
    GREETING = "greeting"
    """EHLO."""
    LOGIN = "login"
    MAIL = "mail"
    """MAIL FROM: about the sender, never about the person."""
    RECIPIENT = "recipient"
    DATA = "data"
    BODY = "body"
    """While the message itself is on its way; the final dot was not sent."""
    ANSWER = "answer"
    """After the final dot."""


_OF_SERVER = frozenset({Phase.CONNECT, Phase.TLS, Phase.GREETING, Phase.LOGIN, Phase.MAIL})


@dataclass(frozen=True, slots=True)
class Outcome:
    """``reply``: the server's words, or what was wrong with the connection."""

    kind: Kind
    phase: Phase
    reply: str

    @property
    def of_server(self) -> bool:
        """Whether this is about the server or our access to it: every mail would meet the same."""
        return self.kind is Kind.DEFERRED and self.phase in _OF_SERVER

    @property
    def invalid_address(self) -> bool:
        """Whether the server said that there is no such address. Policy and reputation never mean that."""
        return self.kind is Kind.FAILED and self.phase in (Phase.RECIPIENT, Phase.ANSWER) and _no_such_address(self.reply)


def judge(phase: Phase, code: int, text: str) -> Outcome:
    """The outcome of a try that ended with this reply. ``code`` outside 200-599: the answer made no sense."""
    reply = f"{code} {text}".strip()[:_MAX_REPLY] if code > 0 else f"the answer made no sense: {text}"[:_MAX_REPLY]
    return Outcome(_kind(phase, code, text), phase, reply)


def lost(phase: Phase, what: str) -> Outcome:
    """The outcome of a try that ended without a reply: the connection broke, or time was over."""
    return Outcome(Kind.UNKNOWN if phase is Phase.ANSWER else Kind.DEFERRED, phase, what[:_MAX_REPLY])


def _kind(phase: Phase, code: int, text: str) -> Kind:
    if 500 <= code <= 599:
        return Kind.FAILED if _is_final(phase, code, text) else Kind.DEFERRED
    if 400 <= code <= 499:
        return Kind.DEFERRED
    if phase is not Phase.ANSWER:
        return Kind.DEFERRED
    return Kind.ACCEPTED if 200 <= code <= 299 else Kind.UNKNOWN


def _is_final(phase: Phase, code: int, text: str) -> bool:
    """Whether a 5xx ends the matter for this mail."""
    if phase in _OF_SERVER:
        return phase is Phase.MAIL and code == 552
    full = enhanced(text) == "5.2.2"
    return not full and not (phase is Phase.RECIPIENT and code == 552)


_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_INVALID = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"})
_UNKNOWN_USER = re.compile(
    r"user unknown|unknown user|no such (?:user|recipient|mailbox|person)|(?:user|recipient|mailbox|account|address) "
    r"(?:does not exist|doesn't exist|not found|unknown|invalid)|(?:unknown|invalid) (?:recipient|mailbox|address)"
    r"|mailbox unavailable: unknown|does not have an? .{0,40}account"
    r"|empf.nger (?:ist )?unbekannt|benutzer (?:ist )?unbekannt",
    re.IGNORECASE,
)
_POLICY = re.compile(
    r"spam|block ?list|black ?list|listed|reputation|policy|denied|reject(?:ed)? due|bann|spf|dkim|dmarc|rate|relay",
    re.IGNORECASE,
)


def enhanced(text: str) -> str | None:
    """The enhanced status code in a reply's text (RFC 2034), such as '5.1.1'."""
    found = _ENHANCED.match(text.lstrip())
    return found[1] if found else None


def _no_such_address(reply: str) -> bool:
    code, _, text = reply.partition(" ")
    status = enhanced(text)
    if status is not None and not status.startswith("5.0."):
        return status in _INVALID
    return code in ("550", "551", "553") and bool(_UNKNOWN_USER.search(text)) and not _POLICY.search(text)
