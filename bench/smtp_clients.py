"""The SMTP client alone against the standard library's: per connection over a network, per CPU second without one."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from bench import sink
from bench.report import Table, Value, said
from nurture.delivery import Kind, Outcome, Parcel, Shipment, SmtpSettings, SmtpTransport

ROUND_TRIP = 0.02
_RUNS = 3
_ACCEPTED = Kind.ACCEPTED
_RAW = b"From: a@news.example\r\nTo: b@werk.example\r\nSubject: Hallo\r\n\r\n" + (b"x" * 74 + b"\r\n") * 107
Client = Callable[[int, Sequence[Parcel]], None]
"""Sends mails to a port of this machine."""


@dataclass(frozen=True)
class _Pace:
    mails: int
    seconds: float
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
        near = _best(smtplib_client, mails, 0.0)
        rows.append(_row("loopback", "smtplib, 1 connection", near, 1.0))
        for count in (1, 16):
            pace = _best(ours(count), mails, 0.0)
            rows.append(_row("loopback", f"ours, {_count(count)}", pace, _processor(near) / _processor(pace)))
    return Table(
        f"SMTP client ({len(_RAW) / 1000:.1f} KB mails, connections reused, best of {_RUNS})",
        rows,
        ("ratio: over 20 ms mails/s, on loopback mails per CPU second of the client, both against smtplib's sendmail",),
    )


def _count(connections: int) -> str:
    return "1 connection" if connections == 1 else f"{connections} connections"


def _row(where: str, what: str, pace: _Pace, ratio: float) -> dict[str, Value]:
    return {
        "over": where,
        "client": what,
        "mails": pace.mails,
        "mails/s": round(_per_second(pace)),
        "CPU us each": round(_processor(pace) * 1e6),
        "ratio": round(ratio, 1),
    }


def _per_second(pace: _Pace) -> float:
    return pace.mails / pace.seconds


def _processor(pace: _Pace) -> float:
    return pace.processor / pace.mails


def _best(client: Client, mails: int, delay: float) -> _Pace:
    """The shortest time and the least work for the processor of several runs."""
    runs = [_run(client, mails, delay) for _ in range(_RUNS)]
    return _Pace(mails, min(run.seconds for run in runs), min(run.processor for run in runs))


def _run(client: Client, mails: int, delay: float) -> _Pace:
    parcels = [Parcel(n, f"<{n}@news.example>", "a@news.example", f"b{n}@werk.example", _RAW, str(n)) for n in range(mails)]
    with sink.running(delay) as server:
        begin, used = time.perf_counter(), time.process_time()
        client(server.port, parcels)
        pace = _Pace(mails, time.perf_counter() - begin, max(time.process_time() - used, 0.01))
    if server.took != mails:
        raise RuntimeError(f"the sink took {server.took} of {mails} mails")
    return pace


# --- the clients ----------------------------------------------------------------------------------------------------------


def smtplib_client(port: int, parcels: Sequence[Parcel]) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost.localdomain") as client:
        for parcel in parcels:
            client.sendmail(parcel.sender, [parcel.recipient], parcel.raw)


def ours(connections: int) -> Client:
    def client(port: int, parcels: Sequence[Parcel]) -> None:
        work = _Work(parcels, connections)
        SmtpTransport(SmtpSettings("127.0.0.1", port, tls="none")).carry(work)
        if work.accepted != len(parcels):
            raise RuntimeError(f"{work.accepted} of {len(parcels)} mails were accepted")

    return client


class _Work:
    """An engine that records nothing."""

    def __init__(self, parcels: Sequence[Parcel], connections: int) -> None:
        self.accepted = 0
        self._shipments = [Shipment("relay", (), connections, len(parcels), iter(parcels))]

    def more(self, waiting: Mapping[str, int]) -> Sequence[Shipment]:  # noqa: ARG002
        shipments, self._shipments = self._shipments, []
        return shipments

    def ahead(self, ready: Sequence[Parcel]) -> Collection[int]:  # noqa: ARG002
        return ()

    def settled(self, parcel: Parcel, outcome: Outcome) -> None:  # noqa: ARG002
        self.accepted += outcome.kind is _ACCEPTED

    def stopped(self, shipment: Shipment, outcome: Outcome) -> None:  # noqa: ARG002
        raise RuntimeError(outcome.reply)
