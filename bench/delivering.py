"""Part 3: from the outbox to a mail server, claim to recorded, against the least that any Python program needs."""

from __future__ import annotations

import smtplib
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench import sink
from bench.databases import Kind
from bench.house import FORK, NOW, apart, example, peak_megabytes, processor_seconds, runtime
from bench.report import Table, said
from nurture.delivery import MailboxTransport, SmtpTransport, Transport
from nurture.delivery.smtp_settings import SmtpSettings
from nurture.domain.message import MessageState
from nurture.engine import letters
from nurture.engine.delivery import deliver
from nurture.store import messages
from nurture.store.database import reading
from nurture.store.schema import Message


@dataclass(frozen=True)
class Share:
    """What one worker did."""

    mails: int
    seconds: float
    processor: float
    peak: float


def delivering(kind: Kind, url: str, mails: int) -> Table:
    """``mails`` per row, of what part 1 has put into the outbox."""
    rows = []
    with said(f"{kind.name}: delivering {mails:,} mails four times"), tempfile.TemporaryDirectory() as folder:
        base = _bare_rate(url, mails)
        rows.append(_row("bare smtplib, the same bytes", base, None))
        for workers in (1, 2):
            with sink.running() as server:
                rate = _delivered(url, ("smtp", server.port), mails, workers)
            _check(server.took, rate)
            rows.append(_row(f"deliver over SMTP, {_count(workers)}", rate, base))
        rows.append(_row("deliver into the mailbox, 1 worker", _delivered(url, ("mailbox", folder), mails, 1), base))
    return Table(
        f"Deliver: claim to recorded ({kind.name})",
        rows,
        ("ratio: mails/s against the bare loop: one connection, one process, nothing claimed, rendered or recorded",),
    )


def _count(workers: int) -> str:
    return "1 worker" if workers == 1 else f"{workers} workers"


@dataclass(frozen=True)
class Rate:
    """``seconds``: until the last worker was done. ``processor``: seconds of all workers together."""

    mails: int
    seconds: float
    processor: float
    peak: float


def _row(what: str, rate: Rate, base: Rate | None) -> dict[str, str | int | float]:
    speed = rate.mails / rate.seconds
    return {
        "what": what,
        "mails": rate.mails,
        "mails/s": round(speed),
        "CPU us each": round(rate.processor / rate.mails * 1e6),
        "ratio": round(speed / (base.mails / base.seconds), 3) if base else 1.0,
        "peak MB": round(rate.peak),
    }


def _check(took: int, rate: Rate) -> None:
    if took != rate.mails:
        raise RuntimeError(f"the sink took {took} mails, but {rate.mails} are recorded as accepted")


# --- the product ----------------------------------------------------------------------------------------------------------


def _delivered(url: str, transport: tuple[str, Any], mails: int, workers: int) -> Rate:
    """Workers in processes of their own begin together; each takes its share."""
    example()
    start, results = FORK.Barrier(workers), FORK.SimpleQueue()
    share = mails // workers
    crew = [FORK.Process(target=_work, args=(url, transport, share, f"worker-{n}", start, results)) for n in range(workers)]
    for process in crew:
        process.start()
    shares = [results.get() for _ in crew]
    for process in crew:
        process.join()
    return Rate(
        sum(s.mails for s in shares),
        max(s.seconds for s in shares),
        sum(s.processor for s in shares),
        max(s.peak for s in shares),
    )


def _work(url: str, transport: tuple[str, Any], share: int, worker: str, start: Any, results: Any) -> None:
    rt = runtime(url, _transport(*transport))
    start.wait()
    begin, used, done = time.perf_counter(), processor_seconds(), 0
    while done < share:  # again while the other worker has all connections
        done += deliver(rt, NOW, worker=worker, limit=share - done).accepted
    results.put(Share(done, time.perf_counter() - begin, processor_seconds() - used, peak_megabytes()))


def _transport(kind: str, where: Any) -> Transport:
    if kind == "mailbox":
        return MailboxTransport(Path(where))
    return SmtpTransport(SmtpSettings("127.0.0.1", where, tls="none"))


# --- the least ------------------------------------------------------------------------------------------------------------


def _bare_rate(url: str, mails: int) -> Rate:
    with sink.running() as server:
        rate = apart(bare, url, server.port, mails)
    _check(server.took, rate)
    return rate


def bare(url: str, port: int, mails: int) -> Rate:
    """Send what is queued with ``smtplib.sendmail`` on one connection; nothing else. Leaves the queue alone."""
    parcels = _parcels(url, mails)
    with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost.localdomain") as client:
        client.ehlo()
        begin, used = time.perf_counter(), processor_seconds()
        for sender, recipient, raw in parcels:
            client.sendmail(sender, [recipient], raw)
        return Rate(len(parcels), time.perf_counter() - begin, processor_seconds() - used, peak_megabytes())


def _parcels(url: str, count: int) -> list[tuple[str, str, bytes]]:
    rt = runtime(url)
    sender = rt.definitions.organisation.sender.address
    with reading(rt.db) as session:
        rows = outgoing(session, count)
        desk = letters.open_desk(rt, session, rows)
    return [(sender, row.address, desk.write(row).raw) for row in rows]


def outgoing(session: Any, count: int) -> list[messages.Outgoing]:
    """Queued mails as delivery would see them, not claimed."""
    ids = session.scalars(select(Message.id).where(Message.state == MessageState.QUEUED).order_by(Message.id).limit(count))
    return [row for id_ in ids if (row := messages.find(session, id_)) is not None]
