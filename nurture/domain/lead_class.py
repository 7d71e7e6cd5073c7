"""Which class a lead is in for one product, on what evidence, presumed or confirmed.

Phases have no fixed order (a unit may fall back), so a class can change in any direction. A human ruling (a talk with
the person, an answer of sales) is *confirmed* and outranks everything presumed until it is older than the stay expected
for that class; then signs may move it again, as a presumption.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from nurture.domain.catalogue import LeadClass, Product


class Evidence(StrEnum):
    """What a class rests on, weakest first."""

    FORM = "form"
    """The landing page the contact came by is written for this phase."""
    CONTENT = "content"
    """Two different items written for one phase were downloaded within 90 days."""
    TOLD = "told"
    """The contact said when a purchase is planned."""
    WISH = "wish"
    """The contact asked to be called."""
    SALES = "sales"
    """Sales talked to the unit (confirmed)."""
    CALL = "call"
    """Marketing talked to a manager of the unit (confirmed)."""


CONFIRMING = frozenset({Evidence.SALES, Evidence.CALL})
CONTENT_SPAN = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Sign:
    """One piece of evidence for a class. ``item``: the content item, form or answer it came from."""

    evidence: Evidence
    lead_class: LeadClass
    at: datetime
    item: str = ""


@dataclass(frozen=True, slots=True)
class ClassState:
    lead_class: LeadClass
    confirmed: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class ClassChange:
    to: LeadClass
    confirmed: bool
    evidence: Evidence
    reason: str


def classify(current: ClassState | None, signs: Sequence[Sign], product: Product, now: datetime) -> ClassChange | None:
    """The change that ``signs`` (any order) call for; None: the class stays.

    The latest human ruling wins; else the latest thing told; else content; else the form (only for the first class).
    """
    fresh = [s for s in sorted(signs, key=lambda s: s.at) if current is None or not _spent(s, current)]
    ruling = next((s for s in reversed(fresh) if s.evidence in CONFIRMING), None)
    if ruling is not None:
        return _unless_same(
            current,
            ClassChange(ruling.lead_class, True, ruling.evidence, f"a talk showed it ({ruling.item})"),
        )
    if current is not None and current.confirmed and now < _good_until(current, product):
        return None
    told = next((s for s in reversed(fresh) if s.evidence in (Evidence.TOLD, Evidence.WISH)), None)
    if told is not None:
        return _unless_same(
            current, ClassChange(told.lead_class, False, told.evidence, f"the contact said so ({told.item})")
        )
    if (content := _by_content(fresh, now)) is not None:
        return _unless_same(current, content)
    if current is None:
        first = next((s for s in fresh if s.evidence is Evidence.FORM), None)
        if first is not None:
            return ClassChange(first.lead_class, False, Evidence.FORM, f"came by {first.item}")
    return None


def _spent(sign: Sign, current: ClassState) -> bool:
    """Whether ``sign`` is older than ``current`` or the very one it rests on: neither may hold up what comes later."""
    if sign.at != current.since:
        return sign.at < current.since
    return sign.lead_class is current.lead_class and (current.confirmed or sign.evidence not in CONFIRMING)


def _good_until(current: ClassState, product: Product) -> datetime:
    stay = product.phases.get(current.lead_class)
    return current.since + timedelta(days=stay.days if stay else 365)


def _by_content(signs: Sequence[Sign], now: datetime) -> ClassChange | None:
    """The phase of the latest item, if another item of that phase was read within 90 days."""
    items = [s for s in signs if s.evidence is Evidence.CONTENT and now - s.at <= CONTENT_SPAN]
    if not items:
        return None
    phase = items[-1].lead_class
    read = sorted({s.item for s in items if s.lead_class is phase})
    if len(read) < 2:
        return None
    return ClassChange(phase, False, Evidence.CONTENT, f"reads what is written for {phase}: {', '.join(read)}")


def _unless_same(current: ClassState | None, change: ClassChange) -> ClassChange | None:
    if current is not None and current.lead_class is change.to and (current.confirmed or not change.confirmed):
        return None
    return change
