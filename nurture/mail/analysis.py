"""What can be known of a template without rendering it: its links, the files it needs, and everything wrong with it.

Reads Jinja's syntax tree. Knows the vocabulary, not the disk: files arrive as text. Jinja gives lines only; columns are
found by looking for the offending word in its line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache
from typing import TypeVar

import jinja2
from jinja2 import nodes

from nurture.domain.errors import Fault
from nurture.mail.vocabulary import LINK_FUNCTIONS, Names

_BUILT_IN = frozenset({"range", "loop", "caller", "varargs", "kwargs", "super", "self"})
_Node = TypeVar("_Node", bound=nodes.Node)
_Reference = nodes.Extends | nodes.Import | nodes.FromImport | nodes.Include


@dataclass(frozen=True, slots=True)
class Link:
    """A link a reader may be observed by. ``kind``: content, topic, form, page, questions or call_me."""

    kind: str
    target: str


@lru_cache(maxsize=8192)  # trees are kept for a file that did not change (library), and asked again at every reload
def _all(tree: nodes.Template, kind: type[_Node]) -> tuple[_Node, ...]:
    return tuple(node for node in _nodes(tree) if isinstance(node, kind))


@lru_cache(maxsize=1024)
def _nodes(tree: nodes.Template) -> tuple[nodes.Node, ...]:
    return tuple(tree.find_all(nodes.Node))


class Source:
    """One parsed file; finds nodes and says where they are."""

    def __init__(self, name: str, text: str, tree: nodes.Template) -> None:
        self.name, self.text, self.tree = name, text, tree
        self._lines = text.splitlines()
        self._asked: Counter[tuple[int, str]] = Counter()

    def all(self, kind: type[_Node]) -> tuple[_Node, ...]:
        """Every node of ``kind``, in the order of the text."""
        return _all(self.tree, kind)

    def fault(self, line: int, word: str, message: str) -> Fault:
        """A fault at ``word`` in ``line``; asked again for the same word, at its next occurrence."""
        self._asked[line, word] += 1
        return Fault(self.name, line, self._column(line, word, self._asked[line, word]), "", message)

    def _column(self, line: int, word: str, count: int) -> int:
        text = self._lines[line - 1] if 0 < line <= len(self._lines) else ""
        found = [m.start() for m in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text)] if word else []
        if found:
            return found[min(count, len(found)) - 1] + 1
        return len(text) - len(text.lstrip()) + 1

    @cached_property
    def blocks(self) -> dict[str, nodes.Block]:
        return {block.name: block for block in self.all(nodes.Block)}

    @cached_property
    def parent(self) -> str | None:
        """The file it extends, if it says so literally."""
        return next((_literal(node.template) for node in self.all(nodes.Extends)), None)

    @cached_property
    def imports(self) -> dict[str, str]:
        """Alias -> imported file."""
        return {node.target: _literal(node.template) or "" for node in self.all(nodes.Import)}

    @cached_property
    def macros(self) -> dict[str, nodes.Macro]:
        return {macro.name: macro for macro in self.all(nodes.Macro)}

    @cached_property
    def needs(self) -> dict[str, int]:
        """The files it refers to literally -> line."""
        found = ((_literal(node.template), node.lineno) for node in self.references)
        return {name: line for name, line in found if name is not None}

    @cached_property
    def references(self) -> list[_Reference]:
        """Where it refers to other files."""
        return [*self.all(nodes.Extends), *self.all(nodes.Import), *self.all(nodes.FromImport), *self.all(nodes.Include)]

    @cached_property
    def declared(self) -> frozenset[str]:
        """Names the file itself brings into being."""
        own = {node.name for node in self.all(nodes.Name) if node.ctx in ("store", "param")}
        borrowed = {alias for node in self.all(nodes.FromImport) for alias in map(_alias, node.names)}
        return frozenset(own | borrowed | set(self.imports) | set(self.macros))


def links_of(sources: Iterable[Source]) -> tuple[Link, ...]:
    """The distinct links of all files, in the order of the text."""
    found = (_link(call) for source in sources for call in source.all(nodes.Call))
    return tuple(dict.fromkeys(link for link in found if link is not None))


def syntax_fault(name: str, text: str, error: jinja2.TemplateSyntaxError) -> Fault:
    """What the parser or compiler says, at the word it quotes."""
    quoted = re.findall(r"'([^']+)'", error.message or "")
    source = Source(name, text, nodes.Template([]))
    line = error.lineno or 1
    word = next((q for q in reversed(quoted) if line <= len(text.splitlines()) and q in text.splitlines()[line - 1]), "")
    return source.fault(line, word, error.message or "syntax error")


def name_faults(source: Source, names: Names, functions: Collection[str]) -> Iterator[Fault]:
    """Names and attributes nobody fills in. ``functions``: the link functions that may be called here."""
    known = {*names, *functions, *source.declared, *_BUILT_IN}
    for node in source.all(nodes.Name):
        if node.ctx != "load" or node.name in known:
            continue
        if node.name in LINK_FUNCTIONS:
            yield source.fault(node.lineno, node.name, f"{node.name}() makes a tracked link, which has no place here")
        else:
            yield source.fault(node.lineno, node.name, f"'{node.name}' is unknown here{_meant(node.name, known)}")
    for attribute in source.all(nodes.Getattr):
        yield from _attribute_faults(source, attribute, names)


def _attribute_faults(source: Source, node: nodes.Getattr, names: Names) -> Iterator[Fault]:
    if not isinstance(node.node, nodes.Name) or node.node.name in source.declared:
        return
    owner = node.node.name
    attributes = names.get(owner)
    if attributes is not None and node.attr not in attributes:
        yield source.fault(node.lineno, node.attr, f"'{owner}' has no '{node.attr}'{_meant(node.attr, attributes)}")


def filter_faults(source: Source, environment: jinja2.Environment) -> Iterator[Fault]:
    """Filters and tests Jinja does not have."""
    for used in source.all(nodes.Filter):
        if used.name not in environment.filters:
            yield source.fault(used.lineno, used.name, f"no filter '{used.name}'{_meant(used.name, environment.filters)}")
    for test in source.all(nodes.Test):
        if test.name not in environment.tests:
            yield source.fault(test.lineno, test.name, f"no test '{test.name}'{_meant(test.name, environment.tests)}")


def link_faults(source: Source) -> Iterator[Fault]:
    """Link functions used in a way that cannot be understood without rendering."""
    called = set()
    for call in source.all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in LINK_FUNCTIONS:
            called.add(id(call.node))
            yield from _link_call_faults(source, call, call.node.name)
    for node in source.all(nodes.Name):
        if node.name not in LINK_FUNCTIONS or id(node) in called:
            continue
        wrong = "is a link function; choose another name" if node.ctx != "load" else "must be called right here"
        yield source.fault(node.lineno, node.name, f"'{node.name}' {wrong}")


def _link_call_faults(source: Source, call: nodes.Call, name: str) -> Iterator[Fault]:
    wanted = LINK_FUNCTIONS[name]
    literal = all(isinstance(arg, nodes.Const) and isinstance(arg.value, str) and arg.value for arg in call.args)
    if call.kwargs or call.dyn_args or call.dyn_kwargs or len(call.args) != wanted or not literal:
        right = f'{name}("…") takes one literal text' if wanted else f"{name}() takes no argument"
        yield source.fault(call.lineno, name, f"{right}, so that links can be found without rendering")
    elif name == "page" and not re.fullmatch(r"https://[!-~]+", _literal(call.args[0]) or ""):
        yield source.fault(call.lineno, name, "page() takes an address that begins with https:// and has no spaces")


def macro_faults(source: Source, files: Mapping[str, Source]) -> Iterator[Fault]:
    """Macros that do not exist, or called with too few or too many arguments."""
    for node in source.all(nodes.Getattr):
        owner = node.node
        if isinstance(owner, nodes.Name) and source.imports.get(owner.name) in files:
            macros = files[source.imports[owner.name]].macros
            if node.attr not in macros:
                yield source.fault(node.lineno, node.attr, f"no macro '{node.attr}'{_meant(node.attr, macros)}")
    for call in source.all(nodes.Call):
        macro = _called_macro(source, call, files)
        if macro is not None:
            yield from _arity_faults(source, call, macro)


def _called_macro(source: Source, call: nodes.Call, files: Mapping[str, Source]) -> nodes.Macro | None:
    callee = call.node
    if isinstance(callee, nodes.Name):
        return source.macros.get(callee.name)
    if isinstance(callee, nodes.Getattr) and isinstance(callee.node, nodes.Name):
        file = files.get(source.imports.get(callee.node.name, ""))
        return file.macros.get(callee.attr) if file else None
    return None


def _arity_faults(source: Source, call: nodes.Call, macro: nodes.Macro) -> Iterator[Fault]:
    if call.dyn_args or call.dyn_kwargs:
        return
    names = [arg.name for arg in macro.args]
    given = {*names[: len(call.args)], *(pair.key for pair in call.kwargs)}
    optional = names[len(names) - len(macro.defaults) :]
    missing = [name for name in names if name not in given and name not in optional]
    unknown = [pair.key for pair in call.kwargs if pair.key not in names]
    signature = f"{macro.name}({', '.join(names)})"
    if missing:
        yield source.fault(call.lineno, macro.name, f"{signature} is missing {', '.join(missing)}")
    if unknown or len(call.args) > len(names):
        yield source.fault(call.lineno, macro.name, f"{signature} is given more than it takes")


def reference_faults(source: Source, files: Collection[str]) -> Iterator[Fault]:
    """Files it refers to that are not there, or not by a literal name."""
    for name, line in source.needs.items():
        if name not in files:
            yield source.fault(line, name, f"there is no file '{name}'{_meant(name, files)}")
    for node in source.references:
        if _literal(node.template) is None:
            yield source.fault(node.lineno, "", "the file must be named by a literal text")


def _link(call: nodes.Call) -> Link | None:
    if not isinstance(call.node, nodes.Name) or call.node.name not in LINK_FUNCTIONS:
        return None
    return Link(call.node.name, (_literal(call.args[0]) or "") if call.args else "")


def _literal(node: nodes.Expr) -> str | None:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else None


def _alias(name: str | tuple[str, str]) -> str:
    return name if isinstance(name, str) else name[1]


def _meant(word: str, known: Iterable[str]) -> str:
    close = get_close_matches(word, sorted(known), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""
