"""The files that a template is folded from, parsed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import jinja2
from jinja2 import nodes

from nurture.mail.expressions import Names, TooHard


@dataclass(frozen=True)
class File:
    """One file, parsed. ``constants``: what it sets to fixed values; ``imports``: alias -> file."""

    name: str
    body: list[nodes.Node]
    macros: dict[str, nodes.Macro] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    constants: Names = field(default_factory=dict)


@lru_cache(maxsize=64)
def tree_of(environment: jinja2.Environment, name: str, source: str) -> list[nodes.Node]:
    """The parsed file; many mails share their layouts. Compiling may compute constants in it, never change its sense."""
    return environment.parse(source, name).body


def parent_of(file: File) -> str | None:
    """The file that ``file`` extends."""
    for node in file.body:
        if isinstance(node, nodes.Extends):
            if not isinstance(node.template, nodes.Const) or node is not file.body[0]:
                raise TooHard
            return str(node.template.value)
    return None
