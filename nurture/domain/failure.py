"""Why a mail did not arrive, as a class: what may be concluded from it, and what may not.

    invalid   there is no such address          -> it gets no mail any more
    soft      full, away, too slow, suspended   -> a few of them over a week hold the address for a while
    policy    our reputation, our DNS, content  -> an alarm for the sender; says nothing about the person
    other     refused, and nobody can say why   -> on record, nothing else
"""

from __future__ import annotations

from enum import StrEnum


class Failure(StrEnum):
    INVALID = "invalid"
    SOFT = "soft"
    POLICY = "policy"
    OTHER = "other"
