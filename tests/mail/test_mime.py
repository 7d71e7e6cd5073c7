"""What the standard library reads back from our bytes is what was meant, whatever a stranger typed."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from html import escape
from html.parser import HTMLParser
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.domain.errors import InvalidInput
from nurture.mail import headers
from nurture.mail.headers import clean, wire_address
from nurture.mail.mime import HEADERS, Envelope, compose, quoted_printable
from nurture.mail.render import Letter

LETTER = Letter("Ihre Checkliste für die Produktion", "Kurz", "<p>Grüße &amp; mehr</p>\n", "Grüße\n")
NURTURE = Envelope(
    sender_name="Anna Müller, Beispiel GmbH",
    sender_address="anna@mail.example.de",
    reply_to="anna@example.de",
    to_name="Jörg Weber",
    to_address="joerg.weber@kunde.example",
    header_id="<0123456789abcdef0123456789abcdef@mail.example.de>",
    date=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    unsubscribe_url="https://nurture.example.de/u/12.34.AbCdEfGhIjKlMnOpQrStUvWx",
    list_id="nurture.mail.example.de",
    feedback_id="hello:welcome:main:beispiel",
)
SERVICE = replace(NURTURE, service=True, unsubscribe_url=None, list_id=None, feedback_id=None)

ENCODED_BCC = "=?utf-8?q?a=0d=0aBcc=3A_x=40y.de?="
HOSTILE = {
    "encoded word with a line break": ENCODED_BCC,
    "the same in base64": "=?utf-8?b?YQ0KQmNjOiB4QHkuZGU=?=",
    "the same, split by a zero byte": "=\x00?utf-8?q?a=0d=0aBcc=3A_x=40y.de?=",
    "the same, after harmless text": "Weber =?utf-8?q?=0aBcc:x=40y.de?= GmbH",
    "nested": "=?=?utf-8?q?a=0d=0aBcc=3A_x=40y.de?=",
    "cr lf": "Weber\r\nBcc: x@y.de",
    "lf": "Weber\nBcc: x@y.de",
    "cr": "Weber\rBcc: x@y.de",
    "folded": "Weber\r\n Bcc: x@y.de",
    "end of the headers": "Weber\r\n\r\n<html>",
    "line separators": "Weber\u2028Bcc: x@y.de\u2029Bcc: x@y.de",
    "next line": "Weber\x85Bcc: x@y.de",
    "vertical tab and form feed": "Weber\x0bBcc: x\x0cBcc: y",
    "zero byte": "We\x00ber",
    "lone surrogates": "We\ud800ber\udfff",
    "another address": 'Weber" <x@y.de>, "',
    "comment": "Weber (x@y.de)",
    "group": "Weber: x@y.de;",
    "backslashes": 'We\\"ber\\',
    "emoji": "Weber 👩‍🔧🏭🇩🇪",
    "right to left": "ويبر שלום \u202eWeber",
    "combining": "Jo\u0308rg",
    "long word": "W" * 5000,
    "long umlauts": "ü" * 500,
    "spaces": "  Weber   GmbH  ",
    "only spaces": " \t\r\n ",
    "empty": "",
    "quotes": "„Weber“ & 'Söhne'",
    "percent": "100 %s %(x)s %% Weber",
    "only what quoting makes longer": "?" * 150,
    "one character longer than a word": "ü" * 20,
}
hostile = pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())


def read(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def assert_sound(raw: bytes) -> EmailMessage:
    """What must hold of every mail. Returns it as the standard library reads it."""
    assert raw.isascii()
    assert raw.endswith(b"\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(line.startswith(b"From ") for line in lines)
    message = read(raw)
    names = message.keys()
    assert list(names) == [name for name in HEADERS if name in names]
    for part in message.walk():
        assert not part.defects
    for part in message.iter_parts():
        assert_bearable(part)
    for value in message.values():
        assert not value.defects, (value, value.defects)
    return message


def assert_bearable(part: EmailMessage) -> None:
    """Lines are short and begin harmlessly; html in 7bit, whose style sheets are full of dots, leaves those to SMTP."""
    lines = str(part.get_payload()).replace("\r\n", "\n").split("\n")
    if part["Content-Transfer-Encoding"] == "quoted-printable":
        assert max(map(len, lines)) <= 76
    else:
        assert part["Content-Transfer-Encoding"] == "7bit"
    if part.get_content_type() == "text/plain" or part["Content-Transfer-Encoding"] != "7bit":
        assert not any(line.startswith(".") for line in lines)


def name_in(raw: bytes, header: str) -> str:
    """The display name. (Before 3.13 the newer parser keeps the white space between two encoded-words of a phrase.)"""
    value = str(message_from_bytes(raw, policy=policy.compat32)[header])
    return str(make_header(decode_header(parseaddr(value)[0])))


def parts(message: EmailMessage) -> tuple[str, str]:
    text, html = message.iter_parts()
    assert isinstance(text, EmailMessage)
    assert isinstance(html, EmailMessage)
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    return text.get_content().replace("\r\n", "\n"), html.get_content().replace("\r\n", "\n")


def test_a_nurture_mail() -> None:
    message = assert_sound(compose(LETTER, NURTURE))
    assert list(message.keys()) == [
        "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
        "Feedback-ID", "MIME-Version", "Content-Type",
    ]  # fmt: skip
    assert message["From"].addresses == (Address("Anna Müller, Beispiel GmbH", addr_spec="anna@mail.example.de"),)
    assert message["To"].addresses == (Address("Jörg Weber", addr_spec="joerg.weber@kunde.example"),)
    assert message["Reply-To"].addresses == (Address(addr_spec="anna@example.de"),)
    assert message["Subject"] == LETTER.subject
    assert message["Date"].datetime == NURTURE.date
    assert message["Message-ID"] == NURTURE.header_id
    assert message["List-Unsubscribe"] == f"<{NURTURE.unsubscribe_url}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"].endswith("<nurture.mail.example.de>")
    assert message["Feedback-ID"] == "hello:welcome:main:beispiel"
    assert message.get_content_type() == "multipart/alternative"
    assert parts(message) == (LETTER.text, LETTER.html)


def test_a_service_mail_can_neither_be_unsubscribed_nor_answered_by_a_machine() -> None:
    message = assert_sound(compose(LETTER, SERVICE))
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert not [name for name in message if name.startswith("List-")]


def test_the_same_mail_has_the_same_bytes() -> None:
    assert compose(LETTER, NURTURE) == compose(LETTER, NURTURE)
    other = replace(NURTURE, header_id="<ffffffffffffffffffffffffffffffff@mail.example.de>")
    assert read(compose(LETTER, other)).get_boundary() != read(compose(LETTER, NURTURE)).get_boundary()


def test_without_a_name_there_is_only_the_address() -> None:
    assert b"\r\nTo: joerg.weber@kunde.example\r\n" in compose(LETTER, replace(NURTURE, to_name=""))


def test_a_local_trial_without_https_promises_no_one_click() -> None:
    message = assert_sound(compose(LETTER, replace(NURTURE, unsubscribe_url="http://127.0.0.1:8000/u/x")))
    assert message["List-Unsubscribe"] == "<http://127.0.0.1:8000/u/x>"
    assert message["List-Unsubscribe-Post"] is None


def test_the_date_keeps_its_offset() -> None:
    date = datetime(2026, 7, 1, 9, 30, tzinfo=timezone(timedelta(hours=2)))
    assert b"Date: Wed, 01 Jul 2026 09:30:00 +0200\r\n" in compose(LETTER, replace(NURTURE, date=date))


@hostile
def test_a_name_stays_a_name(value: str) -> None:
    raw = compose(LETTER, replace(NURTURE, to_name=value, sender_name=value))
    message = assert_sound(raw)
    assert [address.addr_spec for address in message["To"].addresses] == ["joerg.weber@kunde.example"]
    assert [address.addr_spec for address in message["From"].addresses] == ["anna@mail.example.de"]
    assert name_in(raw, "To") == name_in(raw, "From") == clean(value)


@hostile
def test_a_subject_stays_a_subject(value: str) -> None:
    raw = compose(replace(LETTER, subject=value), NURTURE)
    message = assert_sound(raw)
    assert message["Subject"] == clean(value)
    assert max(map(len, raw.partition(b"\r\nDate:")[0].split(b"\r\n"))) <= 76


@hostile
def test_both_bodies_come_back(value: str) -> None:
    message = assert_sound(compose(replace(LETTER, text=value, html=f"<p>{value}</p>"), NURTURE))
    text, html = parts(message)
    assert text == plain(value)
    assert html == plain(f"<p>{value}</p>")


def plain(text: str) -> str:
    """What may arrive of a body: one kind of line end, no controls, one line end at the end."""
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", text)
    text = re.sub(r"\r\n?", "\n", text).rstrip("\n") + "\n"
    return text.encode("utf-8", "replace").decode("utf-8")


@hostile
def test_an_address_is_an_address_or_refused(value: str) -> None:
    for address in (value, f"{value}@kunde.example", f"joerg@{value}", f"joerg@kunde.example{value}"):
        try:
            message = assert_sound(compose(LETTER, replace(NURTURE, to_address=address)))
        except InvalidInput:
            continue
        assert [a.addr_spec for a in message["To"].addresses] == [wire_address(address)]


@pytest.mark.parametrize(
    ("address", "on_the_wire"),
    [
        ("Joerg.Weber@Kunde.Example", "Joerg.Weber@kunde.example"),
        ("info@straße.de", "info@xn--strae-oqa.de"),
        ("info@MÜLLER.example", "info@xn--mller-kva.example"),
        ("info@例え.jp", "info@xn--r8jz45g.jp"),
        ("a+b_c=d@x-y.example", "a+b_c=d@x-y.example"),
        ("o'brien@kunde.example", "o'brien@kunde.example"),
        (f"{'a' * 64}@kunde.example", f"{'a' * 64}@kunde.example"),
    ],
)
def test_addresses_on_the_wire(address: str, on_the_wire: str) -> None:
    assert wire_address(address) == on_the_wire
    assert read(compose(LETTER, replace(NURTURE, to_address=address)))["To"].addresses[0].addr_spec == on_the_wire


@pytest.mark.parametrize(
    "address",
    [
        "", "@", "a@", "@b.de", "a", "jörg@kunde.example", "a b@c.de", "a@b c.de", "a@b..de", ".a@b.de", "a.@b.de", "a@-b.de",
        "a@b.de\r\nBcc: x@y.de", "a@b.de>, <x@y.de", '"a"@b.de', "a@[127.0.0.1]", f"{'a' * 65}@b.de", f"a@{'b' * 64}.de",
        f"a@{'b.' * 130}de", "=?x?q?y?=@b.de", "a@xn--\ud800.de", "a\x00@b.de", "a@b.de\x00", "a@＠b.de", "a@b。",
    ],
    ids=ascii,
)  # fmt: skip
def test_no_address(address: str) -> None:
    with pytest.raises(InvalidInput, match="address: "):
        wire_address(address)


@pytest.mark.parametrize(
    "change",
    [
        {"header_id": "no-brackets@mail.example.de"},
        {"header_id": "<a@b>\r\nBcc: x@y.de"},
        {"header_id": ""},
        {"unsubscribe_url": "https://nurture.example/u/\r\nBcc: x@y.de"},
        {"unsubscribe_url": "https://nurture.example/u/>,<mailto:x@y.de"},
        {"unsubscribe_url": "ftp://nurture.example/u/1"},
        {"unsubscribe_url": "https://nurture.example/u/ü"},
        {"unsubscribe_url": "https://nurture.example/" + "u" * 1000},
        {"list_id": "a b"},
        {"list_id": "x>\r\nBcc: <y"},
        {"feedback_id": "a\r\nBcc: x@y.de"},
    ],
    ids=str,
)
def test_a_malformed_envelope_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is no "):
        compose(LETTER, replace(NURTURE, **change))


def test_a_long_unsubscribe_address_stays_whole_on_one_line() -> None:
    url = "https://nurture.example.de/u/" + "A" * 300
    raw = compose(LETTER, replace(NURTURE, unsubscribe_url=url))
    assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in raw
    assert_sound(raw)


BODY_LINES = {
    "dot": ".",
    "dots": "..",
    "dot first": ".hidden",
    "from": "From here on",
    "from later": "x\nFrom here on\n.\nFrom ",
    "soft break before from": "x" * 75 + "From here",
    "soft break before a dot": "x" * 75 + "." * 200,
    "a long risky line": "." + "x" * 300,
    "from and umlauts": "From " + "ü" * 100,
    "spaces at the end": "a  \nb\t\n \n",
    "equals": "a=b=3D=\n=",
    "signature": "-- \nAnna",
    "boundary": "--=_0123\n--",
    "mixed line ends": "a\r\nb\rc\nd",
    "5,000 characters": "ä" * 5000,
    "url": "https://nurture.example.de/l/" + "A" * 2000,
    "empty": "",
    "only line ends": "\n\n\n",
}


@pytest.mark.parametrize("body", BODY_LINES.values(), ids=BODY_LINES.keys())
def test_lines_that_break_in_transit(body: str) -> None:
    message = assert_sound(compose(replace(LETTER, text=body, html=body), NURTURE))
    assert parts(message) == (plain(body), plain(body))


@given(st.text(), st.text())
@settings(max_examples=300, deadline=None)
def test_any_two_names_and_subjects(name: str, subject: str) -> None:
    raw = compose(replace(LETTER, subject=subject), replace(NURTURE, to_name=name, sender_name=subject))
    assert assert_sound(raw)["Subject"] == clean(subject)
    assert name_in(raw, "To") == clean(name)
    assert name_in(raw, "From") == clean(subject)


@given(st.text(st.sampled_from("aB9 '_-.=?\t\n\"ü"), max_size=80))
@settings(max_examples=300, deadline=None)
def test_a_plain_name_is_written_as_every_name(name: str) -> None:
    written = headers.mailbox("To", name, "a.b@kunde.example")
    with mock.patch.object(headers, "_PLAIN", re.compile("(?!)")):
        assert headers.mailbox("To", name, "a.b@kunde.example") == written


@given(st.text(st.sampled_from('=?utf-8qbQB_ \r\n\x00:,;<>@"\\()[].äß€👩\u2028'), max_size=200))
@settings(max_examples=500, deadline=None)
def test_any_mix_of_dangerous_characters(value: str) -> None:
    raw = compose(replace(LETTER, subject=value), replace(NURTURE, to_name=value))
    assert assert_sound(raw)["Subject"] == clean(value)
    assert name_in(raw, "To") == clean(value)


@given(st.text(st.sampled_from("From .\r\n\t =ü👩x\x00"), max_size=600) | st.text(max_size=600))
@settings(max_examples=500, deadline=None)
def test_any_body(body: str) -> None:
    message = assert_sound(compose(replace(LETTER, text=body, html=body), NURTURE))
    assert parts(message) == (plain(body), plain(body))


@given(st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_address(address: str) -> None:
    try:
        raw = compose(LETTER, replace(NURTURE, to_address=address))
    except InvalidInput:
        return
    assert_sound(raw)


def test_quoted_printable_is_what_the_standard_says() -> None:
    assert quoted_printable("Größe = 1 \n.\nFrom x") == b"Gr=C3=B6=C3=9Fe =3D 1=20\r\n=2E\r\n=46rom x\r\n"


def test_who_sends_is_the_last_of_four_fields() -> None:
    for wrong in ("beispiel", "welcome:main:beispiel", "hello:welcome:main:abcd", "hello:welcome:main:" + "a" * 16):
        with pytest.raises(ValueError, match="Feedback-ID"):
            compose(LETTER, replace(NURTURE, feedback_id=wrong))


def test_a_header_that_came_in_by_another_way_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for stowaway in (
        "Subject: x\r\nBcc: x@y.de",
        "Subject: x\nBcc: x@y.de",
        "Subject: x\r\nTo: x@y.de",
        "Subject: x\r\n\r\n",
    ):
        monkeypatch.setattr(headers, "unstructured", lambda *_, line=stowaway: line)
        with pytest.raises(ValueError, match="refusing to send"):
            compose(LETTER, NURTURE)


def test_equal_times_in_different_zones_keep_their_offsets() -> None:
    for hours in (0, 2, 5):
        date = NURTURE.date.astimezone(timezone(timedelta(hours=hours)))
        assert read(compose(LETTER, replace(NURTURE, date=date)))["Date"].datetime.utcoffset() == timedelta(hours=hours)


# --- 7bit ---------------------------------------------------------------------------------------------------------------


def start(value: str) -> str:
    return ascii(value[:10])


REFERENCES = replace(LETTER, references=True)


def encodings(message: EmailMessage) -> tuple[str, str]:
    text, html = message.iter_parts()
    return text["Content-Transfer-Encoding"], html["Content-Transfer-Encoding"]


class Dom(HTMLParser):
    """What a browser makes of a page: tags with their attributes, and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        if self.found and isinstance(self.found[-1], list):
            self.found[-1].append(data)
        else:
            self.found.append([data])


def dom(html: str) -> list[object]:
    return ["".join(node) if isinstance(node, list) else node for node in Dom(html).found]


def assert_same_page(html: str) -> EmailMessage:
    message = assert_sound(compose(replace(REFERENCES, html=html), NURTURE))
    assert dom(parts(message)[1]) == dom(plain(html))
    return message


def test_html_is_plain_ascii_where_references_are_understood() -> None:
    message = assert_same_page('<style>\n.a{color:red}\n</style>\n<p title="Größe">Grüße 👩 &amp; mehr –\n</p>')
    assert encodings(message) == ("quoted-printable", "7bit")
    assert "Gr&#252;&#223;e &#128105; &amp; mehr &#8211;" in parts(message)[1]


def test_plain_text_is_sent_as_it_is() -> None:
    message = assert_sound(compose(replace(REFERENCES, text="Hello,\n\nbye\n"), NURTURE))
    assert encodings(message) == ("7bit", "7bit")
    assert parts(message)[0] == "Hello,\n\nbye\n"


@pytest.mark.parametrize("text", ["a \nb", "a\t\nb", ".\n", "a\n.b", "From x", "a\nFrom b", "x" * 901, "ü"], ids=start)
def test_what_gets_lost_in_plain_text_is_encoded(text: str) -> None:
    message = assert_sound(compose(replace(REFERENCES, text=text), NURTURE))
    assert encodings(message)[0] == "quoted-printable"
    assert parts(message)[0] == plain(text)


@pytest.mark.parametrize(
    "html", ["x" * 901, "a\n" + "ü" * 200, "<p>\x85</p>", "<p>\ud800</p>", "<p>\ufdd0\uffff</p>", "&#133;"], ids=start
)
def test_html_that_references_cannot_spell_is_encoded(html: str) -> None:
    message = assert_sound(compose(replace(REFERENCES, html=html), NURTURE))
    assert encodings(message)[1] == "quoted-printable"
    assert parts(message)[1] == plain(html)


@hostile
def test_a_page_means_the_same(value: str) -> None:
    assert_same_page(f'<p title="{escape(value)}">\n{escape(value)}\nFrom {escape(value)}</p>')


def is_character(character: str) -> bool:
    """Python's parser leaves out what is no character (U+1FFFE); browsers do not."""
    return ord(character) & 0xFFFE != 0xFFFE


@given(st.text(st.sampled_from("From .\r\n\t &#;133ü👩x\x00\x85") | st.characters().filter(is_character), max_size=600))
@settings(max_examples=300, deadline=None)
def test_any_page_means_the_same(value: str) -> None:
    assert_same_page(f'<p title="{escape(value)}">\n{escape(value)}</p>')
