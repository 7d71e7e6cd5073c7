"""Part 2: what it costs to write a letter: render it, sign its links, make it a mail. No queries but in the last row."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any
from unittest import mock

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench import letter
from bench.house import HOME, apart, runtime
from bench.report import Table, said
from nurture.domain.message import MessageKind, MessageState
from nurture.engine import letters, links
from nurture.engine.runtime import Runtime
from nurture.mail.mime import Envelope
from nurture.mail.render import Letter
from nurture.store import messages
from nurture.store.database import reading
from nurture.store.messages import Outgoing
from nurture.store.schema import Message

Call = tuple[Any, ...]
_TIMES = 5


def writing(url: str, mails: int) -> Table:
    """Over mails that part 1 has put into the outbox: each as the letter that is measured with, and as it is."""
    with said("writing letters"):
        return apart(measure, url, mails)


def measure(url: str, mails: int) -> Table:
    """Runs in a process of its own."""
    rt = runtime(url)
    template = letter.template(HOME / "mail_templates")
    with reading(rt.db) as session:
        shipped = _queued(session, mails)
        rows = [replace(row, language=letter.LANGUAGE, template_version=template.version, tracked=True) for row in shipped]
        desk = letters.open_desk(rt, session, rows)
        renders, composes = _calls(desk, rows)
        lines = [
            ("standard library (EmailMessage)", _microseconds(lambda: _all(_by_standard_library, composes[:100]), 100)),
            ("sign the links", _microseconds(lambda: _sign(rt, rows), len(rows))),
            ("render", _microseconds(lambda: _all(letters.render, renders), len(renders))),
            ("compose (MIME)", _microseconds(lambda: _all(letters.compose, composes), len(composes))),
            ("the whole letter", _microseconds(lambda: _write(rt, desk, rows), len(rows))),
            ("the whole letter, templates as shipped", _microseconds(lambda: _write(rt, desk, shipped), len(rows))),
            ("the same with its queries", _microseconds(lambda: _gather_and_write(rt, session, shipped), len(rows))),
        ]
    first = lines[0][1]
    return Table(
        "Letters: microseconds of one core per mail",
        [{"what": what, "us": round(us), "times as fast": round(first / us, 1)} for what, us in lines],
        _notes(rows, composes, len(template.links)),
    )


def _queued(session: Session, count: int) -> list[Outgoing]:
    """Nurture mails that wait in the outbox."""
    waiting = select(Message.id).where(Message.state == MessageState.QUEUED, Message.kind == MessageKind.NURTURE)
    ids = session.scalars(waiting.order_by(Message.id).limit(count))
    return [row for id_ in ids if (row := messages.find(session, id_)) is not None]


def _notes(rows: Sequence[Outgoing], composes: Sequence[Call], count: int) -> tuple[str, ...]:
    html, text = (_average(len(getattr(made, part).encode()) for made, _ in composes) for part in ("html", "text"))
    raw = _average(len(letters.compose(*call)) for call in composes)
    return (
        f"{len(rows):,} mails, best of {_TIMES}; {html:,} bytes of html, {text:,} of text, {count} links: {raw:,} bytes",
        "EmailMessage composes only: nothing rendered, no links; aim: the whole letter in at most 250",
    )


def _average(sizes: Any) -> int:
    found = list(sizes)
    return round(sum(found) / len(found))


def _calls(desk: letters.Desk, rows: Sequence[Outgoing]) -> tuple[list[Call], list[Call]]:
    """What ``render`` and ``compose`` are really called with: before there is a plate, for the first hundred letters."""
    with (
        mock.patch.object(letters, "render", side_effect=letters.render) as render,
        mock.patch.object(letters, "compose", side_effect=letters.compose) as compose,
    ):
        for row in rows:
            desk.write(row)
    return [call.args for call in render.call_args_list], [call.args for call in compose.call_args_list]


def _by_standard_library(made: Letter, envelope: Envelope) -> bytes:
    """The same mail as most Python programs make it."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(envelope.sender_name, addr_spec=envelope.sender_address)
    mail["To"] = Address(envelope.to_name, addr_spec=envelope.to_address)
    mail["Reply-To"] = envelope.reply_to
    mail["Subject"] = made.subject
    mail["Date"] = envelope.date
    mail["Message-ID"] = envelope.header_id
    mail["List-Id"] = f"{envelope.sender_name} <{envelope.list_id}>"
    mail["List-Unsubscribe"] = f"<{envelope.unsubscribe_url}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Feedback-ID"] = envelope.feedback_id
    mail.set_content(made.text)
    mail.add_alternative(made.html, subtype="html")
    return mail.as_bytes()


def _sign(rt: Runtime, rows: Sequence[Outgoing]) -> None:
    for row in rows:
        links.link_urls(rt, rt.template(row.template_version or ""), row.id, mode=links.mode_of(row))


def _write(rt: Runtime, desk: letters.Desk, rows: Sequence[Outgoing]) -> None:
    """Facts are there; what the letters of a batch share is made anew."""
    fresh = letters.Desk(rt, desk.material)
    for row in rows:
        fresh.write(row)


def _gather_and_write(rt: Runtime, session: Session, rows: Sequence[Outgoing]) -> None:
    desk = letters.open_desk(rt, session, rows)
    for row in rows:
        desk.write(row)


def _all(function: Callable[..., object], calls: Sequence[Call]) -> None:
    for call in calls:
        function(*call)


def _microseconds(action: Callable[[], object], count: int) -> float:
    """Processor time per piece, the best of a few runs."""
    best = float("inf")
    for _ in range(_TIMES):
        start = time.process_time()
        action()
        best = min(best, time.process_time() - start)
    return best / count * 1e6
