"""What a model found wrong, as faults of the document: the right place and a sentence for each error of pydantic."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from nurture.definitions.document import Document, Path
from nurture.definitions.models.campaign import STEP_KINDS
from nurture.definitions.models.shape import Shape, Surroundings
from nurture.definitions.models.values import did_you_mean

_Found = tuple[Path, str, bool]
"""(path, sentence, whether it concerns the key)"""


def report(error: ValidationError, document: Document, around: Surroundings) -> None:
    """Record everything in ``error`` as faults of ``document``, except where it has a fault already."""
    before = frozenset(document.tainted)
    for item in error.errors(include_url=False):
        for path, message, key in _faults(item, document, around):
            if path not in before:
                document.fault(path, message, key=key)


def _faults(item: Mapping[str, Any], document: Document, around: Surroundings) -> Iterator[_Found]:
    is_key = "[key]" in item["loc"]
    path = tuple(part for part in item["loc"] if not _is_tag(part))
    context = item.get("ctx", {})
    match item["type"]:
        case "missing":
            yield path, "is missing; add it", False
        case "several":
            yield from (((*_existing(path, document), *at), words, False) for at, words in context["faults"])
        case "extra_forbidden":
            yield path, _unknown_key(path, document, around), True
        case _:
            yield _existing(path, document), _sentence(item, context), is_key


def _is_tag(part: str | int) -> bool:
    """Whether ``part`` of a location was put there by a union and is not in the file."""
    return isinstance(part, str) and (part == "[key]" or (part.startswith("<") and part.endswith(">")))


def _existing(path: Path, document: Document) -> Path:
    while not document.holds(path):
        path = path[:-1]
    return path


def _unknown_key(path: Path, document: Document, around: Surroundings) -> str:
    parent: Any = document.data
    for part in path[:-1]:
        parent = parent[part]
    shape = around.shapes.get(id(parent))
    known = shape.key_names() if shape is not None and issubclass(shape, Shape) else ()
    free = tuple(key for key in known if key not in parent)
    hint = did_you_mean(str(path[-1]), free)
    return f"unknown key '{path[-1]}'{hint if hint.startswith('; did') else _known_here(known)}"


def _known_here(known: tuple[str, ...]) -> str:
    return f"; known here: {', '.join(known)}" if known else ""


def _sentence(item: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    make = _SENTENCES.get(item["type"])
    if make is None:
        return str(item["msg"])
    return make(item["input"], context)


def _given(value: Any) -> str:
    """``value`` in words."""
    match value:
        case bool():
            return f"{str(value).lower()} (true or false)"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text '{value if len(value) <= 40 else value[:39] + '…'}'"
        case list():
            return "a list"
        case dict():
            return "a mapping"
    return "nothing"


def _not_text(value: Any, _: Mapping[str, Any]) -> str:
    if isinstance(value, bool | int | float):
        plain = str(value).lower() if isinstance(value, bool) else str(value)
        return f'must be text, but is {_given(value)}; put it in quotes: "{plain}"'
    return f"must be text, but is {_given(value)}"


def _not_a_number(kind: str) -> Callable[[Any, Mapping[str, Any]], str]:
    def words(value: Any, _: Mapping[str, Any]) -> str:
        advice = "; remove the quotes" if isinstance(value, str) and re.fullmatch(r"[0-9.]+", value) else ""
        return f"must be {kind}, but is {_given(value)}{advice}"

    return words


def _none_of(value: Any, context: Mapping[str, Any]) -> str:
    known = tuple(re.findall(r"'([^']*)'", context["expected"]))
    if not isinstance(value, str):
        return f"must be one of {', '.join(known)}, but is {_given(value)}"
    hint = did_you_mean(value, known)
    possible = _BESIDE.get(known[0]) if len(known) == 1 else f"one of {', '.join(known)}"
    return f"'{value}' is not possible here{hint if hint.startswith('; did') else f'; write {possible or known[0]}'}"


_BESIDE = {"never": "points or never", "always": "always or {days: [mon, …], from: …, to: …}"}
"""What to write where a single word stands beside another form."""


def _step_kind(value: Any, _: Mapping[str, Any]) -> str:
    found = [kind for kind in STEP_KINDS if kind in value]
    if found:
        return f"a step does one thing, this one says {' and '.join(found)}; make several steps of it"
    near = (did_you_mean(str(key), STEP_KINDS) for key in value if key not in ("step", "go", "only"))
    hint = next((words for words in near if words.startswith("; did")), "")
    return f"the step does nothing; it needs one of the keys {', '.join(STEP_KINDS)}{hint}"


def _too_short(value: Any, _: Mapping[str, Any]) -> str:
    return "must not be empty; give at least one entry" if isinstance(value, list | dict) else "must not be empty"


def _must_be(what: str) -> Callable[[Any, Mapping[str, Any]], str]:
    return lambda value, _: f"must be {what}, but is {_given(value)}"


def _limit(words: str, key: str) -> Callable[[Any, Mapping[str, Any]], str]:
    return lambda value, context: f"{value} is not possible; it must be {words} {context[key]:g}"


_SENTENCES: dict[str, Callable[[Any, Mapping[str, Any]], str]] = {
    "value_error": lambda _, context: str(context["error"]),
    "string_type": _not_text,
    "int_type": _not_a_number("a whole number"),
    "int_from_float": _not_a_number("a whole number"),
    "float_type": _not_a_number("a number"),
    "bool_type": _must_be("true or false"),
    "list_type": _must_be("a list (in [brackets], or one item per line beginning with -)"),
    "dict_type": _must_be("a mapping (key: value)"),
    "model_type": _must_be("a mapping (key: value)"),
    "model_attributes_type": _must_be("a mapping (key: value)"),
    "literal_error": _none_of,
    "step_kind": _step_kind,
    "too_short": _too_short,
    "string_too_short": _too_short,
    "greater_than": _limit("more than", "gt"),
    "greater_than_equal": _limit("at least", "ge"),
    "less_than": _limit("less than", "lt"),
    "less_than_equal": _limit("at most", "le"),
}
