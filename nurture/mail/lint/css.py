"""Style sheets and style attributes, parsed; which declarations an element has in the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import tinycss2

from nurture.mail.lint.tree import Element, Tree, specificity


@dataclass(frozen=True, slots=True)
class Declaration:
    name: str
    value: str
    important: bool = False

    def __str__(self) -> str:
        return f"{self.name}:{self.value}"


@dataclass(frozen=True, slots=True)
class StyleRule:
    """``selector { declarations }``; ``media``: the query it stands in, without white space, or ''."""

    selector: str
    declarations: tuple[Declaration, ...]
    media: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A <style> block. ``at_rules``: the at-rules in it, such as import. ``faults``: what no program understands."""

    text: str
    rules: tuple[StyleRule, ...]
    at_rules: tuple[str, ...]
    faults: tuple[str, ...]


@lru_cache(maxsize=4096)
def declarations(text: str) -> tuple[Declaration, ...]:
    """What a style attribute declares; what is no CSS is left out."""
    parsed = tinycss2.parse_blocks_contents(text, skip_comments=True, skip_whitespace=True)
    return tuple(_declarations(parsed))


def _declarations(parsed: list[tinycss2.ast.Node]) -> Iterator[Declaration]:
    for node in parsed:
        if node.type == "declaration":
            yield Declaration(node.lower_name, tinycss2.serialize(node.value).strip(), node.important)


@lru_cache(maxsize=64)
def sheet(text: str) -> Sheet:
    """A <style> block, parsed."""
    nodes = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
    rules: list[StyleRule] = []
    at_rules: list[str] = []
    faults: list[str] = []
    _read(nodes, "", rules, at_rules, faults)
    return Sheet(text, tuple(rules), tuple(at_rules), tuple(faults))


def _read(
    nodes: list[tinycss2.ast.Node], media: str, rules: list[StyleRule], at_rules: list[str], faults: list[str]
) -> None:
    for node in nodes:
        if node.type == "at-rule":
            inside = "media-in-media" if media and node.lower_at_keyword == "media" else node.lower_at_keyword
            at_rules.append(inside)
            if node.lower_at_keyword == "media" and node.content is not None:
                inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
                _read(inner, "".join(tinycss2.serialize(node.prelude).lower().split()), rules, at_rules, faults)
        elif node.type == "qualified-rule":
            content = tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
            faults += [str(part.message) for part in content if part.type == "error"]
            found = tuple(_declarations(content))
            rules += [StyleRule(s, found, media) for s in _selectors(tinycss2.serialize(node.prelude))]
        elif node.type == "error":
            faults.append(str(node.message))


def _selectors(prelude: str) -> list[str]:
    return [" ".join(selector.split()) for selector in prelude.split(",") if selector.strip()]


class Styles:
    """The declarations of every element under some media queries, as the cascade has it."""

    def __init__(self, tree: Tree, sheets: tuple[Sheet, ...], *media: str) -> None:
        self._styles: dict[Element, dict[str, str]] = {}
        weighed = chain(_from_sheets(tree, sheets, media), _inline(tree))
        last: dict[tuple[Element, str], tuple[bool, tuple[int, int, int, int]]] = {}
        for element, declared, weight in weighed:
            key = element, declared.name
            strength = declared.important, weight
            if key not in last or last[key] <= strength:
                last[key] = strength
                self._styles.setdefault(element, {})[declared.name] = declared.value

    def of(self, element: Element) -> Mapping[str, str]:
        """What is declared for the element itself."""
        return self._styles.get(element, {})


_Weighed = Iterator[tuple[Element, Declaration, tuple[int, int, int, int]]]


def _from_sheets(tree: Tree, sheets: tuple[Sheet, ...], media: tuple[str, ...]) -> _Weighed:
    for rule in (rule for found in sheets for rule in found.rules if rule.media in ("", "all", "screen", *media)):
        weight = (0, *specificity(rule.selector))
        for element in tree.select(rule.selector):
            for declared in rule.declarations:
                yield element, declared, weight


def _inline(tree: Tree) -> _Weighed:
    for element in tree.all():
        for declared in declarations(element.attributes.get("style", "")):
            yield element, declared, (1, 0, 0, 0)
