"""The ways in: a mail is let go only after it is on record, comes once, and never loops."""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from imap_tools import MailBox
from returns.imap_server import Box, serving
from returns.postroom import BOUNCES, Postroom, dsn, letter
from sqlalchemy import Engine, func, select

from nurture.delivery.sources import (
    Fate,
    ImapSettings,
    ImapSource,
    Listener,
    ListenSettings,
    MaildirSource,
    NotNow,
    SourceTrouble,
)
from nurture.engine.beats import BEATS
from nurture.engine.return_path import return_path
from nurture.engine.returns_sources import Sources, listener, taker
from nurture.store.database import connect, reading
from nurture.store.schema import ReturnedMail

CERTIFICATES = Path(__file__).parents[1] / "delivery" / "certificates"
HOME = Path(__file__).parents[2]


class Killed(BaseException):
    """What a kill looks like from inside."""


def on_record(room: Postroom) -> int:
    with reading(room.rt.db) as session:
        return session.scalar(select(func.count()).select_from(ReturnedMail)) or 0


def away(raw: bytes, to: str | None) -> Fate:
    raise NotNow("no database")


# --- Maildir ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for part in ("new", "cur", "tmp"):
        (tmp_path / "Maildir" / part).mkdir(parents=True)
    return tmp_path / "Maildir"


def files(maildir: Path) -> list[str]:
    return sorted(str(path.relative_to(maildir)) for path in maildir.rglob("*") if path.is_file())


def test_a_maildir_keeps_only_what_humans_should_see(one_room: Postroom, maildir: Path) -> None:
    message = one_room.send(one_room.person(address="anna@werk.example"))
    raw = b"Delivered-To: " + return_path(one_room.rt, message).encode() + b"\r\n" + dsn("anna@werk.example")
    (maildir / "new" / "1.bounce").write_bytes(raw)
    (maildir / "cur" / "2.reply:2,R").write_bytes(letter("anna@werk.example", "Gern."))
    (maildir / "cur" / "3.seen:2,FS").write_bytes(letter("anna@werk.example", "Schon gelesen."))
    (maildir / "tmp" / "4.half").write_bytes(b"From")
    source = MaildirSource(maildir)
    take = taker(one_room.rt, "maildir", lambda: one_room.now)
    assert source.collect(take) == 2
    assert files(maildir) == ["cur/2.reply:2,FRS", "cur/3.seen:2,FS", "tmp/4.half"]
    assert one_room.suppressed("anna@werk.example")
    assert source.collect(take) == 0


def test_a_kill_between_record_and_removal_counts_nothing_twice(
    one_room: Postroom, maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = one_room.send(one_room.person(address="anna@werk.example"))
    (maildir / "new" / "1").write_bytes(dsn("anna@werk.example", header_id=one_room.message(message).header_id))
    take = taker(one_room.rt, "maildir", lambda: one_room.now)

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(MaildirSource, "_let_go", killed)
        with pytest.raises(Killed):
            MaildirSource(maildir).collect(take)
    assert (on_record(one_room), files(maildir)) == (1, ["new/1"])
    assert MaildirSource(maildir).collect(take) == 1
    assert (on_record(one_room), files(maildir)) == (1, [])


def test_what_cannot_be_read_holds_up_no_other_mail(one_room: Postroom, maildir: Path) -> None:
    message = one_room.send(one_room.person())
    (maildir / "new" / "1").symlink_to("1")  # a loop
    (maildir / "new" / "2").symlink_to("2")
    os.mkfifo(maildir / "new" / "3")
    (maildir / "new" / "4").write_bytes(dsn("anna@werk.example", header_id=one_room.message(message).header_id))
    with pytest.raises(SourceTrouble, match=r"new/1 cannot be read: .* \(and 1 more\)"):
        MaildirSource(maildir).collect(taker(one_room.rt, "maildir", lambda: one_room.now))
    assert (on_record(one_room), (maildir / "new" / "4").exists()) == (1, False)


def test_without_a_database_a_maildir_stays_as_it_is(maildir: Path) -> None:
    (maildir / "new" / "1").write_bytes(b"x")
    with pytest.raises(NotNow):
        MaildirSource(maildir).collect(away)
    assert files(maildir) == ["new/1"]


def test_the_beat_looks_when_the_pause_is_over_and_trouble_is_an_alarm(one_room: Postroom, maildir: Path) -> None:
    one_room.rt.sources = Sources([MaildirSource(maildir)])
    beat = next(beat for beat in BEATS if beat.name == "returns")
    assert beat.run(one_room.rt, one_room.now, "w") == ""
    (maildir / "new" / "1").write_bytes(letter("x@y.example", "?"))
    assert beat.run(one_room.rt, one_room.now + timedelta(seconds=5), "w") == ""
    assert beat.run(one_room.rt, one_room.now + timedelta(seconds=10), "w") == "1 taken in"
    (maildir / "new").rmdir()
    with pytest.raises(SourceTrouble, match=r"cannot be read: .*; it needs new/ and cur/"):
        beat.run(one_room.rt, one_room.now + timedelta(seconds=20), "w")
    assert one_room.alarms() == ["source:maildir"]


# --- IMAP ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def make_imap(box: Box) -> Iterator[Callable[..., ImapSource]]:
    """``make_imap(password=…, folder=…, done=…)``: a source over the little server, whose certificate is verified."""
    context = ssl.create_default_context(cafile=str(CERTIFICATES / "ca.pem"))
    made: list[ImapSource] = []
    with (
        serving(box, CERTIFICATES / "localhost.pem") as port,
        serving(box, CERTIFICATES / "other.example.pem") as other_port,
    ):

        def make(password: str = "secret", folder: str = "Bounces", done: str = "", other: bool = False) -> ImapSource:
            settings = ImapSettings("localhost", other_port if other else port, "nurture", password, folder, True, done)
            made.append(ImapSource(settings, lambda s: MailBox(s.host, s.port, timeout=5, ssl_context=context)))
            return made[-1]

        yield make
        for source in made:
            source.close()


def test_an_imap_folder_keeps_only_what_humans_should_see(
    one_room: Postroom, box: Box, make_imap: Callable[..., ImapSource]
) -> None:
    message = one_room.send(one_room.person(address="anna@werk.example"))
    box.put(dsn("anna@werk.example", header_id=one_room.message(message).header_id))
    reply = box.put(letter("anna@werk.example", "Gern."))
    others = box.put(b"deleted by somebody else", "\\Deleted")
    source, take = make_imap(), taker(one_room.rt, "imap", lambda: one_room.now)
    assert source.collect(take) == 2
    assert (sorted(box.mails), box.flagged()) == ([reply, others], [reply])
    assert one_room.suppressed("anna@werk.example")
    assert source.collect(take) == 0
    assert box.logins == 1


@pytest.mark.parametrize("capabilities", ["IMAP4rev1 MOVE", "IMAP4rev1 UIDPLUS", "IMAP4rev1"])
def test_what_was_taken_can_be_moved(box: Box, make_imap: Callable[..., ImapSource], capabilities: str) -> None:
    box.capabilities = capabilities
    box.put(b"one")
    assert make_imap(done="Done").collect(lambda raw, to: Fate.KEPT) == 1
    assert (box.mails, box.moved) == ({}, {"Done": [b"one"]})


def test_a_lost_connection_is_made_anew_and_nothing_is_counted_twice(
    one_room: Postroom, box: Box, make_imap: Callable[..., ImapSource]
) -> None:
    message = one_room.send(one_room.person(address="anna@werk.example"))
    box.put(dsn("anna@werk.example", header_id=one_room.message(message).header_id))
    source, take = make_imap(), taker(one_room.rt, "imap", lambda: one_room.now)
    box.drop_before = "UID STORE"
    with pytest.raises(SourceTrouble, match="Bounces on localhost cannot be read"):
        source.collect(take)
    assert (on_record(one_room), len(box.mails)) == (1, 1)
    assert source.collect(take) == 1
    assert (on_record(one_room), len(box.mails), box.logins) == (1, 0, 2)
    box.put(letter("x@y.example", "?"))
    box.drop_before = "NOOP"
    assert source.collect(take) == 1
    assert box.logins == 3


def test_a_mail_the_server_cannot_give_out_holds_up_no_other(box: Box, make_imap: Callable[..., ImapSource]) -> None:
    box.refused = {box.put(b"broken")}
    box.put(b"good")
    seen: list[bytes] = []
    source = make_imap()
    for _ in range(2):
        source.collect(lambda raw, to: seen.append(raw) or Fate.GONE)  # type: ignore[func-returns-value]
    assert (seen, set(box.mails)) == ([b"good"], box.refused)


def test_without_a_database_an_imap_folder_stays_as_it_is(box: Box, make_imap: Callable[..., ImapSource]) -> None:
    uid = box.put(b"x")
    with pytest.raises(NotNow):
        make_imap().collect(away)
    assert box.mails == {uid: (b"x", set())}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"password": "wrong"}, "AUTHENTICATIONFAILED"),
        ({"folder": "Elsewhere"}, "no such folder"),
        ({"other": True}, "CERTIFICATE_VERIFY_FAILED"),
    ],
    ids=["password", "folder", "the certificate is for another host"],
)
def test_what_is_wrong_with_the_server_is_said(
    make_imap: Callable[..., ImapSource], given: dict[str, Any], words: str
) -> None:
    with pytest.raises(SourceTrouble, match=words) as caught:
        make_imap(**given).collect(away)
    assert "secret" not in str(caught.value)


# --- a server of our own ------------------------------------------------------------------------------------------------


@pytest.fixture
def listening(one_room: Postroom) -> Iterator[Callable[[bool], smtplib.SMTP]]:
    """``listening(lmtp)``: a connection to a listener over the room."""
    started: list[Listener] = []
    clients: list[smtplib.SMTP] = []

    def start(lmtp: bool) -> smtplib.SMTP:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        server = listener(one_room.rt, ListenSettings("127.0.0.1", port, lmtp), lambda: one_room.now)
        server.start()
        started.append(server)
        clients.append((smtplib.LMTP if lmtp else smtplib.SMTP)("127.0.0.1", port))
        return clients[-1]

    yield start
    for client in clients:
        client.close()
    for server in started:
        server.stop()


@pytest.mark.parametrize("lmtp", [True, False], ids=["lmtp", "smtp"])
def test_the_listener_takes_what_is_ours(one_room: Postroom, listening: Callable[[bool], smtplib.SMTP], lmtp: bool) -> None:
    message = one_room.send(one_room.person(address="anna@werk.example"))
    client = listening(lmtp)
    client.sendmail("", [return_path(one_room.rt, message)], dsn("anna@werk.example"))
    assert one_room.suppressed("anna@werk.example")
    reply_to = one_room.rt.definitions.organisation.sender.reply_to
    client.sendmail("anna@werk.example", [reply_to], letter("anna@werk.example", "Gern."))
    assert len(one_room.tasks()) == 1


@pytest.mark.parametrize(
    "address",
    [f"b+{'a' * 20}@{BOUNCES}", f"b@{BOUNCES}", f"postmaster@{BOUNCES}", "anna@werk.example", "token@elsewhere"],
)
def test_the_listener_is_no_relay(one_room: Postroom, listening: Callable[[bool], smtplib.SMTP], address: str) -> None:
    if address == "token@elsewhere":
        message = one_room.send(one_room.person())
        address = return_path(one_room.rt, message).replace(BOUNCES, "elsewhere.example")
    client = listening(False)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        client.sendmail("", [address], b"x")
    assert refused.value.recipients[address][0] == 550
    assert on_record(one_room) == 0


def test_the_listener_takes_one_recipient_at_a_time_and_nothing_huge(
    one_room: Postroom, listening: Callable[[bool], smtplib.SMTP]
) -> None:
    ours = one_room.rt.definitions.organisation.sender.reply_to
    client = listening(True)
    client.ehlo()
    client.mail("")
    assert (client.rcpt(ours)[0], client.rcpt(ours)[0]) == (250, 452)
    client.rset()
    assert client.mail("", ["SIZE=6000000"])[0] == 552


def test_without_a_database_the_listener_asks_to_keep_it(
    one_room: Postroom, listening: Callable[[bool], smtplib.SMTP], tmp_path: Path
) -> None:
    client = listening(False)
    good, one_room.rt.db = one_room.rt.db, connect(f"sqlite:///{tmp_path / 'empty.db'}")
    reply_to = one_room.rt.definitions.organisation.sender.reply_to
    with pytest.raises(smtplib.SMTPDataError) as refused:
        client.sendmail("", [reply_to], letter("anna@werk.example", "Gern."))
    assert refused.value.smtp_code == 451
    one_room.rt.db.dispose()
    one_room.rt.db = good
    client.sendmail("", [reply_to], letter("anna@werk.example", "Gern."))
    assert on_record(one_room) == 1


# --- pipe ---------------------------------------------------------------------------------------------------------------


def _pipe(raw: bytes, database: str) -> subprocess.CompletedProcess[bytes]:
    environ = {"PATH": os.environ["PATH"], "NURTURE_HOME": str(HOME), "NURTURE_DATABASE_URL": database}
    return subprocess.run(
        [sys.executable, "-m", "nurture.cli", "bounce"],
        input=raw,
        env=environ,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_the_pipe_ends_well_only_after_the_commit(sqlite_db: Engine) -> None:
    done = _pipe(letter("x@y.example", "?"), f"sqlite:///{sqlite_db.url.database}")
    assert (done.returncode, done.stdout) == (0, b"reply: it belongs to no mail of ours, and we do not know who wrote it\n")
    with reading(sqlite_db) as session:
        assert session.scalar(select(ReturnedMail.source)) == "pipe"


def test_the_pipe_asks_to_keep_the_mail_where_it_cannot_be_recorded() -> None:
    done = _pipe(b"x", "postgresql://nobody:nothing@127.0.0.1:1/nowhere")
    assert done.returncode == 75
    assert done.stderr.startswith(b"not on record, try again later: ")


@pytest.mark.parametrize("raw", [b"", b"\r\n \n"])
def test_a_pipe_that_brings_nothing_is_a_mistake_of_whoever_set_it_up(raw: bytes, sqlite_db: Engine) -> None:
    done = _pipe(raw, f"sqlite:///{sqlite_db.url.database}")
    assert (done.returncode, b"nurture bounce < mail.eml" in done.stderr) == (2, True)
    with reading(sqlite_db) as session:
        assert session.scalar(select(ReturnedMail.id)) is None


def test_a_terminal_brings_no_mail_either() -> None:
    keyboard, terminal = os.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "nurture.cli", "bounce"],
        stdin=terminal,
        capture_output=True,
        timeout=60,
        check=False,
    )
    os.close(keyboard)
    os.close(terminal)
    assert (done.returncode, b"nurture bounce < mail.eml" in done.stderr) == (2, True)
