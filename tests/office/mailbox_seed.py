"""Mails in the local mailbox, written by the real letters of the seeded office."""

from __future__ import annotations

from email.message import EmailMessage

from nurture.delivery.mailbox import MailboxTransport
from nurture.delivery.transport import Parcel
from nurture.domain.errors import NurtureError
from nurture.domain.message import MessageState
from nurture.engine import letters
from nurture.engine.runtime import Runtime
from nurture.store.database import reading
from nurture.store.schema import Message


def fill_mailbox(rt: Runtime, transport: MailboxTransport) -> None:
    """Every accepted mail, as far as it can be written."""
    with reading(rt.db) as session:
        rows = [m for m in session.query(Message).order_by(Message.id) if m.state is MessageState.ACCEPTED]
        facts = [(m.id, m.header_id, m.address, m.settled_at, m.purpose) for m in rows]
    for number, header_id, address, at, purpose in facts:
        try:
            letter = letters.preview(rt, number)
        except NurtureError:
            continue
        mail = EmailMessage()
        mail["From"] = "Katrin Brück | Hallmann & Brück <katrin.brueck@news.hallmann-brueck.example>"
        mail["To"], mail["Subject"], mail["Date"], mail["Message-ID"] = address, letter.subject, at, header_id
        if purpose:
            mail["List-Unsubscribe"] = "<https://nurture.example/u/x>"
        mail.set_content(letter.text)
        mail.add_alternative(letter.html, subtype="html")
        transport.keep(Parcel(number, header_id, "katrin.brueck@news.hallmann-brueck.example", address, mail.as_bytes()))
