"""Part 4: what readers do: follow links, fill forms, confirm. One process, one thread, a commit for each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import func, select

from bench.databases import Kind
from bench.house import NOW, apart, processor_seconds, runtime
from bench.report import Table, said
from nurture.engine.links import VERSION_DIGITS
from nurture.engine.opt_in import confirm
from nurture.engine.registration import register
from nurture.engine.runtime import Runtime
from nurture.engine.submission import Submission
from nurture.engine.tracking import follow
from nurture.engine.visitor import Visitor
from nurture.store.database import reading
from nurture.store.schema import Message, Registration

_READER = Visitor("203.0.113.7", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "GET", "https://nurture.example/")
_BUTTON = Visitor("203.0.113.7", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "POST", "https://nurture.example/")
Row = dict[str, str | int | float]


def visiting(kind: Kind, url: str, clicks: int, forms: int) -> Table:
    with said(f"{kind.name}: {clicks:,} clicks, {forms:,} registrations"):
        return Table(f"Readers ({kind.name}, one process, one thread, one commit each)", apart(measure, url, clicks, forms))


def measure(url: str, clicks: int, forms: int) -> list[Row]:
    """Runs in a process of its own."""
    rt = runtime(url)
    tokens = _click_tokens(rt, clicks)
    rows = [
        _timed("follow a link", lambda token: follow(rt, token, _READER, NOW), tokens),
        _timed("send a form", lambda n: register(rt, _submission(n), _BUTTON, NOW), range(forms)),
        _timed("confirm", lambda token: confirm(rt, token, _BUTTON, NOW), _confirm_tokens(rt)),
    ]
    rows.append(_both(rows[1], rows[2]))
    return rows


def _timed(what: str, act: Callable[[Any], object], inputs: Iterable[Any]) -> Row:
    many = list(inputs)
    act(many[0])  # the first one loads and compiles
    start, used = time.perf_counter(), processor_seconds()
    for one in many[1:]:
        act(one)
    seconds, used, count = time.perf_counter() - start, processor_seconds() - used, len(many) - 1
    return {"what": what, "count": count, "per second": round(count / seconds), "CPU us each": round(used / count * 1e6)}


def _both(first: Row, second: Row) -> Row:
    speeds = [float(row["per second"]) for row in (first, second)]
    return {
        "what": "form and confirmation together",
        "count": first["count"],
        "per second": round(1 / sum(1 / speed for speed in speeds)),
        "CPU us each": int(first["CPU us each"]) + int(second["CPU us each"]),
    }


def _click_tokens(rt: Runtime, count: int) -> list[str]:
    """Links of readers who agreed to be observed, each in a mail of its own."""
    query = select(Message.id, Message.template_version).where(Message.tracked, Message.template_version.is_not(None))
    with reading(rt.db) as session:
        mails = session.execute(query.order_by(Message.id).limit(count)).all()
    return [
        rt.signer.sign("click", f"{message}.{version[:VERSION_DIGITS]}.{message % len(rt.template(version).links)}")
        for message, version in mails
        if rt.template(version).links
    ]


def _submission(number: int) -> Submission:
    values = {
        "email": f"reader{number}@werk{number % 500}.example",
        "salutation": "ms",
        "first_name": "Sabine",
        "last_name": "Krüger",
        "company": f"Werk {number % 500} GmbH",
        "function": "it-management",
    }
    return Submission("whitepaper-feinplanung", "de", values, frozenset({"nurture", "tracking"}))


def _confirm_tokens(rt: Runtime) -> Iterable[str]:
    with reading(rt.db) as session:
        pending = session.scalars(select(Registration.id).where(Registration.state == "pending").order_by(func.random()))
        return [rt.signer.sign("confirm", str(registration)) for registration in pending]
