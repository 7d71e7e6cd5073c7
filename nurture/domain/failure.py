"""Why a mail did not arrive, as a class: what may be concluded from it, and what may not.

    invalid   there is no such address          -> it gets no mail any more
    soft      full, away, too slow, suspended   -> a few of them over a week hold the address for a while
    policy    our reputation, our DNS, content  -> an alarm for the sender; says nothing about the person
    other     refused, and nobody can say why   -> on record, nothing else

A server tells in up to three ways: a reply code (550), an enhanced status (5.1.1; RFC 3463) and words. Words beat a
generic code (5.0.0, 5.1.0, 550), and words about the sender beat any code. A precise status that contradicts the
words about a person is ambiguous, and what is ambiguous is never ``invalid``.
"""

from __future__ import annotations

import re
from enum import StrEnum

from nurture.domain.failure_reason import Reason, reason_in


class Failure(StrEnum):
    INVALID = "invalid"
    SOFT = "soft"
    POLICY = "policy"
    OTHER = "other"


FAILURE_OF: dict[Reason, Failure] = {
    Reason.USER_UNKNOWN: Failure.INVALID,
    Reason.HOST_UNKNOWN: Failure.INVALID,
    Reason.HAS_MOVED: Failure.INVALID,
    Reason.NOT_ACCEPT: Failure.INVALID,
    Reason.MAILBOX_FULL: Failure.SOFT,
    Reason.SUSPENDED: Failure.SOFT,
    Reason.FILTERED: Failure.SOFT,
    Reason.EXPIRED: Failure.SOFT,
    Reason.NETWORK: Failure.SOFT,
    Reason.SYSTEM: Failure.SOFT,
    Reason.BLOCKED: Failure.POLICY,
    Reason.SPAM: Failure.POLICY,
    Reason.VIRUS: Failure.POLICY,
    Reason.AUTH: Failure.POLICY,
    Reason.POINTER: Failure.POLICY,
    Reason.RATE: Failure.POLICY,
    Reason.POLICY: Failure.POLICY,
    Reason.SENDER: Failure.POLICY,
    Reason.RELAY: Failure.POLICY,
    Reason.CONTENT: Failure.POLICY,
    Reason.TOO_BIG: Failure.OTHER,
    Reason.SYNTAX: Failure.OTHER,
    Reason.UNKNOWN: Failure.OTHER,
}

_PRECISE: dict[str, Reason] = {
    "1.1": Reason.USER_UNKNOWN,
    "1.2": Reason.HOST_UNKNOWN,
    "1.3": Reason.USER_UNKNOWN,
    "1.6": Reason.HAS_MOVED,
    "1.7": Reason.SENDER,
    "1.8": Reason.SENDER,
    "1.10": Reason.NOT_ACCEPT,
    "2.1": Reason.SUSPENDED,
    "2.2": Reason.MAILBOX_FULL,
    "2.3": Reason.TOO_BIG,
    "3.4": Reason.TOO_BIG,
    "4.1": Reason.NETWORK,
    "4.2": Reason.NETWORK,
    "4.3": Reason.NETWORK,
    "4.4": Reason.HOST_UNKNOWN,
    "4.6": Reason.NETWORK,
    "4.7": Reason.EXPIRED,
    "7.13": Reason.SUSPENDED,
}
"""What the subject and detail of an enhanced status say by themselves (RFC 3463, 5248, 7505; registry of IANA)."""

_SUBJECT: dict[str, Reason] = {
    "2": Reason.FILTERED,
    "3": Reason.SYSTEM,
    "4": Reason.NETWORK,
    "5": Reason.SYNTAX,
    "6": Reason.CONTENT,
    "7": Reason.POLICY,
}
"""What the subject of a status leaves open, where neither detail nor words say more."""

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]|\d)")
_AT_THE_END = re.compile(r"end of data|smtp command\s+data", re.IGNORECASE)
_AT_THE_SENDER = re.compile(r"(?:in reply to|after) mail from", re.IGNORECASE)
_PLAIN_WORDS = re.compile(r"no such|not exist|not found", re.IGNORECASE)
_NO_SUCH = re.compile(
    r"no such (?:user|person|mailbox|account|recipient|address)|unknown user|user unknown|validrcptto", re.I
)
"""Words that nobody uses of a sender or a rule, whatever the status: some servers call every refusal 5.7.1."""
_TAKES_NO_MAIL = frozenset({521, 556})


def classify(code: int | None, status: str | None, text: str) -> Failure:
    """The class of a refusal: its reply code, its enhanced status and the server's words, each as far as known."""
    return FAILURE_OF[reason(code, status, text)]


def reason(code: int | None, status: str | None, text: str) -> Reason:
    """The finer reason behind ``classify``."""
    told = _status(status, text)
    words = reason_in(text)
    found = _weigh(code, told, words, text)
    permanent = _is_permanent(code, told)
    if FAILURE_OF[found] is Failure.INVALID and not permanent:
        return Reason.NETWORK if found is Reason.HOST_UNKNOWN else Reason.EXPIRED
    return found


def enhanced_status(text: str) -> str | None:
    """The most telling enhanced status in a server's words: one that says what, before one that says nothing."""
    found = [f"{kind}.{subject}.{detail}" for kind, subject, detail in _STATUS.findall(text[:3_000])]
    return min(found, key=_is_generic, default=None)


def _status(status: str | None, text: str) -> str | None:
    given = enhanced_status(status) if status else None
    inner = enhanced_status(text)
    return inner if inner and (given is None or _is_generic(given)) else given


def _is_generic(status: str) -> bool:
    detail = status.partition(".")[2]
    return detail not in _PRECISE and not detail.startswith("7.")


def _is_permanent(code: int | None, status: str | None) -> bool:
    """X.1.1 and its like are facts only in a permanent refusal (RFC 3463 3.2)."""
    if code is not None:
        return code >= 500
    return status is None or status.startswith("5")


def _weigh(code: int | None, status: str | None, words: Reason | None, text: str) -> Reason:
    detail = (status or "").partition(".")[2]
    precise = _PRECISE.get(detail)
    if words is None:
        return precise or _by_code(code) or _SUBJECT.get(detail.partition(".")[0], Reason.UNKNOWN)
    if FAILURE_OF[words] is not Failure.INVALID:
        return _unless_vague(words, precise)
    return _dead_or_not(words, detail, text)


def _by_code(code: int | None) -> Reason | None:
    if code in _TAKES_NO_MAIL:
        return Reason.NOT_ACCEPT
    return Reason.MAILBOX_FULL if code == 552 else None


_VAGUE = frozenset({Reason.SYSTEM, Reason.SYNTAX, Reason.EXPIRED, Reason.NETWORK})


def _unless_vague(words: Reason, precise: Reason | None) -> Reason:
    """Words that could mean anything ("system error") give way to a precise status."""
    if precise is Reason.HOST_UNKNOWN and words is Reason.NETWORK:
        return words
    return precise if precise and words in _VAGUE else words


def _dead_or_not(words: Reason, detail: str, text: str) -> Reason:
    """Words say there is no such address: believed, unless the status or the moment says something else."""
    precise = _PRECISE.get(detail, Reason.UNKNOWN)
    if FAILURE_OF[precise] is Failure.INVALID:
        return words
    if detail == "2.2":
        return Reason.MAILBOX_FULL
    if precise is Reason.SENDER or _AT_THE_SENDER.search(text):
        return Reason.SENDER
    if detail.startswith("7."):
        return words if detail == "7.1" and _NO_SUCH.search(text) else Reason.POLICY
    if detail == "2.0" and _PLAIN_WORDS.search(text):
        return words
    if words is Reason.USER_UNKNOWN and (detail.startswith("2.") or _AT_THE_END.search(text)):
        return Reason.FILTERED  # filters behind the mailbox speak so, too
    return words
