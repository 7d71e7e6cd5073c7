"""Part 3b: claim to recorded with two workers and everything switched on, beside django-post-office.

Same machine, same PostgreSQL, same sink, same mail: 8 KB of html, 2 KB of text, six links. Consent is looked at again, the
lane's pace and connections are accounted for, each mail is on record before it leaves and after it was answered.
"""

from __future__ import annotations

import gc
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from sqlalchemy import text

from bench import queue, sink
from bench.databases import Kind
from bench.django_letter import django_letter
from bench.house import FORK, HOME, NOW, example, peak_megabytes, processor_seconds, runtime
from bench.report import Table, said
from nurture.delivery import SmtpTransport
from nurture.delivery.dkim import Sealer
from nurture.delivery.smtp_settings import SmtpSettings
from nurture.engine import letter_facts
from nurture.engine.delivery import deliver
from nurture.engine.runtime import Runtime
from nurture.store import outbox
from nurture.store.database import connect, reading

_WARM = 600
"""Mails a worker sends before it is measured: templates are compiled, statements prepared, then the garbage is frozen."""
_PATIENCE = 0.02
"""Seconds before a worker asks again for connections that the other one has."""
_CONNECTIONS = 128
"""Of both workers together: the more mails a commit covers, the less it costs each."""


@dataclass(frozen=True)
class Pace:
    """What all workers together did. ``peak``: megabytes of the biggest one."""

    mails: int
    seconds: float
    processor: float
    peak: float = 0.0

    @property
    def per_second(self) -> float:
        return self.mails / self.seconds


def whole_path(kind: Kind, mails: int, seconds: float) -> Table:
    """``mails`` in the queue, ``seconds`` per row of ours."""
    with said(f"{kind.name}: claim to recorded, {mails:,} mails queued"):
        url = kind.make("whole")
        queue.create(url)
        letter = _django_letter()
        ours = _ours(url, mails, seconds)
        few = min(2000, mails)
        late = _post_office(kind.make("post_office"), few, "delivery", letter)
        early = _post_office(kind.make("post_office_early"), few, "rendered", letter)
        sealed = _ours(url, mails // 2, seconds, sealed=True)
    rows = [
        _row("django-post-office, rendered on delivery", late, late, early),
        _row("django-post-office, rendered before", early, late, early),
        _row("nurture", ours, late, early),
        _row("nurture, DKIM rsa-2048", sealed, late, early),
    ]
    return Table("Whole path: two workers, PostgreSQL", rows, ("ratios: mails/s against django-post-office",))


def long_queues(kind: Kind, sizes: tuple[int, ...], seconds: float) -> Table:
    """What a mail costs, and how big a worker gets, with so many in the queue; until it is empty or time is over."""
    rows = []
    with said(f"{kind.name}: queues of {' and '.join(f'{size:,}' for size in sizes)}"):
        for size in sizes:
            url = kind.make("long")
            queue.create(url)
            pace = _ours(url, size, seconds)
            rows.append({"queued": size, **_figures(pace), "peak MB": round(pace.peak)})
    return Table("Length of the queue: two workers, PostgreSQL", rows)


def _row(what: str, pace: Pace, late: Pace, early: Pace) -> dict[str, str | int | float]:
    ratios = {
        "x rendered on delivery": round(pace.per_second / late.per_second, 1),
        "x rendered before": round(pace.per_second / early.per_second, 1),
    }
    return {"what": what, **_figures(pace), **ratios}


def _figures(pace: Pace) -> dict[str, str | int | float]:
    return {
        "mails": pace.mails,
        "mails/s": round(pace.per_second),
        "CPU us each": round(pace.processor / pace.mails * 1e6),
    }


# --- the sink -------------------------------------------------------------------------------------------------------------


@contextmanager
def _sink() -> Iterator[int]:
    """The port of Postfix's smtp-sink, which costs next to nothing; where it is not installed, of our own."""
    found = shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin")
    if found is None:
        with sink.running() as server:
            yield server.port
        return
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with subprocess.Popen([found, "-u", "nobody", f"127.0.0.1:{port}", "1000"], stderr=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"smtp-sink does not answer on port {port}")


# --- ours -----------------------------------------------------------------------------------------------------------------


def _ours(url: str, queued: int, seconds: float, *, sealed: bool = False) -> Pace:
    """Two workers at a queue of so many mails, until it is empty or time is over."""
    example()
    _fill(url, queued + 2 * _WARM)
    start, results = FORK.Barrier(2), FORK.SimpleQueue()
    with _sink() as port:
        crew = [
            FORK.Process(target=_work, args=(url, port, seconds, f"worker-{n}", sealed, start, results)) for n in (1, 2)
        ]
        for process in crew:
            process.start()
        shares = [results.get() for _ in crew]
        for process in crew:
            process.join()
    _clear(url)
    return Pace(
        sum(s.mails for s in shares),
        max(s.seconds for s in shares),
        sum(s.processor for s in shares),
        max(s.peak for s in shares),
    )


def _fill(url: str, count: int) -> None:
    engine = connect(url)
    queue.fill(engine, 10, count)
    engine.dispose()


def _clear(url: str) -> None:
    """What is left over would only be in the way."""
    engine = connect(url)
    with engine.begin() as connection:
        connection.execute(
            text("TRUNCATE companies, contacts, messages, attempts, delivery_counts, lanes, lane_leases CASCADE")
        )
    engine.dispose()


def _work(url: str, port: int, seconds: float, worker: str, sealed: bool, start: Any, results: Any) -> None:  # noqa: FBT001
    rt = _runtime(url, port)
    if sealed:
        rt.sealer = Sealer(rt.definitions.organisation.sender.domain, [("bench", generate_private_key(65537, 2048))])
    _deliver(rt, worker, limit=_WARM)
    gc.collect()
    gc.freeze()
    start.wait()
    begin, used = time.perf_counter(), processor_seconds()
    done = _deliver(rt, worker, seconds=seconds)
    results.put(Pace(done, time.perf_counter() - begin, processor_seconds() - used, peak_megabytes()))


def _deliver(rt: Runtime, worker: str, *, limit: int | None = None, seconds: float = 60.0) -> int:
    """As the beat does: again while there is mail, as when the other worker had all connections; sooner than the beat."""
    over, done = time.monotonic() + seconds, 0
    while not (limit and done >= limit) and time.monotonic() < over:
        rest = None if limit is None else limit - done
        made = deliver(rt, NOW, worker=worker, limit=rest, stopping=lambda: time.monotonic() >= over)
        done += made.accepted
        if not made.claimed:
            with reading(rt.db) as session:
                if not outbox.due_lanes(session, NOW):
                    break
            time.sleep(_PATIENCE)
    return done


def _runtime(url: str, port: int) -> Runtime:
    """As it comes, but the relay may be given more connections: the sink does not mind."""
    rt = runtime(url, SmtpTransport(SmtpSettings("127.0.0.1", port, tls="none")))
    rules = rt.definitions.delivery
    relay = replace(rules.relay, connections=_CONNECTIONS, per_connection=1000)
    definitions = replace(rt.definitions, delivery=replace(rules, relay=relay))
    rt.publication = replace(rt.publication, definitions=definitions)
    return rt


# --- theirs ---------------------------------------------------------------------------------------------------------------


def _django_letter() -> Path:
    """The same letter as Django templates."""
    rt = runtime("sqlite://")
    shared = letter_facts.frame(rt, queue.LANGUAGE, queue.PRODUCT, queue.CAMPAIGN)
    path = Path(tempfile.mkdtemp()) / "letter.json"
    path.write_text(json.dumps(django_letter(shared)), "utf-8")
    return path


def _post_office(url: str, mails: int, when: str, letter: Path) -> Pace:
    with _sink() as port:
        command = [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "bench.post_office",
            url,
            str(port),
            str(mails),
            "2",
            when,
            str(letter),
        ]
        said_ = subprocess.run(command, check=True, capture_output=True, text=True, cwd=HOME).stdout  # noqa: S603 - ours
    return Pace(**json.loads(said_.splitlines()[-1]))
