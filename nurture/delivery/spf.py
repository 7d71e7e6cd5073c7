"""SPF (RFC 7208): may this address send for this domain, and can receivers read the record at all.

Unlike a receiver, who stops at the first match, this walks through everything the record names: a record that needs more
than ten lookups is faulty, even if today's address is found before the tenth.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from nurture.delivery.dns import NoSuchName, Resolver

Found = TypeVar("Found")

LOOKUPS = 10
"""Terms that ask the DNS, at most (4.6.4)."""
VOIDS = 2
"""Of those, at most so many without an answer (4.6.4)."""

_RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_MECHANISM = re.compile(
    r"(?P<sign>[+?~-]?)(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)(?::(?P<value>[^/\s]\S*?))?(?P<size>(?:/\d{1,3})?(?://\d{1,3})?)",
    re.IGNORECASE,
)
_MODIFIER = re.compile(r"(?P<name>[a-z][a-z0-9._-]*)=(?P<value>\S*)", re.IGNORECASE)
_NEEDS_VALUE = ("include", "exists", "ip4", "ip6")
_STOP = 4 * LOOKUPS
"""Where counting ends; nobody needs to know how much worse it is."""


@dataclass(frozen=True, slots=True)
class Spf:
    """What a domain's record says. ``result`` as in 2.6: none, permerror, or what it says of the address.

    Without an address to ask for, ``result`` is what the record says of strangers. ``terms``: lookups per term of the
    record itself. ``notes``: what is allowed but unwise, and what to do.
    """

    domain: str
    records: tuple[str, ...]
    result: str
    lookups: int = 0
    voids: int = 0
    faults: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    terms: tuple[tuple[str, int], ...] = ()


def check(resolver: Resolver, domain: str, address: str | None = None) -> Spf:
    """Walk through the record of ``domain``. Raises DnsTrouble."""
    records = tuple(_records(resolver, domain))
    if not records:
        return Spf(domain, (), "none")
    walk = _Walk(resolver, address)
    result = walk.record(domain, records, ())
    if walk.lookups > LOOKUPS:
        walk.faults.append(f"it needs {_many(walk.lookups)} DNS lookups, and receivers make at most {LOOKUPS}")
    if walk.voids > VOIDS:
        walk.faults.append(f"{walk.voids} of its lookups find nothing, and receivers bear with {VOIDS}")
    return Spf(
        domain,
        records,
        "permerror" if walk.faults else result,
        walk.lookups,
        walk.voids,
        tuple(dict.fromkeys(walk.faults)),
        tuple(dict.fromkeys(walk.notes)),
        tuple(walk.terms),
    )


def _many(count: int) -> str:
    return f"more than {_STOP}" if count > _STOP else str(count)


def _records(resolver: Resolver, domain: str) -> Iterator[str]:
    try:
        texts = resolver.txt(domain)
    except NoSuchName:
        return
    yield from (text for text in texts if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 "))


@dataclass
class _Walk:
    """One walk: what was asked so far, and what was found wrong."""

    resolver: Resolver
    address: str | None
    lookups: int = 0
    voids: int = 0
    faults: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    terms: list[tuple[str, int]] = field(default_factory=list)

    def record(self, domain: str, records: tuple[str, ...], trail: tuple[str, ...]) -> str:
        """The result of the record of ``domain``; every term of it is looked at. ``trail``: the way that led here."""
        if len(records) > 1:
            self.faults.append(f"{domain} has {len(records)} SPF records, and only one is allowed")
            return "permerror"
        result, trail = "", (*trail, domain.lower())
        for term in records[0].split()[1:]:
            before = self.lookups
            found = self._term(term, domain, trail, records[0])
            result = result or found
            if len(trail) == 1 and self.lookups > before:
                self.terms.append((term, self.lookups - before))
        return result or "neutral"

    def _term(self, term: str, domain: str, trail: tuple[str, ...], record: str) -> str:
        """The result if this term decides, else ''."""
        if (mechanism := _MECHANISM.fullmatch(term)) is not None:
            return self._mechanism(term, mechanism, domain, trail)
        if (modifier := _MODIFIER.fullmatch(term)) is None:
            self.faults.append(f"'{term}' in the record of {domain} is not SPF")
        elif modifier["name"].lower() == "redirect" and not re.search(r"(^|\s)[+?~-]?all(\s|$)", record, re.IGNORECASE):
            return self._other(modifier["value"], domain, trail)
        return ""

    def _mechanism(self, term: str, found: re.Match[str], domain: str, trail: tuple[str, ...]) -> str:
        name, value = found["name"].lower(), found["value"] or ""
        if name in _NEEDS_VALUE and not value:
            self.faults.append(f"'{term}' in the record of {domain} lacks what it is about")
            return ""
        if name in ("ip4", "ip6"):
            matches = self._in_network(term, value + found["size"], domain)
        elif name == "all":
            matches = True
            if found["sign"] in ("", "+"):
                said = f"'{term}' in the record of {domain} lets everybody send"
                self.notes.append((said, "end the record with ~all or -all"))
        else:
            matches = self._asked(name, value or domain, found["size"], domain, trail)
        return _RESULTS[found["sign"] or "+"] if matches else ""

    def _asked(self, name: str, target: str, size: str, domain: str, trail: tuple[str, ...]) -> bool:
        """Whether a mechanism that asks the DNS matches."""
        if name == "include":
            return self._other(target, domain, trail) == "pass"
        self.lookups += 1
        if name == "ptr":
            said = f"'ptr' in the record of {domain} is slow, and many receivers ignore it (RFC 7208 section 5.5)"
            self.notes.append((said, "take it out, and write addresses as ip4: and ip6:"))
            return False
        if "%" in target:
            self.notes.append(
                (f"'{name}:{target}' in the record of {domain} depends on the mail and was not looked up", "")
            )
            return False
        if name == "exists":
            return bool(self._found(self.resolver.addresses, target))
        hosts = [target] if name == "a" else self._mail_hosts(target, domain)
        return any(self._near(known, size) for host in hosts for known in self._found(self.resolver.addresses, host))

    def _mail_hosts(self, target: str, domain: str) -> list[str]:
        hosts = [host for _, host in self._found(self.resolver.mx, target)]
        if len(hosts) > LOOKUPS:
            self.faults.append(f"'mx' in the record of {domain} leads to {len(hosts)} hosts; {LOOKUPS} are allowed")
        return hosts[:LOOKUPS]

    def _other(self, target: str, domain: str, trail: tuple[str, ...]) -> str:
        """The result of another domain's record, for include and redirect."""
        self.lookups += 1
        if "%" in target:
            self.notes.append((f"'{target}' in the record of {domain} depends on the mail and was not looked up", ""))
            return ""
        if target.lower() in trail:
            self.faults.append(f"the record of {domain} leads back to {target}")
            return ""
        if self.lookups > _STOP:
            return ""
        records = tuple(_records(self.resolver, target))
        if not records:
            self.faults.append(f"{target}, which the record of {domain} names, has no SPF record")
            return ""
        return self.record(target, records, trail)

    def _found(self, ask: Callable[[str], list[Found]], name: str) -> list[Found]:
        """The answer; none is counted."""
        try:
            found = ask(name)
        except NoSuchName:
            found = []
        self.voids += not found
        return found

    def _in_network(self, term: str, network: str, domain: str) -> bool:
        try:
            return self.address is not None and ipaddress.ip_address(self.address) in ipaddress.ip_network(network, False)
        except ValueError:
            self.faults.append(f"'{term}' in the record of {domain} is no network")
            return False

    def _near(self, known: str, size: str) -> bool:
        """Whether the address lies in the network of that size around a known one (``/24//64``: IPv4, then IPv6)."""
        if self.address is None:
            return False
        four, _, six = size.partition("//")
        bits = six if ":" in known else four.lstrip("/")
        network = ipaddress.ip_network(f"{known}/{bits}" if bits else known, strict=False)
        return ipaddress.ip_address(self.address) in network
