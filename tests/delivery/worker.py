"""A worker process that can be killed anywhere.

Reads one JSON order per line: {"url", "mailbox" or "port", "now", "worker", "limit", "tries", "again", "kill_at", "phase"}.
For each it forks a child that delivers and then says so; with ``kill_at`` the child kills itself (signal 9) at that moment
of its life. Moments are those of ``phase`` or, without one, every statement, commit, file and SMTP step. Answers with the
child's wait status. Loading happens once.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg  # noqa: F401 - loaded once here, not by every child
from sqlalchemy import Engine, event
from sqlalchemy.orm import configure_mappers

from nurture.delivery import MailboxTransport, SmtpSettings, SmtpTransport
from nurture.delivery.carrying import Round as Carrying
from nurture.delivery.connection import Connection
from nurture.engine.delivery import deliver
from nurture.engine.delivery_round import Round
from nurture.engine.delivery_supply import Supply
from nurture.engine.letters import Desk
from nurture.engine.publication import load_publication
from nurture.engine.runtime import Runtime
from nurture.mail.signing import Signer
from nurture.store import turn
from nurture.store.database import connect

HOME = Path(__file__).parents[2]
PHASES: dict[str, tuple[Any, str]] = {
    "claimed": (Supply, "_claim"),
    "composing": (Desk, "write"),
    "on record, before the dot": (Round, "ahead"),
    "the dot is out": (Carrying, "_go"),
    "answered, not recorded": (Round, "settled"),
}
"""Name -> what has just returned at a moment of this phase."""


class Fate:
    """Counts moments and ends the process at the chosen one."""

    def __init__(self, kill_at: int | None) -> None:
        self._left = kill_at

    def moment(self, *_: Any) -> None:
        if self._left is None:
            return
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, engine: Engine) -> None:
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(engine, name, self.moment)
        steps = ((os, "fsync"), (Path, "replace"), (Connection, "_write"), (Connection, "_read"))
        for owner, name in (*steps, (turn.Line, "send"), (turn.Line, "moved")):
            self.around(owner, name, before=True)

    def around(self, owner: Any, name: str, *, before: bool = False) -> None:
        original = getattr(owner, name)

        def watched(*args: Any, **kwargs: Any) -> Any:
            if before:
                self.moment()
            result = original(*args, **kwargs)
            self.moment()
            return result

        setattr(owner, name, watched)


def run(order: dict[str, Any], publication: Any) -> None:
    engine, fate = connect(order["url"]), Fate(order.get("kill_at"))
    if "phase" in order:
        fate.around(*PHASES[order["phase"]])
    else:
        fate.watch(engine)
    transport = (
        MailboxTransport(Path(order["mailbox"]))
        if "mailbox" in order
        else SmtpTransport(SmtpSettings("127.0.0.1", order["port"], tls="none"))
    )
    rt = Runtime(engine, publication, Signer(["only-for-tests-0123456789abcdef"]), transport, "https://n.example", "test")
    now, limit = datetime.fromisoformat(order["now"]), order.get("limit")
    for _ in range(order.get("tries", 1)):
        while deliver(rt, now, worker=order["worker"], limit=limit).claimed:
            if not order.get("again"):
                return
        time.sleep(0.02)  # as between two beats: the other worker has all connections, and will give some back


def main() -> None:
    publication = load_publication(HOME)
    configure_mappers()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                run(json.loads(line), publication)
                status = 0
            finally:
                sys.stderr.flush()
                os._exit(status)
        print(os.waitpid(child, 0)[1], flush=True)


if __name__ == "__main__":
    main()
