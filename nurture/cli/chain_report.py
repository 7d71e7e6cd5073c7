"""What a check of a chain found, for people and for scripts; shared by the commands that verify one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

import click

from nurture.engine.chain_check import Report


def tell(report: Report, counted: str, *, as_json: bool) -> None:
    """Print ``report``; end with exit code 1 if anything is wrong. ``counted``: how much was checked, in words."""
    if as_json:
        click.echo(json.dumps({**asdict(report), "intact": report.intact}, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_lines(report, counted)))
    if not report.intact:
        raise click.exceptions.Exit(1)


def _lines(report: Report, counted: str) -> Iterator[str]:
    for finding in report.findings:
        yield f"entry {finding.number}: {finding.text}" if finding.number is not None else finding.text
    if report.found > len(report.findings):
        yield f"… and {report.found - len(report.findings)} more"
    faults = "1 fault" if report.found == 1 else f"{report.found} faults"
    yield f"{counted}: {'all as they were written' if report.intact else faults}."
    if report.intact and report.end:
        yield f"The end, to be noted elsewhere: {report.end}"
