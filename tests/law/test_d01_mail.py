"""D1: the ledger says by which bytes somebody was asked, which server took them, when, and in which words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from hashlib import sha256

from delivery.servers import smtp_server
from sqlalchemy import Engine
from stories.world import World, berlin
from web.house import ADDRESS, build

from nurture.delivery import SmtpSettings, SmtpTransport
from nurture.domain import audit
from nurture.engine import consent_check, consent_proof
from nurture.engine.beats import BEATS, Worker
from nurture.engine.runtime import Runtime


def test_d1_the_servers_answer_and_the_bytes_it_took_are_in_the_ledger(
    sqlite_db: Engine, make_runtime: Callable[..., Runtime]
) -> None:
    """From the form to the button, over a real SMTP server."""
    house = build(World(make_runtime(sqlite_db), berlin("2026-03-02 10:00")))
    assert house.send(consent=["nurture"]).status_code == 303
    with smtp_server() as inbox:
        house.rt.transport = SmtpTransport(SmtpSettings("127.0.0.1", inbox.port, tls="none"))
        house.pause(minutes=1)
        sent_at = house.world.now
        for beat in BEATS:
            beat.run(house.rt, sent_at, Worker("one"))
        ((_, recipients, raw, _, _),) = inbox.mails
    assert recipients == [ADDRESS]
    mail = message_from_bytes(raw, policy=policy.default)
    body = mail.get_body(("plain",))  # type: ignore[attr-defined]
    link = re.search(r"/c/[\w.~-]+", body.get_content())
    assert link is not None
    house.pause(minutes=5)
    house.press(link[0], answer="confirm")
    found = consent_proof.entries(house.rt, ADDRESS, house.world.now)["entries"]
    said = next(entry["evidence"] for entry in found if entry["event"] == "mailed")
    assert said["sha256"] == sha256(raw).hexdigest()
    assert said["message_id"].strip("<>") == str(mail["Message-ID"]).strip("<>")
    assert "250" in said["reply"] and "2.0.0 taken" in said["reply"]
    assert "127.0.0.1" in said["host"]
    assert timedelta(0) <= datetime.fromisoformat(said["accepted_at"]) - sent_at < timedelta(minutes=1)
    assert consent_check.check(house.rt, audit.user("dpo"), house.world.now).intact
