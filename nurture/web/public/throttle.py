"""How often somebody may send a form: per address, per network, per form. The refusal says when to come back.

Counted before the engine is asked, the same for known and unknown addresses. Addresses and networks are stored as
hashes only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from nurture.domain.address import address_key
from nurture.engine.runtime import Runtime
from nurture.engine.visitor import shorten_ip
from nurture.store import limits
from nurture.store.database import transaction
from nurture.store.limits import Budget


def for_registration(rt: Runtime, form: str, address: str, ip: str) -> list[Budget]:
    """What one registration uses up."""
    return [
        Budget(_bucket(rt, "address", address_key(address)), 5, timedelta(hours=1)),
        Budget(_bucket(rt, "network", shorten_ip(ip, "shortened")), 10, timedelta(minutes=10)),
        Budget(f"form:{form}", 300, timedelta(hours=1)),
    ]


def for_link(rt: Runtime, token: str) -> list[Budget]:
    """What one answer behind a personal link uses up."""
    return [Budget(_bucket(rt, "link", token), 20, timedelta(hours=1))]


def take(rt: Runtime, budgets: Sequence[Budget], now: datetime) -> int:
    """Count it. 0: go on; else in how many minutes it is possible again."""
    with transaction(rt.db) as session:
        room_at = limits.take(session, budgets, now)
    return ceil((room_at - now).total_seconds() / 60) if room_at else 0


def give_back(rt: Runtime, budgets: Sequence[Budget], now: datetime) -> None:
    """It had no effect (a typing error): do not count it."""
    with transaction(rt.db) as session:
        limits.give_back(session, budgets, now)


def _bucket(rt: Runtime, kind: str, value: str) -> str:
    return f"{kind}:{sha256(f'{rt.installation}:{value}'.encode()).hexdigest()[:32]}"
