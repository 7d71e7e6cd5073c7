"""``nurture check``: are the definitions in order, and the mails fit to be sent?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from textwrap import indent, wrap
from typing import Any

import click
from sqlalchemy import make_url

from nurture.cli.house import settings
from nurture.domain.errors import DefinitionError, Fault
from nurture.engine.mail_check import check_mails
from nurture.engine.publication import Publication, load_publication, refuse_changed_wordings
from nurture.engine.signing_keys import missing
from nurture.mail.lint import RULES, Level, Rule, Verdict
from nurture.settings import Settings
from nurture.store import migrations
from nurture.store.database import connect, reading

_JSON = (
    "For scripts: {ok, faults: [{file, line, column, path, message}], "
    "mails: [{rule, level, file, line, message, remedy, mails}]}."
)


@click.command(epilog="Example: nurture check --json")
@click.option("--json", "as_json", is_flag=True, help=_JSON)
@click.option("--rules", "list_rules", is_flag=True, help="List the rules that mails are judged by, and do nothing else.")
def check(as_json: bool, list_rules: bool) -> None:  # noqa: FBT001 - click's form
    """Check campaigns/, config/ and mail_templates/ and name every fault.

    Every mail is written for an ordinary reader and for one with the longest names, and judged by the rules of mails.
    The keys that sign mails have to be there, without which nothing starts.
    The wordings of consents are compared with those that people agreed to: other words need another version.
    Exits with 1 if there is a fault or an error in a mail; warnings are told and pass. A running system takes up what
    has no faults.
    """
    if list_rules:
        click.echo(json.dumps([asdict(r) for r in RULES.values()], ensure_ascii=False, indent=2) if as_json else _rules())
        return
    try:
        publication = load_publication(settings().home)
        _compare_wordings(settings(), publication)
    except DefinitionError as error:
        _tell_faults(error, as_json=as_json)
        raise click.exceptions.Exit(1) from None
    found, keys = check_mails(publication), _missing_keys(settings(), publication)
    errors = [verdict for verdict in found if verdict.finding.level is Level.ERROR]
    if as_json:
        in_order = not errors and not keys
        faults = [asdict(fault) for fault in keys]
        click.echo(_as_json({"ok": in_order, "faults": faults, "mails": [_plain(verdict) for verdict in found]}))
    else:
        _tell(publication, found, errors, keys)
    if errors or keys:
        raise click.exceptions.Exit(1)


def _missing_keys(known: Settings, publication: Publication) -> list[Fault]:
    """Of those that config/delivery.yaml signs by: told beside the mails, which can be judged without."""
    wrong = missing(publication.definitions.delivery.dkim, known.dkim_folder)
    return [Fault("config/delivery.yaml", 0, 0, "dkim.selectors", f"{what}: {why}") for what, why in wrong]


def _compare_wordings(known: Settings, publication: Publication) -> None:
    """With those that people agreed to, as far as there is a database. Raises DefinitionError."""
    if known.on_sqlite and not Path(str(make_url(known.database_url).database)).exists():
        return
    db = connect(known.database_url)
    try:
        if migrations.is_current(db):
            with reading(db) as session:
                refuse_changed_wordings(session, publication.definitions)
    finally:
        db.dispose()


def _tell_faults(error: DefinitionError, *, as_json: bool) -> None:
    if as_json:
        click.echo(_as_json({"ok": False, "faults": [asdict(fault) for fault in error.faults], "mails": []}))
    else:
        click.echo(str(error), err=True)


def _tell(publication: Publication, found: Sequence[Verdict], errors: Sequence[Verdict], keys: Sequence[Fault]) -> None:
    if keys:
        click.echo("\n".join(map(str, keys)), err=True)
    warnings = found[len(errors) :]
    for verdicts, noun in ((errors, "error"), (warnings, "warning")):
        if verdicts:
            lines = [f"{len(verdicts)} {noun}{'s' if len(verdicts) > 1 else ''} in the mails", *map(str, verdicts)]
            click.echo("\n".join(lines), err=True)
    if not errors and not keys:
        click.echo(_in_order(publication))


def _plain(verdict: Verdict) -> dict[str, Any]:
    finding = verdict.finding
    said = {name: getattr(finding, name) for name in ("rule", "level", "file", "line", "message", "remedy")}
    return {**said, "mails": list(verdict.mails)}


def _as_json(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=2)


def _rules() -> str:
    return "\n".join(_rule(rule) for rule in RULES.values())


def _rule(rule: Rule) -> str:
    said = "\n".join(wrap(f"{rule.demands} {rule.why} To mend it: {rule.remedy}.", 96))
    return f"{rule.name} ({rule.level})\n{indent(said, '    ')}"


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
