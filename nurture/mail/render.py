"""A template and a context -> a letter. The same template version, context and links give the same letter, always.

Contexts are plain str, dict, list and numbers, never objects. Knows no addresses and no headers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any

import jinja2

from nurture.domain.errors import TemplateFault
from nurture.mail.analysis import Link
from nurture.mail.expressions import LINK_NAMES
from nurture.mail.letter import Letter, one_line, tidy
from nurture.mail.library import Flat, Template
from nurture.mail.vocabulary import LINK_FUNCTIONS, SERVICE

__all__ = ["Letter", "render"]

_log = logging.getLogger(__name__)


def render(template: Template, context: Mapping[str, Any], link_url: Callable[[int, Link], str]) -> Letter:
    """The letter. ``link_url(n, link)`` gives the address of the n-th link of ``template``.

    Raises TemplateFault with file and line, whatever went wrong inside the template.
    """
    try:
        urls = [link_url(number, link) for number, link in enumerate(template.links)]
    except Exception as error:
        raise _fault(template, error) from error
    if (flat := template.swift) is not None:
        try:
            return _flat_letter(template, flat, context, urls)
        except Exception as error:  # noqa: BLE001 - whatever it is, the template as its author wrote it says where
            _log.debug("%s is rendered as written: %s", template.name, error)
    return _plain_letter(template, context, urls)


def _flat_letter(template: Template, flat: Flat, context: Mapping[str, Any], urls: Sequence[str]) -> Letter:
    values = {**flat.text.environment.globals, **context, **dict(zip(LINK_NAMES, urls, strict=False))}
    shared = flat.text.new_context(values, shared=True)
    blocks = flat.text.blocks
    values["subject"], values["preheader"] = (one_line("".join(blocks[name](shared))) for name in ("subject", "preheader"))
    text = "".join(flat.text.root_render_func(shared))
    html = "".join(flat.html.root_render_func(flat.html.new_context(values, shared=True)))
    return Letter(values["subject"], values["preheader"], html, tidy(text), template.references)


def _plain_letter(template: Template, context: Mapping[str, Any], urls: Sequence[str]) -> Letter:
    values = dict(context)
    try:
        if template.mail != SERVICE:
            values.update(_link_functions(template, urls))
        subject = one_line(_block(template.text, "subject", values))
        preheader = one_line(_block(template.text, "preheader", values))
        text = _whole(template.text, values)
        html = _whole(template.html, {**values, "subject": subject, "preheader": preheader})
    except Exception as error:
        raise _fault(template, error) from error
    return Letter(subject, preheader, html, tidy(text), template.references)


def _link_functions(template: Template, urls: Sequence[str]) -> dict[str, Callable[..., str]]:
    known: dict[str, dict[str, str]] = {kind: {} for kind in LINK_FUNCTIONS}
    for link, url in zip(template.links, urls, strict=True):
        known[link.kind][link.target] = url
    functions: dict[str, Callable[..., str]] = {kind: known[kind].__getitem__ for kind in LINK_FUNCTIONS}
    functions["call_me"] = lambda: known["call_me"][""]
    return functions


def _whole(compiled: jinja2.Template, values: dict[str, Any]) -> str:
    return "".join(compiled.root_render_func(compiled.new_context(values)))


def _block(compiled: jinja2.Template, name: str, values: dict[str, Any]) -> str:
    return "".join(compiled.blocks[name](compiled.new_context(values)))


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
