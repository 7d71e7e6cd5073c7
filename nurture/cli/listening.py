"""The mail server for what comes back, beside ``nurture run`` and ``nurture worker``.

Several of them on one machine share one environment, and only one can have the port. The others go on without, and try
again now and then: when the one that listens is stopped or restarted, another takes its place.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from nurture import app
from nurture.delivery.sources import Listener, ListenSettings, PortTaken, SourceTrouble
from nurture.domain.errors import NurtureError
from nurture.engine import returns_sources
from nurture.engine.runtime import Runtime
from nurture.settings import Settings

log = logging.getLogger("nurture")

TRY_EVERY = 10.0
"""Seconds between looks whether the port is free."""


@contextmanager
def listening(configured: Settings, rt: Runtime) -> Iterator[None]:
    """Listen meanwhile, where that is configured. Raises NurtureError where the address cannot be used by anybody."""
    if configured.returns.listen is None:
        yield
        return
    door = _Door(rt, configured.returns.listen)
    try:
        door.open()
    except SourceTrouble as error:
        raise NurtureError(str(error)) from None
    try:
        yield
    finally:
        door.close()


class _Door:
    """Listens as soon as the port is free."""

    def __init__(self, rt: Runtime, settings: ListenSettings) -> None:
        self._rt, self._settings = rt, settings
        self._server: Listener = returns_sources.listener(rt, settings, app.utc_now)
        self._name = f"{Listener.name} on {socket.gethostname()}"
        self._closing = Event()
        self._waiting: Thread | None = None

    def open(self) -> None:
        """Raises SourceTrouble if waiting does not help."""
        try:
            self._begin()
        except PortTaken as taken:
            self._tell(taken)
            self._waiting = Thread(target=self._wait, name="returned mail", daemon=True)
            self._waiting.start()

    def close(self) -> None:
        self._closing.set()
        if self._waiting is not None:
            self._waiting.join()
        self._server.stop()

    def _begin(self) -> None:
        self._server.start()
        log.info("returned mail is taken at %s:%s", self._settings.host, self._server.port)

    def _tell(self, taken: PortTaken) -> None:
        if self._server.has_ours():
            where = f"{self._settings.host}:{self._settings.port}"
            log.info("another worker on this host already listens on %s for returned mail; this one does not", where)
            return
        log.warning("%s", taken)
        returns_sources.tell_trouble(self._rt, self._name, str(taken), app.utc_now())

    def _wait(self) -> None:
        while not self._closing.wait(TRY_EVERY):
            try:
                self._begin()
            except SourceTrouble:
                continue  # told once, when it began
            self._tell_over()
            return

    def _tell_over(self) -> None:
        """A person can close the alarm as well, so it does not matter if the database is away now."""
        try:
            returns_sources.tell_over(self._rt, self._name, app.utc_now())
        except SQLAlchemyError as error:
            log.warning("the alarm about returned mail stays: %s", error)
