"""``nurture retention``: what is kept how long, what would go now, and why."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from nurture import app
from nurture.cli.house import existing
from nurture.domain.definitions import Definitions
from nurture.engine import retention as verbs
from nurture.engine.retention import Due
from nurture.engine.retention_rules import BY_ID, period

_LISTED = 1000


@click.command(epilog="Example: nurture retention --dry-run --list --json")
@click.option("--dry-run", is_flag=True, help="Only say what would be done now, to how many, since when and why.")
@click.option("--list", "listed", is_flag=True, help=f"With --dry-run: name them, at most {_LISTED:,} of each rule.")
@click.option("--language", type=click.Choice(("de", "en")), default="en", show_default=True, help="Of the words.")
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def retention(dry_run: bool, listed: bool, language: str, as_json: bool) -> None:  # noqa: FBT001 - click's form
    """Apply the periods of config/mailing.yaml now, as the daily beat does by itself."""
    if listed and not dry_run:
        raise click.UsageError("--list shows what would be done; write --dry-run as well")
    with existing() as rt:
        d, now = rt.definitions, app.utc_now()
        if dry_run:
            found = verbs.due(rt, now, _LISTED if listed else 0)
            click.echo(_json([_plain(d, one, language) for one in found]) if as_json else _text(d, found, language))
        else:
            done = verbs.retain(rt, now)
            click.echo(_json(done) if as_json else "\n".join(_done(rule, count, language) for rule, count in done.items()))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _done(rule: str, count: int, language: str) -> str:
    return f"{count:>8,}  {rule:15} {BY_ID[rule].what[language]}"


def _plain(d: Definitions, one: Due, language: str) -> dict[str, Any]:
    rule = one.rule
    words = {name: getattr(rule, name)[language] for name in ("what", "since", "done", "why")}
    items = [{"which": item.name, "since": item.since.isoformat() if item.since else None} for item in one.items]
    oldest = one.oldest.isoformat() if one.oldest else None
    return {
        "rule": rule.id, "count": one.count, "oldest": oldest, "period": period(d, rule, language), "setting": rule.key,
        "where": list(rule.where), **words, "items": items,
    }  # fmt: skip


def _text(d: Definitions, found: list[Due], language: str) -> str:
    zone = d.calendar.zone
    return "\n".join(line for one in found for line in _lines(d, one, language, zone))


def _lines(d: Definitions, one: Due, language: str, zone: ZoneInfo) -> list[str]:
    rule = one.rule
    oldest = f", {'seit' if language == 'de' else 'since'} {_day(one.oldest, zone)}" if one.oldest else ""
    head = f"{one.count:>8,}  {rule.id:15} {rule.what[language]} ({period(d, rule, language)}){oldest}"
    items = [f"{'':26}{item.name}  {_day(item.since, zone)}" for item in one.items]
    return [head, *(f"{'':26}{words[language]}" for words in (rule.done, rule.why) if one.count), *items]


def _day(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d}" if moment else ""
