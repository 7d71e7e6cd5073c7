"""Where something is in a text, and what a YAML error means in words that help."""

from __future__ import annotations

from dataclasses import dataclass

import yaml


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file, counted from 1."""

    line: int
    column: int


def mark_after(text: str) -> Mark:
    """The place right after ``text``."""
    return Mark(text.count("\n") + 1, len(text) - text.rfind("\n"))


_SYNTAX = {
    "mapping values are not allowed in this context": (
        "a colon is not possible here; put a text that contains ': ' in quotes, or check the indentation"
    ),
    "could not find expected ':'": "a key without a colon, or wrong indentation",
    "found character that cannot start any token": (
        "this character cannot begin a value; indent with spaces (never tabs) and quote a text that begins with @, ` or %"
    ),
    "found a tab character where an indentation space is expected": "a tab; indent with spaces only",
    "did not find expected key": "wrong indentation: this line belongs to no mapping; align it with its neighbours",
    "did not find expected '-' indicator": "wrong indentation: a list item beginning with '-' was expected here",
    "did not find expected ',' or ']'": "the list opened with '[' wants a comma or ']'; quote texts with commas or ': '",
    "did not find expected ',' or '}'": "the mapping opened with '{' wants a comma or '}'; quote texts with commas or ': '",
    "found unexpected end of stream": "the quotation mark opened here is never closed",
    "found unknown escape character": "unknown escape after a backslash; write \\\\ for a backslash, or use single quotes",
    "did not find expected comment or line break": "text is not possible after | or >; begin it in the next line",
    "block sequence entries are not allowed in this context": "a list item is not possible here; check the indentation",
    "did not find expected alphabetic or numeric character": (
        "an alias or anchor is not possible here; quote a text that begins with * or &"
    ),
}
_AT_CONTEXT = frozenset(
    {"found unexpected end of stream", "did not find expected ',' or ']'", "did not find expected ',' or '}'"}
)


def explain(error: yaml.YAMLError, source: str) -> tuple[Mark, str]:
    """Where a YAML error is, and a sentence that says what would be right."""
    if isinstance(error, yaml.reader.ReaderError):
        good = source.encode()[: error.position].decode("utf-8", "ignore")
        return mark_after(good), f"contains a control character ({error.reason}); remove it"
    if not isinstance(error, yaml.MarkedYAMLError):
        return Mark(1, 1), f"is not YAML: {error}"
    problem = error.problem or "cannot be read"
    at = error.problem_mark or error.context_mark
    if problem in _AT_CONTEXT and error.context_mark and (at is None or at.line != error.context_mark.line):
        at = error.context_mark
    mark = Mark(at.line + 1, at.column + 1) if at else Mark(1, 1)
    words = _SYNTAX.get(problem, problem)
    if problem == "found character that cannot start any token" and _character(source, mark) == "\t":
        words = "a tab; indent with spaces only"
    return mark, f"is not YAML: {words}"


def _character(source: str, mark: Mark) -> str:
    lines = source.splitlines()
    line = lines[mark.line - 1] if mark.line <= len(lines) else ""
    return line[mark.column - 1 : mark.column]
