"""``nurture message``: the whole life of one mail."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from nurture import app
from nurture.cli.house import existing
from nurture.engine.message_life import Basis, MessageLife, Origin, life, number_of
from nurture.engine.words import word


@click.command(
    epilog="Example: nurture message 4711 --json; or by what a server or a reader quotes: "
    "nurture message '<3f2a…@news.example.com>', nurture message 'b+mzxw6…@bounce.example.com'"
)
@click.argument("id_", metavar="ID")
@click.option("--language", type=click.Choice(("de", "en")), help="Of the texts; the first of the organisation by default.")
@click.option("--json", "json_", is_flag=True, help="For scripts.")
def message(id_: str, language: str | None, json_: bool) -> None:  # noqa: FBT001 - click's form
    """Tell a mail's whole life: who wanted it and why, every try with the server's words, what came back, what comes next.

    ID is its number, its Message-ID header or its return address, with or without <>.
    Times are local to the organisation; in JSON, in UTC.
    """
    with existing() as rt:
        number = number_of(rt, id_)
        spoken = language or next((one for one in rt.definitions.organisation.languages if one in _LABELS), "en")
        found = life(rt, number, spoken, app.utc_now())
        zone = rt.definitions.calendar.zone
    click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2) if json_ else "\n".join(_lines(found, zone)))


_LABELS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "to": "to",
        "template": "template",
        "not chosen": "not chosen yet",
        "wanted by": "wanted by",
        "step": "step",
        "round": "round",
        "consent": "consent",
        "not needed": "none needed, service mail",
        "unproven": "nothing is on record from before it was queued",
        "when queued": "when queued",
        "lane": "lane",
        "return address": "return address",
        "state": "state",
        "next": "next",
        "times": "Times are those of",
        "queued": "queued",
        "try": "try",
        "at": "at",
        "back": "came back",
        "by": "by",
        "settled": "settled",
        "campaign": "campaign",
        "form": "form",
        "handoff": "handoff",
    },
    "de": {
        "to": "an",
        "template": "Vorlage",
        "not chosen": "noch nicht gewählt",
        "wanted by": "veranlasst von",
        "step": "Schritt",
        "round": "Runde",
        "consent": "Einwilligung",
        "not needed": "nicht nötig, Mail auf Wunsch",
        "unproven": "aus der Zeit vor dem Einreihen ist nichts belegt",
        "when queued": "beim Einreihen",
        "lane": "Weg",
        "return address": "Rücksendeadresse",
        "state": "Stand",
        "next": "wie es weitergeht",
        "times": "Uhrzeiten gelten für",
        "queued": "eingereiht",
        "try": "Versuch",
        "at": "bei",
        "back": "kam zurück",
        "by": "über",
        "settled": "abgeschlossen",
        "campaign": "Kampagne",
        "form": "Formular",
        "handoff": "Übergabe",
    },
}
"""What stands before the facts; the words for states are those of every page. Programs take --json."""


def _lines(m: MessageLife, zone: ZoneInfo) -> Iterator[str]:
    say = _LABELS[m.language]
    template = m.template_version[:12] if m.template_version else say["not chosen"]
    yield f"{m.id} {m.message_id} {say['to']} {m.address}"
    kind = word(f"message-kind.{m.kind}", m.language)
    yield f"  {kind}: {m.subject or m.mail} ({m.mail}, {say['template']} {template})"
    yield f"  {say['wanted by']} {_origin(m.origin, say)}"
    yield f"  {say['consent']}: {_consent(m.consent, m.language, zone) if m.consent else say['not needed']}"
    yield f"  {say['lane']} {m.lane or '-'}: {m.lane_name}; {say['return address']} {m.return_path}"
    state, failure = word(f"message.{m.state}", m.language), m.failure and word(f"failure.{m.failure}", m.language)
    yield f"  {say['state']}: {state}{f' ({failure})' if failure else ''}{f': {m.reason}' if m.reason else ''}"
    yield f"  {say['next']}: {m.next}"
    yield f"  {say['times']} {zone.key}"
    yield ""
    for at, told in sorted(_events(m, say), key=lambda event: event[0]):
        yield f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}  {told}"


def _origin(origin: Origin, say: Mapping[str, str]) -> str:
    step = f", {say['step']} {origin.step}, {say['round']} {origin.round}" if origin.step else ""
    why = f": {origin.reason}" if origin.reason else ""
    return f"{say.get(origin.by, origin.by)} {origin.name} ({origin.title}){step}{why}"


def _consent(basis: Basis, language: str, zone: ZoneInfo) -> str:
    say = _LABELS[language]
    now = f"{basis.purpose} ({basis.title}): {word(f'consent.{basis.state}', language)}"
    if basis.event is None or basis.event_at is None:
        return f"{now}; {say['unproven']}"
    event = word(f"consent-event.{basis.event}", language)
    return f"{now}; {say['when queued']}: {event}, {basis.event_at.astimezone(zone):%Y-%m-%d %H:%M}"


def _events(m: MessageLife, say: Mapping[str, str]) -> Iterator[tuple[datetime, str]]:
    yield m.queued_at, say["queued"]
    for number, one in enumerate(m.tries, 1):
        where = f" {say['at']} {one.host}" if one.host else ""
        outcome = word(f"outcome.{one.outcome}", m.language)
        told = f"{say['try']} {number}, {one.phase}{where}: {outcome}{f' {one.status}' if one.status else ''}: {one.reply}"
        yield one.at, told
    for back in m.returned:
        kind = word(f"returned.{back.kind}", m.language)
        yield back.at, f"{say['back']} ({back.id}, {say['by']} {back.source}): {kind}: {back.action}"
    for act in m.acts:
        verdict = f" ({word(f'verdict.{act.verdict}', m.language)}: {act.reason})" if act.verdict else ""
        yield act.at, f"{word(f'event.{act.kind}', m.language, name=act.about or '-')}{verdict}"
    if m.settled_at is not None:
        yield m.settled_at, f"{say['settled']}: {word(f'message.{m.state}', m.language)}"
