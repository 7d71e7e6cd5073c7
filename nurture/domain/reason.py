"""The names of the reasons why a mail did not arrive."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """The finest that is told apart; domain/failure.py says what may be concluded from each."""

    USER_UNKNOWN = "userunknown"
    HOST_UNKNOWN = "hostunknown"
    HAS_MOVED = "hasmoved"
    NOT_ACCEPT = "notaccept"
    """The domain takes no mail at all (RFC 7504, RFC 7505)."""
    MAILBOX_FULL = "mailboxfull"
    SUSPENDED = "suspended"
    FILTERED = "filtered"
    """Refused by a rule of the recipient's, or no such person: the server does not say which."""
    EXPIRED = "expired"
    NETWORK = "network"
    SYSTEM = "system"
    BLOCKED = "blocked"
    SPAM = "spam"
    VIRUS = "virus"
    AUTH = "auth"
    """SPF, DKIM or DMARC."""
    POINTER = "pointer"
    """Our IP address leads to no name, or the name not back to it."""
    RATE = "rate"
    POLICY = "policy"
    SENDER = "sender"
    """The sender's address was refused, or may not write to this one."""
    RELAY = "relay"
    CONTENT = "content"
    TOO_BIG = "toobig"
    SYNTAX = "syntax"
    UNKNOWN = "unknown"
