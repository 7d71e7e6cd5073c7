"""``nurture rights``: requests of data subjects."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from nurture import app
from nurture.cli.erased import erase_again, erased
from nurture.cli.house import existing, operator
from nurture.cli.inventory import inventory
from nurture.domain.errors import NotFound
from nurture.domain.pacing import start_of
from nurture.engine import person_rights
from nurture.engine import rights as verbs
from nurture.engine.plain import plain
from nurture.engine.rights import CHANNELS, Case, Kind
from nurture.engine.runtime import Runtime

_MOST = 10_000
_STATES = ("open", "done", "refused")


@click.group(
    short_help="Requests of people about their data, and their deadlines (Art. 15 to 21 GDPR).",
    epilog="Examples: nurture rights list; nurture rights export petra.muster@example.com --out copy.zip",
)
def rights() -> None:
    """What people ask of us about their data (Art. 15 to 21 GDPR), and the month we have for it."""


rights.add_command(inventory)
rights.add_command(erased)
rights.add_command(erase_again)


@rights.command("list", epilog="Example: nurture rights list --state open --json")
@click.option("--state", type=click.Choice(_STATES), help="Only these; all by default.")
@click.option("--kind", type=click.Choice([k.value for k in Kind]), help="Only these.")
@click.option("--json", "as_json", is_flag=True, help="For scripts; due_at is the first moment that is too late.")
def list_(state: str | None, kind: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's form
    """Show the cases: open ones by their deadline."""
    with existing() as rt:
        found, _ = verbs.listing(rt, app.utc_now(), state=state or "", kind=kind or "", limit=_MOST)
        zone = rt.definitions.calendar.zone
    click.echo(
        json.dumps(plain(found), ensure_ascii=False, indent=2) if as_json else "\n".join(_line(c, zone) for c in found)
    )


def _line(case: Case, zone: ZoneInfo) -> str:
    state = "OVERDUE" if case.overdue else case.state
    due = f"due {case.due_at.astimezone(zone):%Y-%m-%d %H:%M}" if case.state == "open" else case.outcome
    return f"{case.id:>5}  {state:8} {case.kind:14} {case.address or '(erased)'}  received {_day(case, zone)}, {due}"


def _day(case: Case, zone: ZoneInfo) -> str:
    return f"{case.received_at.astimezone(zone):%Y-%m-%d}"


@rights.command(
    "open", epilog="Example: nurture rights open access petra.muster@example.com --channel letter --on 2026-11-20"
)
@click.argument("kind", type=click.Choice([k.value for k in Kind]))
@click.argument("address")
@click.option("--channel", type=click.Choice(CHANNELS), default="mail", show_default=True, help="How it came.")
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help="The day it came; today by default. Its month begins with it."
)
@click.option("--note", default="", help="What was asked for.")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def open_(kind: str, address: str, channel: str, on: datetime | None, note: str, as_json: bool) -> None:  # noqa: FBT001
    """Put on record that somebody asked for something."""
    with existing() as rt:
        now, zone = app.utc_now(), rt.definitions.calendar.zone
        if on is not None and on.date() > now.astimezone(zone).date():
            raise click.BadParameter("is in the future", param_hint="--on")
        received = start_of(on.date(), zone) if on else None
        number = verbs.open_case(rt, kind, address, channel, operator(), now, note=note, received=received)
        _tell(verbs.case(rt, number, now), zone, as_json=as_json)


@rights.command("settle", epilog='Example: nurture rights settle 7 "copy sent by letter"')
@click.argument("case", type=click.IntRange(1))
@click.argument("outcome")
@click.option("--refused", is_flag=True, help="It was refused; OUTCOME is the reason the person was told (Art. 12(4)).")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def settle(case: int, outcome: str, refused: bool, as_json: bool) -> None:  # noqa: FBT001 - click's form
    """Close CASE: OUTCOME says what was done. Name nobody in it: it outlives an erasure."""
    with existing() as rt:
        verbs.settle(rt, case, outcome, operator(), app.utc_now(), refused=refused)
        _tell(verbs.case(rt, case, app.utc_now()), rt.definitions.calendar.zone, as_json=as_json)


@rights.command("extend", epilog='Example: nurture rights extend 7 "many requests at once"')
@click.argument("case", type=click.IntRange(1))
@click.argument("why")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def extend(case: int, why: str, as_json: bool) -> None:  # noqa: FBT001 - click's form
    """Two months more for CASE, once. The person has to be told WHY within the first month (Art. 12(3))."""
    with existing() as rt:
        verbs.extend(rt, case, why, operator(), app.utc_now())
        _tell(verbs.case(rt, case, app.utc_now()), rt.definitions.calendar.zone, as_json=as_json)


def _tell(case: Case, zone: ZoneInfo, *, as_json: bool) -> None:
    click.echo(json.dumps(plain(case), ensure_ascii=False, indent=2) if as_json else _line(case, zone).strip())


@rights.command("export", epilog="Example: nurture rights export petra.muster@example.com --out copy.zip --case 7")
@click.argument("address")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The ZIP file to write.")
@click.option("--language", type=click.Choice(("de", "en")), help="Of the readable part; the person's by default.")
@click.option("--case", type=click.IntRange(1), help="The open case it answers.")
def export(address: str, out: Path, language: str | None, case: int | None) -> None:
    """Write everything stored of ADDRESS into a ZIP: to read (HTML), for spreadsheets (CSV), for programs (JSON).

    That it was given out is put on record as a case.
    """
    with existing() as rt:
        contact, spoken = _contact(rt, address)
        now = app.utc_now()
        raw = verbs.bundle(rt, contact, language or spoken, now)
        _write(out, raw)
        kind = verbs.case(rt, case, now).kind if case else Kind.ACCESS.value
        number = verbs.handed_out(rt, contact, kind, operator(), now, case=case, channel="cli")
    click.echo(f"Written to {out} ({len(raw):,} bytes). Case {number}. Hand it to nobody but the person.", err=True)


def _contact(rt: Runtime, address: str) -> tuple[int, str]:
    who = person_rights.find(rt, address)
    if who is None or who.contact is None:
        raise NotFound("contact with the address", address)
    return who.contact, who.language


def _write(out: Path, raw: bytes) -> None:
    """For its owner only."""
    out.touch(mode=0o600)
    out.write_bytes(raw)
