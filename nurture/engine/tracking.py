"""Tracked links and downloads: what is read, by whom (where that was permitted), and what it sets off.

A GET shows and is recorded raw; only a POST acts. The target of a link comes from the template version, never from the
address itself, and is found even when nothing can be recorded. What a mail asks its reader for is in ``link_pages.py``.
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
from nurture.domain.catalogue import ContentItem, Product, Topic
from nurture.domain.errors import InvalidToken, NotFound
from nurture.domain.form import Form
from nurture.domain.pacing import local_date
from nurture.engine import engagement, enrolment, links, observation
from nurture.engine.classification import reclassify
from nurture.engine.links import Reader
from nurture.engine.readiness import rescore
from nurture.engine.runtime import Runtime
from nurture.engine.visitor import Visitor, shorten_agent, shorten_ip
from nurture.mail.library import Link, Template
from nurture.store import activities, contacts, enrollments, evidence, leads
from nurture.store.database import transaction
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
        **where_from(rt, visitor),
    )
    due = now if visitor.method != "GET" else now + rt.definitions.tracking.settle_after
    activities.open_hit(session, activity, row.id, due)
    return Reader(reader, row.id, row.language, row.enrollment_id, row.step)


def where_from(rt: Runtime, visitor: Visitor) -> dict[str, Any]:
    data = {"prefetch": True} if visitor.prefetch else {}
    return {
        "ip": shorten_ip(visitor.ip, rt.definitions.tracking.ip),
        "user_agent": shorten_agent(visitor.user_agent),
        "data": data,
    }


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
        **where_from(rt, visitor),
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
