"""An intended mail: its states, when it is tried again, what it is called."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from nurture.domain.errors import IllegalTransition
from nurture.domain.message import (
    OPEN,
    MessageKind,
    MessageState,
    message_id,
    move,
    nurture_key,
    retry_at,
    server_retry_at,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEGAL = {
    "queued": {"claimed", "cancelled"},
    "claimed": {"sending", "queued", "cancelled", "parked", "failed", "undelivered"},
    "sending": {"accepted", "queued", "failed", "undelivered", "unknown"},
    "unknown": {"queued", "accepted", "failed"},
    "parked": {"queued", "cancelled"},
    "accepted": {"failed"},
    "failed": set(),
    "undelivered": set(),
    "cancelled": set(),
}


@pytest.mark.parametrize("to", MessageState)
@pytest.mark.parametrize("state", MessageState)
def test_every_move(state: MessageState, to: MessageState) -> None:
    if to in LEGAL[state]:
        assert move(state, to) is to
        return
    with pytest.raises(IllegalTransition, match=f"message: '{to}' is not possible in state '{state}'"):
        move(state, to)


def test_open_states_are_those_on_the_way() -> None:
    assert set(OPEN) == {"queued", "claimed", "sending"}


@pytest.mark.parametrize(
    ("kind", "service"), [(MessageKind.OPT_IN, True), (MessageKind.SALES, True), (MessageKind.NURTURE, False)]
)
def test_only_marketing_is_not_repeated_after_an_unknown_outcome(kind: MessageKind, service: bool) -> None:
    assert kind.service is service


@pytest.mark.parametrize(
    ("kind", "attempts", "minutes"),
    [
        *(
            pytest.param(MessageKind.OPT_IN, n, m, id=f"service mail, {n}")
            for n, m in enumerate((1, 3, 5, 10, 20, 30, 60), 1)
        ),
        pytest.param(MessageKind.SALES, 12, 60, id="service mail, later: hourly"),
        *(
            pytest.param(MessageKind.NURTURE, n, m, id=f"nurture mail, {n}")
            for n, m in enumerate((5, 15, 30, 60, 120, 240), 1)
        ),
        pytest.param(MessageKind.NURTURE, 50, 240, id="nurture mail, later: every four hours"),
    ],
)
def test_tries_again_after_growing_pauses_with_jitter(kind: MessageKind, attempts: int, minutes: float) -> None:
    pauses = []
    for key in range(300):
        due = retry_at(kind, attempts, NOW, NOW, f"key-{key}")
        assert due is not None
        pauses.append((due - NOW) / timedelta(minutes=minutes))
    assert 0.8 <= min(pauses) < 0.83
    assert 1.17 < max(pauses) <= 1.2
    assert 0.97 < sum(pauses) / len(pauses) < 1.03


def test_jitter_is_the_same_in_every_replay_and_differs_between_tries() -> None:
    def at(attempts: int, key: str = "k") -> timedelta:
        due = retry_at(MessageKind.NURTURE, attempts, NOW, NOW, key)
        assert due is not None
        return due - NOW

    assert at(1) == at(1)
    assert at(1) != at(1, "other")
    assert at(6) != at(7)


@pytest.mark.parametrize(
    ("kind", "age", "gives_up"),
    [
        pytest.param(MessageKind.OPT_IN, timedelta(hours=10.5), False, id="service mail, ten and a half hours"),
        pytest.param(MessageKind.OPT_IN, timedelta(hours=11.5), True, id="service mail: next try after twelve"),
        pytest.param(MessageKind.NURTURE, timedelta(hours=67), False, id="nurture mail, 67 hours"),
        pytest.param(MessageKind.NURTURE, timedelta(hours=69), True, id="nurture mail: next try after 72"),
    ],
)
def test_gives_up_when_too_old(kind: MessageKind, age: timedelta, gives_up: bool) -> None:
    assert (retry_at(kind, 9, NOW - age, NOW, "k") is None) is gives_up


@pytest.mark.parametrize(("failures", "minutes"), [(1, 0.5), (2, 1), (3, 2), (4, 5), (5, 10), (6, 15), (7, 15), (99, 15)])
def test_an_unreachable_server_is_left_alone_for_longer_and_longer(failures: int, minutes: float) -> None:
    assert server_retry_at(failures, NOW) == NOW + timedelta(minutes=minutes)


def test_message_id_is_rfc_5322_stable_and_tells_installations_apart() -> None:
    made = message_id("house", nurture_key(7, "hello", 1), "mail.example.com")
    assert re.fullmatch(r"<[0-9a-f]{32}@mail\.example\.com>", made)
    assert made == message_id("house", "enrollment:7:hello:1", "mail.example.com")
    others = {message_id("other", nurture_key(7, "hello", 1), "mail.example.com")}
    others |= {
        message_id("house", nurture_key(*key), "mail.example.com")
        for key in ((7, "hello", 2), (8, "hello", 1), (7, "bye", 1))
    }
    assert len(others - {made}) == 4
