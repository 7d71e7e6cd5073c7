"""What the linter says: rules with their reasons, findings with their places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    ERROR = "error"
    """The mail is against the law, cannot be read or will not arrive whole. ``nurture check`` fails."""
    WARNING = "warning"
    """Some readers see it worse than meant, or filters like it less. ``nurture check`` says so and passes."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a finished letter. ``part``: how the names of its templates end; ``at``: so many characters into it."""

    part: str
    at: int


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold of a mail, why, and how to mend it."""

    name: str
    level: Level
    demands: str
    why: str
    remedy: str

    def broken(
        self, message: str, *needles: str, spot: Spot | None = None, level: Level | None = None, remedy: str = ""
    ) -> Finding:
        """A finding. ``needles``: words of the template to look for, the most telling first. ``spot``: which of them."""
        return Finding(self.name, level or self.level, message, remedy or self.remedy, needles, spot)


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule broken in one letter. ``file`` and ``line`` (from 1; 0: the file as a whole) say where in the templates."""

    rule: str
    level: Level
    message: str
    remedy: str
    needles: tuple[str, ...] = ()
    spot: Spot | None = None
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} {self.rule}: {self.message}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A finding, and every mail it was made in: a fault of the layout is one verdict about all of them."""

    finding: Finding
    mails: tuple[str, ...]

    def __str__(self) -> str:
        others = len(self.mails) - 1
        return f"{self.finding}{f' (in {others + 1} mails, such as {self.mails[0]})' if others else ''}"


def verdicts(found: Iterable[tuple[str, Finding]]) -> list[Verdict]:
    """(mail, finding) -> each finding once, errors first, in the order of files and lines.

    What a message quotes behind a colon is the example that was met first, and no reason to tell it again.
    """
    mails: dict[tuple[object, ...], tuple[Finding, dict[str, None]]] = {}
    for mail, finding in found:
        key = finding.rule, finding.level, finding.message.partition(": “")[0], finding.file, finding.line
        mails.setdefault(key, (finding, {}))[1][mail] = None
    gathered = [Verdict(finding, tuple(where)) for finding, where in mails.values()]
    return sorted(gathered, key=lambda v: (v.finding.level, v.finding.file, v.finding.line, v.finding.rule))


def by_name(rules: Iterable[Rule]) -> Mapping[str, Rule]:
    return {rule.name: rule for rule in rules}
