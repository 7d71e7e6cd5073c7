"""The mails of the house itself, signed: every shipped one, of every kind, also retried and taken up anew."""

from __future__ import annotations

import re
import shutil
import smtplib
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from delivery.outbox import Outbox
from delivery.servers import CERTIFICATES, smtp_server
from delivery.verifier import DOMAIN, DUAL, SEALER, mail, verifies
from sqlalchemy import Engine
from support import postfix

from nurture.delivery.dkim import SIGNED
from nurture.delivery.dkim_keys import new_key
from nurture.domain.message import MessageKind
from nurture.engine.publication import Publication, load_publication
from nurture.engine.reloading import Watch
from nurture.engine.runtime import Runtime
from nurture.engine.specimens import examples
from nurture.store import messages
from nurture.store.database import reading

ROOT = Path(__file__).parents[2]


def test_every_shipped_mail_verifies(example: Publication) -> None:
    found = list(examples(example))
    assert {e.kind for e in found} == set(MessageKind)
    for e in found:
        sealed = DUAL.seal(e.raw)
        assert verifies(sealed, 0) and verifies(sealed, 1), (e.template.name, e.reader)
        headers = {
            name.decode().lower() for name in re.findall(rb"^([!-9;-~]+):", e.raw.partition(b"\r\n\r\n")[0], re.MULTILINE)
        }
        assert headers - set(SIGNED) <= {"auto-submitted", "x-auto-response-suppress"}, e.template.name


def _written(outbox: Outbox, message: int) -> bytes:
    with reading(outbox.rt.db) as session:
        row = messages.find(session, message)
    assert row is not None
    return outbox.composed(row)


@pytest.fixture
def outbox(sqlite_db: Engine, make_runtime: Callable[..., Runtime], now: datetime) -> Outbox:
    return Outbox(make_runtime(sqlite_db, sealer=SEALER), now)


def test_mails_leave_signed_and_the_same_at_every_try(outbox: Outbox) -> None:
    for message in (outbox.nurture_mail(), outbox.opt_in_mail()):
        raw = _written(outbox, message)
        assert raw.startswith(b"DKIM-Signature:") and verifies(raw)
        assert raw == _written(outbox, message)


def test_mails_of_hostile_readers_verify(outbox: Outbox) -> None:
    """Whatever a person called themselves."""
    hostile = ("x\r\nBcc: y@z.example", "=?utf-8?q?a?=", "\u202eevil  \t x", "<b>", "ä" * 120, '"quoted\\"', "=\r\n.\r\n")
    for name in hostile:
        (message,) = outbox.nurture_mails(outbox.people(1, first_name=name, last_name=name))
        assert verifies(_written(outbox, message)), name


def test_the_relay_most_people_have_breaks_nothing(outbox: Outbox) -> None:
    """Postfix, between us and the receiver: dots doubled and undoubled, its own header on top, the queue in between."""
    lines = "\r\n".join([".", "..", ".x", "From here", "", "=20", "=C3=A4" * 160, " \t", "x"]) + "\r\n"
    mails = [_written(outbox, outbox.nurture_mail()), _written(outbox, outbox.opt_in_mail()), DUAL.seal(mail(body=lines))]
    with smtp_server() as inbox, postfix.required(CERTIFICATES / "localhost.pem", inbox.port) as relay:
        with smtplib.SMTP("127.0.0.1", relay.port, timeout=30) as smtp:
            for raw in mails:
                smtp.sendmail("b@news.example.com", ["anna@werk.example"], raw)
        for _ in range(600):
            if len(inbox.mails) == len(mails):
                break
            time.sleep(0.05)  # a queue of another process
    arrived = [raw for _, _, raw, *_ in inbox.mails]
    assert len(arrived) == len(mails)
    assert all(raw.startswith(b"Received:") and verifies(raw, 0) for raw in arrived)
    assert sum(verifies(raw, 1) for raw in arrived if raw.count(b"DKIM-Signature:") == 2) == 1


def test_new_keys_are_taken_up_while_running(
    sqlite_db: Engine, make_runtime: Callable[..., Runtime], now: datetime, tmp_path: Path
) -> None:
    """A key that is missing is a fault of the file that names it, and the old one goes on signing."""
    home, keys = tmp_path / "home", tmp_path / "dkim"
    shutil.copytree(ROOT / "config", home / "config")
    for name in ("campaigns", "mail_templates"):
        (home / name).symlink_to(ROOT / name)
    rt = make_runtime(sqlite_db, publication=load_publication(home), dkim_folder=keys)
    watch, rules = Watch(rt), home / "config" / "delivery.yaml"
    plain = rules.read_text()
    rules.write_text(f"{plain}\ndkim: {{domain: {DOMAIN}, selectors: [next]}}\n")
    error = watch.look(now)
    assert (
        error is not None
        and "config/delivery.yaml dkim: " in str(error)
        and "nurture dkim new --selector next" in str(error)
    )
    assert rt.sealer is None
    new_key(keys, "next")
    rules.write_text(f"{plain}\ndkim: {{domain: {DOMAIN}, selectors: [next]}} # it is there now\n")
    assert watch.look(now) is None
    assert b" s=next;" in rt.sealed(b"From: a@b.example\r\n\r\nx\r\n")
    rules.write_text(plain)
    assert watch.look(now) is None
    assert rt.sealer is None
