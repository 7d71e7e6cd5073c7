"""What became of one try to deliver, told from where it ended and what the server said (RFC 5321 4.2, RFC 3463).

where it ended                        2xx       4xx        5xx                            no (sensible) answer
connect, tls, greeting, login, mail   goes on   deferred   deferred: says nothing about   deferred
                                                           any mail (552 too big: failed)
recipient                             goes on   deferred   failed (552, 5.2.2: deferred)  deferred
data, body                            goes on   deferred   failed                         deferred
answer (to the final dot)             accepted  deferred   failed (5.2.2: deferred)       unknown

The class of a 5xx depends on where it was said, too: only at the recipient do words alone tell that there is no such
address. After DATA that takes a status of 5.1.x; everything else there is about what was sent. Before the recipient was
named nothing can be about a person.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from nurture.domain.failure import Failure, classify

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


# reached once: an enum's members are looked up slowly
_MAIL, _RECIPIENT, _ANSWER = Phase.MAIL, Phase.RECIPIENT, Phase.ANSWER
_ACCEPTED, _DEFERRED = Kind.ACCEPTED, Kind.DEFERRED
_OF_SERVER = frozenset({Phase.CONNECT, Phase.TLS, Phase.GREETING, Phase.LOGIN, Phase.MAIL})
_OF_MESSAGE = frozenset({Phase.DATA, Phase.BODY, Phase.ANSWER})


class Outcome(NamedTuple):
    """``reply``: the server's words, or what was wrong with the connection. One for every mail, so it is made quickly.

    ``failure``: the class of a 5xx, wherever it was said. ``status``: the enhanced status code. ``host``: the server's
    name, number and encryption. ``slow``: the server wants fewer mails or connections.
    """

    kind: Kind
    phase: Phase
    reply: str
    failure: Failure | None = None
    status: str | None = None
    host: str = ""
    slow: bool = False

    @property
    def of_server(self) -> bool:
        """Whether this is about the server or our access to it: every mail would meet the same."""
        return self.kind is _DEFERRED and self.phase in _OF_SERVER


def judge(phase: Phase, code: int, text: str, host: str = "") -> Outcome:
    """The outcome of a try that ended with this reply. A 3xx here is no answer to what was asked."""
    if code < 300 and phase is _ANSWER:
        return accepted(code, text, host)
    status = enhanced(text)
    reply = f"{code} {text}".rstrip()[:_MAX_REPLY]
    if code < 400:
        return nonsense(phase, reply, host)
    slow = _wants_less(code, status, text)
    if code < 500:
        return Outcome(_DEFERRED, phase, reply, None, status, host, slow)
    kind = Kind.FAILED if _is_final(phase, code, status) else _DEFERRED
    return Outcome(kind, phase, reply, _class(phase, code, status, text), status, host, slow)


def accepted(code: int, text: str, host: str) -> Outcome:
    """The outcome of nearly every try."""
    found = _ENHANCED.match(text)
    return Outcome(_ACCEPTED, _ANSWER, f"{code} {text}".rstrip()[:_MAX_REPLY], None, found and found[1], host)


def lost(phase: Phase, what: str, host: str = "") -> Outcome:
    """The outcome of a try that ended without a reply: the connection broke, or time was over."""
    kind = Kind.UNKNOWN if phase is _ANSWER else _DEFERRED
    return Outcome(kind, phase, what[:_MAX_REPLY], host=host)


def nonsense(phase: Phase, what: str, host: str = "") -> Outcome:
    """The outcome of a try that ended with something that answers nothing."""
    return lost(phase, f"the answer made no sense: {what}", host)


def _is_final(phase: Phase, code: int, status: str | None) -> bool:
    """Whether a 5xx ends the matter for this mail."""
    if phase in _OF_SERVER:
        return phase is _MAIL and code == 552
    return status != "5.2.2" and not (phase is _RECIPIENT and code == 552)


def _class(phase: Phase, code: int, status: str | None, text: str) -> Failure:
    found = classify(code, status, text)
    if phase is _RECIPIENT:
        return found
    if phase in _OF_MESSAGE:
        named = status is not None and status.startswith("5.1.")
        return found if found is Failure.SOFT or (found is Failure.INVALID and named) else Failure.POLICY
    return {Failure.INVALID: Failure.POLICY, Failure.SOFT: Failure.OTHER}.get(found, found)


_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_LESS = re.compile(r"\brate\b|too (?:many|fast|quickly|much mail)|throttl|slow down", re.IGNORECASE)
_GREYLISTED = re.compile(r"gr[ea]y.?list", re.IGNORECASE)


def enhanced(text: str) -> str | None:
    """The enhanced status code at the beginning of a reply's text (RFC 2034), such as '5.1.1'."""
    found = _ENHANCED.match(text)
    return found[1] if found else None


def _wants_less(code: int, status: str | None, text: str) -> bool:
    """Greylisting is no such wish, though it comes as 4.7.1: it asks for patience, once per recipient."""
    if code == 421 or _LESS.search(text):
        return True
    return status is not None and status.startswith("4.7.") and not _GREYLISTED.search(text)
