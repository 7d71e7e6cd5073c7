"""``nurture timeline``: everything that happened with one address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from nurture import app
from nurture.cli.house import existing
from nurture.engine.timeline import Timeline
from nurture.engine.timeline import timeline as read


@click.command(epilog="Example: nurture timeline petra.muster@example.com --json")
@click.argument("address")
@click.option("--language", default="", help="Of the texts: de or en; the first of the organisation by default.")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def timeline(address: str, language: str, as_json: bool) -> None:  # noqa: FBT001 - click's form
    """Tell what happened with ADDRESS, and why each mail was or was not sent."""
    with existing() as rt:
        found = read(rt, address, language or rt.definitions.organisation.languages[0], app.utc_now())
        zone = rt.definitions.calendar.zone
    click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2) if as_json else "\n".join(_lines(found, zone)))


def _lines(found: Timeline, zone: ZoneInfo) -> Iterator[str]:
    person = found.contact
    yield " · ".join(filter(None, (person.address, person.name, person.company, person.function_name, person.state)))
    if person.suppressed:
        yield f"  gets no mail: {person.suppressed}"
    for consent in found.consents:
        yield f"  consent {consent.purpose}: {consent.state}{_since(consent.since, zone)}"
    for lead in found.leads:
        value = f"class {lead.lead_class}, grade {lead.grade}, {lead.points:.0f} points"
        yield f"  {lead.product_name}: {value}. {lead.readiness}"
        for line in (*lead.profile_lines, *lead.lines):
            yield f"    {line.counts:+6.1f}  {line.label}{f': {line.about}' if line.about else ''}"
    yield ""
    for entry in reversed(found.entries):
        told = " · ".join(filter(None, (entry.title, entry.detail, entry.state, entry.reason)))
        yield f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M}  {told}"


def _since(at: datetime | None, zone: ZoneInfo) -> str:
    return f" since {at.astimezone(zone):%Y-%m-%d}" if at else ""
