"""A folded template's body -> the same with its text encoded for the wire; and values, encoded as they are printed.

Follows where a line may begin: what may not stand there, a dot or "From ", is refused while the body is encoded
(``TooHard``), or, in front of a value, while it is printed. The two forms:

    html    ASCII, what is beyond it as character references, CRLF
    text    quoted-printable, but LF; whole lines are wrapped already, those with values in them not yet
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from jinja2 import nodes
from markupsafe import Markup

from nurture.mail import mime
from nurture.mail.environment import Environment
from nurture.mail.expressions import READY_LINKS, TooHard
from nurture.mail.letter import BLANK_LINES

Spelling = Callable[[str], str]

_FIRST = "where_a_line_begins"
_RISKY = re.compile(r"\n(?:\.|From )")
_INDENTED = re.compile(r"\n[ \t]+")
_UNUSUAL = re.compile("[^\\S \t\n]|[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_TRAILING = re.compile(r"[ \t]\n")
_QUOTED = [chr(byte) if 32 <= byte < 127 and byte != 61 else f"={byte:02X}" for byte in range(256)]


# --- what stands in the template ----------------------------------------------------------------------------------------


def html_spelled(text: str) -> str:
    """Text of a template in the html part. Raises TooHard."""
    data = text.encode("ascii", "xmlcharrefreplace")
    if mime.DOUBTFUL.search(data):
        raise TooHard
    return data.decode("ascii").replace("\n", "\r\n")


def text_spelled(text: str) -> str:
    """Text of a template in the text part. Raises TooHard."""
    if _TRAILING.search(text):
        raise TooHard
    lines = BLANK_LINES.sub("\n\n", text).split("\n")
    whole = [mime.quoted_line(line).replace("\r\n", "\n") for line in lines[1:-1]]
    return "\n".join([_quoted(lines[0]), *whole, *map(_quoted, lines[1:][-1:])])


def _quoted(text: str) -> str:
    """A part of a line as quoted-printable, not wrapped."""
    return "".join(map(_QUOTED.__getitem__, text.encode()))


class Encoder:
    """Encodes one body. ``beyond_ascii``: whether every letter has a character beyond ASCII in it."""

    def __init__(self, spelled: Spelling, printed: Callable[[Any], str]) -> None:
        self._spelled, self._printed = spelled, printed
        self._fresh, self._depth = True, 0  # whether a line may begin here; within how many conditions and loops
        self.beyond_ascii = False

    def encoded(self, body: Iterable[nodes.Node]) -> list[nodes.Node]:
        """Raises TooHard."""
        kept = (inner for node in body if not _never(node) for inner in _opened(node))
        joined: list[nodes.Node] = []
        for node in kept:
            if isinstance(node, nodes.Output) and joined and isinstance(joined[-1], nodes.Output):
                joined[-1] = nodes.Output([*joined[-1].nodes, *node.nodes])
            else:
                joined.append(node)
        return [new for node in joined for new in self._statement(node)]

    def _statement(self, node: nodes.Node) -> list[nodes.Node]:
        match node:
            case nodes.Output():
                return [nodes.Output(list(self._pieces(node.nodes)), lineno=node.lineno)]
            case nodes.If():
                return [self._if(node)]
            case nodes.For():
                return [self._for(node)]
            case nodes.Scope():
                return [nodes.Scope(self.encoded(node.body), lineno=node.lineno)]
            case nodes.Assign():
                return [node]
        raise TooHard

    def _if(self, node: nodes.If) -> nodes.If:
        before = self._fresh
        body, after = self._branch(node.body, before)
        others = []
        for other in node.elif_:
            its, fresh = self._branch(other.body, before)
            others.append(nodes.If(other.test, its, [], [], lineno=other.lineno))
            after = after or fresh
        rest, fresh = self._branch(node.else_, before)
        self._fresh = after or fresh
        return nodes.If(node.test, body, others, rest, lineno=node.lineno)

    def _for(self, node: nodes.For) -> nodes.For:
        before = self._fresh
        body, after = self._branch(node.body, fresh=True)
        rest, fresh = self._branch(node.else_, before)
        self._fresh = before or after or fresh
        return nodes.For(node.target, node.iter, body, rest, node.test, False, lineno=node.lineno)

    def _branch(self, body: Sequence[nodes.Node], fresh: bool) -> tuple[list[nodes.Node], bool]:  # noqa: FBT001
        """``body`` encoded, and whether a line may begin behind it."""
        self._fresh = fresh
        self._depth += 1
        done = self.encoded(body)
        self._depth -= 1
        return done, self._fresh

    def _pieces(self, pieces: Iterable[nodes.Expr]) -> Iterator[nodes.Expr]:
        for constant, group in groupby(pieces, lambda piece: isinstance(piece, nodes.TemplateData | nodes.Const)):
            if constant:
                yield self._constant("".join(map(self._said, group)))
            else:
                for piece in group:
                    if isinstance(piece, nodes.Name) and piece.name in READY_LINKS:
                        yield nodes.Name(READY_LINKS[piece.name], "load", lineno=piece.lineno)
                    else:
                        yield nodes.Filter(piece, _FIRST, [], [], None, None) if self._fresh else piece
                    self._fresh = False

    def _said(self, piece: nodes.Expr) -> str:
        """What a constant prints."""
        if isinstance(piece, nodes.TemplateData):
            return piece.data
        assert isinstance(piece, nodes.Const)  # noqa: S101 - the other kind
        return str(self._printed(piece.value))

    def _tidied(self, text: str) -> str:
        """``text`` without what ``tidy`` may take away at the beginning of a line."""
        if self._spelled is not text_spelled:
            return text
        return _INDENTED.sub("\n", text.lstrip(" \t") if self._fresh else text)

    def _constant(self, text: str) -> nodes.TemplateData:
        plain = self._tidied(text)
        if self._fresh and plain and (plain.startswith((".", "From ")) or "From ".startswith(plain)):
            raise TooHard
        if _RISKY.search(plain) or _UNUSUAL.search(text):
            raise TooHard
        _, line_end, tail = plain.rpartition("\n")
        self._fresh = not tail and (self._fresh or bool(line_end))
        self.beyond_ascii |= not self._depth and not text.isascii()
        return nodes.TemplateData(self._spelled(text))


def _opened(node: nodes.Node) -> Iterable[nodes.Node]:
    """The nodes of a scope that has nothing to keep to itself: what a loop sets is the loop's own anyway."""
    if isinstance(node, nodes.Scope) and node.find(nodes.Assign) is None:
        return [inner for outer in node.body if not _never(outer) for inner in _opened(outer)]
    return [node]


def _never(node: nodes.Node) -> bool:
    """Whether it prints nothing: where blocks stand that are asked for by name."""
    return isinstance(node, nodes.If) and node.test == nodes.Const(False) and not node.elif_ and not node.else_


# --- values -------------------------------------------------------------------------------------------------------------


def html_environment(environment: Environment) -> Environment:
    """``environment`` for encoded html: values are encoded as they are printed, or refused (TooHard)."""
    return _printing(environment, _html_value)


def text_environment(environment: Environment) -> Environment:
    """``environment`` for encoded text."""
    return _printing(environment, _text_value)


def _printing(environment: Environment, value: Callable[[Any], str]) -> Environment:
    encoding = environment.overlay()
    assert isinstance(encoding, Environment)  # noqa: S101 - it is of the same class
    encoding.printed_html = encoding.printed_text = value
    encoding.filters = {**environment.filters, _FIRST: _first}
    return encoding


def _first(value: Any) -> Any:
    """A value where a line may begin: there is one, and it does not begin with what may not stand there."""
    if value is None or (isinstance(value, str) and (value[:1] in ("", " ", ".") or "From ".startswith(value[:5]))):
        raise TooHard
    return value


def ready_links(urls: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The addresses of links as they stand in the text and in the html; nearly always they need no encoding.

    Raises TooHard where one might begin a line that it may not begin.
    """
    if not all(url.startswith("http") for url in urls):
        raise TooHard
    said = "".join(urls)
    if said.isascii() and said.isprintable() and not any(mark in said for mark in _MARKS):
        return urls, urls
    return [_text_value(url) for url in urls], [_html_value(url) for url in urls]


_MARKS = "&<>'\"="
"""What is encoded in html, and in quoted-printable."""


def _html_value(value: object) -> str:
    if type(value) is not str:
        value = _plain(value)
    if not value.isprintable():
        raise TooHard
    value = (
        value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;").replace('"', "&#34;")
    )
    return value if value.isascii() else value.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _text_value(value: object) -> str:
    text = value if type(value) is str else _plain(value)
    if not text.isprintable():
        raise TooHard
    return text if text.isascii() and "=" not in text else _quoted(text)


def _plain(value: object) -> str:
    """What is no text, such as a number. What is marked as safe html may be anything."""
    if isinstance(value, Markup):
        raise TooHard
    return "" if value is None else str(value)
