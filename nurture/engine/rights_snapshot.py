"""Everything stored of a person, arranged for that person to read: what, what for, from where, for how long (Art. 15 GDPR).

What concerns others (colleagues whose acts count for the same lead) is left out, Art. 15(4). Reads only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from babel import Locale
from babel.dates import format_datetime
from sqlalchemy.orm import Session

from nurture.domain.catalogue import in_language
from nurture.domain.errors import NotFound
from nurture.engine import naming, timeline_cards, timeline_choices
from nurture.engine import timeline_entries as lines
from nurture.engine.audit_words import ACTORS, said
from nurture.engine.personal_data import words
from nurture.engine.personal_tables import BY_NAME
from nurture.engine.rights_evidence import in_words
from nurture.engine.rights_words import WORDS, told
from nurture.engine.runtime import Runtime
from nurture.engine.scoring import lead_scores
from nurture.engine.timeline_returned import returned
from nurture.engine.words import word
from nurture.store import cases, preferences
from nurture.store import timeline as store
from nurture.store.database import reading
from nurture.store.schema import Contact, ContactPreferences
from nurture.store.timeline import Story

Rows = Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of data as a table. ``source``: where it came from; ``retention``: how long it is kept."""

    key: str
    title: str
    purpose: str
    basis: str
    retention: str
    source: str
    columns: tuple[str, ...]
    rows: Rows


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``general``: (heading, text) of what Art. 15(1) wants told besides the data. ``sections``: also the empty ones."""

    address: str
    language: str
    at: datetime
    title: str
    intro: str
    general: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def snapshot(rt: Runtime, contact_id: int, language: str, now: datetime) -> Snapshot:
    """Everything stored of this contact. Raises NotFound."""
    with reading(rt.db) as session:
        person = session.get(Contact, contact_id)
        found = store.story(session, person.address_key) if person else None
        if person is None or found is None:
            raise NotFound("contact", contact_id)
        made = _Made(rt, session, own_part(found, contact_id), language, now)
        return Snapshot(
            address=person.address,
            language=language,
            at=now,
            title=told("title", language),
            intro=told("intro", language, organisation=rt.definitions.organisation.name, address=person.address,
                       day=made.when(now)),
            general=tuple(made.general()),
            sections=tuple(made.sections()),
        )  # fmt: skip


def own_part(story: Story, contact: int) -> Story:
    """The story without what others of the same unit did."""
    mine = [h for h in story.handoffs if h.contact_id == contact]
    ids = {h.id for h in mine}
    return replace(
        story,
        handoffs=mine,
        handoff_events=[e for e in story.handoff_events if e.handoff_id in ids],
        class_changes=[c for c in story.class_changes if c.contact_id == contact],
    )


class _Made:
    """One answer in the making."""

    def __init__(self, rt: Runtime, session: Session, story: Story, language: str, now: datetime) -> None:
        self._rt, self._d, self._session, self._story = rt, rt.definitions, session, story
        self._language, self._now = language, now
        assert story.contact is not None  # noqa: S101 - asked for by contact
        self._person: Contact = story.contact

    def when(self, moment: datetime | None) -> str:
        if moment is None:
            return ""
        return format_datetime(moment.astimezone(self._d.calendar.zone), format="medium", locale=self._language)

    def _told(self, key: str, **places: object) -> str:
        return told(key, self._language, **places)

    def general(self) -> Iterator[tuple[str, str]]:
        organisation = self._d.organisation
        i = organisation.imprint
        place = (i.street, f"{i.postal_code} {i.city}", in_language(i.country, self._language))
        yield self._told("controller"), ", ".join((i.company, *i.represented_by, *place, i.phone, i.email, i.privacy_url))
        yield self._told("recipients"), self._told("recipients-text")
        yield self._told("source"), self._source()
        yield self._told("logic"), self._told("logic-text")
        yield self._told("rights"), self._told("rights-text", mail=organisation.sender.reply_to)
        yield self._told("complaint"), self._told("complaint-text")
        yield self._told("others"), self._told("others-text")

    def _source(self) -> str:
        imported = [a for a, _ in self._story.activities if a.kind == "imported"]
        if not imported:
            return self._told("from-you")
        data = imported[0].data
        return self._told("from-import", file=data.get("file") or "–", row=data.get("row") or "–",
                          source=data.get("source") or "–")  # fmt: skip

    def sections(self) -> Iterator[Section]:
        yield self._section("person", "contacts", self._source(), ("what", "value"), self._facts())
        yield self._section("registrations", "registrations", self._told("from-you"),
                            ("when", "form", "state", "answers", "page", "ip", "agent"), self._forms())  # fmt: skip
        yield self._section("consents", "consents", self._told("from-you"), ("what", "state", "when", "wording"),
                            self._consents())  # fmt: skip
        yield self._section("evidence", "consent_events", self._told("observed"),
                            ("number", "when", "what", "event", "proof"), self._evidence())  # fmt: skip
        yield self._section("preferences", "contact_preferences", self._told("from-you"), ("what", "value"),
                            self._preferences())  # fmt: skip
        yield self._section("mails", "messages", self._told("observed"), ("when", "subject", "state", "reason"),
                            self._mails())  # fmt: skip
        yield self._section("behaviour", "activities", self._told("observed"),
                            ("when", "what", "about", "state", "ip", "agent"), self._acts())  # fmt: skip
        yield self._section("scores", "leads", self._told("counted"), ("product", "what", "when", "about", "points"),
                            self._scores())  # fmt: skip
        yield self._section("sales", "handoffs", self._told("observed"),
                            ("when", "product", "whom", "state", "reason", "told"), self._sales())  # fmt: skip
        yield self._section("returned", "returned_mails", self._told("observed"), ("when", "what", "subject", "about"),
                            self._returned())  # fmt: skip
        yield self._section("blocks", "holds", self._told("observed"), ("when", "what", "reason", "until"), self._blocks())
        yield self._section("tasks", "tasks", self._told("observed"), ("when", "what", "state"), self._tasks())
        yield self._section("changes", "contact_changes", self._told("observed"), ("when", "what", "old", "new", "who"),
                            self._changes())  # fmt: skip
        yield self._section("cases", "rights_cases", self._told("observed"), ("number", "when", "what", "state", "due"),
                            self._cases())  # fmt: skip
        yield self._section("history", "decisions", self._told("observed"), ("when", "what", "about", "reason"),
                            self._history())  # fmt: skip

    def _section(self, key: str, table: str, source: str, columns: tuple[str, ...], rows: Any) -> Section:
        known = BY_NAME[table]
        language = self._language
        return Section(
            key=key,
            title=self._told(key),
            purpose=words("purpose", known.purpose, language),
            basis=words("basis", known.purpose, language),
            retention=words("keep", known.keep, language),
            source=source,
            columns=tuple(self._told(column) for column in columns),
            rows=tuple(tuple(str(cell) if cell is not None else "" for cell in row) for row in rows),
        )

    # --- the rows of each -------------------------------------------------------------------------------------------------

    def _facts(self) -> Iterator[tuple[Any, ...]]:
        p, d, company = self._person, self._d, self._story.company
        salutation = word(f"salutation.{p.salutation}", self._language) if p.salutation else None
        named = {
            "address": p.address, "salutation": salutation, "first_name": p.first_name, "last_name": p.last_name,
            "company": company.name if company else None,
            "function": naming.function_name(d, p.function, self._language) if p.function else None,
            "phone": p.phone, "language": Locale(p.language).get_language_name(self._language),
            "country": Locale(self._language).territories.get(p.country or "", p.country), "time_zone": p.time_zone,
            "contact_source": word(f"source.{p.source or ''}", self._language), "created_at": self.when(p.created_at),
            "last_active_at": self.when(p.last_active_at), "last_mail_at": self.when(p.last_mail_at),
        }  # fmt: skip
        yield from ((self._told(name), value) for name, value in named.items() if value)
        yield from (
            (naming.field_label(d, name, self._language), naming.answer_label(d, name, str(value), self._language))
            for name, value in p.answers.items()
        )

    def _forms(self) -> Iterator[tuple[Any, ...]]:
        for r in self._story.registrations:
            form = naming.form_title(self._d, r.form, self._language)
            state = word(f"consent.{r.state}", self._language)
            yield self.when(r.created_at), form, state, self._answers(r.answers), r.page_url, r.ip, r.user_agent
            if r.settled_at:
                yield self.when(r.settled_at), form, state, "", "", r.settled_ip, r.settled_user_agent

    def _answers(self, given: Mapping[str, Any]) -> str:
        """As they were asked and chosen."""
        d, language = self._d, self._language
        labels = {
            k: (naming.field_label(d, k, language), naming.answer_label(d, k, str(v), language)) for k, v in given.items()
        }
        if (salutation := given.get("salutation")) in ("ms", "mr"):
            labels["salutation"] = (labels["salutation"][0], word(f"salutation.{salutation}", language))
        return "; ".join(f"{label}: {answer}" for label, answer in labels.values() if answer)

    def _consents(self) -> Iterator[tuple[Any, ...]]:
        for c in timeline_cards.consent_facts(self._d, self._story, self._language):
            yield c.title, word(f"consent.{c.state}", self._language), self.when(c.since), c.text

    def _evidence(self) -> Iterator[tuple[Any, ...]]:
        for e in self._story.consent_events:
            purpose = self._d.purposes[e.purpose].title if e.purpose in self._d.purposes else {"en": e.purpose}
            event = self._told(f"event.{e.event}") if f"event.{e.event}" in WORDS else e.event
            proof = in_words(self._d, e.evidence, self._language)
            yield e.number, self.when(e.at), in_language(purpose, self._language), event, proof

    def _preferences(self) -> Iterator[tuple[Any, ...]]:
        row = self._session.get(ContactPreferences, self._person.id)
        if row is None:
            return
        values = {"paused_until": self.when(row.paused_until), "gap_days": row.gap_days,
                  "topics": timeline_choices.names(self._d, row.topics, self._language),
                  "restricted_since": self.when(row.restricted_since)}  # fmt: skip
        yield from ((self._told(name), value) for name, value in values.items() if value)

    def _mails(self) -> Iterator[tuple[Any, ...]]:
        for m in timeline_cards.message_facts(self._d, self._story, self._language):
            yield self.when(m.settled_at or m.queued_at), m.subject, word(f"message.{m.state}", self._language), m.reason

    def _acts(self) -> Iterator[tuple[Any, ...]]:
        for a, hit in self._story.activities:
            about = naming.about(self._d, a, self._language) or a.link
            data = "; ".join(f"{k}: {v}" for k, v in a.data.items() if v and k not in ("source", "purposes"))
            verdict = word(f"verdict.{hit.verdict}", self._language) if hit else ""
            what = word(f"event.{a.kind}", self._language, name=about or "–")
            yield self.when(a.at), what, "; ".join(filter(None, (about, data))), verdict, a.ip, a.user_agent

    def _scores(self) -> Iterator[tuple[Any, ...]]:
        """Every point with its reason; those of colleagues without saying whose."""
        found = lead_scores(self._rt, self._session, [lead.id for lead in self._story.leads], self._now)
        acts = store.acts(self._session, {x.act for r in found.values() for x in r.score.lines if x.act is not None})
        for lead in self._story.leads:
            if lead.id not in found:
                continue
            fact = timeline_cards.lead_fact(self._d, self._story, acts, lead, found[lead.id], self._language, self._now)
            for line in (*fact.profile_lines, *fact.lines):
                about = self._told("colleague") if line.who else line.about
                yield fact.product_name, line.label, self.when(line.at), about, f"{line.counts:g}"
            meaning = f"{self._told('class')} {fact.lead_class}, {self._told('grade')} {fact.grade}; {fact.readiness}"
            yield fact.product_name, self._told("sum"), self.when(fact.as_of), meaning, f"{fact.points:g}"

    def _sales(self) -> Iterator[tuple[Any, ...]]:
        dossiers = {h.id: h.dossier for h in self._story.handoffs}
        for h in timeline_cards.handoff_facts(self._d, self._story, self._language):
            named = ("name", "address", "phone", "company", "function_name", "grade", "points", "wish")
            dossier = "; ".join(f"{self._told(k)}: {dossiers[h.id].get(k)}" for k in named if dossiers[h.id].get(k))
            reason = "; ".join(filter(None, (h.reason, h.return_reason, h.note)))
            state = word(f"handoff.{h.state}", self._language)
            yield self.when(h.opened_at), h.product_name, h.salesperson, state, reason, dossier

    def _returned(self) -> Iterator[tuple[Any, ...]]:
        for r in self._story.returned:
            kind = word(f"returned.{r.kind}", self._language)
            yield self.when(r.received_at), kind, r.subject, "; ".join(filter(None, (r.action, r.said)))

    def _blocks(self) -> Iterator[tuple[Any, ...]]:
        if (s := self._story.suppression) is not None:
            yield self.when(s.since), self._told("blocks"), s.reason, ""
        if (h := self._story.hold) is not None:
            yield self.when(h.since), word(f"hold.{h.kind}", self._language), h.reason, self.when(h.until)

    def _tasks(self) -> Iterator[tuple[Any, ...]]:
        for t in self._story.tasks:
            yield self.when(t.created_at), t.title, self.when(t.done_at)

    def _changes(self) -> Iterator[tuple[Any, ...]]:
        for c in preferences.changes(self._session, self._person.id):
            field = self._told(c.field) if c.field in WORDS else c.field
            yield self.when(c.at), field, c.old, c.new, said(ACTORS, c.by.partition(":")[0], self._language)

    def _cases(self) -> Iterator[tuple[Any, ...]]:
        marks = [self._rt.pseudonyms.mark(self._person.address_key)]
        for c in cases.of_subject(self._session, marks):
            yield (c.id, self.when(c.received_at), self._told(f"right.{c.kind}"),
                   self._told(f"case.{c.state}"), self.when(c.due_at))  # fmt: skip

    def _history(self) -> Iterator[tuple[Any, ...]]:
        more = returned(self._d, self._story, self._language)
        for e in reversed(lines.entries(self._d, self._story, self._language, more)):
            yield self.when(e.at), e.title, e.detail, e.reason
