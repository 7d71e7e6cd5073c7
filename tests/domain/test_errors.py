"""Errors say what, where and what to do."""

from __future__ import annotations

import pytest

from nurture.domain.errors import (
    DefinitionError,
    Fault,
    IllegalTransition,
    InvalidInput,
    InvalidToken,
    NotFound,
    NurtureError,
    SettingsError,
    TemplateFault,
)

LATER = Fault("b.yaml", 3, 7, "steps[0].mail", "there is no mail 'x'")
WHOLE = Fault("a.yaml", 0, 0, "", "is missing")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        pytest.param(DefinitionError([LATER]), "1 fault in the definitions\nb.yaml:3:7 steps[0].mail: there is no mail 'x'", id="one fault"),
        pytest.param(
            DefinitionError([LATER, WHOLE]),
            "2 faults in the definitions\na.yaml: is missing\nb.yaml:3:7 steps[0].mail: there is no mail 'x'",
            id="faults in the order of the files",
        ),
        pytest.param(SettingsError([("A", "is missing"), ("B", "is no URL")]), "A: is missing\nB: is no URL", id="settings"),
        pytest.param(IllegalTransition("handoff", "won", "lost"), "handoff: 'lost' is not possible in state 'won'", id="transition"),
        pytest.param(InvalidInput({"email": "is missing", "name": "is long"}), "email: is missing; name: is long", id="input"),
        pytest.param(InvalidToken("expired"), "this link is expired", id="token"),
        pytest.param(TemplateFault("a.j2", 4, "no such name"), "a.j2:4: no such name", id="template"),
        pytest.param(NotFound("form", "fair"), "there is no form fair", id="not found"),
    ],
)  # fmt: skip
def test_errors_speak(error: NurtureError, text: str) -> None:
    assert str(error) == text
