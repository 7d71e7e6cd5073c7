"""Jinja as all mails use it: strict, escaping by file name, no surprises from the outside.

Contexts are plain str, dict, list, numbers and None; templates are our own. Nothing else is reachable from a template.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jinja2

HTML, TEXT = ".html.j2", ".txt.j2"


class _Environment(jinja2.Environment):
    """Looks into dicts before asking for attributes: ``product.items`` is the key, and it is faster."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def make_environment(sources: Mapping[str, str]) -> jinja2.Environment:
    """An environment whose files are ``sources`` (name -> text); compiles each at most once."""
    environment = _Environment(
        loader=jinja2.DictLoader(sources),
        undefined=jinja2.StrictUndefined,
        autoescape=is_html,
        finalize=_blank_for_none,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.globals = {"range": range}
    return environment


def is_html(name: str | None) -> bool:
    """Whether values in the file ``name`` are escaped. (Jinja's select_autoescape does not know ``.html.j2``.)"""
    return name is None or not name.endswith(TEXT)


def _blank_for_none(value: object) -> object:
    return "" if value is None else value
