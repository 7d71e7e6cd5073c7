"""How many opt-in mails may leave: the mail itself is a weapon in the hands of whoever types other people's addresses.

    per address        10 minutes between two, 3 in 24 hours, 5 in 30 days, over all forms; who is suppressed: 1 in 30 days
    per domain         so many an hour to one company (more to providers of private mailboxes)
    per installation   so many an hour altogether

    --> now | later (the gap) | held (a human decides) | never

What is over the limit of its address is not sent at all; what is over the others is somebody else's doing, so it is held
and nobody is lost. Counted under keyed hashes, which outlive what was typed by 30 days. Whoever sent the form is told the
same in every case, after the same statements.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from nurture.domain.address import address_key, domain_of
from nurture.engine.runtime import Runtime
from nurture.store import contacts, limits

GAP = timedelta(minutes=10)
_DAY, _MONTH, _HOUR = timedelta(hours=24), timedelta(days=30), timedelta(hours=1)
_LIMITS = ((_DAY, 3), (_MONTH, 5))
_SUPPRESSED = ((_DAY, 1), (_MONTH, 1))


class Fate(StrEnum):
    SENT = "sent"
    HELD = "held"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Verdict:
    """``due_at``: when the mail leaves, if it does. ``why``: what it is held for, a key of words."""

    fate: Fate
    due_at: datetime
    why: str = ""


def decide(
    rt: Runtime, session: Session, address: str, now: datetime, *, held: str = "", looked_at: bool = False
) -> Verdict:
    """What becomes of one more opt-in mail to ``address``. ``held``: why it is held anyway.

    ``looked_at``: a human has decided that it may leave; it is held no more.
    """
    key = address_key(address)
    mark = rt.pseudonyms.mark(key)
    limits.one_at_a_time(session, "opt-in mails")
    before = limits.uses(session, _bucket("address", mark), _MONTH, now)
    known = contacts.suppressed(session, [key, mark])
    crowd = _crowded(rt, session, key, now)
    most = _SUPPRESSED if known else _LIMITS
    if any(sum(1 for at in before if at > now - span) >= count for span, count in most):
        return Verdict(Fate.NEVER, now)
    if (why := held or crowd) and not looked_at:
        return Verdict(Fate.HELD, now, why)
    return Verdict(Fate.SENT, max([now, *(at + GAP for at in before[-1:])]))


def count(rt: Runtime, session: Session, address: str, verdict: Verdict, now: datetime) -> None:
    """Count the mail that leaves; of what does not leave, keep an entry that counts for nothing: the same statements."""
    key = address_key(address)
    leaves = verdict.fate is Fate.SENT
    limits.note(session, _bucket("address" if leaves else "unsent", rt.pseudonyms.mark(key)), _MONTH, verdict.due_at)
    for name, _ in _paces(rt, key):
        limits.note(session, name if leaves else f"unsent:{name}", _HOUR, now)


def _crowded(rt: Runtime, session: Session, key: str, now: datetime) -> str:
    """Which hour is full already: 'domain', 'house' or ''."""
    full = [name.partition(":")[0] for name, most in _paces(rt, key) if len(limits.uses(session, name, _HOUR, now)) >= most]
    return full[0].removeprefix("opt-in-") if full else ""


def _paces(rt: Runtime, key: str) -> list[tuple[str, int]]:
    """(bucket, most per hour)."""
    allowed, domain = rt.definitions.opt_in, domain_of(key)
    private = domain in contacts.freemail_domains()
    return [
        (f"opt-in-domain:{rt.pseudonyms.mark(domain)}", allowed.private_domain if private else allowed.company_domain),
        ("opt-in-house:all", allowed.altogether),
    ]


def _bucket(kind: str, mark: str) -> str:
    return f"opt-in-{kind}:{mark}"
