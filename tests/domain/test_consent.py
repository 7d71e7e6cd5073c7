"""The consent machine, cell by cell."""

from __future__ import annotations

from itertools import product

import pytest

from nurture.domain.consent import ConsentEvent, ConsentState, after
from nurture.domain.errors import IllegalTransition

# in the order of the enum: from 'asked', 'mailed' and 'confirmed' to 'renewed' and 'lapsed'
TABLE = {
    "none": (
        "pending", "none", "confirmed", "none", "none", "confirmed", "withdrawn", "withdrawn", "none", None, "none",
    ),
    "pending": (
        "pending", "pending", "confirmed", "none", "none", "confirmed", "withdrawn", "withdrawn", "pending", None, "pending",
    ),
    "confirmed": (
        "confirmed", "confirmed", "confirmed", "confirmed", "confirmed", "confirmed", "withdrawn", "withdrawn", "pending", "confirmed",
        "none",
    ),
    "withdrawn": (
        "withdrawn", "withdrawn", "confirmed", "withdrawn", "withdrawn", None, "withdrawn", "withdrawn", "withdrawn", None, "withdrawn",
    ),
}  # fmt: skip
MOVES = [(state, event, to) for state, row in TABLE.items() for event, to in zip(ConsentEvent, row, strict=True)]


@pytest.mark.parametrize(("state", "event", "to"), [pytest.param(*m, id=f"{m[0]} and {m[1]}") for m in MOVES if m[2]])
def test_every_move(state: str, event: ConsentEvent, to: str) -> None:
    assert after(ConsentState(state), event) == to


def test_an_import_never_revives_what_was_withdrawn() -> None:
    with pytest.raises(IllegalTransition) as caught:
        after(ConsentState.WITHDRAWN, ConsentEvent.IMPORTED)
    assert str(caught.value) == "consent: 'imported' is not possible in state 'withdrawn'"
    assert (caught.value.machine, caught.value.state, caught.value.event) == ("consent", "withdrawn", "imported")


def test_the_table_is_the_whole_machine() -> None:
    assert set(TABLE) == set(ConsentState)
    assert len(MOVES) == len(list(product(ConsentState, ConsentEvent)))


def test_what_ends_a_confirmed_consent() -> None:
    ending = {e for e in ConsentEvent if after(ConsentState.CONFIRMED, e) is not ConsentState.CONFIRMED}
    assert ending == {ConsentEvent.WITHDRAWN, ConsentEvent.OBJECTED, ConsentEvent.DOUBTED, ConsentEvent.LAPSED}


@pytest.mark.parametrize("state", [s for s in ConsentState if s is not ConsentState.CONFIRMED])
def test_only_what_is_confirmed_can_be_renewed(state: ConsentState) -> None:
    with pytest.raises(IllegalTransition):
        after(state, ConsentEvent.RENEWED)


def test_whoever_withdrew_comes_back_only_by_confirming() -> None:
    state = ConsentState.WITHDRAWN
    for event in (ConsentEvent.ASKED, ConsentEvent.EXPIRED, ConsentEvent.ASKED, ConsentEvent.DECLINED):
        state = after(state, event)
        assert state is ConsentState.WITHDRAWN
    assert after(state, ConsentEvent.CONFIRMED) is ConsentState.CONFIRMED
