"""The doctor's look at what sends: reverse DNS of the machine, the mail server, the website, the public address."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from nurture.delivery import dmarc, probe
from nurture.delivery.dns import DnsTrouble, NoSuchName
from nurture.delivery.probe import Probed
from nurture.delivery.smtp_settings import SmtpSettings, is_public_name
from nurture.engine.doctor_report import Area, Finding, Level, Way
from nurture.engine.runtime import Runtime

OK, WARN, FAIL = Level.OK, Level.WARN, Level.FAIL

_RENEWAL = timedelta(days=14)
_IMPRINT = re.compile(r"impressum|imprint", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Online:
    """How the doctor looks at servers and pages."""

    server: Callable[[SmtpSettings], Probed] = probe.server
    page: Callable[[str], str] = probe.page


# --- reverse DNS ------------------------------------------------------------------------------------------------------


def with_addresses(rt: Runtime, way: Way) -> Way:
    """The same, knowing what it sends from: with direct delivery the addresses of its own name, unless some were given."""
    if way.addresses or way.mode != "direct" or not is_public_name(way.helo):
        return way
    try:
        return replace(way, addresses=_ask(rt.resolver.addresses, way.helo))
    except DnsTrouble:  # the check of the host name asks again and reports it
        return way


def check_host(rt: Runtime, way: Way) -> Iterator[Finding]:
    """Whether the machine's addresses are called what it greets with, and back (FCrDNS)."""
    if way.mode == "direct" and not is_public_name(way.helo):
        change = "set NURTURE_HELO to the full host name of this machine, such as mail.example.com"
        yield Finding(FAIL, Area.HOST, way.helo or "HELO", "this machine greets with no full host name", change)
        return
    if way.mode == "direct" and not (way.addresses or _ask(rt.resolver.addresses, way.helo)):
        change = f"publish: {way.helo}. A … (its public address)"
        yield Finding(FAIL, Area.HOST, way.helo, "the name that it greets with has no address", change)
    for address in way.addresses:
        yield _called(rt, address, way.helo if way.mode == "direct" else "")


def _called(rt: Runtime, address: str, helo: str) -> Finding:
    finding = partial(Finding, area=Area.HOST, where=address)
    names = [name.rstrip(".").lower() for name in _ask(rt.resolver.ptr, address)]
    set_it = f"have whoever gave you the address set its reverse DNS (PTR) to {helo or 'the name of the mail server'}"
    if not names:
        return finding(FAIL, what="the address has no name (no PTR record)", change=set_it)
    if helo and helo.rstrip(".").lower() not in names:
        return finding(FAIL, what=f"the address is called {names[0]}, but greets as {helo}", change=set_it)
    name = helo.rstrip(".").lower() or names[0]
    if _same(address) not in [_same(known) for known in _ask(rt.resolver.addresses, name)]:
        kind = "AAAA" if ":" in address else "A"
        return finding(FAIL, what=f"{name} does not lead back to it", change=f"publish: {name}. {kind} {address}")
    if _looks_hired_out(name, address):
        return finding(WARN, what=f"{name} looks like an address for anybody; GMX and T-Online refuse such", change=set_it)
    return finding(OK, what=f"called {name}, and back")


def _ask(ask: Callable[[str], list[str]], name: str) -> tuple[str, ...]:
    try:
        return tuple(ask(name))
    except NoSuchName:
        return ()


def _same(address: str) -> str:
    return ipaddress.ip_address(address).compressed


def _looks_hired_out(name: str, address: str) -> bool:
    """Whether the number stands in the name, as providers name lines that belong to nobody."""
    numbers = address.split(".")
    return len(numbers) == 4 and sum(number in re.split(r"\D+", name) for number in numbers) >= 3


# --- the mail server ----------------------------------------------------------------------------------------------------


def check_sending(way: Way) -> Iterator[Finding]:
    if way.mode == "mailbox":
        change = "set NURTURE_TRANSPORT=smtp and NURTURE_SMTP_URL when the rest is in order"
        yield Finding(WARN, Area.SENDING, "NURTURE_TRANSPORT", "mails stay on this machine", change)
    else:
        said = f"over {way.relay.host}:{way.relay.port}" if way.relay else "directly to the servers of the readers"
        yield Finding(OK, Area.SENDING, "NURTURE_TRANSPORT", f"mails are sent {said}")


def check_relay(way: Way, online: Online, now: datetime) -> Iterator[Finding]:
    """Connects, encrypts and logs in as delivery does."""
    if way.relay is None:
        return
    finding = partial(Finding, area=Area.TLS, where=f"{way.relay.host}:{way.relay.port}")
    probed = online.server(way.relay)
    if probed.fault:
        step = {"connect": "it cannot be reached", "tls": "encryption fails", "login": "login fails"}[probed.step]
        yield finding(FAIL, what=f"{step}: {probed.fault}", change=_CURES[probed.step])
        return
    if probed.expires is not None and probed.expires - now < _RENEWAL:
        yield finding(WARN, what=f"its certificate ends on {probed.expires:%Y-%m-%d}", change="renew it")
    said = [probed.tls or "no encryption, on this very machine", *(["login"] if way.relay.user else [])]
    yield finding(OK, what=f"answers; {', '.join(said)}")


_CURES = {
    "connect": "check host and port in NURTURE_SMTP_URL, and that the firewall lets this machine out",
    "tls": "give the server a certificate for this very name from a known authority; tls=implicit if it is port 465",
    "login": "check user and password in NURTURE_SMTP_URL",
}


# --- the web ------------------------------------------------------------------------------------------------------------


def check_unsubscribe(rt: Runtime) -> Iterator[Finding]:
    """One click (RFC 8058) needs https."""
    finding = partial(Finding, area=Area.UNSUBSCRIBE, where=rt.public_url)
    if rt.public_url.startswith("https://"):
        yield finding(OK, what="one click unsubscribes (List-Unsubscribe-Post over https)")
    else:
        change = "serve the pages over https and set NURTURE_PUBLIC_URL=https://…"
        yield finding(FAIL, what="without https there is no unsubscribing with one click", change=change)


def check_website(way: Way, online: Online) -> Iterator[Finding]:
    """T-Online wants to see by the host name who is behind a machine that delivers."""
    if way.mode != "direct" or not is_public_name(way.helo):
        return
    host = way.helo.rstrip(".").lower()
    organisation = dmarc.organisational_domain(host)
    for name in dict.fromkeys((host, f"www.{organisation}", organisation)):
        for scheme in ("https", "http"):
            if _has_imprint(online, f"{scheme}://{name}/"):
                yield Finding(OK, Area.WEBSITE, f"{scheme}://{name}/", "the host name leads to a website with an imprint")
                return
    change = f"have a page at https://{host}/ or https://www.{organisation}/ that links to your Impressum"
    yield Finding(FAIL, Area.WEBSITE, host, "the host name leads to no website with an imprint", change)


def _has_imprint(online: Online, url: str) -> bool:
    try:
        return _IMPRINT.search(online.page(url)) is not None
    except OSError:  # no such page is an answer too
        return False
