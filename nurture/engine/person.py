"""In one word, how things stand with a person: one function, so that lists and pages cannot disagree."""

from __future__ import annotations

from collections.abc import Collection

from nurture.domain.consent import ConsentState

STATES = ("active", "inactive", "with-sales", "pending", "withdrawn", "suppressed", "no-consent")
"""In dialogue (may be mailed); the same, but without contact for long, so that the consent will lapse; sales works on a
lead of the unit; sent a form and has not confirmed; took the consent back; gets no mail at all; has no consent."""


def person_state(mail: Collection[ConsentState], *, suppressed: bool, with_sales: bool, inactive: bool = False) -> str:
    """One of ``STATES``. ``mail``: the states of the person's consents to marketing mail."""
    if suppressed:
        return "suppressed"
    if with_sales:
        return "with-sales"
    if ConsentState.CONFIRMED in mail:
        return "inactive" if inactive else "active"
    if ConsentState.PENDING in mail:
        return "pending"
    return "withdrawn" if ConsentState.WITHDRAWN in mail else "no-consent"
