"""The mailbox on this machine: each mail once, whole, and read page by page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from nurture.delivery import Kind, MailboxTransport, MemoryTransport, Outcome, Parcel, Phase
from nurture.domain.errors import NotFound

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _parcel(number: int = 0, at: datetime = AT, extra: str = "") -> Parcel:
    head = (
        f"From: Katrin =?utf-8?q?Br=C3=BCck?= <k@news.example>\r\nTo: r{number}@werk.example\r\n"
        f"Subject: Brief =?utf-8?q?=E2=84=96?= {number}\r\nDate: {format_datetime(at)}\r\n"
        f"Message-ID: <{number:032x}@news.example>\r\n{extra}\r\n"
    )
    return Parcel(
        number, f"<{number:032x}@news.example>", "k@news.example", f"r{number}@werk.example", f"{head}Text\r\n".encode()
    )


def _deliver(transport: MailboxTransport | MemoryTransport, *parcels: Parcel) -> list[Outcome]:
    return [transport.keep(parcel) for parcel in parcels]


@pytest.fixture
def mailbox(tmp_path: Path) -> MailboxTransport:
    return MailboxTransport(tmp_path / "mailbox")


def test_an_empty_mailbox(mailbox: MailboxTransport) -> None:
    page = mailbox.list_mails()
    assert (page.mails, page.more) == ((), False)


def test_a_mail_can_be_read_back_byte_for_byte(mailbox: MailboxTransport) -> None:
    (outcome,) = _deliver(mailbox, _parcel(extra="List-Unsubscribe: <https://x.example>\r\n"))
    assert outcome.kind is Kind.ACCEPTED
    (mail,) = mailbox.list_mails().mails
    assert (mail.recipient, mail.subject, mail.at, mail.kind) == ("r0@werk.example", "Brief \u2116 0", AT, "nurture")
    assert mail.sender == "Katrin Br\u00fcck <k@news.example>"
    assert mailbox.read_mail(mail.id) == _parcel(extra="List-Unsubscribe: <https://x.example>\r\n").raw


def test_the_same_mail_again_is_there_once(mailbox: MailboxTransport) -> None:
    _deliver(mailbox, _parcel(1), _parcel(1), _parcel(2))
    assert len(mailbox.list_mails().mails) == 2


def test_newest_first_page_by_page(mailbox: MailboxTransport) -> None:
    _deliver(mailbox, *(_parcel(n, AT + timedelta(hours=7 * n)) for n in range(10)))
    pages = [mailbox.list_mails(offset, 4) for offset in (0, 4, 8)]
    assert [[m.recipient[1] for m in page.mails] for page in pages] == [list("9876"), list("5432"), list("10")]
    assert [page.more for page in pages] == [True, True, False]


def test_a_page_reads_only_the_mails_it_shows(mailbox: MailboxTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    _deliver(mailbox, *(_parcel(n, AT + timedelta(days=n % 50)) for n in range(200)))
    opened = []
    original: Callable[..., object] = Path.open
    monkeypatch.setattr(Path, "open", lambda path, *args: opened.append(path) or original(path, *args))
    assert len(mailbox.list_mails(0, 10).mails) == 10
    assert len(opened) == 11


@pytest.mark.parametrize(
    ("text", "found"), [("r3@", ["r3@werk.example"]), ("BRIEF \u2116 4", ["r4@werk.example"]), ("zz", [])]
)
def test_search(mailbox: MailboxTransport, text: str, found: list[str]) -> None:
    _deliver(mailbox, *(_parcel(n) for n in range(6)))
    assert [m.recipient for m in mailbox.list_mails(search=text).mails] == found


@pytest.mark.parametrize(
    "name",
    ["../secret", "2026-03-02/../../x", "2026-03-02/090000-zz", "", "/etc/passwd", "2026-03-02/090000-" + "0" * 32],
)
def test_nothing_else_can_be_read(mailbox: MailboxTransport, name: str) -> None:
    _deliver(mailbox, _parcel())
    with pytest.raises(NotFound):
        mailbox.read_mail(name)


def test_half_written_files_are_not_shown(mailbox: MailboxTransport) -> None:
    _deliver(mailbox, _parcel())
    (mail,) = mailbox.list_mails().mails
    folder = mailbox.folder / mail.id.partition("/")[0]
    (folder / ".090000-ffffffffffffffffffffffffffffffff.eml.77").write_bytes(b"half")
    assert len(mailbox.list_mails().mails) == 1


@pytest.mark.parametrize("date", ["yesterday", ""])
def test_a_mail_without_a_date_is_kept_too(mailbox: MailboxTransport, date: str) -> None:
    raw = f"To: a@b.example\r\nDate: {date}\r\n\r\nDate: Mon, 02 Mar 2026 09:00:00 +0000\r\n".encode()
    _deliver(mailbox, Parcel(1, "<1@x>", "s@x", "a@b.example", raw))
    (mail,) = mailbox.list_mails().mails
    assert (mail.at, mail.recipient) == (None, "a@b.example")


def test_a_folder_that_cannot_be_written_holds_up_the_route(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    (outcome,) = _deliver(MailboxTransport(tmp_path / "file" / "mailbox"), _parcel())
    assert (outcome.kind, outcome.phase, outcome.of_server) == (Kind.DEFERRED, Phase.CONNECT, True)
    assert "cannot be written" in outcome.reply


def test_memory_keeps_each_mail_once() -> None:
    memory = MemoryTransport()
    _deliver(memory, _parcel(1), _parcel(1), _parcel(2))
    assert [p.message_id for p in memory.parcels] == [1, 2]
