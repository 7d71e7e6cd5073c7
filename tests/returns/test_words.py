"""Settings of the ways in, and sentences in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from nurture.delivery.sources import ImapSettings, ListenSettings
from nurture.domain.delivery_rules import SoftBounces
from nurture.domain.errors import SettingsError
from nurture.domain.returns import SoftVerdict, soft_verdict
from nurture.engine.reasons import in_language
from nurture.settings import Settings, load_settings

TOPIC = "arn:aws:sns:eu-central-1:123456789012:bounces"


def given(tmp_path: Path, **variables: str) -> Settings:
    return load_settings({"NURTURE_HOME": str(tmp_path), **{f"NURTURE_{name}": value for name, value in variables.items()}})


def test_every_way_in_is_read_and_no_secret_shows(tmp_path: Path) -> None:
    for part in ("new", "cur", "tmp"):
        (tmp_path / part).mkdir()
    (tmp_path / "brevo").write_text("0123456789abcdef\n")
    found = given(
        tmp_path,
        RETURNS_IMAP_URL="imaps://b%40x:gr%C3%BCn@mail.example/In%20box?done=Done",
        RETURNS_MAILDIR=str(tmp_path),
        RETURNS_LISTEN="lmtp://[::1]:2424",
        WEBHOOK_SES_TOPICS=TOPIC,
        WEBHOOK_BREVO_SECRET_FILE=str(tmp_path / "brevo"),
    )
    assert found.returns.imap == ImapSettings("mail.example", 993, "b@x", "grün", "In box", True, "Done")
    assert found.returns.maildir == tmp_path
    assert found.returns.listen == ListenSettings("::1", 2424, True)
    assert found.returns.webhooks == {"ses": TOPIC, "brevo": "0123456789abcdef"}
    assert "grün" not in repr(found)
    assert "0123456789abcdef" not in repr(found)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("RETURNS_IMAP_URL", "https://mail.example/x", "this is no IMAP address"),
        ("RETURNS_IMAP_URL", "imaps://mail.example/Bounces", "names no user and password"),
        ("RETURNS_IMAP_URL", "imaps://u:secret@mail.example", "names no folder"),
        ("RETURNS_IMAP_URL", "imaps://u:secret@mail.example/x?delete=1", "has 'delete' behind the question mark"),
        ("RETURNS_IMAP_URL", "imaps://u:secret@mail.example/x?done=x", "names the folder that is read itself"),
        ("RETURNS_IMAP_URL", "imaps://u:secret@mail.example:99999/x", "this is no IMAP address"),
        ("RETURNS_MAILDIR", "/nowhere", "/nowhere is no Maildir"),
        ("RETURNS_LISTEN", "2525", "is no address to listen at"),
        ("RETURNS_LISTEN", "https://127.0.0.1:2525", "is no address to listen at"),
        ("WEBHOOK_SES_TOPICS", "bounces", "'bounces' is no SNS topic"),
        ("WEBHOOK_SENDGRID_KEY", "MFkw", "this is no verification key"),
        ("WEBHOOK_MAILGUN_KEY", "short", "has 5 characters and needs at least 16"),
    ],
)
def test_what_cannot_be_meant_is_said(tmp_path: Path, name: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        given(tmp_path, **{name: value})
    assert "secret" not in str(caught.value).replace("SECRET", "")


@pytest.mark.parametrize(
    "reason",
    [
        "suppressed: the address does not exist: 550 no such user",
        "suppressed: reported as unwanted mail (spam)",
        "suppressed: 3 mails in a row did not arrive, again after a pause",
        "unsubscribed at the mail provider",
        "held for 30 days: 3 mails in a row did not arrive",
        "held until somebody decides: asks for no more mail; an answer to our mail, but written by ben@werk.example",
        "the address is held: asks for no more mail",
        "the hold was lifted by katrin",
        "on record: did not arrive this time (2 in a row)",
        "on record: refused, and nobody can tell why",
        "on record: still on its way",
        "on record: arrived",
        "on record: an automatic reply",
        "on record: it belongs to no mail of ours, and we do not know who wrote it",
        "an alarm for the sender: 554 blocked",
        "a task: an answer to read",
        "a task: an automatic reply asks for no more mail",
        "held until somebody decides: asks for no more mail; nobody can tell what it is",
        "a task: an automatic reply says that this person has left the company",
        "arrived: the reader answered",
        "it is about a@b.example, but the mail went to another address",
        "only an address in it fits; anybody could have written that",
        "the address b+x@c.example is not one of ours: its signature is wrong",
        "the address gets no mail: asked in words for no more mail",
    ],
)
def test_what_was_done_is_told_in_german(reason: str) -> None:
    german = in_language(reason, "de")
    english = ("the ", "held", "on record", "mails in a row", "answer", "task", "nobody", "suppressed", "written")
    assert not [word for word in english if word in german], german


@pytest.mark.parametrize(
    ("days", "times", "expected"),
    [
        ((0, 3, 6.9), 0, SoftVerdict.WATCH),
        ((0, 3, 7), 0, SoftVerdict.HOLD),
        ((0, 7), 0, SoftVerdict.WATCH),
        ((0, 3, 7), 1, SoftVerdict.SUPPRESS),
        ((), 1, SoftVerdict.WATCH),
    ],
)
def test_soft_verdict(days: tuple[float, ...], times: int, expected: SoftVerdict) -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC).timestamp()
    moments = [datetime.fromtimestamp(start + day * 86_400, UTC) for day in days]
    assert soft_verdict(SoftBounces(), moments, times) is expected
