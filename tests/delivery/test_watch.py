"""What is seen of sockets, by epoll and by what takes its place elsewhere."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from delivery.carrier import carry, parcels, shipment
from delivery.servers import fault_server

from nurture.delivery import SmtpSettings, SmtpTransport, carrying
from nurture.delivery.watch import IN, OUT, PortableWatch, Watch


@pytest.fixture(params=[Watch, PortableWatch])
def watch(request: pytest.FixtureRequest) -> Iterator[Watch]:
    watch = request.param()
    yield watch
    watch.close()


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    here, there = socket.socketpair()
    with here, there:
        yield here, there


def test_what_is_seen(watch: Watch, pair: tuple[socket.socket, socket.socket]) -> None:
    here, there = pair
    watch.begin(here, IN, "me")
    assert watch.select(0) == []
    there.send(b"x")
    assert watch.select(1) == [("me", IN)]
    watch.change(here, IN | OUT)
    assert watch.select(1) == [("me", IN | OUT)]
    watch.change(here, OUT)
    assert watch.select(1) == [("me", OUT)]
    watch.end(here)
    assert watch.select(0) == []


def test_the_other_side_is_gone(watch: Watch, pair: tuple[socket.socket, socket.socket]) -> None:
    here, there = pair
    watch.begin(here, IN, "me")
    there.close()
    ((owner, mask),) = watch.select(1)
    assert owner == "me"
    assert mask & ~OUT


def test_mails_leave_without_epoll(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "open_watch", PortableWatch)
    with fault_server() as server:
        recorder = carry(
            SmtpTransport(SmtpSettings("127.0.0.1", server.port, tls="none")), shipment(parcels(5), connections=2)
        )
    assert len(recorder.outcomes) == len(server.taken) == 5
