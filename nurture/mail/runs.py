"""A flat body -> which runs of its text a letter consists of, and the values that stand in them.

    Guten Tag {{ greeting }},⏎⏎                run 0, one value
    {% if contact.company %}
    Für {{ contact.company|upper }} lohnt …⏎   run 1, one value that is computed, if there is a company
    {% endif %}
    Viele Grüße⏎                               run 2, no value

Jinja decides and computes, as ever, but hands over (0,), (1, computed), (2,) instead of text. A value that only has to be
looked up has a place instead, ("greeting", None) or ("contact", "company"): however often it is printed, in either part, it
is looked up and encoded once. What a run looks like in a mail is no business of this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context

from nurture.mail.environment import Environment, is_html
from nurture.mail.expressions import TooHard
from nurture.mail.folding import compiled
from nurture.mail.scope import stored

Key = tuple[int, ...]
"""The runs of a letter, by number."""
Place = tuple[str, str | None]
"""Where a value is: a name of the context, and which of its attributes, if any."""


class _Numbering(CodeGenerator):
    """Python code of a body; hands over what it would print, as one tuple."""

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        self.writeline("yield (", node)
        for piece in node.nodes:
            self.visit(piece, frame)
            self.write(", ")
        self.write(")")


class Runs:
    """The runs of one body. Raises TooHard for one that does more than decide, repeat and print.

    ``places``: of the values that are looked up; those of this body are added.
    """

    def __init__(self, environment: Environment, name: str, body: Sequence[nodes.Node], places: list[Place]) -> None:
        self._printed = environment.printed_html if is_html(name) else environment.printed_text
        self._own, self._places = stored(body), places
        self._pieces: list[tuple[str, ...]] = []
        self._slots: list[tuple[int | None, ...]] = []
        numbering = environment.overlay()
        numbering.code_generator_class = _Numbering
        made = compiled(numbering, name, self._numbered(body))
        self._root: Callable[[Context], Iterator[Any]] = made.root_render_func
        self.context = made.new_context()

    def said(self, context: Context) -> tuple[Key, list[Any]]:
        """The runs of this letter, and the values that were computed. Raises whatever templates do."""
        key: list[int] = []
        values: list[Any] = []
        for number, *its in self._root(context):
            key.append(number)
            values += its
        return tuple(key), values

    def pieces(self, key: Key) -> list[str]:
        """The text of these runs: what stands before, between and behind the values."""
        joined = [""]
        for number in key:
            first, *others = self._pieces[number]
            joined[-1] += first
            joined += others
        return joined

    def slots(self, key: Key) -> list[int]:
        """Which of the values stand between these pieces; they are those with a place, then those that were computed."""
        computed = count(len(self._places))
        return [next(computed) if slot is None else slot for number in key for slot in self._slots[number]]

    # --- numbering --------------------------------------------------------------------------------------------------------

    def _numbered(self, body: Iterable[nodes.Node]) -> list[nodes.Node]:
        kept = (inner for node in body if not _never(node) for inner in _opened(node))
        joined: list[nodes.Node] = []
        for node in kept:
            if isinstance(node, nodes.Output) and joined and isinstance(joined[-1], nodes.Output):
                joined[-1] = nodes.Output([*joined[-1].nodes, *node.nodes], lineno=joined[-1].lineno)
            else:
                joined.append(node)
        return [self._statement(node) for node in joined]

    def _statement(self, node: nodes.Node) -> nodes.Node:
        match node:
            case nodes.Output():
                return nodes.Output([nodes.Const(len(self._pieces)), *self._run(node.nodes)], lineno=node.lineno)
            case nodes.If():
                others = [nodes.If(o.test, self._numbered(o.body), [], [], lineno=o.lineno) for o in node.elif_]
                body, rest = self._numbered(node.body), self._numbered(node.else_)
                return nodes.If(node.test, body, others, rest, lineno=node.lineno)
            case nodes.For():
                body, rest = self._numbered(node.body), self._numbered(node.else_)
                return nodes.For(node.target, node.iter, body, rest, node.test, False, lineno=node.lineno)
            case nodes.Scope():
                return nodes.Scope(self._numbered(node.body), lineno=node.lineno)
            case nodes.Assign():
                return node
        raise TooHard

    def _run(self, run: Sequence[nodes.Expr]) -> list[nodes.Expr]:
        """Takes a run down; what has to be computed for it."""
        pieces, slots, computed = [""], list[int | None](), list[nodes.Expr]()
        for node in run:
            if isinstance(node, nodes.TemplateData):
                pieces[-1] += node.data
            elif isinstance(node, nodes.Const):
                pieces[-1] += str(self._printed(node.value))
            else:
                slots.append(self._place(node))
                pieces.append("")
                if slots[-1] is None:
                    computed.append(node)
        self._pieces.append(tuple(pieces))
        self._slots.append(tuple(slots))
        return computed

    def _place(self, node: nodes.Expr) -> int | None:
        """The number of the place of this value; None if it has to be computed."""
        match node:
            case nodes.Name(name=name):
                place: Place = name, None
            case nodes.Getattr(node=nodes.Name(name=name), attr=attribute):
                place = name, attribute
            case _:
                return None
        if name in self._own:
            return None
        if place not in self._places:
            self._places.append(place)
        return self._places.index(place)


def _opened(node: nodes.Node) -> Iterable[nodes.Node]:
    """The nodes of a scope that has nothing to keep to itself: what a loop sets is the loop's own anyway."""
    if isinstance(node, nodes.Scope) and node.find(nodes.Assign) is None:
        return [inner for outer in node.body if not _never(outer) for inner in _opened(outer)]
    return [node]


def _never(node: nodes.Node) -> bool:
    """Whether it prints nothing: where blocks stand that are asked for by name."""
    return isinstance(node, nodes.If) and node.test == nodes.Const(False) and not node.elif_ and not node.else_
