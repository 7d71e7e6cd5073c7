"""Jinja as all mails use it: strict, escaping by file name, no surprises from the outside.

Contexts are plain str, dict, list, numbers and None; templates are our own. Nothing else is reachable from a template.
What is printed goes through one function per piece (``printed_html``, ``printed_text``) instead of Jinja's two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import escape

Printing = Callable[[Any], str]
"""What is written for a value."""

HTML, TEXT = ".html.j2", ".txt.j2"


class _Code(CodeGenerator):
    """Python code of a template; differs from Jinja's in how it prints a value."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ARG002
        self.write("environment.printed_html(" if frame.eval_ctx.autoescape else "environment.printed_text(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ARG002
        self.write(")")


def _printed_html(value: object) -> str:
    if type(value) is str:  # what escape() does, without wrapping the result
        value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return value.replace("'", "&#39;").replace('"', "&#34;")
    return "" if value is None else escape(value)


def _printed_text(value: object) -> str:
    return "" if value is None else str(value)


class Environment(jinja2.Environment):
    """Looks into dicts before asking for attributes: ``product.items`` is the key, and it is faster."""

    code_generator_class: type[CodeGenerator] = _Code
    printed_html: Printing = staticmethod(_printed_html)
    printed_text: Printing = staticmethod(_printed_text)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


class _Compiled(jinja2.BytecodeCache):
    """What this process compiled, by name and text: libraries are read again after a change of one file, and older
    versions of a mail share nearly all their files with its present one.
    """

    _MOST = 4096

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if len(self._codes) >= self._MOST:
            self._codes.clear()
        self._codes[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


def make_environment(sources: Mapping[str, str]) -> Environment:
    """An environment whose files are ``sources`` (name -> text); compiles each at most once."""
    environment = Environment(
        loader=jinja2.DictLoader(sources),
        undefined=jinja2.StrictUndefined,
        autoescape=is_html,
        finalize=_blank_for_none,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=_COMPILED,
    )
    environment.globals = {"range": range}
    return environment


def is_html(name: str | None) -> bool:
    """Whether values in the file ``name`` are escaped. (Jinja's select_autoescape does not know ``.html.j2``.)"""
    return name is None or not name.endswith(TEXT)


def _blank_for_none(value: object) -> object:
    return "" if value is None else value
