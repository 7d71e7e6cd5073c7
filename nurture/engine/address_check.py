"""What to tell somebody about the address they typed: spelling and lists first, then whether its domain takes mail at all.

The DNS is asked with little patience; when it gives no answer, the address is taken. Its answers are kept in this process
only, apart from those of delivery: how fast an answer comes tells nobody whether we know people there.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from threading import Lock

from nurture.delivery.dns import DnsTrouble, Resolver
from nurture.delivery.mail_hosts import NULL, who_takes
from nurture.domain.address import domain_of
from nurture.domain.address_advice import Advice, Doubt, look
from nurture.domain.catalogue import Text
from nurture.engine.runtime import Runtime
from nurture.store import contacts

PATIENCE = 1.5
"""Seconds for one look-up; the person at the form waits for it."""
_KEPT_SECONDS, _MOST = 3600, 10_000
_AT_ONCE = 8

TEXTS: dict[Doubt, Text] = {
    Doubt.UNREAD: {
        "de": "An dieser Adresse liest niemand mit. Bitte geben Sie Ihre eigene an.",
        "en": "Nobody reads mail to this address. Please give your own.",
    },
    Doubt.DISPOSABLE: {
        "de": "Das ist eine Wegwerf-Adresse. Bitte geben Sie eine an, unter der wir Sie auch morgen erreichen.",
        "en": "This is a throw-away address. Please give one at which we can still reach you tomorrow.",
    },
    Doubt.NO_MAIL: {
        "de": "Unter @{domain} wird keine E-Mail angenommen. Bitte prüfen Sie die Adresse.",
        "en": "@{domain} accepts no e-mail. Please check the address.",
    },
    Doubt.MISTYPED: {
        "de": "Meinten Sie {suggestion}?",
        "en": "Did you mean {suggestion}?",
    },
    Doubt.SHARED: {
        "de": (
            "{address} lesen vermutlich mehrere Personen. Bestätigen kann die Anfrage dann jede von ihnen. Haben Sie eine "
            "eigene Adresse?"
        ),
        "en": "{address} is probably read by several people, and each of them could confirm. Do you have one of your own?",
    },
    Doubt.UNREACHABLE: {
        "de": "Für @{domain} haben wir keinen Mailserver gefunden. Ist die Adresse richtig geschrieben?",
        "en": "We have found no mail server for @{domain}. Is the address spelled correctly?",
    },
}


def advise(rt: Runtime, address: str, *, insisted: bool, ask_dns: bool) -> Advice | None:
    """What is doubtful about ``address`` (canonical), or None. ``insisted``: it was asked back already."""
    if found := look(address, contacts.freemail_domains(), insisted=insisted):
        return found
    if not ask_dns or domain_of(address) in contacts.freemail_domains():
        return None
    fault = _faults.of(rt.resolver, domain_of(address))
    if not fault:
        return None
    doubt = Doubt.NO_MAIL if fault == NULL else Doubt.UNREACHABLE
    return Advice(doubt) if doubt.refuses or not insisted else None


def asks_dns(rt: Runtime) -> bool:
    """Whether mail leaves this machine at all: a trial installation asks nobody."""
    return rt.transport.name not in ("mailbox", "memory")


def text(advice: Advice, address: str, language: str) -> str:
    """The sentence for whoever typed ``address``."""
    told = TEXTS[advice.doubt]
    return told.get(language, told["en"]).format(address=address, domain=domain_of(address), suggestion=advice.suggestion)


class _Faults:
    """Domain -> why nobody takes its mail, '' if somebody does; for an hour, by the clock of the machine."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, str], tuple[float, str]] = OrderedDict()
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="address-dns")

    def of(self, resolver: Resolver, domain: str) -> str:
        key = (id(resolver), domain)
        with self._lock:
            until, fault = self._known.get(key, (0.0, ""))
        if until > time.monotonic():
            return fault
        answer = self._ask(resolver, domain)
        if answer is None:
            return ""
        with self._lock:
            self._known[key] = (time.monotonic() + _KEPT_SECONDS, answer)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
        return answer

    def _ask(self, resolver: Resolver, domain: str) -> str | None:
        """None: the DNS did not tell in time."""
        try:
            return self._pool.submit(who_takes, resolver, domain).result(PATIENCE).fault
        except (DnsTrouble, TookTooLong):
            return None


_faults = _Faults()
