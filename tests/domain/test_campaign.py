"""A campaign as a value: what follows what."""

from __future__ import annotations

import pytest

from nurture.domain.campaign import (
    END,
    BranchStep,
    Campaign,
    CampaignKind,
    Case,
    Entry,
    LeaveStep,
    MailStep,
    Step,
    TaskStep,
    Trigger,
    WaitStep,
)
from nurture.domain.condition import Clicked
from nurture.domain.pacing import ALWAYS

FORK = BranchStep("fork", cases=(Case(Clicked(), "third"),), otherwise="first")


def campaign(*steps: Step) -> Campaign:
    return Campaign(
        "c", "v", CampaignKind.WELCOME, {}, "p", "nurture", Entry(Trigger.ENROL), steps, window=ALWAYS, gap=None, priority=1
    )


WAY = campaign(MailStep("first", "m"), WaitStep("second"), MailStep("third", "m", go="first"), FORK, TaskStep("last", {}))


@pytest.mark.parametrize(
    ("step", "then"),
    [("first", "second"), ("second", "third"), ("third", "first"), ("last", END)],
)
def test_a_step_leads_to_the_next_or_where_it_says(step: str, then: str) -> None:
    assert WAY.after(WAY.step(step)) == then


@pytest.mark.parametrize(
    ("step", "target", "back"),
    [
        pytest.param("third", "first", True, id="backwards"),
        pytest.param("first", "first", True, id="to itself"),
        pytest.param("first", "third", False, id="forwards"),
        pytest.param("first", END, False, id="to the end"),
    ],
)
def test_is_back(step: str, target: str, back: bool) -> None:
    assert WAY.is_back(step, target) is back


def test_every_campaign_has_an_end_and_may_name_its_own() -> None:
    assert WAY.step(END) == LeaveStep(END)
    assert WAY.has_step(END)
    assert campaign(LeaveStep(END, reason="thank you")).step(END) == LeaveStep(END, reason="thank you")


def test_an_unknown_step_is_a_key_error() -> None:
    assert not WAY.has_step("nowhere")
    with pytest.raises(KeyError, match="nowhere"):
        WAY.step("nowhere")


@pytest.mark.parametrize(
    ("step", "targets"),
    [
        pytest.param(MailStep("first", "m"), ["second"], id="next in the list"),
        pytest.param(MailStep("first", "m", go="third"), ["third"], id="go"),
        pytest.param(FORK, ["third", "first"], id="branch"),
        pytest.param(
            BranchStep("first", cases=FORK.cases, otherwise="x", only=Clicked()), ["third", "x", "second"], id="branch that may be skipped"
        ),
        pytest.param(LeaveStep("first"), [], id="leave"),
        pytest.param(LeaveStep("first", only=Clicked()), ["second"], id="leave that may be skipped"),
    ],
)  # fmt: skip
def test_targets_are_all_steps_that_can_follow(step: Step, targets: list[str]) -> None:
    assert list(WAY.targets(step)) == targets


def test_campaigns_are_compared_by_what_they_say() -> None:
    assert campaign(MailStep("a", "m")) == campaign(MailStep("a", "m"))
    assert campaign(MailStep("a", "m")) != campaign(MailStep("b", "m"))
