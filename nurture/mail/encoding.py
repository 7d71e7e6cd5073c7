"""What a part of a letter says between its values -> a sheet: that part as it goes over the wire, but for the values.

    html    ASCII, what is beyond it as character references, CRLF
    text    quoted-printable; where its own words are plain ASCII it is encoded once the values are in

A sheet knows in which lines the values stand. So what can go wrong is looked for when the sheet is made: gaps, spaces at
the end of a line, long lines, a dot or "From " where a line begins. What depends on the values is looked for in all of them
at once; their lines are only gone through when one of them may be too long. Whatever might come out differently the long
way raises TooHard.
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from operator import gt
from typing import Any, NamedTuple, Protocol

from jinja2.utils import missing
from markupsafe import Markup

from nurture.mail import mime
from nurture.mail.expressions import TooHard
from nurture.mail.letter import tidy
from nurture.mail.mime import Part

_SLOT = "\0"
"""Stands for a value."""
_LINE = 75
"""A longer line of quoted-printable is broken after so many characters (RFC 2045 6.7)."""
_UNUSUAL = re.compile("[^\\S \t\n]|[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_UNFINISHED = re.compile(r"&(?:#[0-9]*)?\x00")
"""What a value may make a character reference of."""
_FROM = "From "
_WATCHED = {"", *" .F"}
_MARKS = frozenset("&<>'\"")
_USUAL = bytes(byte for byte in range(32, 127) if byte not in b"&<>'\"=")
_QUOTED = [chr(byte) if byte == 9 or (32 <= byte < 127 and byte != 61) else f"={byte:02X}" for byte in range(256)]


class Spelled(NamedTuple):
    """The same values in plain text, and as they are written in text and in html."""

    plain: Sequence[str]
    text: Sequence[str]
    html: Sequence[str]


class Sheet(Protocol):
    def filled(self, values: Spelled, slots: Sequence[int]) -> Part:
        """The part of a letter; ``slots``: which of the values stand between its pieces. Raises TooHard."""


def html_sheet(pieces: Sequence[str]) -> Sheet:
    """``pieces``: what stands before, between and behind the values. Raises TooHard."""
    data = _joined(pieces).rstrip("\n").encode("ascii", "xmlcharrefreplace")
    html = data.decode("ascii")
    if mime.DOUBTFUL.search(data) or mime.has_long_line(data) or _UNFINISHED.search(html):
        raise TooHard
    lines = html.split("\n")
    if any(line.startswith((".", _FROM)) for line in lines):
        raise TooHard
    return _Html(lines, mime.LONGEST, [line.split(_SLOT)[0] for line in lines])


def text_sheet(pieces: Sequence[str]) -> Sheet:
    """As ``html_sheet``, but never raises."""
    if not "".join(pieces).isascii():
        with suppress(TooHard):
            lines = [_quoted_line(line) for line in tidy(_joined(pieces))[:-1].split("\n")]
            return _Text(lines, _LINE, [line.lstrip(" \t").split(_SLOT)[0] for line in lines])
    return _Plain(pieces)


def _joined(pieces: Sequence[str]) -> str:
    if _UNUSUAL.search("".join(pieces)):
        raise TooHard
    return _SLOT.join(pieces)


def _quoted_line(line: str) -> str:
    """A line as quoted-printable; wrapped unless there are values in it."""
    if line.endswith((" ", "\t")):
        raise TooHard
    return _SLOT.join(map(_quoted, line.split(_SLOT))) if _SLOT in line else mime.quoted_line(line)


# --- sheets -------------------------------------------------------------------------------------------------------------


class _Encoded:
    """Encoded lines; ``heads``: what begins each, up to its first value. Raises TooHard."""

    def __init__(self, lines: Sequence[str], longest: int, heads: Sequence[str]) -> None:
        self._first: list[int] = []
        """The values with which a line begins."""
        self._room: list[int] = []
        """For each value how long it may be: while all are as short as that, no line is too long."""
        self._alone: list[int] = []
        """For each value, how much of it fits into its line if it is the only one in it, and nothing is encoded; else 0."""
        for line, head in zip(lines, heads, strict=True):
            if values := line.count(_SLOT):
                if head.startswith((".", _FROM)) or (head and _FROM.startswith(head)):
                    raise TooHard
                if not head:
                    self._first.append(len(self._room))
                self._room += [(longest - len(line) + values) // values] * values
                self._alone += [longest - line.index(_SLOT) if values == 1 and "=" not in line else 0] * values
        self._row = _row("\r\n".join([*lines, ""]).split(_SLOT))

    def _filled(self, values: Sequence[str], slots: Sequence[int]) -> Part:
        texts: Sequence[str] = [values[slot] for slot in slots]
        for number in self._first:
            if texts[number][:1] in _WATCHED and _begins_badly(texts[number]):
                raise TooHard
        if long := any(map(gt, map(len, texts), self._room)):
            texts, long = self._broken(texts)
        row = self._row.copy()
        row[1::2] = texts
        return self._part("".join(row), long=long)

    def _broken(self, texts: Sequence[str]) -> tuple[Sequence[str], bool]:
        """``texts`` with line breaks where that is easy, and whether lines may still be too long."""
        return texts, True

    def _part(self, whole: str, *, long: bool) -> Part:
        raise NotImplementedError


class _Html(_Encoded):
    def filled(self, values: Spelled, slots: Sequence[int]) -> Part:
        return self._filled(values.html, slots)

    def _part(self, whole: str, *, long: bool) -> Part:
        part = whole.encode("ascii")
        if long and mime.has_long_line(part):
            raise TooHard
        return mime.SEVEN_BIT, part


class _Text(_Encoded):
    def filled(self, values: Spelled, slots: Sequence[int]) -> Part:
        return self._filled(values.text, slots)

    def _broken(self, texts: Sequence[str]) -> tuple[Sequence[str], bool]:
        broken, still = list(texts), False
        for number, (text, room, fits) in enumerate(zip(texts, self._room, self._alone, strict=True)):
            if len(text) > room:
                if 0 < fits < len(text) <= room + _LINE and "=" not in text and text[fits] not in ".F":
                    broken[number] = f"{text[:fits]}=\r\n{text[fits:]}"
                else:
                    still = True
        return broken, still

    def _part(self, whole: str, *, long: bool) -> Part:
        if " \r\n" in whole:
            raise TooHard
        if long:
            whole = "\r\n".join([line if len(line) <= _LINE else _broken(line) for line in whole.split("\r\n")])
        return mime.QUOTED, whole.encode("ascii")


class _Plain:
    """Text that may turn out to be plain ASCII, which is sent as it is."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self._row = _row(pieces)

    def filled(self, values: Spelled, slots: Sequence[int]) -> Part:
        row = self._row.copy()
        row[1::2] = [values.plain[slot] for slot in slots]
        return mime.text_part(tidy("".join(row)))


def _row(pieces: Sequence[str]) -> list[str]:
    """``pieces`` with room for the values between them."""
    return [part for piece in pieces for part in (piece, "")][:-1]


# --- values -------------------------------------------------------------------------------------------------------------


def spelled(values: Sequence[Any]) -> Spelled:
    """``values`` encoded for both parts. Raises TooHard."""
    texts = values if {*map(type, values)} == {str} else list(map(_text, values))
    unusual = _unusual("".join(texts))
    if not unusual:
        return Spelled(texts, texts, texts)
    escaped = texts if _MARKS.isdisjoint(unusual) else list(map(_escaped, texts))
    return Spelled(
        texts,
        [text if text.isascii() and "=" not in text else _quoted(text) for text in texts],
        [text if text.isascii() else _referenced(text) for text in escaped],
    )


def _text(value: object) -> str:
    """What prints for a value that need not be text. What is marked as safe html may be anything."""
    if isinstance(value, Markup) or value is missing:
        raise TooHard
    return "" if value is None else str(value)


def _unusual(said: str) -> str:
    """What has to be encoded in one part or the other. Raises TooHard for what may break a line, or cannot be seen."""
    try:
        unusual = said.encode().translate(None, _USUAL).decode()
    except UnicodeEncodeError:
        raise TooHard from None
    if not unusual.isprintable():
        raise TooHard
    return unusual


def _begins_badly(text: str) -> bool:
    """Whether it may not stand where a line begins, alone or with what follows."""
    return text[:1] in ("", " ", ".") or _FROM.startswith(text[:5])


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("'", "&#39;").replace('"', "&#34;")


@lru_cache(maxsize=4096)
def _referenced(text: str) -> str:
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


@lru_cache(maxsize=4096)
def _quoted(text: str) -> str:
    """A part of a line as quoted-printable, not wrapped."""
    return "".join(map(_QUOTED.__getitem__, text.encode()))


def _broken(line: str) -> str:
    """A line that is too long."""
    if line[-1] == "=":  # the beginning of a line that was broken before
        return line
    if len(line) <= 2 * _LINE and "=" not in line and line[_LINE] not in ".F":
        return f"{line[:_LINE]}=\r\n{line[_LINE:]}"
    return mime.quoted_line(a2b_qp(line).decode("utf-8"))
