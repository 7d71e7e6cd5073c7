"""A template and what many of its letters share -> a plate: both parts as they go over the wire, but for each reader's own.

    sender, imprint, product, language     known: folded in, and what depends on them is decided (``folding``)
    conditions on the reader               Jinja decides; what it decides for is put together as a sheet once (``runs``)
    the words of a sheet                   encoded once, in lines (``encoding``)
    values                                 looked up and encoded once, for all their places in both parts

A plate prints exactly the bytes that ``render`` and ``mime`` make of the same letter, or nothing at all: whatever might
come out differently (line breaks and invisible characters in a value, a dot or "From " where a line might begin) raises
TooHard, when the plate is made or when the letter is printed, and the letter is written the long way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import jinja2
from jinja2 import nodes
from jinja2.runtime import Context
from jinja2.utils import missing

from nurture.mail.analysis import Link
from nurture.mail.encoding import Sheet, Spelled, html_sheet, spelled, text_sheet
from nurture.mail.environment import HTML, TEXT, Environment
from nurture.mail.expressions import LINK_NAMES, TooHard, constant_text
from nurture.mail.folding import compiled, flat_body
from nurture.mail.letter import one_line, tidy
from nurture.mail.mime import Part, text_part
from nurture.mail.runs import Key, Place, Runs
from nurture.mail.vocabulary import RENDERED

_WORTH_IT = 100
"""Making a plate takes as long as it saves over about as many letters."""
_MOST = 32
"""Plates of one template that are kept."""
_MOST_SHEETS = 64
"""Sheets of one part of a plate. What is decided otherwise is written the long way, so that nobody makes us keep more."""
_Line = Callable[[Context], str]


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
        body = self._flat(TEXT, known, RENDERED)
        blocks = {block.name: block for block in nodes.Template(body).find_all(nodes.Block)}
        if blocks.keys() != RENDERED.keys():
            raise TooHard
        made = compiled(self._environment, self._name + TEXT, [nodes.If(nodes.Const(False), [*blocks.values()], [], [])])
        lines = {name: _line(block, made) for name, block in blocks.items()}
        places: list[Place] = []
        html = Runs(self._environment, self._name + HTML, self._flat(HTML, known, ()), places)
        return Plate(known, lines, self._text(body, places), _Sheets(html, html_sheet), places)

    def _text(self, body: list[nodes.Node], places: list[Place]) -> _Part:
        name = self._name + TEXT
        try:
            return _Sheets(Runs(self._environment, name, body, places), text_sheet)
        except TooHard:
            return _Whole(compiled(self._environment, name, body))

    def _flat(self, ending: str, known: Mapping[str, Any], kept: Iterable[str]) -> list[nodes.Node]:
        return flat_body(self._environment, self._name + ending, self._sources, self._links, kept, known)


class Plate:
    """``print`` letters with it."""

    def __init__(
        self, known: Iterable[str], lines: Mapping[str, _Line], text: _Part, html: _Part, places: Sequence[Place]
    ) -> None:
        self._known, self._text, self._html, self._places = frozenset(known), text, html, places
        self._subject, self._preheader = lines["subject"], lines["preheader"]

    def print(self, values: Mapping[str, Any], urls: Sequence[str]) -> Printed:
        """The letter that says ``values``; ``urls``: the addresses of its links. Raises TooHard, or as templates do."""
        if not self._known.isdisjoint(values):
            raise TooHard
        given = _Values(self._text.like.parent)
        given.update(values)
        given.update(zip(LINK_NAMES, urls, strict=False))
        context = _Given(self._text.like, given)
        given["subject"], given["preheader"] = subject, _ = self._subject(context), self._preheader(context)
        found = self._found(given)
        text = self._text.printed(context, found)
        return Printed(subject, text, self._html.printed(_Given(self._html.like, given), found))

    def _found(self, given: _Values) -> Spelled:
        """The values that are only looked up. Raises TooHard if there is one that cannot be, printed or not."""
        try:
            return spelled([given[name] if attr is None else given[name][attr] for name, attr in self._places])
        except (KeyError, TypeError):
            raise TooHard from None


class _Part(Protocol):
    like: Context
    """Contexts of its letters are made like this one."""

    def printed(self, context: Context, found: Spelled) -> Part:
        """``found``: the values that are looked up."""


class _Sheets:
    """A part with a sheet for everything that is decided of its runs."""

    def __init__(self, runs: Runs, sheet: Callable[[Sequence[str]], Sheet]) -> None:
        self.like = runs.context
        self._runs, self._sheet = runs, sheet
        self._sheets: dict[Key, tuple[Sheet, Sequence[int]] | None] = {}

    def printed(self, context: Context, found: Spelled) -> Part:
        key, computed = self._runs.said(context)
        made = self._sheets[key] if key in self._sheets else self._made(key)
        if made is None:
            raise TooHard
        sheet, slots = made
        return sheet.filled(_with(found, computed) if computed else found, slots)

    def _made(self, key: Key) -> tuple[Sheet, Sequence[int]] | None:
        """The sheet for these runs; None if it is beyond us."""
        if len(self._sheets) >= _MOST_SHEETS:
            return None
        try:
            made = self._sheet(self._runs.pieces(key)), self._runs.slots(key)
        except TooHard:
            made = None
        self._sheets[key] = made
        return made


def _with(found: Spelled, computed: Sequence[Any]) -> Spelled:
    """Both, one behind the other."""
    return Spelled(*([*some, *more] for some, more in zip(found, spelled(computed), strict=True)))


class _Whole:
    """A text that does more than decide and repeat: encoded behind."""

    def __init__(self, made: jinja2.Template) -> None:
        self.like, self._print = made.new_context(), made.root_render_func

    def printed(self, context: Context, found: Spelled) -> Part:  # noqa: ARG002 - it looks for itself
        return text_part(tidy("".join(self._print(context))))


def _line(block: nodes.Block, made: jinja2.Template) -> _Line:
    """What prints the line of this block of ``made``."""
    if (always := constant_text(block.body)) is not None:
        line = one_line(always.value)
        return lambda _: line
    print_ = made.blocks[block.name]
    return lambda context: one_line("".join(print_(context)))


class _Values(dict[str, Any]):
    """The names of a context; one that is missing is Jinja's to complain of."""

    def __missing__(self, name: str) -> Any:
        return missing


class _Given(Context):
    """A context made in no time: nothing inherits from a plate, nothing is exported."""

    def __init__(self, like: Context, values: _Values) -> None:
        self.parent, self.vars, self.environment, self.name = values, {}, like.environment, like.name
        self.eval_ctx, self.exported_vars, self.globals_keys, self.blocks = like.eval_ctx, set(), set(), {}
        self.resolve_or_missing = values.__getitem__  # type: ignore[assignment]
