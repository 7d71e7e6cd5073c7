"""Part 1: how fast due enrollments are decided, and whether that depends on what else is stored."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Self

from sqlalchemy import event

from bench.databases import Kind
from bench.house import NOW, apart, peak_megabytes, processor_seconds, runtime
from bench.report import Table, said
from bench.seed import Stock, fill
from nurture.engine.advance import advance
from nurture.engine.beats import ADVANCE_BATCH
from nurture.engine.runtime import Runtime

_TURN = 10
"""So many batches on one database, then on the other: what else the machine does meanwhile hits both alike."""


@dataclass
class Run:
    """What was measured on one database."""

    stock: Stock
    enrollments: int = 0
    decisions: int = 0
    seconds: float = 0.0
    processor: float = 0.0
    statements: list[int] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    peak: float = 0.0


def stock_up(kind: Kind, stocks: list[Stock]) -> list[str]:
    """A filled database for each; their URLs."""
    urls = []
    for stock in stocks:
        with said(f"{kind.name}: storing {stock.stored:,} enrollments, {stock.due:,} of them due"):
            urls.append(kind.make(f"stock_{stock.stored}"))
            apart(fill, urls[-1], stock)
    return urls


def deciding(kind: Kind, urls: list[str], stocks: list[Stock]) -> Table:
    """Advance everything that is due, in turns on both databases."""
    with said(f"{kind.name}: deciding"):
        runs = apart(measure, urls, stocks)
    least, most = runs[0], runs[-1]
    ratio = (most.seconds / most.enrollments) / (least.seconds / least.enrollments)
    return Table(
        f"Advance: due enrollments decided ({kind.name}, one process, batches of {ADVANCE_BATCH})",
        [_row(run) for run in runs],
        (
            f"{most.stock.stored:,} stored: {ratio:.2f} times as long as with {least.stock.stored:,} (aim: at most 1.3)",
            "outcomes: " + ", ".join(f"{count:,} {name}" for name, count in most.outcomes.most_common()),
        ),
    )


def _row(run: Run) -> dict[str, str | int | float]:
    return {
        "stored": run.stock.stored,
        "due": run.enrollments,
        "enrollments/s": round(run.enrollments / run.seconds),
        "decisions/s": round(run.decisions / run.seconds),
        "CPU us each": round(run.processor / run.enrollments * 1e6),
        "statements per batch": f"{min(run.statements)}-{max(run.statements)}",
        "peak MB": round(run.peak),
    }


def measure(urls: list[str], stocks: list[Stock]) -> list[Run]:
    """Runs in a process of its own. ``peak`` is of this process, with all databases open."""
    houses = [(runtime(url), Run(stock)) for url, stock in zip(urls, stocks, strict=True)]
    open_houses = list(houses)
    while open_houses:
        open_houses = [(rt, run) for rt, run in open_houses if _turn(rt, run)]
    for rt, run in houses:
        run.peak = peak_megabytes()
        rt.db.dispose()
    return [run for _, run in houses]


def _turn(rt: Runtime, run: Run) -> bool:
    """Some batches; whether there is more to do."""
    for _ in range(_TURN):
        with _counted(rt) as counter:
            start, used = time.perf_counter(), processor_seconds()
            done = advance(rt, NOW, ADVANCE_BATCH)
            seconds, used = time.perf_counter() - start, processor_seconds() - used
        if not done.due:
            return False
        run.enrollments += done.due
        run.decisions += done.outcomes.total()
        run.seconds += seconds
        run.processor += used
        run.outcomes += done.outcomes
        if done.due == ADVANCE_BATCH or not run.statements:
            run.statements.append(counter.count)
    return True


class _counted:  # noqa: N801 - used like a function
    """Counts the statements sent to a database."""

    def __init__(self, rt: Runtime) -> None:
        self._engine, self.count = rt.db, 0

    def __enter__(self) -> Self:
        event.listen(self._engine, "before_cursor_execute", self._one)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._one)

    def _one(self, *_: object) -> None:
        self.count += 1
