"""Mails that have left, and what comes back of them, as bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from delivery.outbox import Outbox
from sqlalchemy import select, update

from nurture.domain.message import MessageState
from nurture.engine.return_path import return_path
from nurture.engine.returns import Taken, take_in
from nurture.engine.runtime import Runtime
from nurture.store import contacts, holds, returned
from nurture.store.alarms import open_alarms
from nurture.store.database import reading, transaction
from nurture.store.schema import Activity, Consent, Contact, EnrollmentRow, Message, ReturnedMail, TaskRow

BOUNCES = "bounces.example"
UNKNOWN_USER = "550 5.1.1 <{to}>: Recipient address rejected: User unknown in virtual mailbox table"
FULL = "452 4.2.2 <{to}>: mailbox full, over quota"
SPAM = "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"


@dataclass
class Postroom:
    """Sends by writing into the send log, and takes in what comes back."""

    rt: Runtime
    now: datetime
    _steps: int = 0

    # --- what left ------------------------------------------------------------------------------------------------------

    def person(self, **facts: Any) -> int:
        return Outbox(self.rt, self.now).people(1, **facts)[0]

    def send(
        self, contact: int, at: datetime | None = None, state: MessageState = MessageState.ACCEPTED, **more: Any
    ) -> int:
        """A nurture mail to this contact, accepted by the server at ``at``."""
        self._steps += 1
        (message,) = Outbox(self.rt, at or self.now).nurture_mails([contact], step=f"step-{self._steps}", **more)
        self.set(message, state=state, settled_at=at or self.now, due_at=None, lane="other")
        return message

    def set(self, message: int, **values: Any) -> None:
        with transaction(self.rt.db) as session:
            session.execute(update(Message).where(Message.id == message).values(values))

    def bounced(self, message: int, at: datetime | None = None, words: str = UNKNOWN_USER, **more: Any) -> Taken:
        """The server's report on this mail comes to its return path."""
        row = self.message(message)
        raw = dsn(row.address, words, header_id=row.header_id, **more)
        return take_in(self.rt, raw, "test", at or self.now, to=return_path(self.rt, message))

    def take(self, raw: bytes, at: datetime | None = None, to: str | None = None) -> Taken:
        return take_in(self.rt, raw, "test", at or self.now, to=to)

    # --- how things stand -------------------------------------------------------------------------------------------------

    def message(self, message: int) -> Message:
        with reading(self.rt.db) as session:
            return session.get_one(Message, message)

    def contact(self, contact: int) -> Contact:
        with reading(self.rt.db) as session:
            return session.get_one(Contact, contact)

    def suppressed(self, address: str) -> str | None:
        with reading(self.rt.db) as session:
            return contacts.suppressed(session, [address]).get(address)

    def held(self, address: str, at: datetime | None = None) -> holds.Held | None:
        with reading(self.rt.db) as session:
            return holds.held(session, [address], at or self.now).get(address)

    def alarms(self) -> list[str]:
        with reading(self.rt.db) as session:
            return [alarm.key for alarm in open_alarms(session)]

    def alarm(self, key: str) -> str | None:
        """What an open alarm says."""
        with reading(self.rt.db) as session:
            return next((alarm.text for alarm in open_alarms(session) if alarm.key == key), None)

    def came_back(self) -> list[ReturnedMail]:
        with reading(self.rt.db) as session:
            return list(session.scalars(select(ReturnedMail).order_by(ReturnedMail.id)))

    def quarantine(self) -> list[str]:
        with reading(self.rt.db) as session:
            r = ReturnedMail
            waiting = select(r.action).where(r.state == returned.QUARANTINE)
            return list(session.scalars(waiting.order_by(r.received_at.desc(), r.id.desc())))

    def tasks(self) -> list[str]:
        with reading(self.rt.db) as session:
            return list(session.scalars(select(TaskRow.title).order_by(TaskRow.id)))

    def activities(self, contact: int) -> list[str]:
        with reading(self.rt.db) as session:
            return list(session.scalars(select(Activity.kind).where(Activity.contact_id == contact).order_by(Activity.id)))

    def consent(self, contact: int) -> str:
        with reading(self.rt.db) as session:
            return str(session.scalar(select(Consent.state).where(Consent.contact_id == contact)))

    def enrollments(self, contact: int) -> list[EnrollmentRow]:
        with reading(self.rt.db) as session:
            return list(session.scalars(select(EnrollmentRow).where(EnrollmentRow.contact_id == contact)))


def dsn(recipient: str, words: str = UNKNOWN_USER, header_id: str = "", action: str = "failed", name: str = "") -> bytes:
    """A delivery status notification (RFC 3464) as Postfix writes it."""
    words = words.format(to=recipient)
    status = next((part for part in words.split() if part.count(".") == 2 and part[0] in "245"), "5.0.0")
    name = name or f"{abs(hash((recipient, words, header_id, action))):x}"
    return f"""\
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: bounces@sender.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-Id: <{name}@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.

<{recipient}>: host mx.example[192.0.2.1] said: {words}

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Mon, 2 Mar 2026 09:00:00 +0000

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}

--B
Content-Type: text/rfc822-headers

Message-ID: {header_id or "<nobodys@elsewhere.example>"}
Subject: Feinplanung
From: news@sender.example
To: {recipient}

--B--
""".replace("\n", "\r\n").encode()


def complaint(recipient: str, inside: str = "", feedback: str = "abuse") -> bytes:
    """A feedback report (RFC 5965); ``inside``: headers of the mail it is about."""
    return f"""\
From: feedback@provider.example
To: fbl@sender.example
Subject: Complaint
Message-ID: <arf-{abs(hash((recipient, inside))):x}@provider.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: text/plain

This is an email abuse report.

--B
Content-Type: message/feedback-report

Feedback-Type: {feedback}
User-Agent: Provider-Feedback/1.0
Version: 1
Original-Rcpt-To: {recipient}

--B
Content-Type: message/rfc822

{inside}From: news@sender.example
Subject: Feinplanung

Guten Tag
--B--
""".replace("\n", "\r\n").encode()


def letter(sender: str, text: str, subject: str = "Re: Feinplanung", **headers: str) -> bytes:
    """What somebody (or a program) writes back."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "katrin@sender.example", subject
    mail["Message-ID"] = f"<{abs(hash((sender, text, subject, *headers.values()))):x}@mail.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return bytes(mail)
