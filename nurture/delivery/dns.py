"""Asking the DNS: who takes a domain's mail, and what a sender has published.

``Resolver`` is what the rest of the house knows of it. Three answers are kept apart, because they mean different things
for a mail: records (or none of that kind), ``NoSuchName`` (the name does not exist: final), ``DnsTrouble`` (nobody could
tell: try later).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Protocol, TypeVar

import dns.exception
import dns.resolver
import dns.reversename
import idna

from nurture.domain.errors import NurtureError

Record = TypeVar("Record")

NULL_MX = "."
"""The host of an MX record that says: no mail at all (RFC 7505)."""

_UNTOLD = 3600
"""Seconds for which 'there is no such record' is believed."""
_PATIENCE = 5.0


class NoSuchName(NurtureError):
    """The name does not exist, for no kind of record (NXDOMAIN)."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is no name '{name}' in the DNS")


class DnsTrouble(NurtureError):
    """No server could tell: time was over, or the servers of the name failed."""

    def __init__(self, name: str, what: str) -> None:
        self.name = name
        super().__init__(f"the DNS could not be asked for '{name}': {what}")


class Records(list[Record]):
    """Records, and for how many seconds they may be believed."""

    def __init__(self, records: Iterable[Record] = (), ttl: int = _UNTOLD) -> None:
        super().__init__(records)
        self.ttl = ttl


class Resolver(Protocol):
    """Asks for one name at a time, from any thread. Names are A-labels, hosts come in lower case without a final dot.

    No record of the kind that was asked for: an empty list. Raises NoSuchName, DnsTrouble.
    """

    def mx(self, name: str) -> Records[tuple[int, str]]:
        """(preference, host), as published; the host is ``NULL_MX`` where the domain takes no mail."""
        ...

    def txt(self, name: str) -> Records[str]:
        """Each record with its parts joined."""
        ...

    def addresses(self, name: str) -> Records[str]:
        """IPv4 and IPv6 addresses."""
        ...

    def ptr(self, ip: str) -> Records[str]:
        """Names of an IP address."""
        ...


_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


def a_label(domain: str) -> str:
    """``domain`` as the DNS knows it (IDNA 2008, RFC 5891): ``straße.de`` is ``xn--strae-oqa.de``. Raises ValueError."""
    name = domain.strip().rstrip(".").lower()
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise ValueError(f"'{domain}' is no domain: {error}") from None
    if len(name) <= 253 and all(_LABEL.fullmatch(label) for label in name.split(".")):
        return name
    raise ValueError(f"'{domain}' is no domain")


class SystemResolver:
    """Asks the name servers that this machine is set up with, or ``servers``. ``patience``: seconds per question."""

    def __init__(self, patience: float = _PATIENCE, servers: dns.resolver.Resolver | None = None) -> None:
        self._patience = patience
        self._resolver = servers
        self._lock = Lock()

    def mx(self, name: str) -> Records[tuple[int, str]]:
        return self._ask(name, "MX", lambda record: (record.preference, _host(record.exchange)))

    def txt(self, name: str) -> Records[str]:
        return self._ask(name, "TXT", lambda record: b"".join(record.strings).decode("utf-8", "replace"))

    def ptr(self, ip: str) -> Records[str]:
        try:
            name = dns.reversename.from_address(ip).to_text()
        except (dns.exception.DNSException, ValueError) as error:
            raise NoSuchName(ip) from error
        return self._ask(name, "PTR", lambda record: _host(record.target))

    def addresses(self, name: str) -> Records[str]:
        found, faults = Records[str](), list[NurtureError]()
        for kind in ("A", "AAAA"):
            try:
                part = self._ask(name, kind, lambda record: str(record.address))
            except (NoSuchName, DnsTrouble) as error:
                faults.append(error)
                continue
            found.ttl = min(found.ttl, part.ttl) if found else part.ttl
            found.extend(part)
        if not found and faults:
            # trouble weighs more: while one of the two could not be asked, nobody knows that there is nothing
            raise next((error for error in faults if isinstance(error, DnsTrouble)), faults[0])
        return found

    def _ask(self, name: str, kind: str, read: Callable[..., Record]) -> Records[Record]:
        try:
            answer = self._servers().resolve(name, kind, lifetime=self._patience)
        except dns.resolver.NXDOMAIN:
            raise NoSuchName(name) from None
        except dns.resolver.NoAnswer:
            return Records()
        except (dns.exception.DNSException, OSError) as error:
            raise DnsTrouble(name, str(error)) from error
        return Records((read(record) for record in answer), int(answer.rrset.ttl) if answer.rrset is not None else _UNTOLD)

    def _servers(self) -> dns.resolver.Resolver:
        """Read from the machine when first needed: without it everything but DNS still works."""
        with self._lock:
            if self._resolver is None:
                self._resolver = dns.resolver.Resolver()
            return self._resolver


def _host(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()
