"""The shape every mail must have: which layout, which blocks, what a subject may look like.

Reads parsed sources like ``analysis``; what it asks for is deliverability and law (imprint, unsubscribe, no shouting),
not syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from jinja2 import nodes

from nurture.domain.errors import Fault
from nurture.mail.analysis import Source
from nurture.mail.environment import HTML, TEXT
from nurture.mail.unusable import ELEMENTS
from nurture.mail.vocabulary import LETTER, SERVICE, SERVICE_LETTER

_MAX_SUBJECT = 60
_FORBIDDEN = re.compile(
    rf"<(?P<tag>{'|'.join(ELEMENTS)}|meta\s+http-equiv)\b|(?P<data>(?:src|href)\s*=\s*[\"']?data:)",
    re.IGNORECASE,
)
_RAW = re.compile(
    r"<(style|script|xmp|iframe|noembed|noframes|noscript|plaintext)\b(.*?)(?:</\1\b|\Z)", re.IGNORECASE | re.DOTALL
)
"""Elements whose text html takes literally (the HTML standard, 13.1.2)."""
_DYNAMIC = re.compile(r"\{\{|\{%|^From ", re.MULTILINE)
_TAG = re.compile(r"<[A-Za-z/](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE | re.DOTALL)


def shape_faults(source: Source, mail: str, files: Mapping[str, Source]) -> Iterator[Fault]:
    """Whether ``source`` (a mail's html or text part) extends its layout and fills its blocks."""
    ending = TEXT if source.name.endswith(TEXT) else HTML
    layout = (SERVICE_LETTER if mail == SERVICE else LETTER) + ending
    if layout not in _ancestors(source, files):
        yield source.fault(1, "", f"a mail must extend '{layout}', which brings what the law wants printed")
    wanted = ("subject", "preheader", "body") if ending == TEXT else ("body",)
    for block in wanted:
        yield from _block_faults(source, block)
    yield from _lost_faults(source, files)
    if ending == HTML:
        yield from _markup_faults(source)
    else:
        yield from _subject_faults(source)


def understands_references(html: str) -> bool:
    """Whether ``&#252;`` may be written for ``ü`` in this file: not in style sheets, nor in the names within a tag."""
    raw = (found[2] for found in _RAW.finditer(html))
    tags = (_QUOTED.sub("", found[0]) for found in _TAG.finditer(html))
    return all(map(str.isascii, tags)) and all(text.isascii() and not _DYNAMIC.search(text) for text in raw)


def _ancestors(source: Source, files: Mapping[str, Source]) -> list[str]:
    found: list[str] = []
    parent = source.parent
    while parent is not None and parent not in found:
        found.append(parent)
        parent = files[parent].parent if parent in files else None
    return found


def _block_faults(source: Source, name: str) -> Iterator[Fault]:
    block = source.blocks.get(name)
    if block is None:
        yield source.fault(1, "", f"the block '{name}' is missing")
    elif _is_blank(block.body):
        yield source.fault(block.lineno, name, f"the block '{name}' is empty")


def _lost_faults(source: Source, files: Mapping[str, Source]) -> Iterator[Fault]:
    """What Jinja would silently drop from a file that extends another."""
    inherited = {name for file in _ancestors(source, files) if file in files for name in files[file].blocks}
    if not inherited:
        return
    outer = (node for node in source.tree.body if isinstance(node, nodes.Block))
    for block in outer:
        if block.name not in inherited:
            yield source.fault(block.lineno, block.name, f"the layout has no block '{block.name}', nobody would see it")
    for node in source.tree.body:
        if isinstance(node, nodes.Output) and not _is_blank([node]):
            yield source.fault(node.lineno, "", "text outside of a block is never shown; move it into a block")


def _subject_faults(source: Source) -> Iterator[Fault]:
    block = source.blocks.get("subject")
    if block is None or any(not isinstance(node, nodes.Output) for node in block.body):
        return
    parts = [part for node in block.body if isinstance(node, nodes.Output) for part in node.nodes]
    literal = " ".join("".join(part.data for part in parts if isinstance(part, nodes.TemplateData)).split())
    if len(literal) > _MAX_SUBJECT:
        yield source.fault(block.lineno, "subject", f"the subject has {len(literal)} characters; at most {_MAX_SUBJECT}")
    if literal.upper() == literal and sum(map(str.isalpha, literal)) > 3 and len(parts) == 1:
        yield source.fault(block.lineno, "subject", "the subject is all in capitals, which reads like shouting (and spam)")


def _markup_faults(source: Source) -> Iterator[Fault]:
    for found in _FORBIDDEN.finditer(source.text):
        what = f"<{found['tag']}>" if found["tag"] else "a data: address"
        yield _at(source, found.start(), f"{what} does not work in mail programs; leave it out")
    for image in _IMAGE.finditer(source.text):
        if not re.search(r"\balt\s*=", image[0], re.IGNORECASE):
            yield _at(source, image.start(), 'the image has no alt text; alt="" if it only decorates')


def _at(source: Source, offset: int, message: str) -> Fault:
    line = source.text.count("\n", 0, offset) + 1
    return Fault(source.name, line, offset - source.text.rfind("\n", 0, offset), "", message)


def _is_blank(body: list[nodes.Node]) -> bool:
    return all(
        isinstance(node, nodes.Output)
        and all(isinstance(part, nodes.TemplateData) and not part.data.strip() for part in node.nodes)
        for node in body
    )
