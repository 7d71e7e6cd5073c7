"""Tracked links and the pages behind them: what is read, by whom (where that was permitted), and what it sets off.

A GET shows and is recorded raw; only a POST acts. The target of a link comes from the template version, never from the
address itself, and is found even when nothing can be recorded.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from nurture.domain.campaign import Trigger
from nurture.domain.catalogue import ContentItem, LeadClass, Product, Topic
from nurture.domain.content import next_item
from nurture.domain.errors import InvalidToken, NotFound
from nurture.domain.form import Form
from nurture.domain.pacing import local_date
from nurture.engine import engagement, enrolment, handoff, links, observation, submission
from nurture.engine.classification import reclassify, told_signs
from nurture.engine.links import Reader
from nurture.engine.readiness import rescore
from nurture.engine.runtime import Runtime
from nurture.engine.submission import Submission
from nurture.engine.visitor import Visitor, shorten_agent, shorten_ip
from nurture.mail.library import Link, Template
from nurture.store import activities, contacts, enrollments, evidence, leads
from nurture.store.database import reading, transaction
from nurture.store.schema import Contact, Message

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DownloadPage:
    """What stands before a download. ``size`` in bytes."""

    item: ContentItem
    product: Product
    language: str
    filename: str
    size: int


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


# --- following a link ---------------------------------------------------------------------------------------------------


def follow(rt: Runtime, token: str, visitor: Visitor, now: datetime) -> str:
    """Record the visit and say where the link leads. Raises InvalidToken, NotFound; never because of recording."""
    message, template, position = _link_of(rt, token)
    link = template.links[position]
    reader = Reader(language=template.language)
    try:
        with transaction(rt.db) as session:
            reader = _record_visit(rt, session, message, template, link, position, visitor, now)
    except SQLAlchemyError:
        _log.exception("a visit of link %s in %s could not be recorded", position, template.version)
    return links.target_url(rt, link, reader)


def _link_of(rt: Runtime, token: str) -> tuple[int | None, Template, int]:
    """(message or None, template, position) of a link token."""
    try:
        message, version, position = links.parts(rt, "click", token, 3)
        number: int | None = links.number(message)
    except InvalidToken:
        version, position = links.parts(rt, "anonymous-click", token, 2)
        number = None
    template = rt.template(version)
    if links.number(position) >= len(template.links):
        raise NotFound("link", position)
    return number, template, int(position)


def _record_visit(
    rt: Runtime,
    session: Session,
    message: int | None,
    template: Template,
    link: Link,
    position: int,
    visitor: Visitor,
    now: datetime,
) -> Reader:
    """Keep the visit: by person if that person still permits it, else as a count, if that."""
    row = session.get(Message, message) if message is not None else None
    reader = row.contact_id if row else None
    if row is None or reader is None or not observation.permitted(rt, session, reader):
        if visitor.method == "GET" and not visitor.prefetch and observation.countable(rt, session, reader):
            day = local_date(now, rt.definitions.calendar.zone).isoformat()
            activities.count_anonymous(session, template.version, str(position), day)
        return Reader(language=row.language if row else template.language)
    item = rt.definitions.content.get(link.target) if link.kind == "content" else None
    evidence.arrived(session, row.id, "arrived: a link in it was followed")
    activity = activities.record(
        session,
        reader,
        "click",
        now,
        product=_product_of(rt, link, row),
        topic=link.target if link.kind == "topic" else item.topic if item else None,
        content=item.id if item else None,
        form=link.target if link.kind in ("form", "questions") else None,
        message_id=row.id,
        enrollment_id=row.enrollment_id,
        step=row.step,
        link=f"{link.kind}:{link.target}"[:200],
        method=visitor.method,
        **_where_from(rt, visitor),
    )
    due = now if visitor.method != "GET" else now + rt.definitions.tracking.settle_after
    activities.open_hit(session, activity, row.id, due)
    return Reader(reader, row.id, row.language, row.enrollment_id, row.step)


def _where_from(rt: Runtime, visitor: Visitor) -> dict[str, Any]:
    data = {"prefetch": True} if visitor.prefetch else {}
    return {
        "ip": shorten_ip(visitor.ip, rt.definitions.tracking.ip),
        "user_agent": shorten_agent(visitor.user_agent),
        "data": data,
    }


def _act_from(rt: Runtime, session: Session, contact: int, visitor: Visitor) -> dict[str, Any]:
    """Where an act came from; of somebody who is not observed nothing but the act itself is kept."""
    return _where_from(rt, visitor) if observation.permitted(rt, session, contact) else {}


def _product_of(rt: Runtime, link: Link, message: Message) -> str | None:
    d = rt.definitions
    named: ContentItem | Topic | Form | None = None
    match link.kind:
        case "content":
            named = d.content.get(link.target)
        case "topic":
            named = d.topics.get(link.target)
        case "form" | "questions":
            named = d.forms.get(link.target)
    if named is not None:
        return named.product
    product = message.context.get("product")
    return str(product) if product else None


# --- downloads ----------------------------------------------------------------------------------------------------------


def download_page(rt: Runtime, token: str, now: datetime) -> DownloadPage:  # noqa: ARG001 - one form for all pages
    """What stands before the download. Raises InvalidToken, NotFound."""
    _, item, language = _file_of(rt, token)
    path = _path(rt, item, language)
    product = rt.definitions.products[item.product]
    return DownloadPage(item, product, language, path.name, path.stat().st_size)


def download(rt: Runtime, token: str, visitor: Visitor, now: datetime) -> Path:
    """The button was pressed: the file, and what this human act sets off. Raises InvalidToken, NotFound."""
    reader, item, language = _file_of(rt, token)
    path = _path(rt, item, language)
    try:
        with transaction(rt.db) as session:
            _record_download(rt, session, reader, item, visitor, now)
    except SQLAlchemyError:
        _log.exception("a download of %s could not be recorded", item.id)
    return path


def _file_of(rt: Runtime, token: str) -> tuple[Reader, ContentItem, str]:
    contact, message, content, language = links.parts(rt, "file", token, 4)
    item = rt.definitions.content.get(content)
    if item is None:
        raise NotFound("content item", content)
    reader = Reader(links.number(contact) or None, links.number(message) or None, language)
    return reader, item, language


def _path(rt: Runtime, item: ContentItem, language: str) -> Path:
    name = item.files.get(language) or next(iter(item.files.values()), None)
    path = rt.publication.file(name) if name else None
    if path is None or not path.is_file():
        raise NotFound("file of", item.id)
    return path


def _record_download(
    rt: Runtime, session: Session, reader: Reader, item: ContentItem, visitor: Visitor, now: datetime
) -> None:
    contact = session.get(Contact, reader.contact) if reader.contact is not None else None
    if contact is None or not observation.permitted(rt, session, contact.id):
        if observation.countable(rt, session, contact.id if contact else None):
            day = local_date(now, rt.definitions.calendar.zone).isoformat()
            activities.count_anonymous(session, "download", item.id, day)
        return
    message = session.get(Message, reader.message) if reader.message is not None else None
    activities.record(
        session,
        contact.id,
        "download",
        now,
        product=item.product,
        topic=item.topic,
        content=item.id,
        message_id=message.id if message else None,
        enrollment_id=message.enrollment_id if message else None,
        step=message.step if message else None,
        method=visitor.method,
        **_where_from(rt, visitor),
    )
    human_act(rt, session, contact, item.product, message.id if message else None, now)
    enrolment.enter(rt, session, contact.id, Trigger.DOWNLOAD, now, product=item.product, content=item.id, topic=item.topic)


def human_act(rt: Runtime, session: Session, contact: Contact, product: str, message: int | None, now: datetime) -> None:
    """What any act of a human sets off: the clicks before it count, waits may end, class and score may change."""
    contacts.active(session, contact.id, now)
    changed = engagement.prove(rt, session, message, now) if message is not None else set()
    enrollments.wake(session, contact.id, now)
    lead = leads.ensure(session, contact.unit_id, product, contact.source, now)
    reclassify(rt, session, lead, contact.id, now)
    rescore(rt, session, changed | {lead.id}, now, actor=contact.id)


# --- pages behind links ---------------------------------------------------------------------------------------------------


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
    find = contacts.keep if keep else _contact
    row = session.get(Message, message)
    contact = find(session, row.contact_id) if row is not None and row.contact_id is not None else None
    if row is None or contact is None:
        raise InvalidToken("expired")
    return row, contact


def _contact(session: Session, contact: int) -> Contact | None:
    return session.get(Contact, contact)


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
