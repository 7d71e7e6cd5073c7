"""Every kind of condition: when it holds, when it does not, and how it reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nurture.domain.catalogue import LeadClass
from nurture.domain.condition import (
    All,
    Answered,
    AnyOf,
    CameFrom,
    Clicked,
    Condition,
    Downloaded,
    GradeAtLeast,
    HasFunction,
    InClass,
    Interested,
    Known,
    Not,
    Permits,
    Registered,
    Replied,
    ScoreAtLeast,
    Seen,
    Speaks,
    describe,
    holds,
)

ENTERED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BEFORE = ENTERED - timedelta(seconds=1)

CLICK = Seen("click", ENTERED, topic="planning", content="guide", enrollment=7, step="hello")
DOWNLOAD = Seen("download", ENTERED, topic="planning", content="guide")
REPLY = Seen("reply", ENTERED, enrollment=7, step="hello")
FORM = Seen("form", BEFORE, form="fair", topic="planning")
WEBER = Known(
    function="it", language="de", source="website", lead_class=LeadClass.B2, grade="B", points=40.0,
    purposes=frozenset({"nurture"}), answers={"size": "1000+"}, seen=(CLICK, FORM), enrollment=7,
)  # fmt: skip
READER = Known(seen=(DOWNLOAD,), enrollment=7)
NOBODY = Known()
YES, NO = ScoreAtLeast(0), ScoreAtLeast(1e9)


@pytest.mark.parametrize(
    ("condition", "known", "expected"),
    [
        pytest.param(Clicked(), WEBER, True, id="clicked anything"),
        pytest.param(Clicked(), READER, False, id="a download is no click"),
        pytest.param(Clicked(topic="planning"), WEBER, True, id="clicked on the topic"),
        pytest.param(Clicked(topic="cost"), WEBER, False, id="clicked on another topic"),
        pytest.param(Clicked(content="guide"), WEBER, True, id="clicked on the item"),
        pytest.param(Clicked(content="study"), WEBER, False, id="clicked on another item"),
        pytest.param(Clicked(step="hello"), WEBER, True, id="clicked in the step's mail"),
        pytest.param(Clicked(step="news"), WEBER, False, id="clicked in another step's mail"),
        pytest.param(
            Clicked(step="hello"), Known(seen=(CLICK,), enrollment=8), False, id="the same step of another enrolment"
        ),
        pytest.param(Clicked(step="hello", topic="cost"), WEBER, False, id="all that is named must fit one click"),
        pytest.param(Replied(), Known(seen=(REPLY,)), True, id="replied to anything"),
        pytest.param(Replied(), WEBER, False, id="a click is no reply"),
        pytest.param(Replied(step="hello"), Known(seen=(REPLY,), enrollment=7), True, id="replied to the step's mail"),
        pytest.param(Replied(step="news"), Known(seen=(REPLY,), enrollment=7), False, id="replied to another step's mail"),
        pytest.param(Downloaded(), READER, True, id="downloaded anything"),
        pytest.param(Downloaded(), WEBER, False, id="a click is no download"),
        pytest.param(Downloaded(content="guide"), READER, True, id="downloaded the item"),
        pytest.param(Downloaded(content="study"), READER, False, id="downloaded another item"),
        pytest.param(Downloaded(topic="planning"), READER, True, id="downloaded on the topic"),
        pytest.param(Downloaded(topic="cost"), READER, False, id="downloaded on another topic"),
        pytest.param(Interested("planning"), WEBER, True, id="interest by a click"),
        pytest.param(Interested("planning"), READER, True, id="interest by a download"),
        pytest.param(Interested("planning"), Known(seen=(FORM,)), False, id="a form is no interest in a topic"),
        pytest.param(Interested("cost"), WEBER, False, id="interest in something else"),
        pytest.param(Registered("fair"), WEBER, True, id="used the form"),
        pytest.param(Registered("guide"), WEBER, False, id="used another form"),
        pytest.param(InClass((LeadClass.B1, LeadClass.B2)), WEBER, True, id="in one of the classes"),
        pytest.param(InClass((LeadClass.A,)), WEBER, False, id="in another class"),
        pytest.param(ScoreAtLeast(40), WEBER, True, id="exactly enough points"),
        pytest.param(ScoreAtLeast(40.1), WEBER, False, id="too few points"),
        pytest.param(GradeAtLeast("C"), WEBER, True, id="a better grade"),
        pytest.param(GradeAtLeast("B"), WEBER, True, id="that grade"),
        pytest.param(GradeAtLeast("A"), WEBER, False, id="a worse grade"),
        pytest.param(HasFunction(("it", "controlling")), WEBER, True, id="one of the functions"),
        pytest.param(HasFunction(("controlling",)), WEBER, False, id="another function"),
        pytest.param(HasFunction(("it",)), NOBODY, False, id="no function known"),
        pytest.param(Speaks(("de", "en")), WEBER, True, id="one of the languages"),
        pytest.param(Speaks(("en",)), WEBER, False, id="another language"),
        pytest.param(CameFrom(("website",)), WEBER, True, id="that source"),
        pytest.param(CameFrom(("fair",)), WEBER, False, id="another source"),
        pytest.param(Answered("size"), WEBER, True, id="answered at all"),
        pytest.param(Answered("size"), NOBODY, False, id="not answered"),
        pytest.param(Answered("size", ("250-999", "1000+")), WEBER, True, id="one of the answers"),
        pytest.param(Answered("size", ("1-9",)), WEBER, False, id="another answer"),
        pytest.param(Permits("nurture"), WEBER, True, id="consent"),
        pytest.param(Permits("phone"), WEBER, False, id="no consent for that"),
        pytest.param(All((YES, YES)), NOBODY, True, id="all"),
        pytest.param(All((YES, NO)), NOBODY, False, id="not all"),
        pytest.param(AnyOf((NO, YES)), NOBODY, True, id="any"),
        pytest.param(AnyOf((NO, NO)), NOBODY, False, id="none"),
        pytest.param(Not(NO), NOBODY, True, id="not"),
        pytest.param(Not(YES), NOBODY, False, id="not not"),
    ],
)
def test_holds(condition: Condition, known: Known, expected: bool) -> None:
    assert holds(condition, known) is expected
    assert holds(Not(condition), known) is not expected


@pytest.mark.parametrize("kind", ["click", "download", "reply"])
@pytest.mark.parametrize(
    ("at", "ever", "expected"),
    [
        pytest.param(ENTERED, False, True, id="since entering"),
        pytest.param(BEFORE, False, False, id="before"),
        pytest.param(BEFORE, True, True, id="before, but ever will do"),
    ],
)
def test_clicks_downloads_and_replies_before_the_campaign_count_only_with_ever(
    kind: str, at: datetime, ever: bool, expected: bool
) -> None:
    known = Known(seen=(Seen(kind, at, topic="planning"),))
    about: dict[str, str] = {} if kind == "reply" else {"topic": "planning"}
    condition = {"click": Clicked, "download": Downloaded, "reply": Replied}[kind](**about, ever=ever)
    for around in (condition, All((condition,)), AnyOf((condition,)), Not(Not(condition))):
        assert holds(around, known, ENTERED) is expected
    assert holds(condition, known) is True


@pytest.mark.parametrize("condition", [Interested("planning"), Registered("fair")], ids=["interest", "registered"])
def test_interest_and_forms_count_at_any_time(condition: Condition) -> None:
    known = Known(seen=(Seen("click", BEFORE, topic="planning"), FORM))
    assert holds(condition, known, ENTERED)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Clicked(), "clicked"),
        (Clicked(step="hello", topic="planning", content="guide"), "clicked step hello topic planning content guide"),
        (Downloaded(), "downloaded anything"),
        (Downloaded(content="guide"), "downloaded content guide"),
        (Replied(), "replied"),
        (Replied(step="hello"), "replied to step hello"),
        (Interested("planning"), "interest in planning"),
        (Registered("fair"), "used form fair"),
        (InClass((LeadClass.B1, LeadClass.B2)), "class B1 or B2"),
        (ScoreAtLeast(40), "at least 40 points"),
        (ScoreAtLeast(12.5), "at least 12.5 points"),
        (GradeAtLeast("B"), "grade B or better"),
        (HasFunction(("it", "sales")), "function it or sales"),
        (Speaks(("de",)), "language de"),
        (CameFrom(("fair",)), "source fair"),
        (Answered("size"), "answered size"),
        (Answered("size", ("1-9", "10-49")), "answered size with 1-9 or 10-49"),
        (Permits("phone"), "consent for phone"),
        (All((Clicked(), Not(Registered("fair")))), "clicked and not used form fair"),
        (
            AnyOf((All((Clicked(), Downloaded())), Permits("phone"))),
            "(clicked and downloaded anything) or consent for phone",
        ),
        (Not(AnyOf((Clicked(), Downloaded()))), "not (clicked or downloaded anything)"),
    ],
    ids=str,
)
def test_describe(condition: Condition, words: str) -> None:
    assert describe(condition) == words
