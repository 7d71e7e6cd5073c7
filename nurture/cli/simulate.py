"""``nurture simulate``: months of nurturing in seconds."""

from __future__ import annotations

import json
from datetime import datetime
from importlib import import_module

import click

from nurture import app
from nurture.cli.house import progress_bar, settings
from nurture.engine.publication import load_publication


@click.command(epilog="Example: nurture simulate --contacts 200 --days 120 --seed 7")
@click.option("--contacts", default=200, show_default=True, type=click.IntRange(1, 1_000_000), help="How many people come.")
@click.option("--days", default=120, show_default=True, type=click.IntRange(1, 3650), help="For how long.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same result.")
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), help="First day; today by default.")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def simulate(contacts: int, days: int, seed: int, start: datetime | None, as_json: bool) -> None:  # noqa: FBT001 - click's form
    """Play the campaigns with invented people: the real engine, a stepped clock, no mail leaves.

    Prints the calendar of mails, what each step sent and skipped and why, and the handoffs per week.
    """
    simulation = import_module("nurture.simulation")  # heavy, and needed here only
    publication = load_publication(settings().home)
    zone = publication.definitions.calendar.zone
    first = start.replace(tzinfo=zone) if start else app.utc_now()
    with progress_bar("Simulating") as progress:
        report = simulation.simulate(publication, contacts=contacts, days=days, seed=seed, start=first, progress=progress)
    click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2) if as_json else report.as_text())
