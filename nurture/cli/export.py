"""``nurture export``: data for spreadsheets and other programs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nurture import app
from nurture.cli.house import existing, operator
from nurture.engine.export import FORMATS, WHAT, given_out
from nurture.engine.export import export as pieces


@click.command(epilog="Example: nurture export contacts --output contacts.csv")
@click.argument("what", type=click.Choice(list(WHAT)))
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="csv", show_default=True, help="json: one object a line."
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="A file; standard output by default.")
def export(what: str, form: str, output: Path | None) -> None:
    """Give out WHAT: contacts, activities, messages, consents or the audit log, and put on record that it was given out.

    Cells that a spreadsheet would run as a formula begin with an apostrophe; `nurture import` takes it away again.
    """
    with existing() as rt:
        given_out(rt, what, form, operator(), app.utc_now())
        found = pieces(rt, what, form)
        if output is None:
            for piece in found:
                sys.stdout.write(piece)
            return
        with output.open("w", encoding="utf-8", newline="") as file:
            file.writelines(found)
    click.echo(f"Written to {output}.", err=True)
