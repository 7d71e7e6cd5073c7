"""A template and what many of its letters share -> a plate: both parts as they go over the wire, but for each reader's own.

    sender, imprint, product, language     known: folded in, and what depends on them is decided
    text between the values                encoded once (``encoding``)
    values                                 encoded one by one as they are printed

A plate prints exactly the bytes that ``render`` and ``mime`` make of the same letter, or nothing at all: whatever might
come out differently (line breaks and invisible characters in a value, a dot or "From " where a line might begin) raises
TooHard, when the plate is made or when the letter is printed, and the letter is written the long way.
"""

from __future__ import annotations

from binascii import a2b_qp
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import jinja2
from jinja2 import nodes
from jinja2.runtime import Context
from jinja2.utils import missing

from nurture.mail import mime
from nurture.mail.analysis import Link
from nurture.mail.encoding import Encoder, html_environment, html_spelled, ready_links, text_environment, text_spelled
from nurture.mail.environment import HTML, TEXT, Environment
from nurture.mail.expressions import LINK_NAMES, READY_LINKS, TooHard
from nurture.mail.folding import compiled, flat_body
from nurture.mail.letter import one_line, tidy
from nurture.mail.mime import Part
from nurture.mail.vocabulary import RENDERED

_WORTH_IT = 100
"""Making a plate takes as long as it saves over about as many letters."""
_READY_NAMES = tuple(READY_LINKS.values())
_MOST = 32
"""Plates of one template that are kept."""
_LINE = 75
"""A longer line is broken after so many characters (RFC 2045 6.7)."""


class Printed(NamedTuple):
    """A letter, ready for the wire."""

    subject: str
    text: Part
    html: Part


class Press:
    """The plates of one template. ``name``: where it lies, without the endings."""

    def __init__(
        self, environment: jinja2.Environment, name: str, sources: Mapping[str, str], links: Sequence[Link]
    ) -> None:
        assert isinstance(environment, Environment)  # noqa: S101 - all ours are
        self._environment, self._name, self._sources, self._links = environment, name, sources, links
        self._asked: dict[str, int] = {}
        self._plates: dict[str, Plate | None] = {}

    def plate(self, key: str, known: Mapping[str, Any]) -> Plate | None:
        """The plate for letters that all say ``known``, named ``key``; None while it is not worth it, or beyond us."""
        if key in self._plates:
            return self._plates[key]
        if len(self._asked) > 4 * _MOST:
            self._asked.clear()
        self._asked[key] = asked = self._asked.get(key, 0) + 1
        if asked <= _WORTH_IT:
            return None
        if len(self._plates) >= _MOST:
            self._plates.clear()
        try:
            made = self.make(known)
        except TooHard:
            made = None
        self._plates[key] = made
        return made

    def make(self, known: Mapping[str, Any]) -> Plate:
        """The plate for letters that all say ``known``. Raises TooHard."""
        text = self._flat(TEXT, known, RENDERED)
        blocks = list(nodes.Template(text).find_all(nodes.Block))
        if {block.name for block in blocks} != RENDERED.keys():
            raise TooHard
        lines = compiled(self._environment, self._name + TEXT, [nodes.If(nodes.Const(False), blocks, [], [])])
        return Plate(known.keys(), _Part(lines), self._text(text), self._html(self._flat(HTML, known, ())))

    def _text(self, body: list[nodes.Node]) -> _Part:
        """Encoded before it is printed; or behind, as text in plain ASCII, which is sent as it is."""
        encoder = Encoder(text_spelled, self._environment.printed_text)
        with suppress(TooHard):
            encoded = encoder.encoded(body)
            if encoder.beyond_ascii:
                return _Part(compiled(text_environment(self._environment), self._name + TEXT, encoded), _quoted)
        return _Part(compiled(self._environment, self._name + TEXT, body), _whole_text)

    def _html(self, body: list[nodes.Node]) -> _Part:
        encoded = Encoder(html_spelled, self._environment.printed_html).encoded(body)
        return _Part(compiled(html_environment(self._environment), self._name + HTML, encoded), _referenced)

    def _flat(self, ending: str, known: Mapping[str, Any], kept: Iterable[str]) -> list[nodes.Node]:
        return flat_body(self._environment, self._name + ending, self._sources, self._links, kept, known)


class Plate:
    """``print`` letters with it."""

    def __init__(self, known: Iterable[str], lines: _Part, text: _Part, html: _Part) -> None:
        self._known, self._text, self._html = frozenset(known), text, html
        self._subject, self._preheader = (lines.blocks[name] for name in ("subject", "preheader"))
        self._lines = lines

    def print(self, values: Mapping[str, Any], urls: Sequence[str]) -> Printed:
        """The letter that says ``values``; ``urls``: the addresses of its links. Raises TooHard, or as templates do."""
        if not self._known.isdisjoint(values):
            raise TooHard
        given = _Values(self._text.globals)
        given.update(values)
        given.update(zip(LINK_NAMES, urls, strict=False))
        context = _Given(self._lines, given)
        given["subject"] = subject = one_line("".join(self._subject(context)))
        given["preheader"] = one_line("".join(self._preheader(context)))
        in_text, in_html = ready_links(urls)
        given.update(zip(_READY_NAMES, in_text, strict=False))
        text = self._text.printed(given)
        if in_html is not in_text:
            given.update(zip(_READY_NAMES, in_html, strict=False))
        return Printed(subject, text, self._html.printed(given))


class _Part:
    """A compiled body, ready to be called. ``finish`` makes a part of the mail of what it prints."""

    def __init__(self, made: jinja2.Template, finish: Callable[[str], Part] | None = None) -> None:
        context = made.new_context()
        self.eval_context, self.environment, self.name = context.eval_ctx, context.environment, context.name
        self.globals, self.blocks = context.parent, made.blocks
        self._print, self._finish = made.root_render_func, finish or mime.text_part

    def printed(self, values: _Values) -> Part:
        return self._finish("".join(self._print(_Given(self, values))))


class _Values(dict[str, Any]):
    """The names of a context; one that is missing is Jinja's to complain of."""

    def __missing__(self, name: str) -> Any:
        return missing


class _Given(Context):
    """A context made in no time: nothing inherits from a plate, nothing is exported."""

    def __init__(self, part: _Part, values: _Values) -> None:
        self.parent, self.vars, self.environment, self.name = values, {}, part.environment, part.name
        self.eval_ctx, self.exported_vars, self.globals_keys, self.blocks = part.eval_context, set(), set(), {}
        self.resolve_or_missing = values.__getitem__  # type: ignore[assignment]


def _referenced(html: str) -> Part:
    """Encoded html as it is sent. Raises TooHard."""
    part = html.rstrip("\r\n").encode("ascii") + b"\r\n"
    if mime.has_long_line(part):
        raise TooHard
    return mime.SEVEN_BIT, part


def _whole_text(text: str) -> Part:
    return mime.text_part(tidy(text))


def _quoted(text: str) -> Part:
    """Encoded text as it is sent: no gaps, no line longer than 76 characters, CRLF. Raises TooHard."""
    if "\n\n\n" in text or " \n" in text or "\t\n" in text:
        text = tidy(text)
        if " \n" in text or "\t\n" in text:
            raise TooHard
    lines = text.strip().split("\n")
    lines.append("")
    broken = [line if len(line) <= _LINE else _broken(line) for line in lines]
    return mime.QUOTED, "\r\n".join(broken).encode("ascii")


def _broken(line: str) -> str:
    if line[-1] == "=":  # the beginning of a line that was broken before
        return line
    if len(line) <= 2 * _LINE and "=" not in line and line[_LINE] not in ".F":
        return f"{line[:_LINE]}=\r\n{line[_LINE:]}"
    return mime.quoted_line(a2b_qp(line).decode("utf-8"))
