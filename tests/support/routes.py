"""Addresses of pages, compiled once for all apps of a process; each test builds an app of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


def compiled_once(compile_builder: Callable[..., Builder]) -> Callable[..., Builder]:
    """``Rule._compile_builder``, asked once for each text: what it gives out is bound to the single rule only afterwards."""
    known: dict[Any, Builder] = {}

    def compiled(rule: Rule, append_unknown: bool = True) -> Builder:
        if rule.defaults:
            return compile_builder(rule, append_unknown)
        key = (rule.rule, *rule._trace, append_unknown)
        if key not in known:
            known[key] = compile_builder(rule, append_unknown)
        return known[key]

    return compiled
