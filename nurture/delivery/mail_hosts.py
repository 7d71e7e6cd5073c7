"""Who takes a domain's mail (RFC 5321 5.1, RFC 7505): the servers in the order in which they are tried.

    MX records                -> their hosts, the smallest preference first
    no MX, but an address     -> the domain itself
    one MX record '0 .'       -> nobody, and it says so (null MX)
    neither MX nor address    -> nobody; only when both are known not to exist

Trouble with the DNS is none of these: it is raised, and the mail waits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from nurture.delivery.dns import NULL_MX, NoSuchName, Records, Resolver, a_label

NULL = "5.1.10 the domain says that it takes no mail (null MX)"
NO_SUCH_DOMAIN = "5.1.2 there is no such domain"
NO_SERVER = "5.4.4 the domain has no mail server: neither an MX record nor an address"


_MOST = 5
"""Servers of a domain that are tried: each may keep a connection for minutes that the mail of others waits for."""


@dataclass(frozen=True, slots=True)
class MailHosts:
    """``hosts``: in the order they are tried; without any, ``fault`` says why. ``ttl``: seconds it may be believed."""

    hosts: tuple[str, ...]
    ttl: int
    fault: str = ""


def who_takes(resolver: Resolver, domain: str) -> MailHosts:
    """The servers of ``domain`` (an A-label). Raises DnsTrouble."""
    try:
        records, exists = resolver.mx(domain), True
    except NoSuchName:
        # some servers deny a name that has no record of the kind asked for, so the addresses are asked for as well
        records, exists = Records[tuple[int, str]](), False
    if [host for _, host in records] == [NULL_MX]:
        return MailHosts((), records.ttl, NULL)
    if hosts := _in_order(domain, records):
        return MailHosts(hosts, records.ttl)
    return _itself(resolver, domain, exists=exists)


def _in_order(domain: str, records: Iterable[tuple[int, str]]) -> tuple[str, ...]:
    """By preference; equal ones in an order of each domain's own, so that the load is spread (RFC 5321 5.1)."""
    usable = [(preference, host) for preference, host in records if _is_name(host)]
    ordered = sorted(usable, key=lambda record: (record[0], sha256(f"{domain} {record[1]}".encode()).digest()))
    return tuple(dict.fromkeys(host for _, host in ordered))[:_MOST]


def _is_name(host: str) -> bool:
    """Not '.' among others, and nothing that cannot be looked up."""
    try:
        return a_label(host) == host
    except ValueError:
        return False


def _itself(resolver: Resolver, domain: str, *, exists: bool) -> MailHosts:
    try:
        addresses = resolver.addresses(domain)
    except NoSuchName:
        return MailHosts((), 0, NO_SERVER if exists else NO_SUCH_DOMAIN)
    return MailHosts((domain,), addresses.ttl) if addresses else MailHosts((), addresses.ttl, NO_SERVER)
