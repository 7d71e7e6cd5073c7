"""What the law wants printed in every mail, as far as it can be seen in the layouts: nobody may publish without it.

Whether it is really there in each finished letter, in both parts, is judged by ``nurture.mail.lint``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jinja2 import nodes

from nurture.domain.errors import Fault
from nurture.mail.analysis import Source
from nurture.mail.environment import HTML, TEXT
from nurture.mail.vocabulary import LETTER, SERVICE_LETTER

_FOOTER = "footer"
_IMPRINT = ("company", "street", "postal_code", "city", "register", "phone", "email")


def layout_faults(source: Source, files: Mapping[str, Source]) -> Iterator[Fault]:
    """What ``source``, if it is the layout of letters, does not print, in itself or in what it extends and imports."""
    stem = source.name.removesuffix(HTML).removesuffix(TEXT)
    if stem not in (LETTER, SERVICE_LETTER):
        return
    printed = {pair for file in _closure(source, files) for pair in _attributes(file)}
    lacks = [f"imprint.{name}" for name in _IMPRINT if ("imprint", name) not in printed]
    if stem == LETTER and ("urls", "unsubscribe") not in printed:
        lacks.append("urls.unsubscribe")
    if lacks:
        yield source.fault(1, "", f"the law wants this printed in every mail: {', '.join(lacks)}")


def footer_faults(source: Source) -> Iterator[Fault]:
    """A mail that replaces the footer loses imprint and unsubscribe link."""
    block = source.blocks.get(_FOOTER)
    if block is None or any(_is_super(call) for call in block.find_all(nodes.Call)):
        return
    yield source.fault(
        block.lineno, _FOOTER, "the footer carries the imprint and the link to unsubscribe; keep it with {{ super() }}"
    )


def _closure(source: Source, files: Mapping[str, Source]) -> list[Source]:
    found: dict[str, Source] = {}
    waiting = [source]
    while waiting:
        file = waiting.pop()
        if file.name not in found:
            found[file.name] = file
            waiting += [files[name] for name in file.needs if name in files]
    return list(found.values())


def _attributes(source: Source) -> Iterator[tuple[str, str]]:
    for node in source.all(nodes.Getattr):
        if isinstance(node.node, nodes.Name):
            yield node.node.name, node.attr


def _is_super(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Name) and call.node.name == "super"
