"""Workers that are killed in the middle: nothing lost, nothing twice, nothing stuck."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from delivery.outbox import Outbox
from delivery.servers import FaultServer, fault_server
from delivery.worker import PHASES
from sqlalchemy import func, select

from nurture.delivery import MailboxTransport
from nurture.domain.message import MessageState
from nurture.engine.runtime import Runtime
from nurture.store.database import reading
from nurture.store.schema import LaneLease, Message

pytestmark = pytest.mark.crash

MAILS = {"sqlite": 400, "postgresql": 300}
KILLS = 20
_START = 20
"""Moments before the first mail can leave."""
WORKER = Path(__file__).with_name("worker.py")


class Worker:
    """A process that delivers on order; see ``worker.py``."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([sys.executable, WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def order(self, rt: Runtime, now: datetime, name: str, **where: Any) -> None:
        url = rt.db.url.render_as_string(hide_password=False)
        order = {"url": url, "now": now.isoformat(), "worker": name, **where}
        assert self._process.stdin is not None
        print(json.dumps(order), file=self._process.stdin, flush=True)

    def wait(self) -> int:
        """The signal that ended it; 0 if it finished."""
        assert self._process.stdout is not None
        status = int(self._process.stdout.readline())
        assert status in (0, signal.SIGKILL), "the worker failed by itself"
        return status

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)


@pytest.fixture(scope="module")
def workers() -> Iterator[list[Worker]]:
    found = [Worker(), Worker()]
    yield found
    for worker in found:
        worker.close()


def _let_go(outbox: Outbox, worker: str) -> set[int]:
    """What a killed worker had let go, and nobody knows what became of it: one mail per connection at most."""
    with reading(outbox.rt.db) as session:
        connections = session.scalar(select(func.max(LaneLease.connections)).where(LaneLease.worker == worker)) or 0
        gone = select(Message.id).where(Message.claimed_by == worker, Message.state == MessageState.SENDING)
        found = set(session.scalars(gone))
    assert len(found) <= connections
    return found


def _unknown(outbox: Outbox) -> set[int]:
    with reading(outbox.rt.db) as session:
        return set(session.scalars(select(Message.id).where(Message.state == MessageState.UNKNOWN)))


def _kill_again_and_again(worker: Worker, outbox: Outbox, pace: int, **where: Any) -> set[int]:
    """Kill 20 workers at any moment of their lives, on average after ``pace`` moments of work; then let one finish.

    Returns what they had let go.
    """
    chance = random.Random(4711)
    now, gone = outbox.now, set[int]()
    for number in range(KILLS):
        worker.order(outbox.rt, now, f"victim-{number}", kill_at=_START + chance.randrange(2 * pace), **where)
        assert worker.wait() == signal.SIGKILL, f"it finished before kill {number + 1}; choose a smaller pace"
        gone |= set() if "mailbox" in where else _let_go(outbox, f"victim-{number}")
        now += timedelta(minutes=16)
    worker.order(outbox.rt, now, "survivor", **where)
    assert worker.wait() == 0
    return gone


def test_killed_with_a_mailbox_every_mail_is_there_once(outbox: Outbox, workers: list[Worker], tmp_path: Path) -> None:
    count = MAILS[outbox.rt.db.dialect.name]
    outbox.nurture_mails(outbox.people(count))
    folder = tmp_path / "mailbox"
    _kill_again_and_again(workers[0], outbox, count // 8, mailbox=str(folder))
    assert outbox.states() == {"accepted": count}
    mails = MailboxTransport(folder).list_mails(limit=count + 1).mails
    assert len({mail.recipient for mail in mails}) == len(mails) == count


def test_killed_with_smtp_no_mail_goes_twice_and_every_gap_is_visible(outbox: Outbox, workers: list[Worker]) -> None:
    count = MAILS[outbox.rt.db.dialect.name]
    outbox.nurture_mails(outbox.people(count))
    opt_in = [outbox.opt_in_mail(f"neu{n}@werk.example") for n in range(50)]
    with fault_server() as server:
        gone = _kill_again_and_again(workers[0], outbox, count // 3, port=server.port)
        arrived = _recipients(server)
    states = outbox.states()
    unknown = states.pop("unknown", 0)
    assert states == {"accepted": count + len(opt_in) - unknown}
    assert _unknown(outbox) == gone - set(opt_in), "those between dot and record when it was killed, and no other"
    nurture = {address: times for address, times in arrived.items() if not address.startswith("neu")}
    assert set(nurture.values()) == {1}, "no nurture mail twice"
    assert len(nurture) >= count - unknown
    assert all(arrived[f"neu{n}@werk.example"] >= 1 for n in range(50)), "service mail always arrives"


PHASE_KILLS = 12
_EACH = 12
"""Mails a worker takes at most."""
ONCE = ("claimed", "on record, before the dot")
"""Phases that a worker passes through once with all its mails."""


@pytest.mark.parametrize("phase", PHASES)
def test_one_of_two_workers_is_killed_in_each_phase(outbox: Outbox, workers: list[Worker], phase: str) -> None:
    """120 kills over all phases and both databases; with those at any moment, above, 200."""
    count, now, chance = PHASE_KILLS * _EACH * 2, outbox.now, random.Random(phase)
    nurture = outbox.nurture_mails(outbox.people(count - 10))
    opt_in = [outbox.opt_in_mail(f"neu{n}@werk.example") for n in range(10)]
    victim, other = workers
    gone: set[int] = set()
    with fault_server() as server:
        for number in range(PHASE_KILLS):
            at = 1 if phase in ONCE else chance.randrange(1, _EACH)
            where = {"port": server.port, "limit": _EACH}
            victim.order(outbox.rt, now, f"victim-{number}", **where, phase=phase, kill_at=at, tries=200)
            other.order(outbox.rt, now, f"other-{number}", **where, tries=5)
            assert (victim.wait(), other.wait()) == (signal.SIGKILL, 0), f"kill {number + 1} came too late"
            gone |= _let_go(outbox, f"victim-{number}")
            now += timedelta(minutes=16)
        other.order(outbox.rt, now, "survivor", port=server.port)
        assert other.wait() == 0
        arrived = _recipients(server)
    states = outbox.states()
    unknown = states.pop("unknown", 0)
    assert states == {"accepted": len(nurture) + len(opt_in) - unknown}, "nothing is stuck, nothing is lost"
    assert _unknown(outbox) == gone - set(opt_in), "those between dot and record when it was killed, and no other"
    assert not (gone and phase == "claimed")
    mails = {outbox.row(mail).address: outbox.state(mail) for mail in nurture}
    assert max(arrived[address] for address in mails) == 1, "no nurture mail twice"
    assert all(arrived[address] == 1 for address, state in mails.items() if state is MessageState.ACCEPTED)
    assert all(arrived[f"neu{n}@werk.example"] >= 1 for n in range(10)), "service mail always arrives"


def _recipients(server: FaultServer) -> Counter[str]:
    heads = (raw.partition(b"\r\n\r\n")[0].decode() for raw in server.taken)
    return Counter(head.partition("\nTo: ")[2].splitlines()[0].split()[-1].strip("<>") for head in heads)


def test_two_workers_at_once_deliver_each_mail_once(outbox: Outbox, workers: list[Worker]) -> None:
    outbox.nurture_mails(outbox.people(600))
    with fault_server() as server, fault_server() as other:
        for worker, name, sink in zip(workers, ("one", "two"), (server, other), strict=True):
            worker.order(outbox.rt, outbox.now, name, port=sink.port, limit=50, tries=20, again=True)
        assert [worker.wait() for worker in workers] == [0, 0]
        arrived = _recipients(server) + _recipients(other)
    assert outbox.states() == {"accepted": 600}
    assert set(arrived.values()) == {1}
    assert len(arrived) == 600
    assert server.taken
    assert other.taken
