"""``nurture doctor``: is everything in order, so that mails arrive?"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator

import click

from nurture import app
from nurture.cli.house import existing, settings
from nurture.engine.doctor import examine
from nurture.engine.doctor_host import Online
from nurture.engine.doctor_report import Area, Finding, Level, Report, Way
from nurture.settings import Settings

_LOOK = {Level.OK: ("ok", "green"), Level.WARN: ("WARN", "yellow"), Level.FAIL: ("FAIL", "red")}


def _addresses(_: click.Context, option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(ipaddress.ip_address(value).compressed for value in values)
    except ValueError as error:
        raise click.BadParameter(str(error), param=option) from None


@click.command(epilog="Example: nurture doctor --ip 192.0.2.25")
@click.option("--ip", "addresses", multiple=True, callback=_addresses, help="From where mails leave; may be repeated.")
@click.option("--offline", is_flag=True, help="Ask the DNS only: no connection to the mail server or a website.")
@click.option("--json", "as_json", is_flag=True, help="For scripts: {ok, findings: [{level, area, where, what, change}]}.")
def doctor(addresses: tuple[str, ...], offline: bool, as_json: bool) -> None:  # noqa: FBT001 - click's form
    """Look at DNS records, keys, host name, mail server and public address, and say what to change.

    Changes nothing and sends no mail. Exits with 1 if something would keep mails from arriving.
    """
    with existing() as rt:
        way = _way(settings(), addresses)
        report = examine(rt, way, app.utc_now(), None if offline else Online())
        sender = rt.definitions.organisation.sender.address
    click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2) if as_json else "\n".join(_lines(report, sender)))
    if not report.healthy:
        raise click.exceptions.Exit(1)


def _way(configured: Settings, addresses: tuple[str, ...]) -> Way:
    return Way(configured.transport, configured.smtp, configured.helo, addresses)


def _lines(report: Report, sender: str) -> Iterator[str]:
    yield f"Mails from {sender}"
    for area in Area:
        found = [finding for finding in report.findings if finding.area is area]
        if found:
            yield ""
            yield click.style(area.value, bold=True)
        for finding in found:
            yield from _told(finding)
    yield ""
    yield _summary(report)


def _told(finding: Finding) -> Iterator[str]:
    word, colour = _LOOK[finding.level]
    yield f"  {click.style(f'{word:<4}', fg=colour)}  {finding.where}: {finding.what}"
    if finding.change:
        yield f"        -> {finding.change}"


def _summary(report: Report) -> str:
    fails, warnings = report.count(Level.FAIL), report.count(Level.WARN)
    if not fails:
        return f"Nothing keeps mails from arriving{f'; {warnings} to look at' if warnings else ''}."
    return f"{fails} to correct, {warnings} to look at, {report.count(Level.OK)} in order."
