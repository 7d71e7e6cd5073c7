"""A worker process that can be killed anywhere.

Reads one JSON order per line: {"url", "mailbox" or "port", "now", "worker", "kill_at"}. For each it forks a child that
delivers until nothing is left and then says so; with ``kill_at`` the child kills itself (signal 9) at that moment, moments
being every statement, commit, file and SMTP step. Answers with the child's wait status. Loading happens once.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from nurture.delivery import MailboxTransport, SmtpSettings, SmtpTransport
from nurture.delivery.smtp import SmtpSession
from nurture.engine.delivery import deliver
from nurture.engine.publication import load_publication
from nurture.engine.runtime import Runtime
from nurture.mail.signing import Signer
from nurture.store.database import connect

HOME = Path(__file__).parents[2]


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
        for owner, name in ((os, "fsync"), (Path, "replace"), (SmtpSession, "_send"), (SmtpSession, "_read")):
            self._around(owner, name)

    def _around(self, owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def watched(*args: Any, **kwargs: Any) -> Any:
            self.moment()
            result = original(*args, **kwargs)
            self.moment()
            return result

        setattr(owner, name, watched)


def run(order: dict[str, Any], publication: Any) -> None:
    engine = connect(order["url"])
    Fate(order.get("kill_at")).watch(engine)
    transport = (
        MailboxTransport(Path(order["mailbox"]))
        if "mailbox" in order
        else SmtpTransport(SmtpSettings("127.0.0.1", order["port"], tls="none"))
    )
    rt = Runtime(engine, publication, Signer(["only-for-tests-0123456789abcdef"]), transport, "https://n.example", "test")
    while deliver(rt, datetime.fromisoformat(order["now"]), worker=order["worker"], limit=50).claimed:
        pass


def main() -> None:
    publication = load_publication(HOME)
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
