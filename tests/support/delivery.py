"""A delivery in full swing: several lanes, one of them paused, a stopped stream, a new sender's plan, what servers said,
what came back. For tests and pictures; rows are written straight through the schema.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from nurture.domain.breaker import Figures
from nurture.domain.delivery_rules import DeliveryRules, WarmUp
from nurture.domain.message import MessageKind, MessageState, message_id
from nurture.engine.publication import Publication
from nurture.engine.runtime import Runtime
from nurture.store import alarms, claims
from nurture.store.database import transaction
from nurture.store.delivery_counts import RETURNS, Count, count
from nurture.store.schema import Attempt, BreakerRow, LaneLease, LaneRow, Message, ReturnedMail

DOMAINS = {
    "google": ("weidner-guss.example", "novatec-linz.example", "brandl-systeme.example"),
    "microsoft": ("kessler-werke.example", "harwell-machines.example", "otto-pumpen.example"),
    "gmx": ("gmx.example", "web.example"),
    "t-online": ("t-online.example",),
    "ionos": ("altmann-foerdertechnik.example", "schaefer-verpackung.example"),
    "other": ("praezisa.example", "polmach.example"),
}
NAMES = ("anna.weber", "m.hartmann", "elif.yilmaz", "d.schaefer", "t.okafor", "k.nowak", "ralf.otto", "s.brandt", "j.petersen",
         "c.fontaine", "p.lindqvist", "u.vogel", "g.maier", "b.kraus")  # fmt: skip
GREYLISTED = "450 4.7.1 <{to}>: Recipient address rejected: Greylisting aktiv, bitte in 5 Minuten erneut versuchen"
SLOWED = "421 4.7.0 Zu viele Verbindungen von Ihrer IP-Adresse (203.0.113.9). Bitte versuchen Sie es spaeter erneut. {id}"
FULL = "452 4.2.2 <{to}>: Das Postfach des Empfaengers ist voll"
BUSY = "451 4.3.2 Server vorübergehend überlastet, Zustellung wird später wiederholt (queue {id})"
PAUSE = "421 4.7.0 Zu viele Verbindungen von Ihrer IP-Adresse (203.0.113.9). Bitte versuchen Sie es spaeter erneut."
BREAKER = "14 addresses of the last 500 mails did not exist; more than 2 % of 500 is too many"

BOUNCE = """\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.brandl-systeme.example>
To: bounces@news.hallmann-brueck.example
Subject: =?utf-8?q?Unzustellbar=3A_Feinplanung_in_der_Einzelfertigung?=
Date: Fri, 20 Nov 2026 09:58:00 +0100
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Guten Tag,

Ihre Nachricht an e.maurer@brandl-gruppe.example konnte nicht zugestellt
werden. Die Adresse ist in unserem Hause nicht mehr gültig.

<script>alert("Herr Maurer ist jetzt bei der Brandl Gruppe")</script>

    550 5.1.1 <e.maurer@brandl-gruppe.example>: Empfänger unbekannt

Mit freundlichen Grüßen
IT-Leitstelle Brandl Systeme GmbH
"""


def lively(publication: Publication, since: date) -> Publication:
    """``publication`` with the plan of a new sender."""
    rules = replace(publication.definitions.delivery, warm_up=WarmUp(since=since, first_day=50))
    return replace(publication, definitions=replace(publication.definitions, delivery=rules))


def fill(rt: Runtime, now: datetime, size: int = 1) -> None:
    """A large send that is under way; ``size``: how many times as much waits."""
    with transaction(rt.db) as session:
        busy = _Busy(rt, session, now)
        busy.queue(size)
        busy.figures()
        busy.lanes(rt.definitions.delivery)
        busy.trouble()
        busy.returned()


class _Busy:
    def __init__(self, rt: Runtime, session: Session, now: datetime) -> None:
        self.rt, self.session, self.now = rt, session, now
        self.random = random.Random(7)  # the same pictures every time
        self.number = 0
        self.sent: dict[str, int] = {}

    def message(self, lane: str, kind: MessageKind, state: MessageState, **facts: Any) -> Message:
        self.number += 1
        key = f"delivery:{self.number}"
        name, domain = NAMES[self.number % len(NAMES)], DOMAINS[lane][self.number % len(DOMAINS[lane])]
        row = {
            "address": f"{name}{self.number}@{domain}", "language": "de", "mail": "bottlenecks", "context": {}, "tracked": True,
            "purpose": "nurture" if kind is MessageKind.NURTURE else None, "attempts": 0, "reason": "", "round": None,
            "subject": "Feinplanung in der Einzelfertigung: drei Engpässe, die jeder kennt", "lane": lane,
            "queued_at": self.now - timedelta(hours=2), "due_at": None, "once_key": key,
            "header_id": message_id("delivery", key, "news.hallmann-brueck.example"), **facts,
        }  # fmt: skip
        message = Message(kind=kind, state=state, **row)
        self.session.add(message)
        return message

    def queue(self, size: int) -> None:
        waiting = {"google": (64, 30), "microsoft": (85, 45), "gmx": (48, 12), "t-online": (19, 4), "ionos": (12, 3),
                   "other": (7, 2)}  # fmt: skip
        for lane, (due, later) in waiting.items():
            for i in range(due * size):
                self.message(
                    lane, MessageKind.NURTURE, MessageState.QUEUED, due_at=self.now - timedelta(minutes=41 - i % 40)
                )
            for i in range(later * size):
                self.message(lane, MessageKind.NURTURE, MessageState.QUEUED, due_at=self.now + timedelta(minutes=20 + i))
        leased = {"claimed_by": "mail-1:812", "claimed_until": self.now + timedelta(minutes=4)}
        for lane in ("google", "microsoft"):
            for i in range(9):
                state = MessageState.SENDING if i < 3 else MessageState.CLAIMED
                held = self.message(lane, MessageKind.NURTURE, state, **leased)
                self.session.flush()
                claims.begin(self.session, [held.id])
        for lane in ("gmx", "other"):
            self.message(lane, MessageKind.OPT_IN, MessageState.QUEUED, due_at=self.now - timedelta(seconds=8))
        gone = {"settled_at": self.now - timedelta(minutes=20), "attempts": 1}
        for lane in ("microsoft", "google", "ionos"):
            self.message(lane, MessageKind.NURTURE, MessageState.UNKNOWN, **gone, reason="the server's answer was never seen (the connection broke), so it may have arrived; nobody may get it twice, so it is not sent again")  # fmt: skip
        self.message(
            "other",
            MessageKind.NURTURE,
            MessageState.PARKED,
            **gone,
            reason="bottlenecks.de.html:14: 'prodct' is undefined",
        )

    def figures(self) -> None:
        pace = {"google": 56, "microsoft": 28, "gmx": 31, "t-online": 9, "ionos": 12, "other": 6}
        for ago in range(95, -1, -1):
            share = min(1.0, (100 - ago) / 45) / 2
            for worker in ("mail-1:812", "mail-2:97"):
                going = [lane for lane in pace if lane != "gmx" or ago >= 9]
                rows = [row for lane in going for row in self._made(lane, pace[lane] * share)]
                tries = [replace(row, figures=replace(row.figures, complaints=0)) for row in rows]
                count(self.session, worker, self.now - timedelta(minutes=ago), tries)
                back = [replace(row, figures=Figures(complaints=row.figures.complaints)) for row in rows]
                count(self.session, RETURNS, self.now - timedelta(minutes=ago), back)
        self.session.flush()

    def _made(self, lane: str, pace: float) -> list[Count]:
        some = self.random
        made = Figures(
            accepted=max(0, round(some.gauss(pace, pace / 6))),
            deferred=some.choice((0, 0, 1, 3)) if lane in ("gmx", "microsoft") else some.choice((0, 0, 0, 0, 1)),
            invalid=int(some.random() < (0.09 if lane == "ionos" else 0.02)),
            failed=int(some.random() < 0.02),
            complaints=int(some.random() < 0.002),
        )
        self.sent[lane] = self.sent.get(lane, 0) + made.tried
        service = Figures(accepted=int(some.random() < 0.2))
        return [Count(lane, "nurture", made), Count(lane, "opt-in", service)]

    def lanes(self, rules: DeliveryRules) -> None:
        present: dict[str, dict[str, Any]] = {
            "google": {**self.plan("google")},
            "microsoft": {"rate": 0.5, "connections": 5, "slowdowns": 1, "accepted": 40, "reason": SLOWED.format(id=""), **self.plan("microsoft")},
            "gmx": {"rate": 0.25, "connections": 1, "slowdowns": 2, "tokens": 0.0, "paused_until": self.now + timedelta(minutes=22),
                    "reason": PAUSE, **self.plan("gmx")},
            "t-online": {**self.plan("t-online")},
            "ionos": {**self.plan("ionos")},
            "other": {**self.plan("other"), "tokens": 9.0},
        }  # fmt: skip
        for lane, facts in present.items():
            limits = rules.provider(lane)
            row = {"rate": limits.per_second, "connections": limits.connections, "tokens": 4.0, "filled_at": self.now, "accepted": 0,
                   "slowdowns": 0, "paused_until": None, "reason": "", "warm_day": self.now.date().isoformat()}  # fmt: skip
            self.session.add(LaneRow(lane=lane, **{**row, **facts}))
        for lane, held in (("google", 8), ("microsoft", 5), ("t-online", 1)):
            self.session.add(
                LaneLease(lane=lane, worker="mail-1:812", connections=held, until=self.now + timedelta(minutes=1))
            )

    def plan(self, lane: str) -> dict[str, int]:
        """As far as the new sender's plan must have come for what was sent; the last lane has used it up."""
        sent = self.sent[lane]
        level = max(0, math.ceil(math.log2(sent / 50)))
        return {"warm_level": level, "warm_sent": 50 * 2**level if lane == "other" else sent}

    def trouble(self) -> None:
        self.session.flush()
        said = [("gmx", SLOWED, "4.7.0", 38, 3, "mx00.gmx.example [192.0.2.17], TLSv1.3"),
                ("microsoft", GREYLISTED, "4.7.1", 21, 1, "kessler-werke.mail.example [192.0.2.41], TLSv1.3"),
                ("t-online", FULL, "4.2.2", 4, 26, "mx03.t-online.example [192.0.2.88], TLSv1.2"),
                ("other", BUSY, "4.3.2", 2, 55, "mail.praezisa.example [198.51.100.4], TLSv1.3")]  # fmt: skip
        for lane, text, status, times, since, host in said:
            for i in range(times):
                at = self.now - timedelta(minutes=since + i // 3)
                m = self.message(
                    lane, MessageKind.NURTURE, MessageState.QUEUED, attempts=1, due_at=self.now + timedelta(minutes=4 + i)
                )
                self.session.flush()
                m.reason = text.format(to=m.address, id=f"{self.random.randrange(16**10):010X}")
                self.session.add(
                    Attempt(
                        message_id=m.id, at=at, outcome="deferred", phase="rcpt", status=status, reply=m.reason, host=host
                    )
                )
        opened = self.now - timedelta(minutes=12)
        self.session.add(BreakerRow(stream="nurture", lane="ionos", rule="invalid", reason=BREAKER, opened_at=opened))
        alarms.raise_alarm(
            self.session,
            "breaker:nurture:ionos",
            f"Mail of the kind 'nurture' to IONOS is stopped until you resume it: {BREAKER}",
            opened,
        )
        for ago in (90, 50, 6):
            alarms.raise_alarm(
                self.session,
                "policy:microsoft",
                "Microsoft refuses our mail: 550 5.7.509 Access denied, sending domain does not pass DMARC verification",
                self.now - timedelta(minutes=ago),
            )

    def returned(self) -> None:
        rows: Iterable[tuple[int, str, str, str, str, str]] = (
            (4, "bounce", "quarantine", "Unzustellbar: Feinplanung in der Einzelfertigung", "it is about e.maurer@brandl-gruppe.example, but the mail went to another address", BOUNCE),
            (51, "unclear", "quarantine", "Re: Ihre Anfrage vom 12.11.", "nobody can tell what it is", "Subject: Re: Ihre Anfrage\n\nSiehe Anhang."),
            (9, "bounce", "done", "Undelivered Mail Returned to Sender", "suppressed: the address does not exist: 550 5.1.1 User unknown", "x"),
            (17, "auto-reply", "done", "Abwesenheitsnotiz: Feinplanung in der Einzelfertigung", "on record: an automatic reply", "x"),
            (33, "reply", "done", "AW: Feinplanung in der Einzelfertigung: drei Engpässe, die jeder kennt", "a task: an answer to read", "x"),
            (70, "complaint", "done", "FW: Feinplanung in der Einzelfertigung", "suppressed: reported as unwanted mail (spam)", "x"),
            (75, "bounce", "done", "Mail delivery failed", "on record: did not arrive this time (1 in a row)", "x"),
        )  # fmt: skip
        for number, (ago, kind, state, subject, action, raw) in enumerate(rows):
            sent = self.message("google", MessageKind.NURTURE, MessageState.ACCEPTED, attempts=1, reason="250 2.0.0 OK",
                                settled_at=self.now - timedelta(hours=3))  # fmt: skip
            self.session.flush()
            recipients = [{"address": "e.maurer@brandl-gruppe.example", "failure": "invalid", "status": "5.1.1",
                           "words": "550 5.1.1 <e.maurer@brandl-gruppe.example>: Empfänger unbekannt"}]  # fmt: skip
            bounced = kind == "bounce"
            self.session.add(
                ReturnedMail(
                    digest=f"{number:064}", source="imap", received_at=self.now - timedelta(minutes=ago), kind=kind,
                    failure="invalid" if bounced and state == "done" else None, state=state, subject=subject, action=action,
                    message_id=None if kind == "unclear" else sent.id, contact_id=None,
                    report={"recipients": recipients if bounced else [], "from": "mailer-daemon@mx.brandl-systeme.example", "addresses": []},
                    said="Siehe Anhang." if kind == "unclear" else None, raw=raw.encode(),
                )
            )  # fmt: skip
