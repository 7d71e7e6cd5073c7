"""A small world around the real engine, in which a story can be told: people act, time passes, mails arrive.

Nothing is faked but the clock and the postman: verbs, rules, templates, tokens and the database are the product's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from nurture.delivery import MemoryTransport
from nurture.domain.handoff import HandoffState
from nurture.domain.scoring import Score
from nurture.engine import handoff, link_pages, opt_in, preferences, registration, tracking
from nurture.engine.beats import BEATS, Worker, slot
from nurture.engine.runtime import Runtime
from nurture.engine.scoring import lead_scores
from nurture.engine.submission import Submission
from nurture.engine.visitor import Visitor
from nurture.store.database import reading
from nurture.store.due import next_moments
from nurture.store.schema import (
    Activity,
    ClassChangeRow,
    Contact,
    DecisionRow,
    EnrollmentRow,
    Handoff,
    Lead,
    Message,
    Registration,
    TaskRow,
)

BERLIN = ZoneInfo("Europe/Berlin")
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def berlin(text: str) -> datetime:
    """'2026-03-02 10:00' by the clock in Berlin, as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@dataclass(frozen=True)
class Mail:
    """A mail as it arrived."""

    at: datetime
    to: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    @property
    def html(self) -> str:
        part = self.message.get_body(("html",))
        assert part is not None
        return str(part.get_content())

    def tokens(self, path: str) -> list[str]:
        """The tokens of all links below ``path`` ('/l/', '/u/', …), in the order of the text, each once."""
        return list(dict.fromkeys(re.findall(re.escape(path) + r"([^\s\"<>)]+)", self.text)))


class World:
    """``now`` moves only through ``wait`` and ``until``."""

    def __init__(self, rt: Runtime, now: datetime) -> None:
        self.rt, self.now = rt, now
        self.mails: list[Mail] = []
        self._slots: dict[str, str] = {}

    # --- time ---------------------------------------------------------------------------------------------------------

    def beat(self) -> None:
        """Let every beat that has something to do run until nothing is left to do now."""
        for beat in BEATS:
            if beat.name == "handoff-clocks" or (beat.duty and self._turn(beat)):
                beat.run(self.rt, self.now, Worker("story"))
        for _ in range(50):
            due = self._due()
            names = [beat for beat in BEATS if beat.name in due and due[beat.name] <= self.now]
            if not names:
                return
            for beat in names:
                beat.run(self.rt, self.now, Worker("story"))
            self._collect()
        raise AssertionError("the beats never come to rest")

    def until(self, moment: datetime) -> None:
        """Let time pass to ``moment``; whatever is due in between happens when it is due, duties on Monday's midnight."""
        while self.now < moment:
            today = self.now.astimezone(BERLIN).date()
            day = today + timedelta(days=7 - today.weekday())
            midnight = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)
            self.now = max(self.now, min([*self._due().values(), midnight, moment]))
            self.beat()

    def _due(self) -> dict[str, datetime]:
        with reading(self.rt.db) as session:
            return next_moments(session)

    def wait(self, **span: float) -> None:
        """``wait(days=3)``."""
        self.until(self.now + timedelta(**span))

    def _turn(self, beat: Any) -> bool:
        """Once per slot; what is daily only on Mondays, to keep long stories short."""
        here = slot(beat, self.now)
        if self._slots.get(beat.name) == here or (beat.every >= timedelta(days=1) and self.now.weekday()):
            return False
        self._slots[beat.name] = here
        return True

    def _collect(self) -> None:
        transport = self.rt.transport
        assert isinstance(transport, MemoryTransport)
        for parcel in transport.parcels[len(self.mails) :]:
            message = message_from_bytes(parcel.raw, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.mails.append(Mail(self.now, parcel.recipient, message))

    # --- people -------------------------------------------------------------------------------------------------------

    def visitor(self, ip: str = "203.0.113.7", method: str = "POST", agent: str = BROWSER, **more: Any) -> Visitor:
        return Visitor(ip=ip, user_agent=agent, method=method, **more)

    def fill_form(
        self,
        address: str = "maria.weber@anlagenbau-huber.example",
        form: str = "whitepaper-feinplanung",
        purposes: Iterable[str] = ("nurture", "tracking"),
        language: str = "de",
        **values: str,
    ) -> None:
        """Somebody sends a form."""
        told = {
            "email": address,
            "salutation": "ms",
            "first_name": "Maria",
            "last_name": "Weber",
            "company": "Anlagenbau Huber GmbH",
            "function": "production-planning",
            "fair_day": "2027-04-21",
            **values,
        }
        known = {f.name for f in self.rt.definitions.forms[form].fields}
        fitting = {name: value for name, value in told.items() if name in known}
        sent = Submission(form, language, fitting, frozenset(purposes), None)
        registration.register(self.rt, sent, self.visitor(page_url=f"https://nurture.example/f/{form}"), self.now)
        self.beat()

    def confirm(self, address: str = "maria.weber@anlagenbau-huber.example", **visitor: Any) -> opt_in.OptIn:
        """The button behind the latest opt-in mail is pressed."""
        token = self.opt_in_mail(address).tokens("/c/")[0]
        confirmed = opt_in.confirm(self.rt, token, self.visitor(**visitor), self.now)
        self.beat()
        return confirmed

    def opt_in_mail(self, address: str) -> Mail:
        return next(mail for mail in reversed(self.to(address)) if "/c/" in mail.text)

    def arrive(self, address: str = "maria.weber@anlagenbau-huber.example", **form: Any) -> Mail:
        """Form, confirmation, first mail: the usual beginning. Returns the first nurture mail."""
        self.fill_form(address, **form)
        self.wait(minutes=7)
        self.confirm(address)
        return self.to(address)[-1]

    def click(self, mail: Mail, target: str, **visitor: Any) -> str:
        """Follow the tracked link of ``mail`` whose target begins with ``target`` ('topic:bottlenecks', 'content:…')."""
        token = self.link(mail, target)
        return tracking.follow(self.rt, token, self.visitor(**{"method": "GET", **visitor}), self.now)

    def link(self, mail: Mail, target: str) -> str:
        """The token of a tracked link, by what it leads to."""
        for token in mail.tokens("/l/"):
            _, template, position = tracking._link_of(self.rt, token)
            link = template.links[position]
            if f"{link.kind}:{link.target}".startswith(target):
                return token
        found = [self._name(token) for token in mail.tokens("/l/")]
        raise AssertionError(f"no link to {target} in '{mail.subject}'; there are {found}")

    def _name(self, token: str) -> str:
        _, template, position = tracking._link_of(self.rt, token)
        return f"{template.links[position].kind}:{template.links[position].target}"

    def download(self, url: str, **visitor: Any) -> str:
        """Press the button on a download page; the name of the file."""
        token = url.rpartition("/d/")[2]
        assert token != url, f"{url} is no download page"
        path = tracking.download(self.rt, token, self.visitor(**visitor), self.now)
        self.beat()
        return path.name

    def read_topic(self, mail: Mail, topic: str, item: str) -> str:
        """Choose a topic in a mail, then download one item there."""
        url = self.click(mail, f"topic:{topic}")
        self.wait(seconds=40)
        page = link_pages.topic_page(self.rt, url.rpartition("/t/")[2], self.now)
        return self.download(next(address for content, address in page.items if content.id == item))

    def unsubscribe(self, mail: Mail) -> None:
        preferences.unsubscribe(self.rt, mail.tokens("/u/")[0], self.visitor(), self.now)

    def answer_sales(self, mail: Mail, event: str, reason: str = "", note: str = "") -> HandoffState:
        """Sales answers from the mail."""
        state = handoff.answer(self.rt, mail.tokens("/h/")[0], event, reason, note, self.now)
        self.beat()
        return state

    # --- looking ------------------------------------------------------------------------------------------------------

    def to(self, address: str) -> list[Mail]:
        return [mail for mail in self.mails if mail.to == address]

    def sales_mails(self) -> list[Mail]:
        return [mail for mail in self.mails if "/h/" in mail.text]

    def subjects(self, address: str = "maria.weber@anlagenbau-huber.example") -> list[str]:
        return [mail.subject for mail in self.to(address)]

    def steps(self, campaign: str | None = None) -> list[tuple[str, str]]:
        """(campaign, step) of every nurture mail that was accepted, in order."""
        rows = self.rows(Message)
        return [
            (m.campaign, m.step)
            for m in rows
            if m.kind == "nurture" and m.state == "accepted" and campaign in (None, m.campaign)
        ]

    def rows(self, model: Any, **where: Any) -> list[Any]:
        with reading(self.rt.db) as session:
            found = list(session.scalars(select(model).filter_by(**where).order_by(model.id)))
            session.expunge_all()
            return found

    def contact(self, address: str = "maria.weber@anlagenbau-huber.example") -> Contact | None:
        return next((c for c in self.rows(Contact) if c.address == address), None)

    def lead(self, product: str = "feintakt") -> Lead:
        return next(lead for lead in self.rows(Lead) if lead.product == product)

    def score(self) -> Score:
        """Of the lead, with every line, counted now."""
        lead = self.lead().id
        with reading(self.rt.db) as session:
            return lead_scores(self.rt, session, [lead], self.now)[lead].score

    def enrollment(self, campaign: str) -> EnrollmentRow:
        return next(e for e in reversed(self.rows(EnrollmentRow)) if e.campaign == campaign)

    def handoffs(self) -> list[Handoff]:
        return self.rows(Handoff)

    def reasons(self, campaign: str) -> list[tuple[str, str, str]]:
        """(step, outcome, reason) of every decision in a campaign."""
        ids = {e.id for e in self.rows(EnrollmentRow) if e.campaign == campaign}
        return [(d.step, d.outcome, d.reason) for d in self.rows(DecisionRow) if d.enrollment_id in ids]

    def activities(self) -> list[Activity]:
        return self.rows(Activity)

    def registrations(self) -> list[Registration]:
        return self.rows(Registration)

    def tasks(self) -> list[TaskRow]:
        return self.rows(TaskRow)

    def class_changes(self) -> list[ClassChangeRow]:
        return self.rows(ClassChangeRow)
