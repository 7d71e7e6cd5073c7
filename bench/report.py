"""Tables: for people as text, for programs as JSON; and what a figure is worth nothing without."""

from __future__ import annotations

import os
import platform
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

Value = str | int | float


@dataclass(frozen=True)
class Table:
    """``rows``: one dict per row, with the same keys in the same order. ``notes``: how to read it."""

    title: str
    rows: list[dict[str, Value]] = field(default_factory=list)
    notes: tuple[str, ...] = ()

    def text(self) -> str:
        head = list(self.rows[0])
        cells = [head, *([_said(row[name]) for name in head] for row in self.rows)]
        widths = [max(len(line[i]) for line in cells) for i in range(len(head))]
        numeric = [isinstance(self.rows[0][name], int | float) for name in head]
        lines = [
            "  ".join(
                cell.rjust(w) if number else cell.ljust(w) for cell, w, number in zip(line, widths, numeric, strict=True)
            )
            for line in cells
        ]
        return "\n".join([self.title, "-" * len(self.title), *(line.rstrip() for line in lines), *self.notes, ""])

    def as_json(self) -> dict[str, Any]:
        return {"title": self.title, "rows": self.rows, "notes": list(self.notes)}


def _said(value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and abs(value) < 100:
        return f"{value:.2f}"
    return f"{value:,.0f}"


def machine() -> dict[str, Value]:
    """Where and when the figures were taken. ``load``: how busy the machine was with other things at the start."""
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load": round(os.getloadavg()[0], 1),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def say(text: str) -> None:
    """Progress, beside the results."""
    click.echo(text, err=True)


@contextmanager
def said(text: str) -> Iterator[None]:
    """Say what is going on and how long it took."""
    start = time.perf_counter()
    say(f"{text} …")
    yield
    say(f"  {time.perf_counter() - start:.1f} s")
