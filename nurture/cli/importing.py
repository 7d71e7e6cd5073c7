"""``nurture import``: contacts from a CSV file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from nurture import app
from nurture.cli.house import existing, operator, progress_bar
from nurture.engine.import_report import Finding, Report
from nurture.engine.importing import import_contacts

_SHOWN = 200


@click.command(name="import", epilog="Example: nurture import contacts.csv --dry-run")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@click.option("--replace", is_flag=True, help="The file knows better than what is stored; otherwise it only fills gaps.")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def import_(file: Path, dry_run: bool, replace: bool, as_json: bool) -> None:  # noqa: FBT001 - click's form
    """Take in contacts from FILE: CSV with ; or , or tabs, UTF-8 or Windows-1252, German or English headings.

    Every bad row is named with its number and reason; the good ones come in. Importing a file twice changes nothing the
    second time. A consent comes in only if its row proves it: date, where it was given, and wording, version or document.
    docs/import.md lists the columns. Exits with 1 if no row could be used.
    """
    with existing() as rt, progress_bar("Importing") as progress:
        report = import_contacts(
            rt, file, app.utc_now(), dry_run=dry_run, replace=replace, actor=operator(), progress=progress
        )
    click.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2) if as_json else "\n".join(_lines(report)))
    if report.rows and not report.created + report.updated + report.unchanged:
        raise click.exceptions.Exit(1)


def _lines(report: Report) -> Iterator[str]:
    yield from _findings("Left out:", report.faults)
    yield from _findings("Taken in, but:", report.notes)
    if report.unused_columns:
        yield f"Columns not used: {', '.join(report.unused_columns)}"
    would = "Nothing was changed; without --dry-run it would be: " if report.dry_run else ""
    yield (
        f"{would}{report.rows} rows: {report.created} new, {report.updated} changed, {report.unchanged} unchanged, "
        f"{len(report.faults)} left out; {report.consents} consents."
    )


def _findings(title: str, findings: list[Finding]) -> Iterator[str]:
    if findings:
        yield title
    for finding in findings[:_SHOWN]:
        yield f"  row {finding.row}: {f'{finding.address}: ' if finding.address else ''}{finding.text}"
    if len(findings) > _SHOWN:
        yield f"  … and {len(findings) - _SHOWN} more; --json names them all"
