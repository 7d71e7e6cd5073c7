"""Alarms: one per thing, counted on, opened again by the next of its kind."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine

from nurture.store.alarms import close_alarm, open_alarms, raise_alarm
from nurture.store.database import transaction


def test_an_alarm_counts_on_and_opens_again_after_it_was_closed(db: Engine, now: datetime) -> None:
    later = now + timedelta(hours=1)
    with transaction(db) as session:
        raise_alarm(session, "policy:google", "first", now)
        raise_alarm(session, "policy:google", "second", later)
        raise_alarm(session, "login", "refused", now)
    with transaction(db) as session:
        assert [(a.key, a.text, a.count, a.first_at, a.last_at) for a in open_alarms(session)] == [
            ("policy:google", "second", 2, now, later),
            ("login", "refused", 1, now, now),
        ]
        assert close_alarm(session, "login", "ada", later)
        assert not close_alarm(session, "login", "ada", later)
        assert [a.key for a in open_alarms(session)] == ["policy:google"]
        raise_alarm(session, "login", "refused again", later)
    with transaction(db) as session:
        alarm = next(a for a in open_alarms(session) if a.key == "login")
        assert (alarm.count, alarm.text, alarm.closed_by) == (2, "refused again", None)
