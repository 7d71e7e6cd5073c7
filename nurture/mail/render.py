"""A template and a context -> a letter. The same template version, context and links give the same letter, always.

Contexts are plain str, dict, list and numbers, never objects. Knows no addresses and no headers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import jinja2

from nurture.domain.errors import TemplateFault
from nurture.mail.analysis import Link
from nurture.mail.library import Template
from nurture.mail.vocabulary import LINK_FUNCTIONS, SERVICE

_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")


@dataclass(frozen=True, slots=True)
class Letter:
    """What a reader gets; lines end in LF, no line of ``subject`` and ``preheader`` breaks."""

    subject: str
    preheader: str
    html: str
    text: str


def render(template: Template, context: Mapping[str, Any], link_url: Callable[[int, Link], str]) -> Letter:
    """The letter. ``link_url(n, link)`` gives the address of the n-th link of ``template``.

    Raises TemplateFault with file and line, whatever went wrong inside the template.
    """
    values = dict(context)
    try:
        if template.mail != SERVICE:
            values.update(_link_functions(template, link_url))
        subject = _one_line(_block(template.text, "subject", values))
        preheader = _one_line(_block(template.text, "preheader", values))
        text = _whole(template.text, values)
        html = _whole(template.html, {**values, "subject": subject, "preheader": preheader})
    except Exception as error:
        raise _fault(template, error) from error
    return Letter(subject, preheader, html, _BLANK_LINES.sub("\n\n", text).strip() + "\n")


def _link_functions(template: Template, link_url: Callable[[int, Link], str]) -> dict[str, Callable[..., str]]:
    urls: dict[str, dict[str, str]] = {kind: {} for kind in LINK_FUNCTIONS}
    for number, link in enumerate(template.links):
        urls[link.kind][link.target] = link_url(number, link)
    functions: dict[str, Callable[..., str]] = {kind: urls[kind].__getitem__ for kind in LINK_FUNCTIONS}
    functions["call_me"] = lambda: urls["call_me"][""]
    return functions


def _whole(compiled: jinja2.Template, values: dict[str, Any]) -> str:
    return "".join(compiled.root_render_func(compiled.new_context(values)))


def _block(compiled: jinja2.Template, name: str, values: dict[str, Any]) -> str:
    return "".join(compiled.blocks[name](compiled.new_context(values)))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _fault(template: Template, error: Exception) -> TemplateFault:
    """Where in which file it happened: the innermost frame that belongs to a compiled template."""
    file, line = template.name, 0
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        compiled = trace.tb_frame.f_globals.get("__jinja_template__")
        if isinstance(compiled, jinja2.Template):
            file, line = compiled.name or file, compiled.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return TemplateFault(file, line, f"{error}" or type(error).__name__)
