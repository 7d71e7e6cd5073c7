"""A mail with its layout and its building blocks -> one flat template that prints the same and takes a third of the time.

    layout + blocks     the layout, with the mail's blocks in their places
    part.button(x, y)   the macro's own text, with x and y where its parameters stood
    {% set font = … %}  its value, wherever it is used
    topic("costs")      a name that holds the finished address (``link_name``)

Rewrites Jinja's syntax tree; what it does not understand it leaves as it is, or gives up on (``fold`` returns None), so
that the plain template stays the truth. Expressions have no effects, so that where and how often they stand is all one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import jinja2
from jinja2 import nodes

from nurture.mail.analysis import Link
from nurture.mail.environment import is_html
from nurture.mail.expressions import Expressions, Names, TooHard, constant_text, rounds
from nurture.mail.files import File, parent_of, tree_of
from nurture.mail.scope import loaded, scoped, stored, targets
from nurture.mail.vocabulary import LAYOUT

T = TypeVar("T")


@dataclass(frozen=True)
class _Place:
    """Where a piece of a template stands: in which file, what its names mean, and what ``caller()`` prints."""

    file: File
    names: Names
    caller: list[nodes.Node] | None = None


def fold(
    environment: jinja2.Environment, name: str, sources: Mapping[str, str], links: Sequence[Link], kept: Iterable[str] = ()
) -> jinja2.Template | None:
    """The flat template of the file ``name``; None if it is beyond us. ``kept``: blocks that are asked for by name."""
    try:
        return compiled(environment, name, flat_body(environment, name, sources, links, kept))
    except TooHard:
        return None


def flat_body(
    environment: jinja2.Environment,
    name: str,
    sources: Mapping[str, str],
    links: Sequence[Link],
    kept: Iterable[str] = (),
    known: Mapping[str, Any] | None = None,
) -> list[nodes.Node]:
    """What the flat template of the file ``name`` consists of. ``known``: names of the context, with what they always say.

    Raises TooHard.
    """
    constants: Names = {key: nodes.Const(value, environment=environment) for key, value in (known or {}).items()}
    return _Folder(environment, sources, name, links, frozenset(kept), constants).flat()


def compiled(environment: jinja2.Environment, name: str, body: list[nodes.Node]) -> jinja2.Template:
    """A template of this body, which belongs to nobody else."""
    tree = nodes.Template(body, lineno=1)
    tree.set_environment(environment)
    return jinja2.Template.from_code(environment, environment.compile(tree, name), environment.make_globals(None))


class _Folder:
    """Folds one template."""

    def __init__(
        self,
        environment: jinja2.Environment,
        sources: Mapping[str, str],
        name: str,
        links: Sequence[Link],
        kept: frozenset[str],
        known: Names,
    ) -> None:
        self._environment, self._sources, self._name, self._kept = environment, sources, name, kept
        self._folded = Expressions(environment, name, links).folded
        self._files: dict[str, File] = {}
        self._imports: dict[str, str] = {}
        self._constants: Names = dict(known)
        self._blocks: dict[str, tuple[nodes.Block, File]] = {}

    def flat(self) -> list[nodes.Node]:
        """The body of the flat template, with the imports that are still needed."""
        files = self._ancestry()
        for file in files:
            self._take(file)
        imports = [node for file in files for node in file.body if isinstance(node, nodes.Import | nodes.FromImport)]
        body = self._statements(files[-1].body, _Place(self._seen_from(files[-1]), self._constants))
        used = loaded(body)
        if used & {"self", "super"}:
            raise TooHard
        return [*(node for node in imports if targets(node) & used), *body]

    # --- files --------------------------------------------------------------------------------------------------------

    def _file(self, name: str) -> File:
        if name not in self._files:
            self._files[name] = self._parsed(name)
        return self._files[name]

    def _parsed(self, name: str) -> File:
        file = File(name, tree_of(self._environment, name, self._sources[name]))
        for node in file.body:
            if isinstance(node, nodes.Macro):
                file.macros[node.name] = node
            elif isinstance(node, nodes.Import) and isinstance(node.template, nodes.Const):
                file.imports[node.target] = node.template.value
            elif isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
                value = self._folded(node.node, file.constants)
                if isinstance(value, nodes.Const) and isinstance(value.value, str | int | float):
                    _put(file.constants, node.target.name, value)
        if stored(node for node in file.body if isinstance(node, nodes.If)) & file.constants.keys():
            raise TooHard
        return file

    def _ancestry(self) -> list[File]:
        """The file itself and what it extends, the outermost last."""
        files = [self._file(self._name)]
        while (parent := parent_of(files[-1])) is not None:
            files.append(self._file(parent))
        return files

    def _take(self, file: File) -> None:
        """What ``file`` brings along: imports, constants, and the blocks that no file extending it has of its own."""
        for node in file.body:
            if isinstance(node, nodes.Assign) and not (targets(node) and targets(node) <= file.constants.keys()):
                raise TooHard
            if parent_of(file) and not isinstance(node, _HEAD):
                raise TooHard
        for alias, name in file.imports.items():
            _put(self._imports, alias, name)
        for constant, value in file.constants.items():
            _put(self._constants, constant, value)
        for block in nodes.Template(file.body).find_all(nodes.Block):
            if block.scoped or block.required or block.find(nodes.Block):
                raise TooHard
            self._blocks.setdefault(block.name, (block, file))

    def _seen_from(self, file: File) -> File:
        """``file`` with all that is imported by the files around it."""
        return replace(file, imports={**self._imports, **file.imports})

    # --- statements ---------------------------------------------------------------------------------------------------

    def _statements(self, body: Iterable[nodes.Node], place: _Place) -> list[nodes.Node]:
        done: list[nodes.Node] = []
        for node in body:
            for new in self._statement(node, place):
                if isinstance(new, nodes.Output) and done and isinstance(done[-1], nodes.Output):
                    done[-1] = nodes.Output([*done[-1].nodes, *new.nodes], lineno=done[-1].lineno)
                else:
                    done.append(new)
        return done

    def _statement(self, node: nodes.Node, place: _Place) -> list[nodes.Node]:
        match node:
            case nodes.Output():
                return [new for piece in node.nodes for new in self._printed(piece, place)]
            case nodes.If():
                return self._if(node, place)
            case nodes.For():
                return self._for(node, place)
            case nodes.CallBlock():
                return self._call_block(node, place)
            case nodes.FilterBlock() if node.find(nodes.Block) is None:
                return [self._filtered(node, place)]
            case nodes.Block():
                return self._block(node)
            case nodes.Assign() if any(node is other for other in place.file.body):
                return []  # a constant
            case nodes.Assign() if targets(node) and not targets(node) & place.names.keys():
                return [nodes.Assign(node.target, self._folded(node.node, place.names), lineno=node.lineno)]
            case nodes.Import() | nodes.FromImport() if any(node is other for other in place.file.body):
                return []  # written again where it is still needed
        raise TooHard

    def _printed(self, piece: nodes.Expr, place: _Place) -> list[nodes.Node]:
        if isinstance(piece, nodes.Call):
            if isinstance(piece.node, nodes.Name) and piece.node.name == "caller" and place.caller is not None:
                return place.caller
            with suppress(TooHard):  # then a call it remains
                return self._macro(piece, place, None)
        return [nodes.Output([self._folded(piece, place.names)], lineno=piece.lineno)]

    def _if(self, node: nodes.If, place: _Place) -> list[nodes.Node]:
        test = self._folded(node.test, place.names)
        if isinstance(test, nodes.Const) and node.find(nodes.Block) is None:
            if test.value:
                return self._statements(node.body, place)
            if not node.elif_:
                return self._statements(node.else_, place)
            first, *rest = node.elif_
            return self._if(nodes.If(first.test, first.body, rest, node.else_, lineno=first.lineno), place)
        others = [
            nodes.If(self._folded(o.test, place.names), self._statements(o.body, place), [], [], lineno=o.lineno)
            for o in node.elif_
        ]
        body, rest_ = self._statements(node.body, place), self._statements(node.else_, place)
        return [nodes.If(test, body, others, rest_, lineno=node.lineno)]

    def _filtered(self, node: nodes.FilterBlock, place: _Place) -> nodes.Node:
        body, filter_ = self._statements(node.body, place), self._folded(node.filter, place.names)
        if not is_html(self._name) and isinstance(filter_, nodes.Filter) and (said := constant_text(body)) is not None:
            value = self._folded(nodes.Filter(said, *(getattr(filter_, name) for name in filter_.fields[1:])), {})
            if isinstance(value, nodes.Const):
                return nodes.Output([value], lineno=node.lineno)
        return nodes.FilterBlock(body, filter_, lineno=node.lineno)

    def _for(self, node: nodes.For, place: _Place) -> list[nodes.Node]:
        if stored([node]) & place.names.keys() or node.recursive or node.find(nodes.Block):
            raise TooHard
        if place.caller is not None and "caller" in loaded([node]):
            raise TooHard
        items = self._folded(node.iter, place.names)
        if each := rounds(node, items):
            places = (replace(place, names={**place.names, **names}) for names in each)
            return [new for one in places for new in scoped(self._statements(node.body, one))]
        body, rest = self._statements(node.body, place), self._statements(node.else_, place)
        test = node.test and self._folded(node.test, place.names)
        return [nodes.For(node.target, items, body, rest, test, False, lineno=node.lineno)]

    def _block(self, node: nodes.Block) -> list[nodes.Node]:
        block, file = self._blocks[node.name]
        body = self._statements(block.body, _Place(self._seen_from(file), self._constants))
        if node.name in self._kept:
            return [nodes.Block(node.name, body, False, False, lineno=node.lineno)]
        return scoped(body)

    # --- macros -------------------------------------------------------------------------------------------------------

    def _call_block(self, node: nodes.CallBlock, place: _Place) -> list[nodes.Node]:
        if node.args or node.defaults:
            raise TooHard
        return self._macro(node.call, place, scoped(self._statements(node.body, place)))

    def _macro(self, call: nodes.Call, place: _Place, caller: list[nodes.Node] | None) -> list[nodes.Node]:
        """What the macro prints, its parameters replaced by what is given for them."""
        macro, file = self._called(call, place)
        given = self._given(call, macro, place)
        foreign = loaded([*given.values(), *(caller or ())])
        own = stored(macro.body)
        known = {*given, *file.constants, *file.macros, *file.imports, *own, "caller", "range"}
        if own & (foreign | given.keys() | file.constants.keys()) or not loaded(macro.body) <= known:
            raise TooHard
        body = self._statements(macro.body, _Place(file, {**file.constants, **given}, caller))
        left = loaded(body) - foreign - own
        if left - {"range"} or (caller is None and "caller" in loaded(macro.body)):
            raise TooHard
        return scoped(body)

    def _called(self, call: nodes.Call, place: _Place) -> tuple[nodes.Macro, File]:
        callee, file, name = call.node, place.file, ""
        if isinstance(callee, nodes.Name):
            name = callee.name
        elif isinstance(callee, nodes.Getattr) and isinstance(callee.node, nodes.Name):
            name, imported = callee.attr, file.imports.get(callee.node.name, "")
            file = self._file(imported) if imported in self._sources else File("", [])
        if name not in file.macros or is_html(file.name) != is_html(self._name):
            raise TooHard
        return file.macros[name], file

    def _given(self, call: nodes.Call, macro: nodes.Macro, place: _Place) -> Names:
        """Parameter -> what is given for it."""
        names = [arg.name for arg in macro.args]
        given: Names = dict(zip(names[len(names) - len(macro.defaults) :], macro.defaults, strict=True))
        given |= dict(zip(names, call.args, strict=False)) | {pair.key: pair.value for pair in call.kwargs}
        if call.dyn_args or call.dyn_kwargs or len(call.args) > len(names) or given.keys() != set(names):
            raise TooHard
        return {name: self._folded(value, place.names) for name, value in given.items()}


_HEAD = (nodes.Extends, nodes.Block, nodes.Import, nodes.FromImport, nodes.Assign, nodes.Output)
"""What may stand at the top of a file that extends another; what it prints there is never seen."""


def _put(known: dict[str, T], name: str, value: T) -> None:
    """Nothing may have two meanings, nor hide a name of the context."""
    if name in LAYOUT or (name in known and known[name] != value):
        raise TooHard
    known[name] = value
