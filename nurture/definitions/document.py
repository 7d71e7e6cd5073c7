"""One YAML file as plain data with positions, read strictly.

Knows YAML and nothing of what the files mean. Two kinds of fault: one that ends the reading (``readable`` is False
then) and one that leaves the rest of the file usable. Scalars follow YAML 1.2; what YAML 1.1 readers would take for
something else (``on``, ``no``, ``9:30``, ``0123``) has to be quoted, so that no two readers can disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from nurture.definitions.syntax import Mark, explain, mark_after
from nurture.domain.errors import Fault

Path = tuple[str | int, ...]
"""Where in a document: keys and list positions from the top."""

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_DIGITS = 15

_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NUMERIC = frozenset("+-.0123456789")
_SURPRISING_WORDS = frozenset({"y", "n", "yes", "no", "on", "off"})
_SURPRISES = (
    (re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"), "is a number to base 60 for some YAML readers"),
    (re.compile(r"[-+]?0[0-9_]+"), "is an octal number for some YAML readers"),
    (re.compile(r"[-+]?0[xXbBo][0-9a-fA-F_]+|[-+]?[0-9][0-9]*_[0-9_.]*"), "is a number in a form readers disagree on"),
    (re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"), "is not a number that means anything here"),
)  # fmt: skip


@dataclass(slots=True)
class Document:
    """What a file says. ``keys`` and ``values``: path -> where the key (or list item) and where its value begins."""

    file: str
    data: Any = None
    source: str = ""
    readable: bool = True
    keys: dict[Path, Mark] = field(default_factory=dict)
    values: dict[Path, Mark] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    tainted: set[Path] = field(default_factory=set)
    """Paths that have a fault already; whatever else could be said about them would be noise."""

    def place(self, path: Path, *, key: bool = False) -> Mark:
        """Where ``path`` is, or the closest thing around it that exists."""
        if not key and path in self.values:
            return self.values[path]
        while path and path not in self.keys:
            path = path[:-1]
        return self.keys.get(path, Mark(1, 1))

    def fault(self, path: Path, message: str, *, key: bool = False) -> None:
        """Record a fault at the value of ``path`` (or at its key), after which nothing else is said about it."""
        self.remark(path, message, key=key)
        self.tainted.add(path)

    def remark(self, path: Path, message: str, *, key: bool = False) -> None:
        """Record a fault at ``path`` beside which others may stand."""
        mark = self.place(path, key=key)
        self.faults.append(Fault(self.file, mark.line, mark.column, dotted(path), message))

    def fault_at(self, mark: Mark, path: Path, message: str) -> None:
        """Record a fault at ``mark``."""
        self.faults.append(Fault(self.file, mark.line, mark.column, dotted(path), message))
        self.tainted.add(path)

    def holds(self, path: Path) -> bool:
        """Whether the file has something at ``path``."""
        return path in self.keys or not path


def dotted(path: Path) -> str:
    """``steps.0.mail``: a path as people read it."""
    return ".".join(str(part) for part in path)


def read_bytes(raw: bytes, file: str) -> Document:
    """The document in ``raw``. Never raises for what a file may contain; see ``Document.faults``."""
    document = Document(file)
    if len(raw) > MAX_BYTES:
        return _unreadable(
            document, Mark(0, 0), f"is larger than {MAX_BYTES // 1000} kB; split it or move content to files"
        )
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _unreadable(document, Mark(1, 1), "is stored as UTF-16; save it as UTF-8")
    try:
        return read_text(raw.decode("utf-8-sig"), file)
    except UnicodeDecodeError as error:
        good = raw[: error.start].decode("utf-8-sig", "replace")
        return _unreadable(document, mark_after(good), "is not UTF-8 from here on; save the file as UTF-8")


def read_text(source: str, file: str) -> Document:
    """The document in ``source``."""
    document = Document(file, source=source)
    if not source.isascii() and (found := _LONE_SURROGATE.search(source)):
        return _unreadable(document, mark_after(source[: found.start()]), "is half a character; save the file as UTF-8")
    try:
        _Reader(document).read(source)
    except yaml.YAMLError as error:
        mark, message = explain(error, source)
        return _unreadable(document, mark, message)
    except _UnreadableError as error:
        return _unreadable(document, error.mark, error.message)
    if document.data is None and not document.faults:
        return _unreadable(document, Mark(0, 0), "is empty")
    return document


_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def _unreadable(document: Document, mark: Mark, message: str) -> Document:
    document.faults.append(Fault(document.file, mark.line, mark.column, "", message))
    document.readable, document.data = False, None
    return document


class _UnreadableError(Exception):
    """The structure of the file makes no sense from here on."""

    def __init__(self, mark: Mark, message: str) -> None:
        self.mark, self.message = mark, message
        super().__init__(message)


@dataclass(slots=True)
class _Frame:
    """A mapping or list that is being read."""

    path: Path
    into: Any
    key: str | None = None
    waiting: bool = False
    """Whether a key was read and its value comes next."""
    discard: bool = False
    """Whether that value belongs to a key that was there before: it is read for its syntax and then forgotten."""


class _Reader:
    """Builds data and positions from YAML events, without recursion, so that no nesting can exhaust the stack."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.stack: list[_Frame] = []
        self.documents = 0

    def read(self, source: str) -> None:
        for event in _events(source):
            self._take(event)

    def _take(self, event: Any) -> None:
        mark = Mark(event.start_mark.line + 1, event.start_mark.column + 1)
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise _UnreadableError(mark, "begins a second document ('---'); one file holds one document")
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.stack.pop()
            case yaml.ScalarEvent() | yaml.MappingStartEvent() | yaml.SequenceStartEvent() | yaml.AliasEvent():
                self._node(event, mark)

    def _node(self, event: Any, mark: Mark) -> None:
        frame = self.stack[-1] if self.stack else None
        if frame is not None and isinstance(frame.into, dict) and not frame.waiting:
            self._key(frame, event, mark)
            return
        path = self._open(frame, mark)
        self.document.values[path] = mark
        value = self._value(event, path, mark)
        self._store(frame, path, value)
        if isinstance(value, dict | list):
            self._push(path, value, mark)

    def _open(self, frame: _Frame | None, mark: Mark) -> Path:
        """The path of the value that begins here."""
        if frame is None:
            return ()
        if isinstance(frame.into, dict):
            return (*frame.path, frame.key or "")
        path = (*frame.path, len(frame.into))
        self.document.keys[path] = mark
        return path

    def _store(self, frame: _Frame | None, path: Path, value: Any) -> None:
        if frame is None:
            self.document.data = value
        elif isinstance(frame.into, list):
            frame.into.append(value)
        else:
            if not frame.discard:
                frame.into[path[-1]] = value
            frame.waiting = frame.discard = False

    def _push(self, path: Path, value: Any, mark: Mark) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise _UnreadableError(mark, f"is nested more than {MAX_DEPTH} levels deep")
        self.stack.append(_Frame(path, value))

    def _key(self, frame: _Frame, event: Any, mark: Mark) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            raise _UnreadableError(mark, "a key must be plain text, not a list, a mapping or an alias")
        name = event.value
        path = (*frame.path, name)
        frame.key, frame.waiting = name, True
        if name in frame.into:
            self._duplicate(frame, path, mark)
            return
        self.document.keys[path] = mark
        if event.anchor or _has_tag(event):
            self.document.fault_at(mark, path, _NO_ANCHORS if event.anchor else _NO_TAGS)
        elif event.implicit[0]:
            self._plain_key(path, name, mark)

    def _duplicate(self, frame: _Frame, path: Path, mark: Mark) -> None:
        first = self.document.keys[path]
        message = f"'{path[-1]}' is already given in line {first.line}; keep one of them"
        self.document.faults.append(Fault(self.document.file, mark.line, mark.column, dotted(path), message))
        # its positions get a name of their own, so that they do not cover those of the first value
        frame.key, frame.discard = f"{path[-1]} (again in line {mark.line})", True

    def _plain_key(self, path: Path, name: str, mark: Mark) -> None:
        if name == "<<":
            self.document.fault_at(mark, path, "merge keys (<<) are not supported; write the values out")
        elif name == "":
            self.document.fault_at(mark, path, "the key is empty")
        elif surprise := _surprise(name):
            self.document.fault_at(mark, path, f'the key {name} {surprise}; put it in quotes: "{name}"')

    def _value(self, event: Any, path: Path, mark: Mark) -> Any:
        if isinstance(event, yaml.AliasEvent):
            if path[-1:] != ("<<",):
                self.document.fault_at(mark, path, _NO_ALIASES)
            return None
        if event.anchor or _has_tag(event):
            self.document.fault_at(mark, path, _NO_ANCHORS if event.anchor else _NO_TAGS)
        if isinstance(event, yaml.MappingStartEvent):
            return {}
        if isinstance(event, yaml.SequenceStartEvent):
            return []
        return self._scalar(event, path, mark)

    def _scalar(self, event: yaml.ScalarEvent, path: Path, mark: Mark) -> Any:
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text in _NULLS:
            if path:
                self.document.fault_at(mark, path, "has no value; give one or remove the key")
            return None
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        if surprise := _surprise(text):
            self.document.fault_at(mark, path, f"{text} {surprise}; {_instead(text)}")
            return text
        return self._number(text, path, mark)

    def _number(self, text: str, path: Path, mark: Mark) -> Any:
        if not _FLOAT.fullmatch(text):
            return text
        if len(text) > MAX_DIGITS:
            self.document.fault_at(mark, path, "is too long for a number; put it in quotes if it is text")
            return text
        return int(text) if _INT.fullmatch(text) else float(text)


_NO_ANCHORS = "anchors (&) are not supported; write the value where it is needed (or quote a text that begins with &)"
_NO_ALIASES = "aliases (*) are not supported; write the value out (or quote a text that begins with *)"
_NO_TAGS = "tags (!) are not supported; remove it (or quote a text that begins with !)"


def _events(source: str) -> Iterator[yaml.Event]:
    return yaml.parse(source, Loader=yaml.CSafeLoader)


def _has_tag(event: Any) -> bool:
    """Whether an explicit tag such as !!str was written (quoted scalars carry the tag ``!`` implicitly: none here)."""
    return event.tag is not None


def _instead(text: str) -> str:
    if text.lower() in _SURPRISING_WORDS:
        return f'write true or false, or put it in quotes: "{text}"'
    return f'put it in quotes: "{text}", or write a number in plain digits'


def _surprise(text: str) -> str | None:
    if text.lower() in _SURPRISING_WORDS:
        return "means true or false to some YAML readers"
    if text[:1] not in _NUMERIC:
        return None
    return next((words for pattern, words in _SURPRISES if pattern.fullmatch(text)), None)
