"""What commands share: settings from the environment, the house built from them, logging."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from getpass import getuser

import click

from nurture import app
from nurture.domain.address import masked
from nurture.domain.audit import Actor, cli
from nurture.engine.runtime import Runtime
from nurture.settings import Settings, load_settings


def settings() -> Settings:
    """What the environment says. Raises SettingsError."""
    return load_settings(os.environ)


def operator() -> Actor:
    """Who runs this command, for the audit log."""
    try:
        return cli(getuser())
    except (KeyError, OSError):  # a container's user without a name
        return cli(f"uid {os.getuid()}")


@contextmanager
def existing() -> Iterator[Runtime]:
    """The house, for a command that works beside (or without) a running system."""
    rt = app.open_existing(settings(), app.utc_now())
    try:
        yield rt
    finally:
        rt.db.dispose()


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None] | None]:
    """A function that is told how much is done and how much there is in all; None where nobody looks at a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def to(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield to


def start_logging(form: str) -> None:
    """Log to standard error, one event a line: ``text`` for people, ``json`` for collectors."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Masked(_Json() if form == "json" else _Text()))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a beat that takes longer than its pause is no news
    logging.getLogger("waitress").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)


class Masked(logging.Formatter):
    """Hides addresses in whatever is logged, errors included: logs are kept elsewhere, and no erasure reaches them."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return masked(self._inner.format(record))


class _Text(logging.Formatter):
    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("%(asctime)sZ %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """Further lines stand back: what a foreign server says never looks like an entry of its own."""
        return super().formatMessage(record).replace("\r", "").replace("\n", "\n    ")


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            event["error"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=False)
