"""``nurture run``, ``web`` and ``worker``: what keeps running until it is told to stop."""

from __future__ import annotations

import errno
import logging
import secrets
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

import click
import waitress

from nurture import app
from nurture.cli.house import settings, start_logging
from nurture.cli.listening import listening
from nurture.domain.errors import InvalidInput, NurtureError
from nurture.engine import login
from nurture.engine.runtime import Runtime
from nurture.scheduler import Scheduler
from nurture.settings import DEFAULT_PORT, Settings

log = logging.getLogger("nurture")

ADMIN = "admin"
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"

_host = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
_port = click.option(
    "--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(0, 65535), help="0: any free one."
)
_threads = click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 200), help="Requests at a time.")


@click.command(epilog="Example: nurture run --port 8001")
@_host
@_port
@_threads
def run(host: str, port: int, threads: int) -> None:
    """Start everything in one process: web, scheduler, database.

    Brings the database up to date, checks the definitions, makes the first user of the back office and prints where to
    look. Starting again keeps everything. Stop with Ctrl-C.
    """
    configured = settings()
    start_logging(configured.log)
    with _listen(host, port) as listener:
        configured = configured.served_at(host, listener.getsockname()[1])
        rt = app.build(configured, app.utc_now())
        server = _web_server(configured, rt, listener, threads)
        greeting = _where_to_look(configured, rt, _first_user(rt))
        with listening(configured, rt):
            _serve(server, Scheduler(rt, app.utc_now), lambda: click.echo(greeting))
        rt.db.dispose()
    click.echo("Stopped. Nothing is lost; start again with: nurture run")


@click.command(epilog="Example: nurture web --host 0.0.0.0 --port 8000   (and beside it, any number of: nurture worker)")
@_host
@_port
@_threads
def web(host: str, port: int, threads: int) -> None:
    """Serve the pages only; mails are sent by `nurture worker`."""
    configured = settings()
    start_logging(configured.log)
    with _listen(host, port) as listener:
        configured = configured.served_at(host, listener.getsockname()[1])
        rt = app.build(configured, app.utc_now())
        server = _web_server(configured, rt, listener, threads)
        greeting = f"pages at {configured.public_url}, database {configured.database_name}"
        _serve(server, Scheduler(rt, app.utc_now, beats=()), lambda: log.info(greeting))
        rt.db.dispose()


@click.command(epilog="Example: NURTURE_DATABASE_URL=postgresql://nurture@db/nurture nurture worker")
def worker() -> None:
    """Do the work without the pages: decide, send, judge clicks, watch the clocks.

    Any number of workers may run on any number of hosts over one PostgreSQL.
    """
    configured = settings()
    start_logging(configured.log)
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # threads started from here on leave them to sigwait
    rt = app.build(configured, app.utc_now())
    scheduler = Scheduler(rt, app.utc_now)
    with listening(configured, rt):
        scheduler.start()
        log.info("worker %s, database %s, mail by %s", scheduler.name, configured.database_name, configured.transport)
        signal.sigwait(signals)
        log.info("stopping after the running batch")
        scheduler.stop()
    rt.db.dispose()


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens, before anything else is done. Raises NurtureError with what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise NurtureError(_why_not(host, port, error)) from None


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken; stop what uses it, or choose another one with --port"
    if error.errno == errno.EACCES:
        return f"port {port} is reserved for the system; choose one above 1023 with --port, and put a proxy before it"
    return f"cannot listen on {host}:{port}: {error}; give an address of this machine with --host"


def _web_server(configured: Settings, rt: Runtime, listener: socket.socket, threads: int) -> Any:
    return waitress.create_server(
        app.create_web(configured, rt, app.utc_now),
        sockets=[listener],
        threads=threads,
        ident=None,
        # the web itself knows how many proxies to believe, and the mailbox refuses whoever comes through one
        clear_untrusted_proxy_headers=False,
    )


def _serve(server: Any, scheduler: Scheduler, greet: Callable[[], None]) -> None:
    """Until SIGTERM or Ctrl-C: then answer what was asked, finish the running batches, and return."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        scheduler.start()
        greet()
        server.run()
    except KeyboardInterrupt:
        log.info("stopped before the first request")
    finally:
        waitress.wasyncore.close_all(server._map, ignore_all=True)  # connections that are kept open, too
        scheduler.stop()


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _first_user(rt: Runtime) -> str:
    """The password of the first user of the back office, if there was none; else ''."""
    if login.has_users(rt):
        return ""
    password = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))
    try:
        login.create_user(rt, ADMIN, password, rt.definitions.organisation.languages[0], app.utc_now())
    except InvalidInput:  # another process was faster
        return ""
    return password


def _where_to_look(configured: Settings, rt: Runtime, password: str) -> str:
    d, url = rt.definitions, configured.public_url
    language = d.organisation.languages[0]
    lines = [f"Nurture is running for {d.organisation.name}. Stop with Ctrl-C.", "", "  Landing pages"]
    lines += [f"    {url}/f/{form.id}   {form.title[language]}" for form in d.forms.values() if not form.profile]
    if configured.transport == "mailbox":
        lines += ["", "  Mailbox: every mail lands here, none leaves this machine", f"    {url}/mailbox/"]
    lines += ["", "  Back office", f"    {url}/office/"]
    if password:
        lines += [f"    user {ADMIN}, password {password}   (shown this once)"]
    lines += [f"    forgotten? nurture user password {ADMIN}", "", f"  Data: {configured.database_name}"]
    return "\n".join(lines) + "\n"
