"""Writing the letters: from message rows to finished bytes.

What a letter says of its reader and of us is noted with the message the first time it is written, so that it comes out
the same at every retry and whenever somebody looks it up, whatever has changed since. Opt-in mails keep their bytes as
well, as evidence. Addresses in a letter are signed anew each time; the same keys and public address give the same bytes.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from nurture.domain.errors import NotFound, NurtureError
from nurture.domain.message import MessageKind
from nurture.engine import letter_facts, links, permission
from nurture.engine.letter_facts import Material
from nurture.engine.letterhead import Letterhead, letterhead_for
from nurture.engine.opt_in_code import code_of, spaced
from nurture.engine.permission import Known
from nurture.engine.runtime import Runtime
from nurture.mail.library import Template
from nurture.mail.mime import Envelope, assemble, compose
from nurture.mail.plates import Printed
from nurture.mail.render import Letter, render
from nurture.store import letters as store
from nurture.store import messages
from nurture.store.database import reading
from nurture.store.messages import Outgoing
from nurture.store.retention import GONE

log = logging.getLogger(__name__)

_NURTURE = MessageKind.NURTURE  # reached once: an enum's members are looked up slowly
OWN, FRAME = "own", "frame"
"""Where a message's context keeps what was written of the reader, and which shared part it was written with."""
_DIGITS = 32
"""How much of its hash names a shared part; those of before are named by all 64."""


class Written(NamedTuple):
    """A finished letter. ``context``: what to note with the message so that it can be written again.

    ``undotted``: whether it is known that no line of ``raw`` begins with a dot.
    """

    raw: bytes
    subject: str
    context: Mapping[str, Any]
    template_version: str
    undotted: bool = False


def open_desk(rt: Runtime, session: Session, rows: Sequence[Outgoing], asked: Known | None = None) -> Desk:
    """Everything the letters of ``rows`` are written from. At most eight queries; the desk itself asks nothing more.

    ``asked``: what is ``permission.known`` of their readers, asked for just now.
    """
    readers = permission.known(session, rows) if asked is None else asked
    desk = Desk(rt, _gather(session, rows, readers, links.tracking_purposes(rt.definitions)))
    desk.sign(rows)
    return desk


def preview(rt: Runtime, message: int) -> Letter:
    """The letter of this message as it was sent, or as it would be sent now. Raises NotFound, TemplateFault."""
    with reading(rt.db) as session:
        row = messages.find(session, message)
        if row is None:
            raise NotFound("message", message)
        return open_desk(rt, session, [row]).letter(row)


def _gather(session: Session, rows: Sequence[Outgoing], readers: Known, observing: frozenset[str]) -> Material:
    new = [row for row in rows if OWN not in row.context]
    fresh = {row.contact_id for row in new if row.kind is _NURTURE}
    # nothing that was observed counts of anybody else
    observed = {contact for contact, purpose in readers.agreed if purpose in observing and contact in fresh}
    asked = store.registrations(session, {row.registration_id for row in new if row.registration_id is not None})
    kept = [row.id for row in rows if OWN in row.context and row.kind is MessageKind.OPT_IN]
    return Material(
        readers=readers.people,
        interests=store.interests(session, observed, observing),
        downloads=store.first_downloads(session, observed, observing),
        registrations=asked,
        wordings=store.wording_texts(session, {w for row in asked.values() for w in row.purposes.values()}),
        frames=store.frames(session, {row.context[FRAME] for row in rows if FRAME in row.context}),
        raw=store.raw(session, kept) if kept else {},
    )


# --- writing ----------------------------------------------------------------------------------------------------------


class Desk:
    """Writes the letters of one batch; what they share is made once.

    ``material``: what they are written from. ``frames``: new shared parts, by id, to be kept.
    """

    def __init__(self, rt: Runtime, material: Material) -> None:
        self._rt, self.material = rt, material
        self._ids: dict[tuple[str, str | None, str | None], str] = {}
        self.frames: dict[str, Mapping[str, Any]] = {}
        self._heads: dict[tuple[Any, ...], Letterhead] = {}
        self._signed: dict[int, list[str]] = {}

    def sign(self, rows: Iterable[Outgoing]) -> None:
        """Sign the addresses in letters that will be written: in one go, which takes half the time it takes in between."""
        for row in rows:
            with suppress(Exception):  # ``write`` says what is wrong with this letter, and parks no other
                self._signed[row.id] = self._head(row).signed(row)

    def write(self, row: Outgoing) -> Written:
        """The finished letter. Raises NurtureError (TemplateFault, NotFound, …) if it cannot be written."""
        try:
            return self._write(row)
        except NurtureError:
            raise
        except Exception as fault:
            # Whatever is wrong with one letter must not hold up the others.
            raise NurtureError(f"{type(fault).__name__}: {fault}") from fault

    def _write(self, row: Outgoing) -> Written:
        head = self._head(row)
        context = self._context(row, head)
        values, urls = self._values(row, head, context)
        template = head.template
        if row.kind is _NURTURE and (printed := _printed(row, head, values, urls)) is not None:
            raw = assemble(printed.subject, printed.text, printed.html, _envelope(row, head, context, values))
            return Written(self._rt.sealed(raw), printed.subject, context, template.version, undotted=True)
        letter = _rendered(head, values, urls)
        kept = self.material.raw.get(row.id)
        if kept is None:
            kept = self._rt.sealed(compose(letter, _envelope(row, head, context, values)))
        return Written(kept, letter.subject, context, template.version)

    def letter(self, row: Outgoing) -> Letter:
        """The rendered letter. Raises NurtureError."""
        head = self._head(row)
        return _rendered(head, *self._values(row, head, self._context(row, head)))

    def _head(self, row: Outgoing) -> Letterhead:
        said = row.context
        like = row.kind, row.template_version, row.mail, row.language, row.campaign, row.step, row.tracked
        key = *like, said.get("product"), said.get(FRAME), said.get(links.UNCOUNTED)
        if (found := self._heads.get(key)) is None:
            id_ = said.get(FRAME) or self._frame_id(row)
            frame = self.frames.get(id_) or self.material.frames[id_]
            found = self._heads[key] = letterhead_for(self._rt, row, self._template(row), id_, frame)
        return found

    def _template(self, row: Outgoing) -> Template:
        if row.template_version is not None:
            return self._rt.template(row.template_version)
        if row.kind.service:
            return self._rt.library.service(row.mail, row.language)
        raise NotFound("template", f"of '{row.mail}' in {row.language} for this reader")

    def _frame_id(self, row: Outgoing) -> str:
        product, campaign = row.context.get("product"), row.campaign
        key = row.language, product, campaign
        if key not in self._ids:
            data = letter_facts.frame(self._rt, row.language, product, campaign)
            id_ = sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:_DIGITS]
            self._ids[key] = id_
            self.frames[id_] = data
        return self._ids[key]

    def _context(self, row: Outgoing, head: Letterhead) -> Mapping[str, Any]:
        """What is noted with the message of what the letter says; as it was noted if it was written before."""
        if OWN in row.context:
            return row.context
        if GONE in row.context:
            raise NotFound("contents (their time was over) of mail", row.id)
        own = letter_facts.OWN_WORDS[row.kind](self._rt, row, self.material)
        return {**row.context, OWN: own, FRAME: head.frame_id}

    def _values(self, row: Outgoing, head: Letterhead, context: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """(what the letter says of its own, beside what it shares; the addresses of its links)."""
        own = context[OWN]
        urls, pages = head.parted(self._signed.pop(row.id, []) or head.signed(row))
        if row.kind is _NURTURE:
            values = letter_facts.told(row, own)
            values["urls"] = pages
            return values, urls
        if row.kind is MessageKind.OPT_IN:
            return {**own, **_to_confirm(self._rt, row, own)}, urls
        if row.kind is MessageKind.SALES:
            answer = links.signed_url(self._rt, "answer", row.handoff_id, row.context["recipient"])
            return {**row.context, **own, "answer_url": answer}, urls
        return {**own, "urls": pages}, urls


def _printed(row: Outgoing, head: Letterhead, values: Mapping[str, Any], urls: Sequence[str]) -> Printed | None:
    """The letter by a plate that is made for many like it; None if that cannot be, or is not worth it yet."""
    if not head.template.references:
        return None
    plate = head.template.press.plate(head.frame_id, head.frame)
    try:
        return None if plate is None else plate.print(values, urls)
    except Exception as error:  # noqa: BLE001 - whatever it is, the long way round says where
        log.debug("message %d is written the long way: %r", row.id, error)
        return None


def _rendered(head: Letterhead, values: Mapping[str, Any], urls: Sequence[str]) -> Letter:
    return render(head.template, {**head.frame, **values}, lambda number, _: urls[number])


def _envelope(row: Outgoing, head: Letterhead, context: Mapping[str, Any], values: Mapping[str, Any]) -> Envelope:
    """An opt-in mail names nobody: whoever filled the form may have written anything there."""
    if row.kind is _NURTURE:
        contact = values["contact"]
        return head.envelope(row, f"{contact['first_name']} {contact['last_name']}".strip(), values["urls"]["unsubscribe"])
    name = str((context.get("salesperson") or {}).get("name", "")) if row.kind is MessageKind.SALES else ""
    return head.envelope(row, name, values["urls"]["unsubscribe"] if row.purpose is not None else None)


def _to_confirm(rt: Runtime, row: Outgoing, own: Mapping[str, Any]) -> dict[str, Any]:
    """The link and the code of an opt-in mail, noted nowhere. A letter of before there were codes has none."""
    asked_at = own.get("asked_at")
    code = code_of(rt, row.registration_id or 0, datetime.fromisoformat(asked_at)) if asked_at else ""
    return {"confirm_url": links.signed_url(rt, "confirm", row.registration_id), "code": spaced(code)}
