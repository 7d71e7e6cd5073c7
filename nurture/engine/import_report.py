"""What an import did, for people and scripts."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be said about one row, counted as a spreadsheet counts (the headings are row 1)."""

    row: int
    address: str
    text: str


@dataclass(slots=True)
class Report:
    """What an import did. ``faults``: rows left out. ``notes``: rows taken in without something they said."""

    file: str
    dry_run: bool
    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    consents: int = 0
    unused_columns: tuple[str, ...] = ()
    faults: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    def add(self, other: Report) -> None:
        """Count in what another part of the file came to."""
        for name in ("rows", "created", "updated", "unchanged", "consents"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.faults += other.faults
        self.notes += other.notes

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
