"""``nurture rights inventory``: what is stored of people, for a data-protection officer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

import click

from nurture.engine.inventory import columns, outside, processings


@click.command(epilog="Example: nurture rights inventory --language de --json")
@click.option("--language", type=click.Choice(("de", "en")), default="en", show_default=True, help="Of the words.")
@click.option("--json", "as_json", is_flag=True, help="For scripts: every column of every table, and what is elsewhere.")
def inventory(language: str, as_json: bool) -> None:  # noqa: FBT001 - click's form
    """List what is stored of people: what for, on what ground, how long, and what an erasure does with it.

    It tells what the program stores at all; what is stored of one person: nurture rights export.
    """
    if as_json:
        found = {"columns": list(columns(language)), "places": [asdict(one) for one in outside(language)]}
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_lines(language)))


def _lines(language: str) -> Iterator[str]:
    for one in processings(language):
        yield f"{one.purpose[:1].upper()}{one.purpose[1:]} ({one.basis})"
        for stored in one.tables:
            yield f"  {stored.table}: {stored.about}; {stored.kept}"
            yield from (f"    {category}: {', '.join(names)}" for category, names in stored.columns)
            yield from (f"    -> {how}: {', '.join(names)}" for how, names in stored.erased)
        yield ""
    for place in outside(language):
        yield f"{place.name}: {place.about}; {place.kept}"
        yield f"    -> {place.erased}"
