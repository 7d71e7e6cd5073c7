"""What follows from what comes back: one table, complete, for what is done and for what is told."""

from __future__ import annotations

from typing import Any

import pytest

from nurture.domain.failure import Failure
from nurture.domain.returns import Action, ReturnKind, follows, of_another

CASES: dict[str, tuple[ReturnKind, dict[str, Any], Action]] = {
    "no such address": (ReturnKind.BOUNCE, {"failure": Failure.INVALID}, Action.SUPPRESS),
    "full": (ReturnKind.BOUNCE, {"failure": Failure.SOFT}, Action.COUNT_SOFT),
    "we are blocked": (ReturnKind.BOUNCE, {"failure": Failure.POLICY}, Action.ALARM),
    "nobody can tell": (ReturnKind.BOUNCE, {"failure": Failure.OTHER}, Action.NOTHING),
    "a bounce that says nothing": (ReturnKind.BOUNCE, {}, Action.NOTHING),
    "complaint": (ReturnKind.COMPLAINT, {}, Action.SUPPRESS),
    "unsubscribed": (ReturnKind.UNSUBSCRIBE, {}, Action.OBJECT),
    "on its way, whatever looked dead": (ReturnKind.DELAYED, {"failure": Failure.INVALID}, Action.NOTHING),
    "arrived": (ReturnKind.DELIVERED, {}, Action.NOTHING),
    "absent": (ReturnKind.AUTO_REPLY, {}, Action.NOTHING),
    "a responder that asks for no more mail": (ReturnKind.AUTO_REPLY, {"stops": True}, Action.TASK),
    "left": (ReturnKind.AUTO_REPLY, {"left": True, "stops": True}, Action.TASK),
    "answer": (ReturnKind.REPLY, {}, Action.ANSWERED),
    "stop": (ReturnKind.REPLY, {"stops": True}, Action.PAUSE_AND_TASK),
    "junk": (ReturnKind.UNCLEAR, {}, Action.QUARANTINE),
}


@pytest.mark.parametrize("case", CASES)
def test_what_follows(case: str) -> None:
    kind, said, action = CASES[case]
    assert follows(kind, **said).action is action
    assert follows(kind, **said).why


def test_every_kind_is_in_the_table() -> None:
    assert {kind for kind, _, _ in CASES.values()} == set(ReturnKind)


def test_an_address_that_mail_was_forwarded_to_proves_nothing_about_ours() -> None:
    assert {failure: of_another(failure) for failure in Failure} == {
        Failure.INVALID: Failure.SOFT,
        Failure.SOFT: Failure.SOFT,
        Failure.POLICY: Failure.POLICY,
        Failure.OTHER: Failure.OTHER,
    }
