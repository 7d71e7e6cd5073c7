"""``nurture message``: the whole life of one mail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from nurture import app
from nurture.cli.house import existing
from nurture.engine.message_life import Basis, MessageLife, Origin, life, number_of


@click.command(
    epilog="Example: nurture message 4711 --json; or by what a server or a reader quotes: "
    "nurture message '<3f2a…@news.example.com>', nurture message 'b+mzxw6…@bounce.example.com'"
)
@click.argument("id_", metavar="ID")
@click.option("--language", default="", help="Of the texts: de or en; the first of the organisation by default.")
@click.option("--json", "json_", is_flag=True, help="For scripts.")
def message(id_: str, language: str, json_: bool) -> None:  # noqa: FBT001 - click's form
    """Tell a mail's whole life: who wanted it and why, every try with the server's words, what came back, what comes next.

    ID is its number, its Message-ID header or its return address, with or without <>.
    """
    with existing() as rt:
        number = number_of(rt, id_)
        found = life(rt, number, language or rt.definitions.organisation.languages[0], app.utc_now())
        zone = rt.definitions.calendar.zone
    click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2) if json_ else "\n".join(_lines(found, zone)))


def _lines(m: MessageLife, zone: ZoneInfo) -> Iterator[str]:
    yield f"{m.id} {m.message_id} to {m.address}"
    yield f"  {m.kind}: {m.subject or m.mail} ({m.mail}, template {(m.template_version or 'not chosen yet')[:12]})"
    yield f"  wanted by {_origin(m.origin)}"
    yield f"  consent {_consent(m.consent, zone)}" if m.consent else "  consent: none needed, service mail"
    yield f"  lane {m.lane or '-'}: {m.lane_name}; return address {m.return_path}"
    yield f"  state {m.state}{f' ({m.failure})' if m.failure else ''}{f': {m.reason}' if m.reason else ''}"
    yield f"  next: {m.next}"
    yield ""
    for at, told in sorted(_events(m), key=lambda event: event[0]):
        yield f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}  {told}"


def _origin(origin: Origin) -> str:
    step = f", step {origin.step}, round {origin.round}" if origin.step else ""
    return f"{origin.by} {origin.name} ({origin.title}){step}{f': {origin.reason}' if origin.reason else ''}"


def _consent(basis: Basis, zone: ZoneInfo) -> str:
    now = f"{basis.purpose} ({basis.title}): {basis.state}"
    if basis.event is None or basis.event_at is None:
        return f"{now}; nothing is on record from before it was queued"
    return f"{now}; when queued: {basis.event} at {basis.event_at.astimezone(zone):%Y-%m-%d %H:%M}"


def _events(m: MessageLife) -> Iterator[tuple[datetime, str]]:
    yield m.queued_at, "queued"
    for number, one in enumerate(m.tries, 1):
        where = f" at {one.host}" if one.host else ""
        yield (
            one.at,
            f"try {number}, {one.phase}{where}: {one.outcome}{f' {one.status}' if one.status else ''}: {one.reply}",
        )
    for back in m.returned:
        yield back.at, f"came back ({back.id}, by {back.source}): {back.kind}: {back.action}"
    for act in m.acts:
        verdict = f" ({act.verdict}: {act.reason})" if act.verdict else ""
        yield act.at, f"{act.kind}: {act.about or '-'}{verdict}"
    if m.settled_at is not None:
        yield m.settled_at, f"settled: {m.state}"
