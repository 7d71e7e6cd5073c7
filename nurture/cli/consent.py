"""``nurture consent``: the ledger of consents: verify it, prove one person's consents, show them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from nurture import app
from nurture.cli.chain_report import tell
from nurture.cli.house import existing, operator, progress_bar
from nurture.engine import consent_check, consent_proof


@click.group()
def consent() -> None:
    """Prove consents: who was asked what in which words, and who answered."""


@consent.command(epilog="Example: nurture consent verify --json")
@click.option(
    "--noted", default="", metavar="NUMBER:HASH", help="An end of the ledger noted earlier; it must still be part of it."
)
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def verify(noted: str, as_json: bool) -> None:  # noqa: FBT001 - click's form
    """Walk the whole ledger and name every altered, removed, moved or foreign entry. Exit code 1 if there is one."""
    with existing() as rt, progress_bar("Verifying") as progress:
        report = consent_check.check(rt, operator(), app.utc_now(), noted=noted, progress=progress)
    removed = f", evidence of {report.removed} removed by law" if report.removed else ""
    tell(report, f"{report.entries} entries{removed}", as_json=as_json)


@consent.command(epilog="Example: nurture consent prove petra.muster@example.com --out proof.zip")
@click.argument("address")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file; named for its content by default.")
@click.option("--language", type=click.Choice(["de", "en"]), help="Of the text; that of the person by default.")
def prove(address: str, out: Path | None, language: str | None) -> None:
    """Write what proves the consents of ADDRESS into one ZIP: HTML, PDF, JSON, the mails, and a script that verifies it."""
    with existing() as rt:
        bundle = consent_proof.prove(rt, address, operator(), app.utc_now(), language or "")
    target = out or Path(bundle.name)
    target.write_bytes(bundle.zipped())
    click.echo(f"Written to {target}. Verify it anywhere: unpack it, then: python3 verify.py", err=True)


@consent.command(epilog="Example: nurture consent show petra.muster@example.com --json")
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="For scripts; with the evidence.")
def show(address: str, as_json: bool) -> None:  # noqa: FBT001 - click's form
    """List the ledger's entries about ADDRESS."""
    with existing() as rt:
        found = consent_proof.entries(rt, address, app.utc_now())
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for entry in found["entries"]:
        click.echo(_line(entry))


def _line(entry: dict[str, Any]) -> str:
    gone = f"  (evidence removed, see entry {entry['redacted']})" if entry["redacted"] else ""
    return f"{entry['number']:>6}  {entry['at'][:19]}Z  {entry['event']:<10} {entry['purpose']}{gone}"
