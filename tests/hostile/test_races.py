"""Two things happen at the same moment; both databases."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest
from stories.test_a_way_to_sales import hot
from stories.world import World

from nurture.engine import advance, handoff
from nurture.store.schema import EnrollmentRow

COLLEAGUE = "jan.kurz@anlagenbau-huber.example"


def test_sales_gives_the_lead_back_while_a_colleague_is_being_held(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decided before the answer, written after it: whoever is held must be let go all the same."""
    world.arrive(COLLEAGUE)
    hot(world)
    token = world.sales_mails()[0].tokens("/h/")[0]
    answers: list[Thread] = []
    know = advance.know

    def know_and_be_overtaken(*arguments: Any) -> Any:
        known = know(*arguments)
        if not answers:
            told = (world.rt, token, "returned", "too-early", "", world.now)
            answers.append(Thread(target=handoff.answer, args=told))
            answers[0].start()
            answers[0].join(0.5)  # it has come through, or it waits for us
        return known

    monkeypatch.setattr(advance, "know", know_and_be_overtaken)
    while not answers:
        world.wait(days=1)
    answers[0].join()
    world.wait(days=1)
    assert {e.state for e in world.rows(EnrollmentRow)} == {"active"}, "nobody is held any more"
