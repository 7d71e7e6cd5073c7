"""What is removed when its time is over (the periods are in config/mailing.yaml)."""

from __future__ import annotations

from datetime import datetime, timedelta

from nurture.engine.registration import expire_registrations
from nurture.engine.runtime import Runtime
from nurture.store import delivery_counts, mail_domains, retention, returned
from nurture.store.database import transaction

_FIGURES_KEPT = timedelta(days=90)
"""For figures of delivery per minute (the breakers of small senders look far back; totals stay for good), and for what the
DNS said about domains that nobody writes to any more."""


def retain(rt: Runtime, now: datetime) -> dict[str, int]:
    """Apply every period; what was removed, by kind. Safe to run twice and beside another process."""
    removed = {"unconfirmed registrations": _all_expired(rt, now)}
    keep, zone = rt.definitions.retention, rt.definitions.calendar.zone
    with transaction(rt.db) as session:
        removed["network addresses"] = retention.forget_ips(session, keep.raw_ip.before(now, zone))
        removed["returned mails"] = returned.forget_bytes(session, now - rt.definitions.delivery.returned_kept)
        removed["clicks"] = retention.delete_clicks(session, keep.clicks.before(now, zone))
        removed["counters"] = retention.delete_counters(session, now)
        removed["delivery figures"] = delivery_counts.forget(session, now - _FIGURES_KEPT)
        delivery_counts.put_together(session)
        removed["mail domains"] = mail_domains.forget(session, now - _FIGURES_KEPT)
    return removed


def _all_expired(rt: Runtime, now: datetime) -> int:
    total = 0
    while done := expire_registrations(rt, now):
        total += done
    return total
