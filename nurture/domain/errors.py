"""The errors a caller of Nurture may want to tell apart.

NurtureError                 anything Nurture refuses, with a sentence that says what to do
+- DefinitionError           campaigns/, config/ or mail_templates/ are faulty (carries every fault)
+- SettingsError             the environment is faulty (carries every fault)
+- IllegalTransition         a state machine was asked for a move it does not have
+- InvalidInput              a person or a file gave something unusable (field -> sentence)
+- InvalidToken              a signed link is forged, damaged, expired or meant for something else
+- TemplateFault             a mail template failed while being rendered
+- NotFound                  there is no such thing
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class NurtureError(Exception):
    """Base of all expected errors; its text is meant for people."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in one place. ``line`` and ``column`` count from 1; 0 means "the file as a whole"."""

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place} {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


class DefinitionError(NurtureError):
    """Every fault found in the definitions, in the order of the files."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        count = len(self.faults)
        head = f"{count} fault{'s' if count != 1 else ''} in the definitions"
        super().__init__("\n".join([head, *(str(fault) for fault in self.faults)]))


class SettingsError(NurtureError):
    """Every fault found in the environment: (variable, sentence)."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{name}: {sentence}" for name, sentence in self.faults))


class IllegalTransition(NurtureError):
    """A state machine has no such move."""

    def __init__(self, machine: str, state: str, event: str) -> None:
        self.machine, self.state, self.event = machine, state, event
        super().__init__(f"{machine}: '{event}' is not possible in state '{state}'")


class InvalidInput(NurtureError):
    """Something a person or a file gave cannot be used: field -> what is wrong and what would be right."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("; ".join(f"{field}: {text}" for field, text in self.problems.items()))


class InvalidToken(NurtureError):
    """A signed link that is not (or no longer) valid. ``reason`` is 'forged', 'expired' or 'spent'."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"this link is {reason}")


class TemplateFault(NurtureError):
    """A mail template could not be rendered; ``template`` and ``line`` say where."""

    def __init__(self, template: str, line: int, message: str) -> None:
        self.template, self.line = template, line
        super().__init__(f"{template}:{line}: {message}")


class NotFound(NurtureError):
    """There is no such thing."""

    def __init__(self, what: str, name: object) -> None:
        self.what, self.name = what, name
        super().__init__(f"there is no {what} {name}")
