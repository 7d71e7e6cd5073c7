"""Any bytes -> a mail that can be looked at in bounded time: the parts in order, their text, the header values.

The standard library's parser does the work; this module bounds it (size, depth, number of parts, length of lines) and
never raises, whatever the bytes. What it cannot parse is one plain text. Parts inside a returned message are not parts
of the report: ``parts`` stops at message/rfc822 and keeps that message as ``returned``.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from itertools import islice
from typing import Any

_MAX_BYTES = 400_000
_MAX_PARTS = 60
_MAX_DEPTH = 12
_MAX_TEXT = 120_000
_MAX_LINE = 2_000
_MAX_HEADER = 4_000
_BOUNDARY = re.compile(rb"^--", re.MULTILINE)
_BEFORE = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:>?From [^\n]{1,200}\n)?")
"""What may stand before the header: a byte order mark, empty lines, a mailbox's separator."""
_FIRST_PART = re.compile(rb"\r?\n--([^\s\"]{1,70})[ \t]*\r?\n(?=Content-[A-Za-z-]{4,30}:)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf: its type in lower case and its text ('' for what is no text)."""

    type: str
    text: str


@dataclass(frozen=True, slots=True)
class Mail:
    """``returned``: the header lines and the beginning of each message inside it, as text."""

    message: Message
    parts: tuple[Part, ...] = ()
    returned: tuple[str, ...] = ()
    report_type: str = ""
    inner: tuple[Message, ...] = ()
    """Those messages, to be opened in turn."""
    text: str = field(default="")
    """All readable text of the mail itself, html only where there is no plain text."""

    def header(self, name: str) -> str:
        return header(self.message, name)

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(decoded(value) for value in _raw(self.message, name)[:50])

    def of_type(self, *types: str) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.type in types)


def open_mail(raw: bytes) -> Mail:
    """The mail in these bytes."""
    try:
        return _opened(message_from_bytes(_bounded(raw)))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError, MessageError):
        # The parser of the standard library stumbles over some hostile mails; they are still text.
        return _plain(raw)


def opened_again(message: Message) -> Mail:
    """A mail inside another one."""
    return _opened(message)


def header(message: Message, name: str) -> str:
    """The first header of this name, decoded and on one line; '' without it."""
    return decoded(next(iter(_raw(message, name)), ""))


def _raw(message: Message, name: str) -> list[str]:
    """All values of this name. Bytes beyond ASCII, which no header may have, are read as UTF-8 where they are that."""
    return [_unescaped(value) for found, value in message.raw_items() if found.lower() == name.lower()]


def _unescaped(value: object) -> str:
    raw = str(value).encode("utf-8", "surrogateescape")
    return _from_charset(raw, "utf-8")


def decoded(value: object) -> str:
    """A header value with its encoded words (RFC 2047) read, on one line."""
    text = str(value)[:_MAX_HEADER]
    if "=?" in text:
        text = _words(text)
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())


def _words(text: str) -> str:
    try:
        return "".join(
            piece if isinstance(piece, str) else _from_charset(piece, charset or "utf-8")
            for piece, charset in decode_header(text)
        )
    except (ValueError, LookupError, TypeError, MessageError):
        return text


def _bounded(raw: bytes) -> bytes:
    """The head of the mail; a mail of thousands of boundaries is not worth the parser's time."""
    head = _with_type(_BEFORE.sub(b"", raw[:_MAX_BYTES]).replace(b"\r\r\n", b"\n"))
    found = list(zip(_BOUNDARY.finditer(head), range(4 * _MAX_PARTS), strict=False))
    return head[: found[-1][0].start()] if len(found) == 4 * _MAX_PARTS else head


def _with_type(head: bytes) -> bytes:
    """The mail with the Content-Type that a gateway took away, where its parts are still there."""
    ends = re.search(rb"\r?\n\r?\n", head)
    if not ends or re.search(rb"^content-type:", head[: ends.start()], re.IGNORECASE | re.MULTILINE):
        return head
    first = _FIRST_PART.search(head, ends.start(), ends.start() + 400)
    if not first or b"@" in head[ends.end() : first.start()]:  # text before it: the parts are those of what was returned
        return head
    return b'Content-Type: multipart/mixed; boundary="%s"\n%s' % (first[1], head)


def _opened(message: Message) -> Mail:
    parts: list[Part] = []
    returned: list[str] = []
    inner: list[Message] = []
    _collect(message, parts, returned, inner, 0)
    report_type = str(message.get_param("report-type", "") or "").lower()
    return Mail(message, tuple(parts), tuple(returned), report_type, tuple(inner), _readable(parts))


def _collect(message: Message, parts: list[Part], returned: list[str], inner: list[Message], depth: int) -> None:
    if len(parts) + len(returned) >= _MAX_PARTS or depth > _MAX_DEPTH:
        return
    kind = message.get_content_type()
    payload = message.get_payload()
    if kind in (
        "message/rfc822",
        "message/global",
        "text/rfc822-headers",
        "message/rfc822-headers",
        "message/global-headers",
    ):
        returned.append(_inner(message))
        inner.extend(_messages(payload)[:1] if isinstance(payload, list) else ())
    elif kind.startswith("message/"):
        parts.append(Part(kind, _inner(message)))
    elif isinstance(payload, list):
        for part in _messages(payload)[:_MAX_PARTS]:
            _collect(part, parts, returned, inner, depth + 1)
    else:
        parts.append(Part(kind, _text(message) if kind.startswith("text/") or depth == 0 else ""))


def _messages(payload: list[Any]) -> list[Message]:
    return [part for part in payload if isinstance(part, Message)]


def _inner(message: Message) -> str:
    """The content of a part of type message/..., as text: the library has parsed it already, or left it encoded."""
    payload = message.get_payload()
    if not isinstance(payload, list):
        return _text(message)
    encoded = str(message.get("content-transfer-encoding", "")).strip().lower() in ("base64", "quoted-printable")
    inner = "\n\n".join(_source(part) for part in _messages(payload)[:_MAX_PARTS])
    return _decoded_again(message, inner) if encoded else inner[:_MAX_TEXT]


def _source(message: Message) -> str:
    lines = [f"{name}: {_unescaped(value)}" for name, value in islice(message.raw_items(), 300)]
    payload = message.get_payload()
    if isinstance(payload, list):
        payload = "\n\n".join(_source(part) for part in _messages(payload)[:5]) if len(lines) < 300 else ""
    body = _text(message) if isinstance(payload, str) and message.get_content_maintype() == "text" else str(payload or "")
    return "\n".join(lines) + "\n\n" + body[:_MAX_TEXT]


def _decoded_again(message: Message, inner: str) -> str:
    shell = Message()
    shell["Content-Transfer-Encoding"] = str(message["content-transfer-encoding"])
    shell.set_payload(inner.strip())
    return _text(shell)


def _text(message: Message) -> str:
    payload = message.get_payload(decode=True)
    body = payload if isinstance(payload, bytes) else str(message.get_payload()).encode("utf-8", "replace")
    charset = str(message.get_param("charset", "") or "utf-8")
    return tidy(_from_charset(body[:_MAX_BYTES], charset))


def _from_charset(body: bytes, charset: str) -> str:
    if b"\x1b$" in body or b"\x1b(" in body:
        charset = "iso-2022-jp"
    for name in (charset.strip("'\""), "utf-8"):
        try:
            return body.decode(name, "strict")
        except (UnicodeError, LookupError, ValueError):
            continue
    return body.decode("iso-8859-1" if b"\x1b" not in body else "iso-2022-jp", "replace")


def tidy(text: str) -> str:
    """Text with plain line ends and spaces, no controls, no line and no whole too long to look at."""
    text = text[:_MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").replace("\x00", "")
    return "\n".join(line[:_MAX_LINE] for line in text.split("\n"))


def _readable(parts: list[Part]) -> str:
    plain = [part.text for part in parts if part.type == "text/plain" or not part.type.startswith(("text/", "message/"))]
    text = "\n".join(filter(None, plain))
    if not text.strip():
        text = "\n".join(from_html(part.text) for part in parts if part.type == "text/html")
    return text[:_MAX_TEXT]


_INVISIBLE = re.compile(r"<(style|script|head|title)\b[^>]{0,500}>.{0,20000}?</\1\s*>|<!--.{0,20000}?-->", re.S | re.I)
_QUOTED = re.compile(r"<(/?)blockquote\b[^<>]{0,500}>", re.I)
_QUOTE = re.compile(r"<div[^>]{0,200}(?:(divRplyFwdMsg|appendonsend)|gmail_quote|yahoo_quoted|moz-cite)", re.I)
_UNMARKED = "<br>-----Original Message-----<br>"
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/h\d|/li|hr)\b[^>]{0,200}>", re.I)
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]{0,2000}>")


def from_html(source: str) -> str:
    """The text of html. What it quotes is marked as in plain text, so that it can be told from what its writer says."""
    text = _with_unmarked(re.sub(r"\s+", " ", _INVISIBLE.sub(" ", source)))
    pieces: list[str] = []
    depth = position = 0
    for tag in _QUOTED.finditer(text):
        pieces.append(_lines(text[position : tag.start()], quoted=depth > 0))
        position, depth = tag.end(), max(0, depth + (-1 if tag[1] else 1))
    pieces.append(_lines(text[position:], quoted=depth > 0))
    return tidy("\n".join(pieces))


def _with_unmarked(text: str) -> str:
    """With a line before the first quotation that goes on to the end: Outlook's, and those without a blockquote."""
    last = text.lower().rfind("<blockquote")
    start = next((found.start() for found in _QUOTE.finditer(text) if found[1] or found.start() > last), None)
    return text if start is None else text[:start] + _UNMARKED + text[start:]


def _lines(piece: str, *, quoted: bool) -> str:
    text = html.unescape(_TAG.sub("", _BREAK.sub("\n", piece))).replace("\n ", "\n")
    return "\n".join(f"> {line}" for line in text.split("\n")) if quoted else text


def _plain(raw: bytes) -> Mail:
    text = tidy(raw[:_MAX_TEXT].decode("utf-8", "replace"))
    return Mail(Message(), (Part("text/plain", text),), text=text)
