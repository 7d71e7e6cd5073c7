"""A letter and an envelope -> exactly the bytes that go over the wire.

Written out directly instead of through ``email.message``: that is fifty times slower, folds List-Unsubscribe into
encoded-words and lets an encoded-word in a name become a header. The tests read every kind of result back with the
standard library's parser.

What is the same in many mails (sender, list, kind) is prepared once, as a header block with holes. The text is
quoted-printable, or 7bit where it is plain ASCII. The html is 7bit, what is beyond ASCII written as character references,
wherever that is safe (``Letter.references``), else quoted-printable: three times as costly, and longer.

What holds for every result: CRLF line ends; ASCII only; no line longer than 998 characters, quoted-printable ones at most
76; each header once and from ``HEADERS``; no line begins with "From "; the same input gives the same bytes. A line of the
html may begin with a dot, which whoever speaks SMTP has to double anyway.
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256

from nurture.mail import headers
from nurture.mail.letter import Letter

HEADERS = (
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
    "Feedback-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
)  # fmt: skip
"""Every header a mail of ours may have, in this order."""
_OURS = re.compile("".join(rf"(?:{name}: [^\r\n]*\r\n(?: [^\r\n]+\r\n)*)?" for name in HEADERS))
_ONE = re.compile(r"[^\r\n]*(?:\r\n [^\r\n]+)*")

_SERVICE = ("Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: OOF, AutoReply")
"""So that no vacation notice answers a machine (RFC 3834, and Exchange's own word for it)."""

_TEXT = b"\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
_HTML = b"\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: "
_BODY = b"\r\n\r\n"

SEVEN_BIT, QUOTED = b"7bit", b"quoted-printable"
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,200}>")
_URL = re.compile(r"https?://[!#-;=?-~]{1,900}")
_LIST_ID = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_FEEDBACK_ID = re.compile(r"([A-Za-z0-9._-]{1,100}:){3}[A-Za-z0-9._-]{5,15}")
"""Three fields of ours and one that says who sends, the same in all mails (the form Gmail reports by)."""
_CONTROLS = bytes(byte for byte in (*range(32), 127) if byte not in b"\t\n\r")
_RISKY = (b".", b"From ")
_RISKS = (b"\n.", b"\nFrom ", b" \n", b"\t\n")
_LINE = 76
LONGEST = 900
"""The longest line that is not broken up; a server may add to it on the way, up to 998 (RFC 5322 2.1.1)."""
DOUBTFUL = re.compile(
    rb"&#(?:1(?:2[89]|[3-5][0-9])|55(?:29[6-9]|[3-9][0-9]{2})|56[0-9]{3}|57(?:[0-2][0-9]{2}|3[0-3][0-9]|34[0-3])"
    rb"|649(?:7[6-9]|[89][0-9])|6500[0-7]|6553[45]);"
)
"""References that html reads as something else: C1 controls (as Windows-1252), surrogates and what is no character."""


@dataclass(slots=True)  # not frozen: there is one for every mail, and that takes a fifth of the time
class Envelope:
    """Everything about one mail that is not its text.

    ``header_id``: the Message-ID with its angle brackets. ``date``: aware. ``unsubscribe_url``: of this very reader; None
    for service mail. ``list_id``: such as ``news.example.com``. ``feedback_id``: nothing in it may identify the reader.
    """

    sender_name: str
    sender_address: str
    reply_to: str
    to_name: str
    to_address: str
    header_id: str
    date: datetime
    unsubscribe_url: str | None = None
    list_id: str | None = None
    service: bool = False
    feedback_id: str | None = None


Part = tuple[bytes, bytes]
"""(encoding, text as it is sent)."""


def compose(letter: Letter, envelope: Envelope) -> bytes:
    """The whole message. Raises InvalidInput for an address that cannot be mailed, ValueError for a malformed envelope."""
    return assemble(letter.subject, text_part(letter.text), html_part(letter), envelope)


def assemble(subject: str, text: Part, html: Part, envelope: Envelope) -> bytes:
    """The whole message of parts that are encoded already. Raises as ``compose`` does."""
    boundary = f"=_{sha256(envelope.header_id.encode()).hexdigest()[:24]}"
    head = f"{_head(subject, envelope, boundary)}\r\n--{boundary}".encode("ascii")
    line = f"\r\n--{boundary}".encode("ascii")
    (text_encoding, text_body), (html_encoding, html_body) = text, html
    return b"".join(
        (head, _TEXT, text_encoding, _BODY, text_body, line, _HTML, html_encoding, _BODY, html_body, line, b"--\r\n")
    )


# --- headers --------------------------------------------------------------------------------------------------------------


def _head(subject: str, envelope: Envelope, boundary: str) -> str:
    e = envelope
    prepared = _prepared(e.sender_name, e.sender_address, e.reply_to, e.list_id, e.feedback_id, e.service)
    return prepared % (
        _one_header(headers.mailbox("To", e.to_name, e.to_address)),
        _one_header(headers.unstructured("Subject", subject)),
        _date(e.date, e.date.utcoffset()),
        _checked(_MESSAGE_ID, e.header_id, "Message-ID"),
        _unsubscribe_lines(_checked(_URL, e.unsubscribe_url, "unsubscribe address")) if e.unsubscribe_url else "",
        boundary,
    )


@lru_cache(maxsize=1024)
def _prepared(
    sender_name: str,
    sender_address: str,
    reply_to: str,
    list_id: str | None,
    feedback_id: str | None,
    service: bool,  # noqa: FBT001 - asked for with every mail
) -> str:
    """The header block of all mails of this sender, list and kind; %s where they differ (see ``_head``)."""
    same = [
        headers.mailbox("From", sender_name, sender_address),
        headers.mailbox("Reply-To", "", reply_to) if reply_to else "",
        headers.phrase_with_id("List-Id", sender_name, _checked(_LIST_ID, list_id, "List-Id")) if list_id else "",
        f"Feedback-ID: {_checked(_FEEDBACK_ID, feedback_id, 'Feedback-ID')}" if feedback_id else "",
        "\r\n".join(_SERVICE) if service else "",
    ]
    from_, reply, list_, feedback, service_ = (f"{lines}\r\n".replace("%", "%%") if lines else "" for lines in same)
    prepared = (
        f"{from_}%s\r\n{reply}%s\r\nDate: %s\r\nMessage-ID: %s\r\n{list_}%s{feedback}{service_}"
        'MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="%s"\r\n'
    )
    if not _OURS.fullmatch(prepared % ("To: x", "Subject: x", "x", "x", "", "x")):
        raise ValueError(f"refusing to send mails with these headers: {prepared!a}")
    return prepared


@lru_cache(maxsize=256)
def _date(date: datetime, offset: timedelta | None) -> str:  # noqa: ARG001 - equal times in different zones read differently
    return format_datetime(date)


def _unsubscribe_lines(url: str) -> str:
    """One-click unsubscription (RFC 8058): one https address, unfolded. Plain http (a local trial) gets no one-click."""
    one_click = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" if url.startswith("https://") else ""
    return f"List-Unsubscribe: <{url}>\r\n{one_click}"


def _checked(pattern: re.Pattern[str], value: str, what: str) -> str:
    if not pattern.fullmatch(value):
        raise ValueError(f"{value!a} is no {what}")
    return value


def _one_header(header: str) -> str:
    """The last line of defence, as ``_OURS`` for what is prepared: nobody's name or subject has become a header itself."""
    if ("\n" in header or "\r" in header) and not _ONE.fullmatch(header):
        raise ValueError(f"refusing to send a mail with this header: {header!a}")
    return header


# --- bodies ---------------------------------------------------------------------------------------------------------------


def text_part(text: str) -> Part:
    """Spaces at the end of a line get lost on the way, unless they are encoded."""
    plain = _plain(text.encode("utf-8", "replace"))
    if not plain.isascii() or has_long_line(plain) or plain.startswith(_RISKY) or any(r in plain for r in _RISKS):
        return QUOTED, _quoted(plain)
    return SEVEN_BIT, plain.replace(b"\n", b"\r\n")


def html_part(letter: Letter) -> Part:
    if letter.references:
        plain = _plain(letter.html.encode("ascii", "xmlcharrefreplace"))
        if plain.startswith(b"From ") or b"\nFrom " in plain:
            plain = re.sub(rb"^From ", b"&#70;rom ", plain, flags=re.MULTILINE)
        if not has_long_line(plain) and not DOUBTFUL.search(plain):
            return SEVEN_BIT, plain.replace(b"\n", b"\r\n")
    return QUOTED, quoted_printable(letter.html)


def has_long_line(plain: bytes) -> bool:
    start = 0
    while len(plain) - start > LONGEST:
        end = plain.rfind(b"\n", start, start + LONGEST + 1)
        if end < 0:
            return True
        start = end + 1
    return False


def _plain(data: bytes) -> bytes:
    """One kind of line end, and one at the end; no control characters."""
    data = data.translate(None, _CONTROLS)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data.rstrip(b"\n") + b"\n"


def quoted_line(text: str) -> str:
    """One line as quoted-printable, with soft line breaks where they are needed."""
    return _quoted(text.encode("utf-8") + b"\n")[:-2].decode("ascii")


def quoted_printable(text: str) -> bytes:
    """``text`` as quoted-printable (RFC 2045 6.7) with CRLF, ending in one; control characters are dropped."""
    return _quoted(_plain(text.encode("utf-8", "replace")))


def _quoted(plain: bytes) -> bytes:
    encoded = b2a_qp(plain.replace(b"\n", b"\r\n"), istext=True)
    if b"\n." in encoded or b"\nFrom " in encoded or encoded.startswith(_RISKY):
        return b"\r\n".join(_without_risky_start(line) for line in encoded.split(b"\r\n"))
    return encoded


def _without_risky_start(line: bytes) -> bytes:
    """A leading dot or "From " spelled in hexadecimal, for servers and mailboxes that would change it."""
    if not line.startswith(_RISKY):
        return line
    spelled = b"=%02X" % line[0] + line[1:]
    if len(spelled) <= _LINE:
        return spelled
    escape = spelled.rfind(b"=", _LINE - 3, _LINE - 1)
    cut = escape if escape > 0 else _LINE - 1
    return spelled[:cut] + b"=\r\n" + _without_risky_start(spelled[cut:])
