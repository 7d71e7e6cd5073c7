"""``nurture rights erased`` and ``erase-again``: the way back from a backup must not bring back who was erased."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nurture import app
from nurture.cli.house import existing, operator
from nurture.engine import erased_marks


@click.command(epilog="Example: nurture rights erased --out erased.txt")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A file; standard output by default.")
def erased(out: Path | None) -> None:
    """Give out the marks of everybody who was erased, with the day, to be kept apart from the backups.

    A mark is a keyed hash (NURTURE_PEPPER): without the key it tells nobody's address.
    """
    with existing() as rt:
        lines = [f"{mark} {since:%Y-%m-%d}\n" for mark, since in erased_marks.erased(rt)]
    if out is None:
        sys.stdout.writelines(lines)
        return
    out.write_text("".join(lines), "utf-8")
    click.echo(f"{len(lines)} marks are in {out}.")


@click.command("erase-again", epilog="Example: nurture rights erase-again erased.txt --yes")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask; a script has to say it.")
def erase_again(file: Path, yes: bool) -> None:  # noqa: FBT001 - click's form
    """After a backup was restored: erase everybody again whose mark stands in FILE. Safe to repeat."""
    marks = erased_marks.read_marks(file.read_text("utf-8").splitlines())
    if not yes:
        click.confirm(
            f"Erase everybody again who bears one of {len(marks)} marks? There is no way back", abort=True, err=True
        )
    with existing() as rt:
        done = list(erased_marks.erase_again(rt, marks, operator(), app.utc_now()))
    click.echo(f"{len(done)} people were in the backup and are erased again (of {len(marks)} marks).")
