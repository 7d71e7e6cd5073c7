"""``nurture audit``: who did what to people or rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

import click

from nurture import app
from nurture.cli.chain_report import tell
from nurture.cli.house import existing, operator, progress_bar
from nurture.domain.audit import ActorKind
from nurture.domain.pacing import start_of
from nurture.engine import audit as log
from nurture.engine.audit import Line
from nurture.store.audit import Wanted

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def audit() -> None:
    """The audit log: append-only, each entry holding the one before."""


@audit.command(name="list", epilog="Example: nurture audit list --action released --since 2026-11-01")
@click.option("--actor", default="", metavar="NAME", help="Who did it: a user, a login, a beat, a contact's number.")
@click.option("--kind", default="", type=click.Choice(["", *ActorKind]), help="As what somebody acted.")
@click.option("--action", default="", help="What was done, as the list says it.")
@click.option("--contact", default="", metavar="ADDRESS", help="Whom it concerned.")
@click.option("--since", type=_DAY, help="The first day, such as 2026-11-01.")
@click.option("--until", type=_DAY, help="The last day.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="How many at most.")
@click.option("--json", "as_json", is_flag=True, help="For scripts: one object per entry, the newest first.")
def list_(
    actor: str, kind: str, action: str, contact: str, since: datetime | None, until: datetime | None, limit: int,
    as_json: bool,  # noqa: FBT001 - click's form
) -> None:  # fmt: skip
    """Show entries, the newest first. Days are those of the organisation's time zone; times are in UTC.

    `nurture export audit` gives out all of them.
    """
    with existing() as rt:
        zone = rt.definitions.calendar.zone
        wanted = Wanted(
            kind, actor, action,
            contact=log.concerning(rt, contact) if contact else None,
            since=start_of(since.date(), zone) if since else None,
            until=start_of(until.date().fromordinal(until.toordinal() + 1), zone) if until else None,
        )  # fmt: skip
        found, total = log.log(rt, wanted, "en", limit)
    if as_json:
        click.echo(json.dumps([line.as_json() for line in found], ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_lines(found, total)))


@audit.command(epilog="Example: nurture audit verify --json")
@click.option(
    "--noted", default="", metavar="NUMBER:HASH", help="An end of the log noted earlier; it must still be part of it."
)
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def verify(noted: str, as_json: bool) -> None:  # noqa: FBT001 - click's form
    """Walk the whole log and name every altered, removed, moved or foreign entry. Exit code 1 if there is one."""
    with existing() as rt, progress_bar("Verifying") as progress:
        report = log.verify(rt, operator(), app.utc_now(), noted=noted, progress=progress)
    tell(report, f"{report.entries} entries", as_json=as_json)


def _lines(found: list[Line], total: int) -> Iterator[str]:
    for line in found:
        about = f"{line.what} {line.object_id}".strip()
        concerned = f" (contact {line.contact or line.contact_id})" if line.contact_id and line.object != "contact" else ""
        details = ", ".join(f"{name} {value}" for name, value in line.details.items() if value != "")
        yield (
            f"{line.number:>6}  {line.at:%Y-%m-%d %H:%M:%S}  {line.actor_kind} {line.actor}: {line.done} {about}{concerned}"
            f"{f'; {details}' if details else ''}"
        )
    yield f"{len(found)} of {total} entries"
