"""A mail server's replies (RFC 5321 4.2), read from bytes however they are cut.

Knows the form of a reply and nothing of what it answers.
"""

from __future__ import annotations

import re
from collections import deque
from typing import NamedTuple

LONGEST_LINE = 1_000
"""Octets. RFC 5321 4.5.3.1.5 allows 512; some servers say more."""
_MOST_LINES = 200
_SHOWN = 200
_CODES = {b"%d" % code: code for code in range(200, 600)}
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What no database keeps (NUL), and what would give orders to the terminal or log in which the words are read."""
_ALL_TAKEN = re.compile(
    rb"250 ([^\x00-\x08\x0a-\x1f\x7f-\xff]{0,500})\r\n(?:250 [^\r\n]{0,500}\r\n){2}354 [^\r\n]{0,500}\r\n"
)


class Reply(NamedTuple):
    """``said``: all lines without the code, as they came."""

    code: int
    said: bytes

    @property
    def text(self) -> str:
        """The server's words."""
        return _text(self.said)


def all_taken(data: bytes) -> str | None:
    """The words of the first of the four replies in ``data``, if they are 250, 250, 250, 354, a line each; else None."""
    found = _ALL_TAKEN.fullmatch(data)
    return found[1].decode("ascii") if found else None


class Nonsense(Exception):
    """What the server says is no reply."""


class ReplyReader:
    """Takes bytes and gives replies. After Nonsense nothing more can be read."""

    def __init__(self) -> None:
        self._rest = b""  # of a line that is not complete
        self._coming: deque[bytes] = deque()  # complete lines nobody has looked at
        self._code = 0
        self._lines: list[bytes] = []  # of a reply that is not complete

    @property
    def empty(self) -> bool:
        """Whether nothing is left over, not even the beginning of a reply."""
        return not (self._rest or self._coming or self._lines)

    def feed(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._coming += lines

    def next(self) -> Reply | None:
        """The next reply that is complete. Raises Nonsense."""
        while self._coming:
            line = self._coming.popleft().removesuffix(b"\r")
            if line[3:4] == b" " and not self._lines and len(line) <= LONGEST_LINE and (code := _CODES.get(line[:3])):
                return Reply(code, line[4:])  # as nearly all are: one good line
            if self._last(line):
                reply = Reply(self._code, b"\n".join(self._lines))
                self._lines = []
                return reply
        if len(self._rest) > LONGEST_LINE:
            raise Nonsense(_too_long(self._rest))
        return None

    def _last(self, line: bytes) -> bool:
        """Keep one line; whether the reply ends with it."""
        if len(line) > LONGEST_LINE:
            raise Nonsense(_too_long(line))
        code, separator = _CODES.get(line[:3]), line[3:4]
        if code is None or separator not in (b" ", b"-", b""):
            raise Nonsense(_text(line[:_SHOWN]) or "an empty line")
        if self._lines and code != self._code:
            raise Nonsense(f"lines of one reply with different codes: {self._code} and {_text(line[:_SHOWN])}")
        if len(self._lines) >= _MOST_LINES:
            raise Nonsense(f"a reply of more than {_MOST_LINES} lines")
        self._code = code
        self._lines.append(line[4:])
        return separator != b"-"


def _too_long(line: bytes) -> str:
    return f"a line of more than {LONGEST_LINE} octets: {_text(line[:_SHOWN])}"


def _text(data: bytes) -> str:
    """Readable, whatever it was."""
    return _CONTROLS.sub("\ufffd", data.decode("utf-8", "replace"))
