"""Where what comes back is fetched from, and how it gets from there onto record."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from nurture.delivery.sources import Fate, Listener, ListenSettings, NotNow, Source, SourceTrouble, Take
from nurture.domain.address import address_key, domain_of
from nurture.engine.return_path import message_of
from nurture.engine.returns import DatabaseAway, take_in
from nurture.engine.runtime import Clock, Runtime
from nurture.store.alarms import close_alarm, raise_alarm, source_key
from nurture.store.database import transaction

log = logging.getLogger("nurture.returns")


class Sources:
    """The places of one process, each looked at when its pause is over. For one thread."""

    def __init__(self, sources: Sequence[Source] = ()) -> None:
        self._sources = tuple(sources)
        self._next: dict[str, datetime] = {}

    def __bool__(self) -> bool:
        return bool(self._sources)

    def collect(self, rt: Runtime, now: datetime) -> int:
        """Take in what is there. Trouble with one place keeps no other waiting, and is raised at the end."""
        taken, trouble = 0, []
        for source in self._sources:
            if now < self._next.get(source.name, now):
                continue
            self._next[source.name] = now + source.every
            try:
                taken += source.collect(taker(rt, source.name, lambda: now))
            except SourceTrouble as error:
                trouble.append(str(error))
                tell_trouble(rt, source.name, str(error), now)
            except NotNow as error:
                trouble.append(f"{source.name}: {error}")
        if trouble:
            raise SourceTrouble("; ".join(trouble))
        return taken

    def close(self) -> None:
        for source in self._sources:
            source.close()


def tell_trouble(rt: Runtime, source: str, text: str, now: datetime) -> None:
    """An alarm: from there nothing comes back at present."""
    with transaction(rt.db) as session:
        raise_alarm(session, source_key(source), text, now)


def tell_over(rt: Runtime, source: str, now: datetime) -> None:
    """It comes back from there again."""
    with transaction(rt.db) as session:
        close_alarm(session, source_key(source), "nurture", now)


def taker(rt: Runtime, source: str, clock: Clock) -> Take:
    """A function that puts one mail on record and says what may become of it where it came from."""

    def take(raw: bytes, to: str | None) -> Fate:
        try:
            taken = take_in(rt, raw, source, clock(), to=to)
        except DatabaseAway as error:
            raise NotNow(f"the database does not answer: {error}") from error
        return Fate.KEPT if taken.for_humans else Fate.GONE

    return take


def listener(rt: Runtime, settings: ListenSettings, clock: Clock) -> Listener:
    """A mail server for what comes back; not started yet."""
    return Listener(settings, lambda address: is_ours(rt, address), taker(rt, Listener.name, clock))


def is_ours(rt: Runtime, address: str) -> bool:
    """Whether mail to ``address`` is for us: a return path that we made, or the address for answers."""
    if address_key(address) == address_key(rt.definitions.organisation.sender.reply_to):
        return True
    domain = rt.definitions.delivery.bounce_domain.lower()
    return bool(domain) and domain_of(address) == domain and message_of(rt, address) is not None
