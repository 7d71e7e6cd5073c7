"""What a contact chose beyond consents: a pause, fewer mails, products and topics that are not wanted; and a restriction.

Chosen on the preferences page, obeyed wherever something is decided (``journey``, ``engine/enrolment.py``) and once more
right before a mail leaves (``engine/permission.py``). Consents are in ``consent.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from nurture.domain.durations import Duration

PAUSES: dict[str, Duration] = {
    "2-weeks": Duration(2, "weeks"),
    "1-month": Duration(1, "months"),
    "3-months": Duration(3, "months"),
    "6-months": Duration(6, "months"),
}
"""For how long mail may be paused."""

GAPS: dict[str, int | None] = {"usual": None, "week": 7, "two-weeks": 14, "month": 30, "quarter": 91}
"""How often at most -> at least so many days between two mails; None: as often as everybody."""


@dataclass(frozen=True, slots=True)
class Choice:
    """``paused_until``: no marketing mail before. ``gap_days``: at least so many days between two mails.

    ``unwanted``: ``product:<id>`` and ``topic:<id>``. ``restricted_since``: processing is restricted (Art. 18 GDPR):
    stored, and nothing else. ``uncounted``: not even counted without a name.
    """

    paused_until: datetime | None = None
    gap_days: int | None = None
    unwanted: frozenset[str] = frozenset()
    restricted_since: datetime | None = None
    uncounted: bool = False

    @property
    def restricted(self) -> bool:
        return self.restricted_since is not None

    def paused(self, now: datetime) -> bool:
        return self.paused_until is not None and self.paused_until > now

    def wants(self, product: str, topic: str | None = None) -> bool:
        """Whether mail about ``product`` (and on ``topic``) is wanted."""
        return product_mark(product) not in self.unwanted and (topic is None or topic_mark(topic) not in self.unwanted)

    def free_again(self, last: datetime | None) -> datetime | None:
        """When the next mail may follow one of ``last``; None: as far as the person is concerned, at once."""
        return last + timedelta(days=self.gap_days) if last is not None and self.gap_days else None


NOTHING = Choice()
"""Of everybody who chose nothing."""

RESTRICTED = "processing is restricted at the person's request"
"""The reason, wherever it stands in the way."""


def product_mark(product: str) -> str:
    return f"product:{product}"


def topic_mark(topic: str) -> str:
    return f"topic:{topic}"


def unwanted_products(marks: Iterable[str]) -> frozenset[str]:
    """The products among ``marks``."""
    return frozenset(mark.removeprefix("product:") for mark in marks if mark.startswith("product:"))


def paused_reason(until: datetime) -> str:
    return f"paused by the reader until {until:%Y-%m-%d}"


def gap_reason(days: int) -> str:
    return f"the reader wants at most one mail in {days} days"


def product_reason(product: str) -> str:
    return f"the reader wants no mail about '{product}'"


def topic_reason(topic: str) -> str:
    return f"the reader wants nothing on the topic '{topic}'"
