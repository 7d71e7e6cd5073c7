"""``nurture dkim``: the keys that sign our mails."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import click

from nurture import app, definitions
from nurture.cli.house import settings
from nurture.delivery.dkim_keys import Record
from nurture.domain.delivery_rules import Dkim
from nurture.engine.signing_keys import Role, SigningKey, all_keys, make_key, rules_for, selector_fault

_ROLES = {Role.SIGNS: "signs", Role.WAITS: "waits behind others", Role.UNUSED: "not in config/delivery.yaml"}


def _possible(_context: click.Context, _option: click.Parameter, given: str | None) -> str | None:
    if given is not None and (fault := selector_fault(given)):
        raise click.BadParameter(fault)
    return given


@click.group()
def dkim() -> None:
    """The keys that sign mails (DKIM)."""


@dkim.command(epilog="Example: nurture dkim new --selector nurture-2027")
@click.option("--selector", callback=_possible, help="The key's name in the DNS; with year and month by default.")
@click.option("--ed25519", is_flag=True, help="For a second signature beside the one by RSA; few providers look at it yet.")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def new(selector: str | None, ed25519: bool, as_json: bool) -> None:  # noqa: FBT001 - click's form
    """Make a key and say what to publish.

    Nothing is signed with it before config/delivery.yaml names it. A key that exists is never overwritten.
    """
    configured = settings()
    rules = rules_for(definitions.load(configured.home))
    key, after = make_key(rules, configured.dkim_folder, app.utc_now(), selector or "", ed25519=ed25519)
    if as_json:
        told = {**key.as_json(), "config": {"domain": after.domain, "selectors": list(after.selectors)}}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_next_steps(key, rules, after)))


@dkim.command(epilog="Example: nurture dkim show --json")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def show(as_json: bool) -> None:  # noqa: FBT001 - click's form
    """Show every key, whether it signs, and its DNS record.

    Whether the records are published is what `nurture doctor` looks at. Exits with 1 if a key of config/delivery.yaml
    cannot be used.
    """
    configured = settings()
    rules = rules_for(definitions.load(configured.home))
    keys = all_keys(rules, configured.dkim_folder)
    if as_json:
        told = {"domain": rules.domain, "folder": str(configured.dkim_folder), "keys": [key.as_json() for key in keys]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_overview(rules, keys)) or "There is no key yet; make one with: nurture dkim new")
    if any(key.fault and key.role is not Role.UNUSED for key in keys):
        raise click.exceptions.Exit(1)


def _next_steps(key: SigningKey, before: Dkim, after: Dkim) -> Iterator[str]:
    yield f"A new {key.kind} key is in {key.file}; only its owner may read it. Keep a copy with your other secrets."
    yield ""
    yield f"1. Publish this record in the DNS of {after.domain}:"
    yield ""
    yield from _record(key.record)
    yield ""
    yield "2. When `nurture doctor` finds it there, name the key in config/delivery.yaml. From then on it signs:"
    yield ""
    yield "   dkim:"
    yield f"     domain: {after.domain}"
    yield f"     selectors: [{', '.join(after.selectors)}]"
    if after.selectors == (key.selector,) and key.kind == "ed25519":
        yield ""
        yield "   An RSA key has to sign as well; make one with: nurture dkim new"
    if before.selectors and key.kind == "rsa":
        old = ", ".join(name for name in before.selectors if name != key.selector)
        yield ""
        yield f"3. A week later no mail signed by its predecessor is on its way any more. Take what it replaces ({old})"
        yield "   out of selectors, then remove its record and its file."


def _overview(rules: Dkim, keys: Sequence[SigningKey]) -> Iterator[str]:
    for key in keys:
        yield f"{key.selector}  {key.kind or 'unusable'}, {_ROLES[key.role] if not key.fault else key.fault}  ({key.file})"
        yield ""
        yield from _record(key.record)
        yield ""
    if keys and not rules.selectors:
        yield "None of them signs: config/delivery.yaml has no dkim with selectors."


def _record(record: Record | None) -> Iterator[str]:
    if record is None:
        return
    yield f"   name   {record.name}"
    yield "   type   TXT"
    yield f"   value  {record.value}"
    yield ""
    yield "   or, as a line of a zone file:"
    yield ""
    yield f"   {record.zone_line}"
