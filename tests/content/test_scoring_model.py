"""What marketing and sales agreed on in config/scoring.yaml, as the comment there tells it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from nurture.domain.scoring import Act, Readiness, readiness, score
from nurture.engine.publication import Publication

FORM, WISH = ("form", "whitepaper-feinplanung"), ("call-wish", "")
CLICKS = [("click", "delivery-dates"), ("click", "bottlenecks")]
MANY_CLICKS = [*CLICKS, ("click", "planning-data"), ("click", "whitepaper-feinplanung")]
PLANNER = {"function": "production-planning", "company": "Maschinenbau Beispiel"}
BEST = {**PLANNER, "company_size": "250-999", "purchase_timing": "within-3-months", "current_tool": "board"}


@pytest.fixture
def judge(example: Publication, now: datetime):
    """Whether a contact with these answers goes to sales after these acts, one a minute."""

    def judged(answers: dict[str, str], acts: list[tuple[str, str]]) -> Readiness:
        definitions = example.definitions
        seen = [_act(definitions, n, kind, about, now) for n, (kind, about) in enumerate(acts)]
        result = score(definitions.scoring, answers, seen, definitions.calendar.zone, now + timedelta(hours=1))
        return readiness(definitions.scoring, "feintakt", result.grade, result.points)

    return judged


def _act(definitions, n: int, kind: str, about: str, now: datetime) -> Act:
    act = Act(n, 1, kind, now + timedelta(minutes=n), product="feintakt", link=about)
    if kind == "form" or kind == "answer":
        return replace(act, form=about)
    if item := definitions.content.get(about):
        return replace(act, content=item.id, content_kind=item.kind, topic=item.topic, phases=tuple(item.phases))
    return replace(act, topic=about or None)


@pytest.mark.parametrize(
    ("name", "answers", "acts", "ready"),
    [
        (
            "a good first visit goes to sales",
            PLANNER,
            [FORM, *CLICKS, ("download", "whitepaper-feinplanung"), ("download", "checkliste-engpass")],
            True,
        ),
        ("one download never does", PLANNER, [FORM, ("download", "whitepaper-feinplanung")], False),
        (
            "one download never does, whatever else is clicked and answered",
            BEST,
            [FORM, *MANY_CLICKS, ("answer", "projektstand"), ("download", "datenblatt-feintakt")],
            False,
        ),
        (
            "nor does eagerness of somebody who is not meant",
            {},
            [FORM, *CLICKS, *(("download", item) for item in ("whitepaper-feinplanung", "checkliste-engpass"))],
            False,
        ),
    ],
)
def test_who_goes_to_sales(judge, name: str, answers: dict[str, str], acts: list[tuple[str, str]], ready: bool) -> None:
    verdict = judge(answers, acts)
    assert verdict.ready is ready, f"{name}: {verdict.reason}"
