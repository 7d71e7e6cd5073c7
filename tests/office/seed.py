"""A believable office: people in every state, one of them with a long story, for tests and screenshots.

Rows are written straight through the schema, so that pages can be looked at without running a single station.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from nurture.domain.address import address_key
from nurture.domain.catalogue import LeadClass
from nurture.domain.consent import ConsentState
from nurture.domain.handoff import HandoffState
from nurture.domain.message import MessageKind, MessageState, message_id
from nurture.engine import dossier
from nurture.engine.runtime import Runtime
from nurture.engine.scoring import lead_scores
from nurture.store import registrations
from nurture.store.database import transaction
from nurture.store.schema import (
    Activity,
    Attempt,
    ClassChangeRow,
    Company,
    Consent,
    ConsentEventRow,
    Contact,
    DecisionRow,
    EnrollmentRow,
    Handoff,
    HandoffEventRow,
    Hit,
    Lead,
    Message,
    Registration,
    Suppression,
    TaskRow,
    Unit,
)

HERO = "anna.weber@kessler-sondermaschinen.example"
PENDING = "jan.petersen@nordwerk.example"
SUPPRESSED = "lager@altmann-foerdertechnik.example"
WITHDRAWN = "s.brandt@brandt-pressen.example"
RETURNED = "t.okafor@harwell-machines.example"

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
SCANNER = "Mozilla/5.0 (compatible; MailGateway-LinkCheck/3.1)"
FORM, PRODUCT, CAMPAIGN, NEXT = "whitepaper-feinplanung", "feintakt", "welcome-feintakt", "followup-feintakt"
OFFER, CHECKLIST = "whitepaper-feinplanung", "checkliste-engpass"

PEOPLE: tuple[tuple[str, str, str, str, str, str, LeadClass], ...] = (
    # address, first name, last name, company, function, language, class
    ("m.hartmann@hartmann-anlagen.example", "Markus", "Hartmann", "Hartmann Anlagenbau GmbH", "commercial-management", "de", LeadClass.B2),
    ("yilmaz@praezisa.example", "Elif", "Yılmaz", "Präzisa Werkzeugmaschinen AG", "it-management", "de", LeadClass.B1),
    (RETURNED, "Tunde", "Okafor", "Harwell Special Machines Ltd", "production-planning", "en", LeadClass.B2),
    ("katarzyna.nowak@polmach.example", "Katarzyna", "Nowak", "Polmach Sp. z o.o.", "it-management", "en", LeadClass.B1),
    ("d.schaefer@schaefer-verpackung.example", "Dirk", "Schäfer", "Schäfer Verpackungstechnik", "production-planning", "de", LeadClass.B3),
    ("petra.lindqvist@lindq.example", "Petra", "Lindqvist", "Lindqvist Robotics AB", "commercial-management", "en", LeadClass.B1),
    ("ralf.otto@otto-pumpen.example", "Ralf", "Otto", "Otto Pumpen & Armaturen", "production-planning", "de", LeadClass.B1),
    ("jm.fontaine@alpes-usinage.example", "Jean-Marc", "Fontaine", "Alpes Usinage SARL", "production-planning", "en", LeadClass.B2),
)  # fmt: skip


def seed(rt: Runtime, now: datetime) -> None:
    """Fill an empty database."""
    with transaction(rt.db) as session:
        office = _Office(rt, session, now)
        office.gone_people()
        office.others()
        office.closed_story()
        office.hero()
        office.pending_people()
        office.rescore()


class _Office:
    """Writes rows; ``self.ago`` gives instants before ``now``."""

    def __init__(self, rt: Runtime, session: Session, now: datetime) -> None:
        self.rt, self.session, self.now = rt, session, now
        self.campaign = rt.definitions.campaigns[CAMPAIGN]
        self.next = rt.definitions.campaigns[NEXT]

    def ago(self, days: float = 0, hours: float = 0, minutes: float = 0) -> datetime:
        return self.now - timedelta(days=days, hours=hours, minutes=minutes)

    def add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    # --- people -------------------------------------------------------------------------------------------------------

    def contact(
        self, address: str, first: str, last: str, company: str, function: str, language: str, at: datetime, **more: Any
    ) -> Contact:
        firm = self.add(
            Company(
                name=company, domain=address.partition("@")[2], industry="machine-building", country="DE", created_at=at
            )
        )
        unit = self.add(Unit(company_id=firm.id, name=company, created_at=at))
        return self.person(unit, address, first, last, function, language, at, **more)

    def person(
        self, unit: Unit, address: str, first: str, last: str, function: str, language: str, at: datetime, **more: Any
    ) -> Contact:
        facts = {"source": "website", "answers": {}, "last_active_at": at, **more}
        return self.add(
            Contact(address=address, address_key=address_key(address), unit_id=unit.id, first_name=first, last_name=last,
                    function=function, language=language, created_at=at, **facts)
        )  # fmt: skip

    def registration(self, address: str, language: str, at: datetime, answers: dict[str, str], **more: Any) -> Registration:
        purposes = [self.rt.definitions.purposes[p] for p in self.rt.definitions.forms[FORM].purposes]
        facts = {"state": "pending", "settled_at": None, "contact_id": None, **more}
        return self.add(
            Registration(
                address=address, address_key=address_key(address), form=FORM, form_version="f1", language=language,
                source="website", answers=answers, purposes=registrations.remember_wordings(self.session, purposes, language, at),
                page_url=f"https://nurture.example/f/{FORM}?lang={language}", ip="203.0.113.24", user_agent=FIREFOX,
                created_at=at, expires_at=at + timedelta(days=7), **facts,
            )
        )  # fmt: skip

    def confirmed(self, contact: Contact, asked: datetime, at: datetime, answers: dict[str, str]) -> Registration:
        r = self.registration(
            contact.address, contact.language, asked, answers,
            state="confirmed", settled_at=at, contact_id=contact.id, settled_ip="203.0.113.24", settled_user_agent=FIREFOX,
        )  # fmt: skip
        for purpose, wording in r.purposes.items():
            self.consent(contact, purpose, ConsentState.CONFIRMED, at)
            for event, when in (("asked", asked), ("confirmed", at)):
                evidence = {"wording": wording, "form": FORM, "page": r.page_url, "ip": r.ip, "user_agent": r.user_agent}
                self.add(
                    ConsentEventRow(
                        contact_id=contact.id,
                        purpose=purpose,
                        event=event,
                        at=when,
                        registration_id=r.id,
                        evidence=evidence,
                    )
                )
        self.act(contact, "form", asked, form=FORM)
        self.act(contact, "confirmed", at, form=FORM)
        return r

    def consent(self, contact: Contact, purpose: str, state: ConsentState, at: datetime) -> None:
        self.add(Consent(contact_id=contact.id, purpose=purpose, state=state, since=at))

    def lead(
        self, contact: Contact, lead_class: LeadClass, at: datetime, *, confirmed: bool = False, product: str = PRODUCT
    ) -> Lead:
        lead = self.add(
            Lead(unit_id=contact.unit_id, product=product, lead_class=lead_class, confirmed=confirmed, class_since=at,
                 grade="D", points=0, scored_at=None, source="website", created_at=at)
        )  # fmt: skip
        self.change(lead, contact, None, LeadClass.B1, "form", f"came by {FORM}", at)
        return lead

    def change(self, lead: Lead, contact: Contact, old: LeadClass | None, new: LeadClass, evidence: str, reason: str, at: datetime,
               *, by: str = "rules") -> None:  # fmt: skip
        self.add(ClassChangeRow(lead_id=lead.id, from_class=old, to_class=new, confirmed=by != "rules", evidence=evidence,
                                reason=reason, contact_id=contact.id, by=by, at=at))  # fmt: skip

    # --- what happened --------------------------------------------------------------------------------------------------

    def act(self, contact: Contact, kind: str, at: datetime, **facts: Any) -> Activity:
        contact.last_active_at = max(at, contact.last_active_at or at)
        return self.add(Activity(contact_id=contact.id, kind=kind, at=at, **{"product": PRODUCT, "data": {}, **facts}))

    def click(
        self,
        contact: Contact,
        message: Message,
        at: datetime,
        verdict: str,
        reason: str,
        *,
        agent: str = FIREFOX,
        **about: Any,
    ) -> None:
        network = "203.0.113.0" if agent == FIREFOX else "198.51.100.0"
        activity = self.act(contact, "click", at, message_id=message.id, enrollment_id=message.enrollment_id, step=message.step,
                            method="GET", ip=network, user_agent=agent, **about)  # fmt: skip
        self.add(Hit(activity_id=activity.id, message_id=message.id, verdict=verdict, reason=reason, rules=1, judged_at=at,
                     due_at=at + timedelta(minutes=10) if verdict == "pending" else None))  # fmt: skip

    def download(self, contact: Contact, content: str, at: datetime, message: Message | None = None) -> None:
        item = self.rt.definitions.content[content]
        self.act(contact, "download", at, product=item.product, topic=item.topic, content=content, method="POST",
                 ip="203.0.113.0", user_agent=FIREFOX, message_id=message.id if message else None)  # fmt: skip

    def enrolled(
        self, contact: Contact, campaign: Any, at: datetime, step: str, state: str = "active", **more: Any
    ) -> EnrollmentRow:
        facts = {
            "reason": "waiting 3 weeks",
            "due_at": self.now + timedelta(days=5),
            "left_at": None,
            "left_kind": None,
            **more,
        }
        return self.add(
            EnrollmentRow(contact_id=contact.id, campaign=campaign.id, version=campaign.version, number=1, state=state, step=step,
                          round=1, step_entered_at=at, entered_at=at, priority=campaign.priority, listening=False, **facts)
        )  # fmt: skip

    def decided(
        self, enrollment: EnrollmentRow, step: str, outcome: str, reason: str, at: datetime, until: datetime | None = None
    ) -> None:
        self.add(
            DecisionRow(enrollment_id=enrollment.id, step=step, round=1, outcome=outcome, reason=reason, until=until, at=at)
        )

    def mail(self, contact: Contact, at: datetime, mail: str, state: MessageState, *, kind: MessageKind = MessageKind.NURTURE,
             enrollment: EnrollmentRow | None = None, step: str | None = None, subject: str | None = None, reason: str = "",
             tries: tuple[tuple[str, str], ...] = (), **more: Any) -> Message:  # fmt: skip
        key = f"seed:{contact.id if contact else 0}:{mail}:{step}:{at.isoformat()}"
        open_ = state in (MessageState.QUEUED, MessageState.CLAIMED)
        template = None
        if kind is MessageKind.NURTURE:
            template = self.rt.find_template(self.session, mail, contact.function, "B1", contact.language)
        context = {"phase": "B1", "product": PRODUCT, "version": self.campaign.version}
        facts = {
            "address": contact.address,
            "language": contact.language,
            "contact_id": contact.id,
            "context": context,
            **more,
        }
        row = self.add(
            Message(
                kind=kind, state=state, once_key=key, header_id=message_id("seed", key, "news.hallmann-brueck.example"), mail=mail,
                template_version=template.version if template else None,
                purpose="nurture" if kind is MessageKind.NURTURE else None, tracked=True,
                enrollment_id=enrollment.id if enrollment else None, campaign=enrollment.campaign if enrollment else None,
                step=step, round=1 if enrollment else None, subject=subject, attempts=len(tries), due_at=at if open_ else None,
                queued_at=at - timedelta(seconds=2), settled_at=None if open_ else at, reason=reason, **facts,
            )
        )  # fmt: skip
        for i, (outcome, reply) in enumerate(tries):
            when = at - timedelta(minutes=15 * (len(tries) - 1 - i))
            self.add(Attempt(message_id=row.id, at=when, outcome=outcome, phase="data", reply=reply))
        if enrollment is not None and step is not None:
            self.decided(enrollment, step, "send", "due, permitted and inside the window", at - timedelta(seconds=2))
        return row

    def handoff(
        self, lead: Lead, contact: Contact, state: HandoffState, at: datetime, trigger: str, reason: str, **more: Any
    ) -> Handoff:
        facts = {"salesperson": "jonas-reimer", "offered_at": at, "dossier": {}, **more}
        h = self.add(
            Handoff(
                lead_id=lead.id, contact_id=contact.id, trigger=trigger, reason=reason, state=state, opened_at=at, **facts
            )
        )
        self.event(h, "opened", "rules", reason, at)
        if h.salesperson:
            self.event(h, "assigned", "rules", f"to {self.rt.definitions.sales.team[h.salesperson].name}", at)
        return h

    def event(self, handoff: Handoff, event: str, by: str, note: str, at: datetime) -> None:
        self.add(HandoffEventRow(handoff_id=handoff.id, event=event, by=by, note=note, at=at))

    def task(self, contact: Contact, title: str, due: datetime, done: datetime | None = None) -> None:
        self.add(TaskRow(contact_id=contact.id, once_key=f"task:{contact.id}:{title}", title=title, product=PRODUCT, due_at=due,
                         created_at=due - timedelta(days=2), done_at=done, done_by="office" if done else None))  # fmt: skip

    def rescore(self) -> None:
        ids = [lead.id for lead in self.session.query(Lead)]
        for lead, result in lead_scores(self.rt, self.session, ids, self.now).items():
            row = self.session.get_one(Lead, lead)
            row.grade, row.points, row.scored_at = result.score.grade, result.score.points, self.now

    # --- stories --------------------------------------------------------------------------------------------------------

    def hero(self) -> None:
        """Anna Weber: white paper, welcome campaign, a scanner, a skipped step, a colleague, handed to sales."""
        asked, ok = self.ago(24, hours=3), self.ago(24, hours=2, minutes=48)
        told = {
            "first_name": "Anna",
            "last_name": "Weber",
            "company": "Kessler Sondermaschinen GmbH",
            "function": "production-planning",
        }
        c = self.contact(HERO, "Anna", "Weber", "Kessler Sondermaschinen GmbH", "production-planning", "de", ok,
                         salutation="ms", phone="+49 231 5550 120", country="DE",
                         answers={"company_size": "250-999", "purchase_timing": "within-6-months", "current_tool": "spreadsheet"})  # fmt: skip
        r = self.confirmed(c, asked, ok, told)
        self.mail(c, self.ago(24, hours=2, minutes=59), "opt-in", MessageState.ACCEPTED, kind=MessageKind.OPT_IN, registration_id=r.id,
                  subject="Bitte bestätigen Sie Ihre Anmeldung", reason="250 2.0.0 Ok: queued")  # fmt: skip
        lead = self.lead(c, LeadClass.B2, self.ago(6), confirmed=False)
        self.change(
            lead,
            c,
            LeadClass.B1,
            LeadClass.B2,
            "content",
            f"reads what is written for B2: {CHECKLIST}, {OFFER}",
            self.ago(6),
        )
        first = self.enrolled(
            c, self.campaign, ok, "end", "left", reason="welcomed", due_at=None, left_at=self.ago(9), left_kind="finished"
        )
        hello = self.mail(c, self.ago(24, hours=2, minutes=47), "welcome-feintakt", MessageState.ACCEPTED, enrollment=first, step="hello",
                          subject="Ihr Whitepaper und drei Wege, wie es weitergeht", reason="250 2.0.0 Ok: queued as 4F2A1",
                          tries=(("deferred", "451 4.7.1 Greylisted, try again later"), ("accepted", "250 2.0.0 Ok: queued as 4F2A1")))  # fmt: skip
        self.decided(
            first,
            "choice",
            "wait",
            "waiting 4 days, or until clicked step hello",
            self.ago(24, hours=2, minutes=47),
            self.ago(20, hours=2),
        )
        burst = {"agent": SCANNER, "topic": "delivery-dates", "link": "topic:delivery-dates"}
        self.click(c, hello, self.ago(24, hours=2, minutes=46.9), "machine", "3 links within 1 s", **burst)
        self.click(
            c,
            hello,
            self.ago(24, hours=2, minutes=46.9),
            "machine",
            "3 links within 1 s",
            **{**burst, "topic": "bottlenecks", "link": "topic:bottlenecks"},
        )
        self.click(
            c,
            hello,
            self.ago(23, hours=1),
            "human",
            "a single click, at a reader's pace",
            topic="bottlenecks",
            link="topic:bottlenecks",
        )
        self.download(c, OFFER, self.ago(23, hours=0.9), hello)
        self.decided(first, "choice", "go", "no need to wait longer: clicked step hello", self.ago(23, hours=0.8))
        self.decided(first, "by-topic", "go", "clicked topic bottlenecks", self.ago(23, hours=0.8))
        self.decided(
            first, "bottlenecks", "wait", "outside the send window", self.ago(23, hours=0.8), self.ago(19, hours=1)
        )
        topic = self.mail(c, self.ago(19, hours=1), "feintakt-bottlenecks", MessageState.ACCEPTED, enrollment=first, step="bottlenecks",
                          subject="Wo der Engpass heute sitzt, und wo er morgen sitzen wird", reason="250 2.0.0 Ok: queued as 51C07")  # fmt: skip
        self.click(
            c,
            topic,
            self.ago(18, hours=22),
            "human",
            "the same reader then pressed a button",
            content=CHECKLIST,
            topic="bottlenecks",
            link=f"content:{CHECKLIST}",
        )
        self.download(c, CHECKLIST, self.ago(18, hours=21.9), topic)
        self.decided(first, "reading", "wait", "waiting 1 week", self.ago(19, hours=1), self.ago(12, hours=1))
        self.decided(first, "question", "skip", "only for: not answered purchase_timing", self.ago(12, hours=1))
        self.act(c, "answer", self.ago(14, hours=5), form="projektstand", method="POST", ip="203.0.113.0", user_agent=FIREFOX,
                 data={"answers": {"purchase_timing": "within-6-months", "company_size": "250-999"}})  # fmt: skip
        self.decided(first, "onwards", "enrol", f"enrolled in {NEXT}", self.ago(9))
        self.decided(first, "welcomed", "leave", "welcomed", self.ago(9))
        second = self.enrolled(
            c, self.next, self.ago(9), "case", "held", reason="sales is working on this lead", due_at=None
        )
        self.decided(second, "settle", "wait", "waiting 2 weeks", self.ago(9), self.now + timedelta(days=5))
        colleague = self.person(self.session.get_one(Unit, c.unit_id), "bernd.kaiser@kessler-sondermaschinen.example", "Bernd", "Kaiser",
                                "it-management", "de", self.ago(7))  # fmt: skip
        self.consent(colleague, "nurture", ConsentState.CONFIRMED, self.ago(7))
        self.consent(colleague, "tracking", ConsentState.CONFIRMED, self.ago(7))
        self.download(colleague, OFFER, self.ago(6, hours=3))
        self.click(
            c,
            topic,
            self.ago(hours=0, minutes=4),
            "pending",
            "being checked for scanners",
            content=CHECKLIST,
            topic="bottlenecks",
            link=f"content:{CHECKLIST}",
        )
        result = lead_scores(self.rt, self.session, [lead.id], self.ago(hours=20))[lead.id]
        told_sales = dossier.build(self.rt, self.session, result, c, "score", result.ready.reason, "de")
        h = self.handoff(lead, c, HandoffState.OFFERED, self.ago(hours=20), "score", result.ready.reason, dossier=told_sales, remind_at=None, escalate_at=self.now + timedelta(hours=2))  # fmt: skip
        self.event(h, "reminded", "clock", "Jonas Reimer", self.ago(hours=2))
        self.task(c, "Uhrzeit für das Gespräch am Stand abstimmen", self.now + timedelta(days=1))
        self.decided(second, "case", "wait", "sales is working on this lead", self.ago(hours=20))
        self.mail(c, self.ago(hours=20), "dossier", MessageState.ACCEPTED, kind=MessageKind.SALES, subject="Neuer Lead: Kessler Sondermaschinen GmbH (Feintakt)",
                  address="jonas.reimer@hallmann-brueck.example", contact_id=None, handoff_id=h.id, reason="250 2.0.0 Ok",
                  context={"dossier": told_sales, "recipient": "jonas-reimer", "salesperson": {"name": "Jonas Reimer"}, "language": "de", "overdue_since": ""})  # fmt: skip

    def others(self) -> None:
        states = (
            (MessageState.ACCEPTED, "250 2.0.0 Ok: queued"),
            (MessageState.QUEUED, "421 4.3.2 Service not available, try again later"),
            (MessageState.ACCEPTED, "250 2.0.0 Ok: queued"),
            (MessageState.PARKED, "welcome-feintakt/any/any/en.txt.j2:4: 'interest_nam' is undefined"),
            (MessageState.ACCEPTED, "250 2.0.0 Ok: queued"),
            (MessageState.UNKNOWN, "the connection broke after the final dot; the server may have the mail"),
            (MessageState.FAILED, "550 5.1.1 <ralf.otto@otto-pumpen.example>: user unknown"),
            (MessageState.CANCELLED, "no confirmed consent for 'nurture'"),
        )
        steps = ("choice", "hello", "reading", "hello", "answer", "delivery-dates", "reading", "delivery-dates")
        for i, ((address, first, last, company, function, language, lead_class), (state, reply), step) in enumerate(
            zip(PEOPLE, states, steps, strict=True)
        ):
            at = self.ago(3 + 4 * i, hours=i)
            c = self.contact(address, first, last, company, function, language, at)
            self.confirmed(c, at - timedelta(minutes=9), at, {"first_name": first, "last_name": last, "company": company})
            lead = self.lead(c, lead_class, at)
            if i % 2 == 0:
                self.download(c, OFFER, at + timedelta(hours=1))
                self.change(
                    lead,
                    c,
                    LeadClass.B1,
                    lead_class,
                    "content",
                    f"reads what is written for {lead_class}: {OFFER}",
                    at + timedelta(hours=1),
                )
            e = self.enrolled(c, self.campaign, at, step)
            mail = self.mail(c, at + timedelta(minutes=1), "welcome-feintakt", state, enrollment=e, step="hello", reason=reply,
                             subject=None if state is MessageState.PARKED else
                             ("Your white paper and three ways to go on" if language == "en" else "Ihr Whitepaper und drei Wege, wie es weitergeht"))  # fmt: skip
            if state is MessageState.ACCEPTED:
                self.click(
                    c,
                    mail,
                    at + timedelta(hours=2),
                    "human",
                    "a single click, at a reader's pace",
                    topic="bottlenecks",
                    link="topic:bottlenecks",
                )
        self.task(c, "Anrufen und nach dem geplanten Projekt fragen", self.ago(1))

    def closed_story(self) -> None:
        """Sales gave one lead back, works on another, and asks for a third."""
        people = {c.address: c for c in self.session.query(Contact)}
        leads = {lead.unit_id: lead for lead in self.session.query(Lead)}
        c = people[RETURNED]
        lead = leads[c.unit_id]
        h = self.handoff(lead, c, HandoffState.RETURNED, self.ago(9), "score", "grade B with 57 points reaches the threshold of 55", salesperson="claire-norwood",
                         answered_at=self.ago(8, hours=5), closed_at=self.ago(8, hours=2), return_reason="too-early", note="Budget round is in autumn.")  # fmt: skip
        self.event(h, "accepted", "Claire Norwood", "", self.ago(8, hours=5))
        self.event(h, "returned", "Claire Norwood", "too-early · Budget round is in autumn.", self.ago(8, hours=2))
        self.change(
            lead,
            c,
            LeadClass.B2,
            LeadClass.B1,
            "sales",
            "a talk showed it (Claire Norwood: too-early)",
            self.ago(8, hours=2),
            by="Claire Norwood",
        )
        other = people["d.schaefer@schaefer-verpackung.example"]
        wish = leads[other.unit_id]
        self.act(
            other, "call-wish", self.ago(1, hours=3), data={"wish": "Bitte am Vormittag, es geht um drei Montagelinien."}
        )
        taken = self.handoff(
            wish,
            other,
            HandoffState.ACCEPTED,
            self.ago(1, hours=3),
            "wish",
            "asked to be called",
            salesperson="aylin-demir",
            answered_at=self.ago(1, hours=1),
        )
        self.event(taken, "accepted", "Aylin Demir", "", self.ago(1, hours=1))
        self.task(c, "Nachfragen, ob zu den Unterlagen etwas offen ist", self.ago(5), self.ago(4))

    def gone_people(self) -> None:
        at = self.ago(40)
        c = self.contact(WITHDRAWN, "Silke", "Brandt", "Brandt Pressen GmbH", "commercial-management", "de", at)
        self.lead(c, LeadClass.C, at)
        gone = self.ago(12)
        for purpose in ("nurture", "tracking"):
            self.consent(c, purpose, ConsentState.WITHDRAWN, gone)
            self.add(
                ConsentEventRow(
                    contact_id=c.id, purpose=purpose, event="withdrawn", at=gone, evidence={"via": "unsubscribe"}
                )
            )
        self.act(c, "unsubscribed", gone)
        self.enrolled(
            c,
            self.campaign,
            at,
            "reading",
            "left",
            reason="unsubscribed",
            due_at=None,
            left_at=gone,
            left_kind="no-consent",
        )
        bounced = self.contact(SUPPRESSED, "", "", "Altmann Fördertechnik", "production-planning", "de", self.ago(60))
        self.lead(bounced, LeadClass.B1, self.ago(60))
        self.add(Suppression(address_key=SUPPRESSED, reason="550 5.1.1 mailbox does not exist", since=self.ago(58)))

    def pending_people(self) -> None:
        told = {
            "first_name": "Jan",
            "last_name": "Petersen",
            "company": "Nordwerk Windenergie",
            "function": "it-management",
        }
        r = self.registration(PENDING, "de", self.ago(hours=5), told)
        self.add(
            Message(kind=MessageKind.OPT_IN, state=MessageState.ACCEPTED, once_key=f"registration:{r.id}:opt-in", mail="opt-in",
                    header_id=message_id("seed", f"r{r.id}", "news.hallmann-brueck.example"), address=PENDING, language="de",
                    template_version=None, context={}, purpose=None, tracked=False, registration_id=r.id, attempts=1, due_at=None,
                    subject="Bitte bestätigen Sie Ihre Anmeldung", queued_at=self.ago(hours=5), settled_at=self.ago(hours=5), reason="250 Ok")
        )  # fmt: skip
        self.registration(
            "li.chen@fastmill.example",
            "en",
            self.ago(1, hours=2),
            {"last_name": "Chen", "company": "FastMill Ltd", "function": "production-planning"},
        )
