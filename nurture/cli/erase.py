"""``nurture erase``: a person is erased."""

from __future__ import annotations

import json

import click

from nurture import app
from nurture.cli.house import existing, operator
from nurture.engine.erasure import Ground, erase_address


@click.command(epilog="Example: nurture erase petra.muster@example.com --yes")
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask; a script has to say it.")
@click.option(
    "--why",
    type=click.Choice([ground.value for ground in Ground]),
    default="asked",
    show_default=True,
    help="Art. 17(1) GDPR.",
)
@click.option("--case", type=click.IntRange(1), help="The open case of `nurture rights list` it is done for.")
@click.option("--json", "as_json", is_flag=True, help="For scripts: {case, rows, files, told, finished}.")
def erase(address: str, yes: bool, why: str, case: int | None, as_json: bool) -> None:  # noqa: FBT001 - click's form
    """Erase everything stored of ADDRESS, for good: tables, stored mails, files.

    What stays is a keyed hash of the address that keeps imports from taking it in again, and counts. There is no way back.
    """
    if not yes:
        click.confirm(f"Erase everything stored of {address}? There is no way back", abort=True, err=True)
    with existing() as rt:
        done = erase_address(rt, address, operator(), app.utc_now(), ground=Ground(why), case=case)
    if as_json:
        told = {"case": done.case, "rows": dict(done.counts), "files": done.files, "told": list(done.told)}
        click.echo(json.dumps({**told, "finished": done.finished}, ensure_ascii=False, indent=2))
        return
    click.echo(
        f"Erased: {sum(done.counts.values())} rows in {len(done.counts)} tables, {done.files} files. Case {done.case}."
    )
    if done.told:
        click.echo(f"Sales had been told; let them know (Art. 19 GDPR): {', '.join(done.told)}")
    if not done.finished:
        click.echo("A mail was leaving at this moment; the workers remove what it leaves behind within minutes.")
