"""Pages behind links in mails that a reader chooses or answers on: a topic, a few more questions, the wish for a call.

A GET shows; only a POST acts, and it counts as told by whoever the mail went to. Recording a visit is ``tracking.py``'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from nurture.domain.catalogue import ContentItem, LeadClass, Product, Topic
from nurture.domain.content import next_item
from nurture.domain.errors import InvalidToken, NotFound
from nurture.domain.form import Form
from nurture.engine import handoff, links, observation, submission
from nurture.engine.classification import reclassify, told_signs
from nurture.engine.links import Reader
from nurture.engine.runtime import Runtime
from nurture.engine.submission import Submission
from nurture.engine.tracking import human_act, where_from
from nurture.engine.visitor import Visitor
from nurture.mail.library import Link
from nurture.store import activities, contacts, leads
from nurture.store.database import reading, transaction
from nurture.store.schema import Contact, Message


@dataclass(frozen=True, slots=True)
class TopicPage:
    """The items on one topic, each with its address."""

    topic: Topic
    product: Product
    language: str
    items: tuple[tuple[ContentItem, str], ...]


@dataclass(frozen=True, slots=True)
class QuestionsPage:
    form: Form
    language: str
    answers: dict[str, str]


@dataclass(frozen=True, slots=True)
class CallPage:
    """``phone``: what the contact told before, to correct rather than type."""

    language: str
    product: Product
    phone: str
    name: str


def topic_page(rt: Runtime, token: str, now: datetime) -> TopicPage:  # noqa: ARG001
    """The items on the topic somebody chose. Raises InvalidToken, NotFound."""
    message, name, language = links.parts(rt, "topic", token, 3)
    topic = rt.definitions.topics.get(name)
    if topic is None:
        raise NotFound("topic", name)
    reader = _reader_of(rt, links.number(message), language)
    addresses = tuple(
        (item, links.target_url(rt, Link("content", item.id), reader)) for item in _reading_order(rt, topic, reader)
    )
    return TopicPage(topic, rt.definitions.products[topic.product], language, addresses)


def _reading_order(rt: Runtime, topic: Topic, reader: Reader) -> list[ContentItem]:
    """The topic's items in their order; for a reader we know, what comes next in the own grid cell stands first."""
    items = sorted((i for i in rt.definitions.content.values() if i.topic == topic.id), key=lambda i: (i.order, i.id))
    if reader.contact is None:
        return items
    with reading(rt.db) as session:
        contact = session.get(Contact, reader.contact)
        if contact is None:  # erased in this very moment
            return items
        lead = leads.find(session, contact.unit_id, topic.product)
        seen = activities.seen_by(session, [contact.id], links.tracking_purposes(rt.definitions))[contact.id]
        had = {s.content for s in seen if s.kind == "download" and s.content}
    first = next_item(items, topic.product, contact.function, lead.lead_class if lead else LeadClass.B1, had)
    return sorted(items, key=lambda item: item is not first)


def _reader_of(rt: Runtime, message: int, language: str) -> Reader:
    """The reader of a message, if observed; else nobody."""
    if not message:
        return Reader(language=language)
    with reading(rt.db) as session:
        row = session.get(Message, message)
        if row is None or row.contact_id is None or not observation.permitted(rt, session, row.contact_id):
            return Reader(language=language)
        return Reader(row.contact_id, row.id, language)


def questions_page(rt: Runtime, token: str, now: datetime) -> QuestionsPage:  # noqa: ARG001
    """A few more questions to a known contact, with what is known filled in. Raises InvalidToken, NotFound."""
    message, form = _questions_of(rt, token)
    with reading(rt.db) as session:
        row, contact = _addressee(session, message)
        known = {
            **contact.answers,
            **{n: getattr(contact, n) or "" for n in ("phone", "function", "country", "salutation")},
        }
        return QuestionsPage(form, row.language, {f.name: str(known.get(f.name, "")) for f in form.fields})


def answer_questions(rt: Runtime, token: str, values: dict[str, str], visitor: Visitor, now: datetime) -> str:
    """Keep the answers; they count as told by the contact. Returns the language. Raises InvalidInput, InvalidToken."""
    message, form = _questions_of(rt, token)
    with transaction(rt.db) as session:
        row, contact = _addressee(session, message, keep=True)
        answers = submission.read(rt.definitions, form, Submission(form.id, row.language, values, frozenset()))
        contacts.tell(session, contact, answers, now)
        activities.record(
            session, contact.id, "answer", now, product=form.product, form=form.id, message_id=row.id,
            enrollment_id=row.enrollment_id, step=row.step, method=visitor.method,
            **{**_act_from(rt, session, contact.id, visitor), "data": {"answers": answers}},
        )  # fmt: skip
        lead = leads.ensure(session, contact.unit_id, form.product, contact.source, now)
        reclassify(rt, session, lead, contact.id, now, told_signs(rt, answers, form.id, now))
        if answers.get("call_me"):
            handoff.record_wish(rt, session, lead, contact, answers.get("message", ""), now)
        human_act(rt, session, contact, form.product, row.id, now)
        return row.language


def _questions_of(rt: Runtime, token: str) -> tuple[int, Form]:
    message, name = links.parts(rt, "questions", token, 2)
    form = rt.definitions.forms.get(name)
    if form is None:
        raise NotFound("form", name)
    return links.number(message), form


def _addressee(session: Session, message: int, *, keep: bool = False) -> tuple[Message, Contact]:
    """The message and whom it went to. Raises InvalidToken('expired') when that person is gone.

    ``keep``: for whoever is going to write: nobody erases that person before the transaction ends.
    """
    row = session.get(Message, message)
    number = row.contact_id if row is not None else None
    contact = None if number is None else contacts.keep(session, number) if keep else session.get(Contact, number)
    if row is None or contact is None:
        raise InvalidToken("expired")
    return row, contact


def call_page(rt: Runtime, token: str, now: datetime) -> CallPage:  # noqa: ARG001
    """Asks whether and where to call. Raises InvalidToken."""
    with reading(rt.db) as session:
        row, contact = _addressee(session, links.number(links.parts(rt, "call", token, 1)[0]))
        name = " ".join(filter(None, (contact.first_name, contact.last_name)))
        return CallPage(row.language, _sold(rt, row), contact.phone or "", name)


def _sold(rt: Runtime, message: Message) -> Product:
    """The product a mail was about. Raises NotFound when it is no longer sold."""
    product = message.context.get("product", "")
    if product not in rt.definitions.products:
        raise NotFound("product", product)
    return rt.definitions.products[product]


def wish_call(rt: Runtime, token: str, phone: str, note: str, visitor: Visitor, now: datetime) -> str:
    """The contact wants to be called: sales gets the lead at once, whatever the score. Returns the language."""
    with transaction(rt.db) as session:
        row, contact = _addressee(session, links.number(links.parts(rt, "call", token, 1)[0]), keep=True)
        contacts.tell(session, contact, {"phone": submission.read_phone(phone, row.language)}, now)
        lead = leads.ensure(session, contact.unit_id, _sold(rt, row).id, contact.source, now)
        wish = submission.clean_long(note)[:2000]
        handoff.record_wish(
            rt, session, lead, contact, wish, now, message=row, where=_act_from(rt, session, contact.id, visitor)
        )
        human_act(rt, session, contact, lead.product, row.id, now)
        return row.language


def _act_from(rt: Runtime, session: Session, contact: int, visitor: Visitor) -> dict[str, Any]:
    """Where an act came from; of somebody who is not observed nothing but the act itself is kept."""
    return where_from(rt, visitor) if observation.permitted(rt, session, contact) else {}
