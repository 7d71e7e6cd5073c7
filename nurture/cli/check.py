"""``nurture check``: are the definitions in order?"""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from nurture.cli.house import settings
from nurture.domain.errors import DefinitionError
from nurture.engine.publication import Publication, load_publication


@click.command(epilog="Example: nurture check --json")
@click.option("--json", "as_json", is_flag=True, help="For scripts: {ok, faults: [{file, line, column, path, message}]}.")
def check(as_json: bool) -> None:  # noqa: FBT001 - click's form
    """Check campaigns/, config/ and mail_templates/ and name every fault.

    Exits with 1 if there is one. A running system takes up exactly what passes here.
    """
    try:
        publication = load_publication(settings().home)
    except DefinitionError as error:
        if not as_json:
            click.echo(str(error), err=True)
        else:
            click.echo(json.dumps({"ok": False, "faults": [asdict(f) for f in error.faults]}, ensure_ascii=False, indent=2))
        raise click.exceptions.Exit(1) from None
    click.echo(json.dumps({"ok": True, "faults": []}) if as_json else _in_order(publication))


def _in_order(publication: Publication) -> str:
    d = publication.definitions
    parts = (
        (len(d.campaigns), "campaigns"),
        (len(d.forms), "forms"),
        (len(d.products), "products"),
        (len(d.content), "content items"),
        (len(publication.library.templates()), "mail templates"),
    )
    return f"In order: {', '.join(f'{count} {what}' for count, what in parts)}. Version {d.version[:12]}."
