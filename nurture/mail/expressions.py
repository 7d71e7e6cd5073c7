"""Expressions of a template, computed as far as that is possible before anything is known of the reader.

Names are replaced by what stands for them; a link function by the name that will hold its address (``link_name``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import jinja2
from jinja2 import nodes
from markupsafe import Markup

from nurture.mail.analysis import Link
from nurture.mail.scope import loaded

Names = dict[str, nodes.Expr]
"""Name -> what stands for it."""


_FEW = 20


class TooHard(Exception):
    """This cannot be folded."""


def link_name(number: int) -> str:
    """The name that holds the address of a template's n-th link."""
    return f"_link_{number}"


LINK_NAMES = tuple(link_name(number) for number in range(1000))


class Expressions:
    """Folds the expressions of the template ``name``. Leaves what it is given as it is."""

    def __init__(self, environment: jinja2.Environment, name: str, links: Sequence[Link]) -> None:
        self._environment = environment
        self._context = nodes.EvalContext(environment, name)
        self._links = {(link.kind, link.target): number for number, link in enumerate(links)}

    def folded(self, node: nodes.Node, names: Mapping[str, nodes.Expr]) -> nodes.Expr:
        if not isinstance(node, nodes.Expr):
            raise TooHard
        if isinstance(node, nodes.Name):
            return names.get(node.name, node)
        if isinstance(node, nodes.TemplateData | nodes.Const):
            return node
        if (number := self._link(node)) is not None:
            return nodes.Name(link_name(number), "load", lineno=node.lineno)
        return self._computed(self._with(node, names))

    def _computed(self, node: nodes.Expr) -> nodes.Expr:
        try:
            value = node.as_const(self._context)
            if isinstance(value, Markup):  # what is marked as safe stays an expression: some of them would lose the mark
                return node
            return nodes.Const.from_untrusted(value, lineno=node.lineno, environment=self._environment)
        except nodes.Impossible:
            return node

    def _with(self, node: Any, names: Mapping[str, nodes.Expr]) -> Any:
        """``node`` again, its parts folded."""
        fields = (self._part(getattr(node, name), names) for name in node.fields)
        return type(node)(*fields, lineno=node.lineno, environment=self._environment)

    def _part(self, value: Any, names: Mapping[str, nodes.Expr]) -> Any:
        match value:
            case list():
                return [self._part(item, names) for item in value]
            case nodes.Expr():
                return self.folded(value, names)
            case nodes.Helper():
                return self._with(value, names)
        return value

    def _link(self, node: nodes.Expr) -> int | None:
        """Which link this is a call of, if it is one."""
        match node:
            case nodes.Call(node=nodes.Name(name=kind), args=[]):
                return self._links.get((kind, ""))
            case nodes.Call(node=nodes.Name(name=kind), args=[nodes.Const(value=target)]):
                return self._links.get((kind, target))
        return None


def rounds(loop: nodes.For, items: nodes.Expr) -> list[Names]:
    """What the loop's name stands for each time, if it goes through ``items`` that are known, few and need no ``loop``."""
    if not (isinstance(items, nodes.Const) and isinstance(items.value, list) and isinstance(loop.target, nodes.Name)):
        return []
    if len(items.value) > _FEW or loop.test is not None or "loop" in loaded(loop.body):
        return []
    return [{loop.target.name: nodes.Const(item, environment=loop.environment)} for item in items.value]


def constant_text(body: Iterable[nodes.Node]) -> nodes.Const | None:
    """What ``body`` prints in plain text, if it always prints the same."""
    said = []
    for node in body:
        for piece in node.nodes if isinstance(node, nodes.Output) else [node]:
            match piece:
                case nodes.TemplateData(data=text):
                    said.append(text)
                case nodes.Const(value=value):
                    said.append("" if value is None else str(value))
                case _:
                    return None
    return nodes.Const("".join(said))
