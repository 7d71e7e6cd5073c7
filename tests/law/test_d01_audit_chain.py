"""The audit log is a chain like the ledger of consents: what is altered, removed, cut off or exchanged is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from nurture.cli import main
from nurture.domain import audit as actors
from nurture.engine import audit
from nurture.engine.runtime import Runtime
from nurture.store.audit import note
from nurture.store.database import connect, reading, transaction
from nurture.store.schema import AuditEntry, ChainEnd

A = AuditEntry
WHO = actors.user("dpo")
LENGTH = 5


def write(rt: Runtime, now: datetime, count: int = LENGTH) -> None:
    with transaction(rt.db) as session:
        for task in range(count):
            note(session, actors.user("petra"), "done", ("task", task), now, contact=7, why="called", times=task)


def noted(rt: Runtime) -> int:
    with reading(rt.db) as session:
        return session.scalar(select(func.count(A.number))) or 0


def alter(session: Session) -> None:
    session.execute(update(A).where(A.number == 2).values(details={"why": "else", "times": 1}))


def accuse(session: Session) -> None:
    session.execute(update(A).where(A.number == 3).values(actor="ben"))


def remove(session: Session) -> None:
    session.execute(delete(A).where(A.number == 3))


def cut_off(session: Session) -> None:
    session.execute(delete(A).where(A.number > 3))


def swap(session: Session) -> None:
    for old, new in ((2, -1), (3, 2), (-1, 3)):
        session.execute(update(A).where(A.number == old).values(number=new))


def unseal(session: Session) -> None:
    session.execute(update(ChainEnd).where(ChainEnd.name == "audit").values(seal="ä" * 64))


def forget_the_end(session: Session) -> None:
    session.execute(delete(ChainEnd).where(ChainEnd.name == "audit"))


FAULTS: list[tuple[Callable[[Session], None], set[tuple[int | None, str]]]] = [
    (alter, {(2, "altered")}),
    (accuse, {(3, "altered")}),
    (remove, {(3, "missing")}),
    (cut_off, {(4, "missing")}),
    (swap, {(2, "altered"), (2, "order"), (3, "altered"), (3, "order"), (4, "order")}),
    (unseal, {(None, "seal")}),
    (forget_the_end, {(None, "end")}),
]


@pytest.mark.parametrize(("fault", "named"), FAULTS, ids=lambda value: getattr(value, "__name__", ""))
def test_whatever_is_done_to_an_entry_is_named(
    fault: Callable[[Session], None], named: set[tuple[int | None, str]], runtime: Runtime, now: datetime
) -> None:
    already = noted(runtime)
    write(runtime, now, LENGTH - already)
    assert (audit.verify(runtime, WHO, now).findings, noted(runtime)) == ([], LENGTH)
    with transaction(runtime.db) as session:
        fault(session)
    report = audit.verify(runtime, WHO, now)
    assert {(found.number, found.kind) for found in report.findings} == named


def test_what_is_put_on_behind_a_foreign_seal_does_not_make_it_good(runtime: Runtime, now: datetime) -> None:
    """Also when the end was taken away: the house works on, and the fault stays."""
    write(runtime, now)
    for fault in (unseal, forget_the_end):
        with transaction(runtime.db) as session:
            fault(session)
        write(runtime, now)
        write(runtime, now)
        assert [(found.number, found.kind) for found in audit.verify(runtime, WHO, now).findings] == [(None, "seal")]


def test_an_end_noted_elsewhere_must_still_be_part_of_it(runtime: Runtime, now: datetime) -> None:
    write(runtime, now)
    end = audit.verify(runtime, WHO, now).end
    write(runtime, now)
    assert audit.verify(runtime, WHO, now, noted=end).intact
    number = end.partition(":")[0]
    (found,) = audit.verify(runtime, WHO, now, noted=f"{number}:{'f' * 64}").findings
    assert (found.number, found.kind) == (int(number), "noted")


def test_the_command_names_the_entry_and_ends_with_1(home: Path) -> None:
    def run(*args: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["audit", "verify", *args])
        return done.exit_code, done.output

    code, told = run()
    assert code == 0 and "all as they were written" in told and "The end, to be noted elsewhere: " in told
    assert json.loads(run("--json")[1])["intact"] is True
    db = connect(f"sqlite:///{home / 'var' / 'nurture.db'}")
    with transaction(db) as session:
        session.execute(update(A).where(A.number == 1).values(actor="somebody else"))
    db.dispose()
    code, told = run()
    assert code == 1 and told.startswith("entry 1: its columns do not give its hash: it was altered or moved\n")
    code, told = run("--json")
    assert code == 1 and json.loads(told)["findings"][0]["number"] == 1
