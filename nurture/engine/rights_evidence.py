"""What the evidence of a consent says, in words people read. Knows the facts of a proof; the raw ones, with every
checksum, are in the file for programs and in the proof itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nurture.domain.definitions import Definitions
from nurture.engine import naming
from nurture.engine.proof.texts import text

_CHECKSUMS = frozenset({"salt", "titles", "wording", "shown", "controller", "sha256", "file_sha256", "chained_later"})


def in_words(d: Definitions, evidence: Mapping[str, Any], language: str) -> str:
    """One line per fact; nothing for what is empty."""
    return "; ".join(f"{label}: {value}" for label, value in _facts(d, evidence, language))


def _facts(d: Definitions, evidence: Mapping[str, Any], language: str) -> Iterator[tuple[str, str]]:
    for name, value in evidence.items():
        if name not in _CHECKSUMS and value not in (None, "", [], {}):
            yield text(f"fact.{name}", language, default=name), _value(d, name, value, language)


def _value(d: Definitions, name: str, value: Any, language: str) -> str:
    if name in ("offered", "ticked"):
        return ", ".join(naming.purpose_title(d, purpose, language) for purpose in value)
    if name == "form":
        return naming.form_title(d, str(value), language)
    if isinstance(value, bool):
        return text("yes" if value else "no", language)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
