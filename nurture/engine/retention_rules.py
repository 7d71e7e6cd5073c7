"""What is kept how long, since when it counts, what is done then, and why: one line per rule, in German and English.

The beat acts by it (``retention.py``); ``nurture retention`` and the data-protection officer's pages show it; every table
of the database names one of these rules (``personal_tables.py``). The periods are configuration, the words stand in
``retention_words.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from nurture.domain.catalogue import Text
from nurture.domain.definitions import Definitions
from nurture.domain.durations import Duration
from nurture.engine.retention_words import WORDS

Period = Callable[[Definitions], Duration | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """``id``: as in ``personal_data.Keep``. ``where``: tables, or tables.columns. ``key``: the setting; '' if it is fixed.

    ``period``: how long; None where something else tells. ``year_end``: to the end of the calendar year it ends in.
    """

    id: str
    where: tuple[str, ...]
    key: str
    period: Period
    what: Text
    since: Text
    done: Text
    why: Text
    year_end: bool = False


def _kept(name: str) -> Period:
    def period(d: Definitions) -> Duration:
        found: Duration = getattr(d.retention, name)
        return found

    return period


def _fixed(d: Definitions) -> None:  # noqa: ARG001 - one form for all
    return None


def _returned(d: Definitions) -> Duration:
    return Duration(d.delivery.returned_kept.days, "days")


def _rule(id_: str, where: str, key: str, period: Period, *, year_end: bool = False) -> Rule:
    return Rule(id_, tuple(where.split()), key, period, **WORDS[id_], year_end=year_end)


RULES: Sequence[Rule] = (
    _rule(
        "opt_in_expires",
        "registrations message_bytes messages.address",
        "retention.opt_in_expires",
        _kept("opt_in_expires"),
    ),
    _rule("raw_ip", "activities.ip activities.user_agent", "retention.raw_ip", _kept("raw_ip")),
    _rule("clicks", "activities hits", "retention.clicks", _kept("clicks")),
    _rule("inactive_warn", "contacts", "retention.inactive_warn", _kept("inactive_warn")),
    _rule("inactive_block", "consents", "retention.inactive_block", _kept("inactive_block")),
    _rule(
        "evidence",
        "consent_events.evidence message_bytes registrations.evidence",
        "retention.evidence",
        _kept("evidence"),
        year_end=True,
    ),
    _rule("returned_kept", "returned_mails.raw returned_mails.said", "delivery.yaml: returned_kept", _returned),
    _rule(
        "letters", "messages.subject messages.context attempts.reply attempts.host", "retention.letters", _kept("letters")
    ),
    _rule("cases", "rights_cases", "retention.cases", _kept("cases"), year_end=True),
    _rule("figures", "delivery_counts mail_domains form_traffic form_guards", "retention.figures", _kept("figures")),
    _rule("counters", "rate_limits duties claims lane_leases office_sessions", "", _fixed),
    _rule(
        "inactive", "contacts leads activities messages.address enrollments.contact_id", "retention.people", _kept("people")
    ),
    _rule("blocked", "suppressions holds", "", _fixed),
)
"""In the order in which they are applied: who is erased is decided last, so that no rule changes what another finds."""

BY_ID: Mapping[str, Rule] = {rule.id: rule for rule in RULES}


def period(d: Definitions, rule: Rule, language: str) -> str:
    """'13 Monate', '3 Jahre, bis Jahresende', '–'."""
    span = rule.period(d)
    if span is None:
        return "–"
    text = spelled(span, language)
    return text + {"de": ", bis zum Jahresende", "en": ", to the end of the year"}[language] if rule.year_end else text


_UNITS = {
    "minutes": ("Minute", "Minuten"), "hours": ("Stunde", "Stunden"), "days": ("Tag", "Tage"), "weeks": ("Woche", "Wochen"),
    "months": ("Monat", "Monate"), "years": ("Jahr", "Jahre"),
}  # fmt: skip


def spelled(span: Duration, language: str) -> str:
    return f"{span.count} {_UNITS[span.unit][span.count != 1]}" if language == "de" else str(span)


_HEADS = {
    "de": ("Was", "Wie lange", "Ab", "Dann", "Warum", "Einstellung"),
    "en": ("What", "How long", "Counted from", "Then", "Why", "Setting"),
}


def as_table(d: Definitions, language: str) -> str:
    """All rules as a table of docs/retention.md."""
    rows = [_HEADS[language], ("---",) * len(_HEADS[language])]
    for rule in RULES:
        words = (rule.what, rule.since, rule.done, rule.why)
        what, since, done, why = (text[language] for text in words)
        rows.append((what, period(d, rule, language), since, done, why, f"`{rule.key}`" if rule.key else "–"))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
