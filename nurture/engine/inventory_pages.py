"""The tables in docs/ for the data-protection officer: written from the inventory, between markers, in both languages.

    python -m nurture.engine.inventory_pages [FOLDER OF THE PROJECT]

Only what stands between ``<!-- generated: NAME -->`` and ``<!-- end of NAME -->`` is written; the text around it is not.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from nurture.domain.catalogue import Text
from nurture.domain.definitions import Definitions
from nurture.domain.delivery_rules import DeliveryRules
from nurture.domain.organisation import Retention
from nurture.engine.inventory import Stored, impersonal, outside, processings
from nurture.engine.personal_data import Erasing, words
from nurture.engine.retention_rules import RULES, Rule, period

PAGES: Mapping[str, str] = {
    f"docs/{page}.{language}.md": language
    for page in ("data-protection", "record-of-processing")
    for language in ("de", "en")
}
"""Page -> language."""

_HEADS: Mapping[str, Text] = {
    "what": {"de": "Was", "en": "What"},
    "columns": {"de": "Angaben (Spalten)", "en": "Data (columns)"},
    "kept": {"de": "Wie lange", "en": "How long"},
    "erased": {"de": "Bei einer Löschung", "en": "On an erasure"},
    "purpose": {"de": "Zweck", "en": "Purpose"},
    "basis": {"de": "Rechtsgrundlage", "en": "Legal basis"},
    "categories": {"de": "Kategorien von Daten", "en": "Categories of data"},
    "tables": {"de": "Tabellen", "en": "Tables"},
    "rest": {"de": "Übrige", "en": "The rest"},
    "place": {"de": "Wo", "en": "Where"},
    "period": {"de": "Frist (Voreinstellung)", "en": "Period (default)"},
    "since": {"de": "Ab", "en": "Since"},
    "then": {"de": "Dann", "en": "Then"},
    "why": {"de": "Warum", "en": "Why"},
    "nobody": {"de": "Ohne Angaben über Kontakte", "en": "Without anything about contacts"},
}


def stored(language: str) -> str:
    """Every table with something personal, purpose by purpose, with every personal column."""
    parts = []
    for one in processings(language):
        lines = [
            [f"{s.about}<br>`{s.table}`", _grouped(s.columns), s.kept, "<br>".join(_told(s, language))] for s in one.tables
        ]
        head = f"**{_upper(one.purpose)}**  \n{_head('basis', language)}: {one.basis}"
        parts.append(f"{head}\n\n{_table(('what', 'columns', 'kept', 'erased'), lines, language)}")
    rest = _names(name for name, _ in impersonal(language))
    return "\n\n".join([*parts, f"{_head('nobody', language)}: {rest}."])


def _told(one: Stored, language: str) -> Iterator[str]:
    """What an erasure does; without names where it does the same with every column, or with all that are left."""
    stays = words("erasing", Erasing.KEEP, language)
    for how, names in one.erased:
        if len(one.erased) == 1:
            yield how
        else:
            yield f"{_head('rest', language)}: {how}" if how == stays else f"{how}: {_names(names)}"


def places(language: str) -> str:
    """Everything personal outside the database."""
    lines = [[one.about, one.kept, one.erased] for one in outside(language)]
    return _table(("place", "kept", "erased"), lines, language)


_DEFAULTS = cast(Definitions, SimpleNamespace(retention=Retention(), delivery=DeliveryRules()))
"""What the rules of retention ask for, as it is where nobody configured anything."""


def periods(language: str) -> str:
    """Every rule of retention, with its period where nobody configured another."""
    return _table(("what", "period", "since", "then", "why"), [_rule(rule, language) for rule in RULES], language)


def _rule(rule: Rule, language: str) -> list[str]:
    setting = f"<br>`{rule.key}`" if rule.key else ""
    told = [rule.since[language], rule.done[language], rule.why[language]]
    return [_upper(rule.what[language]), f"{period(_DEFAULTS, rule, language)}{setting}", *told]


def purposes(language: str) -> str:
    """One line per purpose: the heart of a record of processing."""
    lines = [
        [_upper(p.purpose), p.basis, ", ".join(p.categories), "; ".join(p.kept), _names(s.table for s in p.tables)]
        for p in processings(language)
    ]
    return _table(("purpose", "basis", "categories", "kept", "tables"), lines, language)


PARTS: Mapping[str, Callable[[str], str]] = {
    "stored": stored,
    "places": places,
    "periods": periods,
    "purposes": purposes,
}
"""Name in the marker -> what stands there."""

_MARKED = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(<!-- end of \2 -->)", re.DOTALL)


def renewed(page: str, language: str) -> str:
    """``page`` with everything between markers as it is now."""
    return _MARKED.sub(lambda found: f"{found[1]}\n{PARTS[found[2]](language)}\n\n{found[3]}", page)


def write(project: Path) -> None:
    """Renew the pages below ``project``."""
    for name, language in PAGES.items():
        path = project / name
        path.write_text(renewed(path.read_text("utf-8"), language), encoding="utf-8")


def _table(heads: Iterable[str], lines: Iterable[Sequence[str]], language: str) -> str:
    names = [_head(name, language) for name in heads]
    body = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
    return "\n".join(["| " + " | ".join(names) + " |", "|" + "---|" * len(names), *body])


def _grouped(groups: Iterable[tuple[str, Sequence[str]]]) -> str:
    return "<br>".join(f"{word}: {_names(names)}" for word, names in groups)


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _head(name: str, language: str) -> str:
    return _HEADS[name][language]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd())
