"""Is everything around us in order, so that mails arrive: DNS records, host name, mail server, public address.

Looks and reports; changes nothing, sends nothing. What the DNS does not answer is a finding like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from nurture.delivery.dns import DnsTrouble
from nurture.engine import doctor_domain, doctor_host
from nurture.engine.doctor_host import Online
from nurture.engine.doctor_report import Area, Finding, Level, Report, Way, worst
from nurture.engine.runtime import Runtime

_BY_DNS: tuple[tuple[Area, Callable[[Runtime, Way], Iterator[Finding]]], ...] = (
    (Area.SPF, doctor_domain.check_spf),
    (Area.DKIM, doctor_domain.check_dkim),
    (Area.DMARC, doctor_domain.check_dmarc),
    (Area.BOUNCES, doctor_domain.check_returns),
    (Area.HOST, doctor_host.check_host),
)

_WANTED = {
    "Gmail and Yahoo": (Area.SPF, Area.DKIM, Area.DMARC, Area.HOST, Area.UNSUBSCRIBE),
    "Microsoft (Outlook.com, Hotmail)": (Area.SPF, Area.DKIM, Area.DMARC),
    "GMX and web.de": (Area.SPF, Area.HOST),
    "T-Online": (Area.HOST, Area.WEBSITE),
}
"""What large providers want of whoever sends much, as of their rules of 2024 and 2025."""

_ALMOST = {"Microsoft (Outlook.com, Hotmail)": "; else it answers 550 5.7.515"}


def examine(rt: Runtime, way: Way, now: datetime, online: Online | None) -> Report:
    """Everything that can be looked at from here. ``online``: None looks at the DNS only."""
    findings = [*doctor_host.check_sending(way)]
    way = doctor_host.with_addresses(rt, way)
    for area, check in _BY_DNS:
        findings += _answered(area, check, rt, way)
    findings += doctor_host.check_unsubscribe(rt)
    if online is not None:
        findings += doctor_host.check_relay(way, online, now)
        findings += doctor_host.check_website(way, online)
    findings += [_provider(name, wanted, findings) for name, wanted in _WANTED.items()]
    return Report(tuple(findings))


def _answered(area: Area, check: Callable[[Runtime, Way], Iterator[Finding]], rt: Runtime, way: Way) -> Iterator[Finding]:
    try:
        yield from check(rt, way)
    except DnsTrouble as trouble:
        yield Finding(Level.FAIL, area, "DNS", f"no answer: {trouble}", "try again; if it stays so, check the name servers")


def _provider(name: str, wanted: tuple[Area, ...], findings: list[Finding]) -> Finding:
    """What the findings mean for one large provider."""
    levels = {area: worst(findings, area) for area in wanted}
    missing, doubtful, unseen = (
        ", ".join(area for area, found in levels.items() if found is level) for level in (Level.FAIL, Level.WARN, None)
    )
    if missing:
        said = f"refuses or junks mails because of: {missing}{_ALMOST.get(name, '')}"
        return Finding(Level.FAIL, Area.PROVIDERS, name, said)
    rest = f"; not seen from here: {unseen}" if unseen else ""
    if doubtful:
        return Finding(Level.WARN, Area.PROVIDERS, name, f"takes mails, but look at: {doubtful}{rest}")
    return Finding(Level.OK, Area.PROVIDERS, name, f"nothing stands in the way{rest}")
