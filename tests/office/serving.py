"""The office served on a loopback port, for a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Thread

from werkzeug.serving import WSGIRequestHandler, make_server

from nurture.engine.login import create_user, has_users
from nurture.engine.runtime import Runtime
from nurture.web import create_app

NAME, PASSWORD = "katrin", "ein langes Passwort"


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        pass


@contextmanager
def served(rt: Runtime, now: datetime, *, language: str = "de") -> Iterator[str]:
    """The address of the office over ``rt``; one user can log in."""
    if not has_users(rt):
        create_user(rt, NAME, PASSWORD, language, now)
    app = create_app(rt, lambda: now, mailbox=True)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
