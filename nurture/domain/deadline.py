"""Until when a data subject has to be answered: one month, with a reason up to three (Art. 12(3) GDPR).

Counted as Regulation (EEC, Euratom) No 1182/71 says, Art. 3: the day of receipt is not counted; a period in months ends
with the last hour of the day that has the same number as the day of receipt, or with the last day of a shorter month.
Sundays, Saturdays and public holidays at the end would give more time; that is not used, so that nobody answers late.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

MONTHS, EXTENDED = 1, 3


def answer_due(received: datetime, zone: ZoneInfo, months: int = MONTHS) -> datetime:
    """The first moment that is too late. ``zone``: where the controller sits."""
    day = received.astimezone(zone).date()
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))
    return datetime.combine(last + timedelta(days=1), time(), zone).astimezone(received.tzinfo)
