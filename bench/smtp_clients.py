"""The SMTP client alone against the standard library's: per connection over a network, per CPU second without one."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bench import sink
from bench.house import NOW
from bench.report import Table, Value, said
from nurture.delivery import Kind, Outcome, Parcel, Shipment, SmtpSettings, SmtpTransport
from nurture.mail.mime import Envelope, compose
from nurture.mail.render import Letter

ROUND_TRIP = 0.02
_RUNS = 3
_ACCEPTED = Kind.ACCEPTED
Client = Callable[[int, Sequence[Parcel]], list[float]]
"""Sends mails to a port of this machine. Returns the moments at which they were accepted."""


@dataclass(frozen=True)
class _Pace:
    """``steady``: seconds from the first acceptance to the last; ``seconds``: with connecting and goodbye."""

    mails: int
    seconds: float
    steady: float
    processor: float


def smtp_clients(mails: int) -> Table:
    """``mails`` per row without a network, a tenth of that with one: there it is the waiting that counts."""
    few = max(10, mails // 10)
    rows = []
    with said(f"SMTP clients: {mails:,} mails each"):
        far = _best(smtplib_client, few, ROUND_TRIP)
        rows.append(_row("20 ms round trip", "smtplib, 1 connection", far, 1.0))
        for count in (1, 16):
            pace = _best(ours(count), few * count, ROUND_TRIP)
            rows.append(_row("20 ms round trip", f"ours, {_count(count)}", pace, _per_second(pace) / _per_second(far)))
        near, *paces = _best_in_turn((smtplib_client, ours(1), ours(16)), mails)
        rows.append(_row("loopback", "smtplib, 1 connection", near, 1.0))
        for count, pace in zip((1, 16), paces, strict=True):
            rows.append(_row("loopback", f"ours, {_count(count)}", pace, _processor(near) / _processor(pace)))
    return Table(
        f"SMTP client ({len(_mail()) / 1000:.1f} KB mails, connections reused, best of {_RUNS})",
        rows,
        (
            "ratio: over 20 ms mails/s, on loopback mails per CPU second of the client, both against smtplib's sendmail",
            "mails/s: from the first mail accepted to the last; whole run: with connecting and goodbye",
        ),
    )


def _count(connections: int) -> str:
    return "1 connection" if connections == 1 else f"{connections} connections"


def _row(where: str, what: str, pace: _Pace, ratio: float) -> dict[str, Value]:
    return {
        "over": where,
        "client": what,
        "mails": pace.mails,
        "mails/s": round(_per_second(pace)),
        "whole run": round(pace.mails / pace.seconds),
        "CPU us each": round(_processor(pace) * 1e6),
        "ratio": round(ratio, 1),
    }


def _per_second(pace: _Pace) -> float:
    return (pace.mails - 1) / pace.steady


def _processor(pace: _Pace) -> float:
    return pace.processor / pace.mails


def _best(client: Client, mails: int, delay: float) -> _Pace:
    return _least([_run(client, mails, delay) for _ in range(_RUNS)])


def _best_in_turn(clients: Sequence[Client], mails: int) -> list[_Pace]:
    """One after the other, again and again: whatever else this machine does meets all of them."""
    runs = [[_run(client, mails, 0.0) for client in clients] for _ in range(2 * _RUNS)]
    return [_least(of_one) for of_one in zip(*runs, strict=True)]


def _least(runs: Sequence[_Pace]) -> _Pace:
    """The shortest time and the least work for the processor."""
    return _Pace(
        runs[0].mails,
        min(run.seconds for run in runs),
        min(run.steady for run in runs),
        min(run.processor for run in runs),
    )


def _run(client: Client, mails: int, delay: float) -> _Pace:
    raw = _mail()
    parcels = [Parcel(n, f"<{n}@news.example>", "a@news.example", f"b{n}@werk.example", raw, str(n)) for n in range(mails)]
    with sink.running(delay) as server:
        begin, used = time.perf_counter(), time.process_time()
        accepted = client(server.port, parcels)
        seconds, processor = time.perf_counter() - begin, time.process_time() - used
    if not server.took == len(accepted) == mails:
        raise RuntimeError(f"the sink took {server.took} of {mails} mails, of which {len(accepted)} were accepted")
    return _Pace(mails, seconds, accepted[-1] - accepted[0], processor)


@lru_cache(maxsize=1)
def _mail() -> bytes:
    """8 KB of html, 2 KB of text and six links."""
    link = "https://nurture.example/r/abcdefghijklmnopqrstuvwxyz0123456789"
    words = "Drei Dinge zur Feinplanung für Ihren Betrieb, die in jedem Gespräch vorkommen. Lesen Sie, was zu Ihnen passt."
    text = "\n".join([words[:70]] * 24 + [link] * 6)
    html = "\n".join(
        [f'<p style="margin:0 0 16px;font:16px/1.5 Arial">{words}</p>'] * 44 + [f'<a href="{link}">Lesen</a>'] * 6
    )
    letter = Letter(
        "Drei Dinge zur Feinplanung", "", f"<!doctype html>\n<html><body>\n{html}\n</body></html>\n", text, True
    )
    news = "a@news.example"
    return compose(letter, Envelope("News", news, news, "B", "b@werk.example", "<0123456789abcdef@news.example>", NOW))


# --- the clients ----------------------------------------------------------------------------------------------------------


def smtplib_client(port: int, parcels: Sequence[Parcel]) -> list[float]:
    accepted = []
    with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost.localdomain") as client:
        for parcel in parcels:
            client.sendmail(parcel.sender, [parcel.recipient], parcel.raw)
            accepted.append(time.perf_counter())
    return accepted


def ours(connections: int) -> Client:
    def client(port: int, parcels: Sequence[Parcel]) -> list[float]:
        work = _Work(parcels, connections)
        SmtpTransport(SmtpSettings("127.0.0.1", port, tls="none")).carry(work)
        return work.accepted

    return client


class _Work:
    """An engine that records nothing."""

    def __init__(self, parcels: Sequence[Parcel], connections: int) -> None:
        self.accepted: list[float] = []
        self._shipments = [Shipment("relay", (), connections, len(parcels), iter(parcels))]

    def more(self, waiting: Mapping[str, int]) -> Sequence[Shipment]:  # noqa: ARG002
        shipments, self._shipments = self._shipments, []
        return shipments

    def ahead(self, ready: Sequence[Parcel], meanwhile: Callable[[], None]) -> Collection[int]:  # noqa: ARG002
        return ()

    def settled(self, parcel: Parcel, outcome: Outcome) -> None:  # noqa: ARG002
        if outcome.kind is _ACCEPTED:
            self.accepted.append(time.perf_counter())

    def slowed(self, lane: str, outcome: Outcome) -> None:
        """The server of a measurement wants nothing."""

    def stopped(self, shipment: Shipment, outcome: Outcome) -> None:  # noqa: ARG002
        raise RuntimeError(outcome.reply)
