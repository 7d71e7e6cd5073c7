"""What presses on a worker: servers that do not keep up or speak to the terminal, and a clock that jumps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
from delivery.outbox import Outbox, claim
from support.zones import TableResolver

from nurture.delivery import DirectTransport, MemoryTransport
from nurture.delivery.dns import DnsTrouble
from nurture.delivery.replies import ReplyReader, all_taken
from nurture.delivery.transport import Work
from nurture.domain.message import MessageState
from nurture.engine import delivery_supply
from nurture.engine.delivery import deliver
from nurture.engine.delivery_supply import MOST_WAITING
from nurture.engine.routing import route
from nurture.store import routes
from nurture.store.database import transaction


class Stuck:
    """A transport whose servers take nothing; it goes on asking for more. ``meanwhile``: done before each time."""

    name = "smtp"
    idempotent = False

    def __init__(self, meanwhile: Callable[[int], object], times: int) -> None:
        self._meanwhile, self._times = meanwhile, times

    def carry(self, work: Work) -> None:
        for number in range(self._times):
            self._meanwhile(number)
            work.more({"relay": 16})


def test_a_worker_whose_server_hangs_leaves_the_queue_to_others(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_WAITING <= 2_000, "what waits for a server lies in memory"
    monkeypatch.setattr(delivery_supply, "MOST_WAITING", 20)
    monkeypatch.setattr("nurture.engine.delivery_round.BATCH", 15)
    outbox.nurture_mails(outbox.people(60))
    states: list[dict[str, int]] = []

    def meanwhile(number: int) -> None:
        states.append(outbox.states())
        if number == 5:
            outbox.opt_in_mail()

    outbox.rt.transport = Stuck(meanwhile, 8)
    seconds = count()
    deliver(outbox.rt, outbox.now, worker="one", stopwatch=lambda: float(next(seconds)))
    assert states[5] == {"claimed": 20, "queued": 40}
    assert states[7] == {"claimed": 21, "queued": 40}, "a service mail finds its way past them"
    assert outbox.states() == {"queued": 61}


def test_what_a_clock_a_year_ahead_left_behind_holds_up_nothing(outbox: Outbox) -> None:
    """A worker claimed a mail and was killed, and its server was left alone for a while: all with a wrong clock."""
    mail = outbox.nurture_mail()
    ahead = outbox.now + timedelta(days=365)
    with transaction(outbox.rt.db) as session:
        claim(session, ahead, "dead", 1, timedelta(minutes=5))
        routes.failed(session, MemoryTransport.name, "connection refused", ahead)
    deliver(outbox.rt, outbox.now, worker="one")
    assert outbox.state(mail) is MessageState.ACCEPTED


def test_what_a_server_says_gives_no_orders_to_a_terminal() -> None:
    words = b"a\0b \x1b[2Jc\xc2\x9bd\re"
    reader = ReplyReader()
    reader.feed(b"550-" + words + b"\r\n550 end\r\n")
    reply = reader.next()
    assert reply is not None
    assert reply.text == "a\ufffdb \ufffd[2Jc\ufffdd\ufffde\nend"
    rest = b"250 ok\r\n250 ok\r\n354 go\r\n"
    assert all_taken(b"250 ok\r\n" + rest) == "ok"
    assert all_taken(b"250 \x1b[2J\r\n" + rest) is None, "not so fast"


def test_nobody_is_blamed_for_a_name_server_that_was_away_for_days(outbox: Outbox) -> None:
    outbox.rt.transport = DirectTransport("out.example.com")
    outbox.rt.resolver = TableResolver({"werk.example": DnsTrouble("werk.example", "timeout")})
    mail = outbox.nurture_mail()
    route(outbox.rt, outbox.now + timedelta(hours=80))
    row = outbox.row(mail)
    assert (row.state, row.failure) == (MessageState.UNDELIVERED, None)
