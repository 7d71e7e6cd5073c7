"""Which class a lead is in, on what evidence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from nurture.domain.catalogue import LeadClass, Product
from nurture.domain.durations import Duration
from nurture.domain.lead_class import ClassChange, ClassState, Evidence, Sign, classify

C, B1, B2, B3, A = LeadClass
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PRODUCT = Product("scheduling", {}, {}, {}, (), {B1: Duration(60, "days"), B2: Duration(120, "days")}, {})


def sign(evidence: Evidence, to: LeadClass, days_ago: float = 0, item: str = "x") -> Sign:
    return Sign(evidence, to, NOW - timedelta(days=days_ago), item)


def read(to: LeadClass, days_ago: float, item: str) -> Sign:
    return sign(Evidence.CONTENT, to, days_ago, item)


def presumed(now: LeadClass, days: float = 30) -> ClassState:
    return ClassState(now, confirmed=False, since=NOW - timedelta(days=days))


def confirmed(now: LeadClass, days: float = 30) -> ClassState:
    return ClassState(now, confirmed=True, since=NOW - timedelta(days=days))


FORM, CALL, SALES, TOLD, WISH = Evidence.FORM, Evidence.CALL, Evidence.SALES, Evidence.TOLD, Evidence.WISH
TWO_OF_B2 = (read(B2, 9, "study"), read(B2, 2, "webinar"))


@pytest.mark.parametrize(
    ("current", "signs", "change"),
    [
        pytest.param(None, (), None, id="nothing known"),
        pytest.param(None, (sign(FORM, B1, item="guide"),), ClassChange(B1, False, FORM, "came by guide"), id="first: the form"),
        pytest.param(None, (sign(FORM, B2, 1), sign(FORM, B1, 5)), ClassChange(B1, False, FORM, "came by x"), id="of two forms the earlier"),
        pytest.param(presumed(B1), (sign(FORM, B3),), None, id="a form says nothing of a lead that has a class"),
        pytest.param(presumed(B1), TWO_OF_B2, ClassChange(B2, False, Evidence.CONTENT, "reads what is written for B2: study, webinar"), id="two items of one phase"),
        pytest.param(None, (sign(FORM, B1), *TWO_OF_B2), ClassChange(B2, False, Evidence.CONTENT, "reads what is written for B2: study, webinar"), id="content outranks the form"),
        pytest.param(presumed(B1), TWO_OF_B2[:1], None, id="one item is no sign"),
        pytest.param(presumed(B1), (read(B2, 9, "study"), read(B2, 2, "study")), None, id="the same item twice is one"),
        pytest.param(presumed(B1), (*TWO_OF_B2, read(B1, 1, "basics")), None, id="the latest item decides the phase"),
        pytest.param(presumed(B1, 200), (read(B2, 91, "study"), read(B2, 2, "webinar")), None, id="more than 90 days apart"),
        pytest.param(presumed(B1, 200), (read(B2, 90, "study"), read(B2, 2, "webinar")), ClassChange(B2, False, Evidence.CONTENT, "reads what is written for B2: study, webinar"), id="90 days"),
        pytest.param(presumed(B1, 5), TWO_OF_B2, None, id="read before the class was set"),
        pytest.param(presumed(B2), TWO_OF_B2, None, id="what confirms the presumption changes nothing"),
        pytest.param(presumed(B3), TWO_OF_B2, ClassChange(B2, False, Evidence.CONTENT, "reads what is written for B2: study, webinar"), id="backwards by content"),
        pytest.param(presumed(B1), (sign(TOLD, B3, item="plan = soon"), *TWO_OF_B2), ClassChange(B3, False, TOLD, "the contact said so (plan = soon)"), id="told outranks content"),
        pytest.param(presumed(B1), (sign(WISH, A, item="call"),), ClassChange(A, False, WISH, "the contact said so (call)"), id="a wish to be called"),
        pytest.param(presumed(B1), (sign(TOLD, B3, 3), sign(TOLD, B2, 1)), ClassChange(B2, False, TOLD, "the contact said so (x)"), id="the latest thing told"),
        pytest.param(presumed(A), (sign(TOLD, B1),), ClassChange(B1, False, TOLD, "the contact said so (x)"), id="backwards by word"),
        pytest.param(presumed(B1), (sign(CALL, B2, item="Frau Weber"), sign(TOLD, A)), ClassChange(B2, True, CALL, "a talk showed it (Frau Weber)"), id="a talk outranks everything"),
        pytest.param(presumed(B1), (sign(CALL, B2, 3), sign(SALES, C, 1)), ClassChange(C, True, SALES, "a talk showed it (x)"), id="the latest talk"),
        pytest.param(confirmed(B2), (sign(SALES, B1),), ClassChange(B1, True, SALES, "a talk showed it (x)"), id="a newer talk outranks an older one, backwards"),
        pytest.param(presumed(B2), (sign(CALL, B2),), ClassChange(B2, True, CALL, "a talk showed it (x)"), id="a talk confirms the presumption"),
        pytest.param(confirmed(B2), (sign(CALL, B2),), None, id="a talk that confirms what is confirmed"),
        pytest.param(confirmed(B2), (sign(TOLD, A), *TWO_OF_B2), None, id="a ruling outranks signs"),
        pytest.param(confirmed(B2, 119.9), (sign(TOLD, A),), None, id="until it is older than the expected stay"),
        pytest.param(confirmed(B2, 120), (sign(TOLD, A),), ClassChange(A, False, TOLD, "the contact said so (x)"), id="then signs may move it, as a presumption"),
        pytest.param(confirmed(B2, 200), (sign(TOLD, B2),), None, id="a stale ruling is not weakened by agreement"),
        pytest.param(confirmed(C, 364), (sign(TOLD, A),), None, id="no expected stay: a year"),
        pytest.param(confirmed(C, 365), (sign(TOLD, A),), ClassChange(A, False, TOLD, "the contact said so (x)"), id="after that year"),
        pytest.param(confirmed(B2, 130), (sign(CALL, B2, 130), sign(TOLD, A)), ClassChange(A, False, TOLD, "the contact said so (x)"), id="the talk the class rests on is spent"),
        pytest.param(presumed(B3, 20), (sign(TOLD, B3, 20), *TWO_OF_B2), ClassChange(B2, False, Evidence.CONTENT, "reads what is written for B2: study, webinar"), id="the word the class rests on is spent"),
        pytest.param(presumed(B1, 0), (sign(TOLD, B3, 0),), ClassChange(B3, False, TOLD, "the contact said so (x)"), id="said in the same form that set the class"),
    ],
)  # fmt: skip
def test_classify(current: ClassState | None, signs: tuple[Sign, ...], change: ClassChange | None) -> None:
    assert classify(current, signs, PRODUCT, NOW) == change


def test_the_order_of_signs_does_not_matter() -> None:
    signs = [*TWO_OF_B2, read(B1, 5, "basics"), sign(TOLD, B3, 7), sign(FORM, B1, 20)]
    for seed in range(20):
        shuffled = signs[:]
        Random(seed).shuffle(shuffled)
        assert classify(presumed(C), shuffled, PRODUCT, NOW) == classify(presumed(C), signs, PRODUCT, NOW)
