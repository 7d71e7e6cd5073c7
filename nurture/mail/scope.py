"""Which names a piece of a template reads and sets."""

from __future__ import annotations

from collections.abc import Iterable

from jinja2 import nodes


def scoped(body: list[nodes.Node]) -> list[nodes.Node]:
    """``body``, keeping what it sets to itself."""
    return [nodes.Scope(body, lineno=body[0].lineno)] if stored(body) else body


def _names(body: Iterable[nodes.Node]) -> Iterable[nodes.Name]:
    for node in body:
        if isinstance(node, nodes.Name):
            yield node
        yield from node.find_all(nodes.Name)


def loaded(body: Iterable[nodes.Node]) -> frozenset[str]:
    return frozenset(name.name for name in _names(body) if name.ctx == "load")


def stored(body: Iterable[nodes.Node]) -> frozenset[str]:
    """The names that ``body`` sets, those of loops included."""
    body = list(body)
    loops = any(isinstance(node, nodes.For) or node.find(nodes.For) for node in body)
    return frozenset(name.name for name in _names(body) if name.ctx != "load") | ({"loop"} if loops else frozenset())


def targets(node: nodes.Node) -> frozenset[str]:
    """The names that this statement at the top of a file brings into being."""
    match node:
        case nodes.Assign(target=nodes.Name(name=name)):
            return frozenset({name})
        case nodes.Import(target=name):
            return frozenset({name})
        case nodes.FromImport(names=names):
            return frozenset(name if isinstance(name, str) else name[1] for name in names)
    return frozenset()
