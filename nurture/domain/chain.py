"""Ledgers whose entries hold one another: nobody can change, remove or move one without it showing.

    hash(n) = SHA-256( canonical JSON of entry n, which names hash(n-1) )

What an entry says of a person lies beside it as content; the entry holds the content's digest only. So the content can be
removed when the law wants it removed, and the chain still holds. The content's salt goes with it: a digest that stays tells
nothing about what is gone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

START = "0" * 64
"""What the first entry names as the one before it."""
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode


def canonical(value: Mapping[str, Any]) -> bytes:
    """One spelling for one value: keys sorted, no white space, ASCII (as RFC 8785 orders it, for strings and integers)."""
    return _canonical(value).encode()


def digest(value: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical spelling, 64 hexadecimal digits. ``value``: strings, integers, booleans, None, nested."""
    return sha256(canonical(value)).hexdigest()
