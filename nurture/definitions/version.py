"""Versions as hashes of content: what a reader of the YAML would call the same gives the same version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from nurture.definitions.document import Document

_ORDERED = frozenset({"options"})
"""Mappings whose order means something to people."""


def version_of(data: Any) -> str:
    """16 hex digits over ``data``. Comments, layout, quoting and the order of keys do not count; lists' order does."""
    return _digest(_canonical(data))


def version_of_all(documents: Mapping[str, Document]) -> str:
    """16 hex digits over the content of all files."""
    return _digest({file: documents[file].data for file in sorted(documents)})


def _digest(data: Any) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:16]


def _canonical(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _entry(key, data[key]) for key in sorted(data)}
    if isinstance(data, list):
        return [_canonical(item) for item in data]
    return data


def _entry(key: str, value: Any) -> Any:
    if key in _ORDERED and isinstance(value, dict):
        return [[name, _canonical(label)] for name, label in value.items()]
    return _canonical(value)
