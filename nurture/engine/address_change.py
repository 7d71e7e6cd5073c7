"""A new address takes the place of the old one, once it was confirmed from the new mailbox; the old one is told.

Asked for in ``reconsent.py``, confirmed like every double opt-in (``opt_in.py``, ``confirmation.py``).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from nurture.domain import audit as actors
from nurture.domain.address import address_key, mask
from nurture.domain.catalogue import in_language
from nurture.domain.message import MessageKind
from nurture.engine import choices, single_mail
from nurture.engine.runtime import Runtime
from nurture.store import contacts, enrollments, holds, ledger
from nurture.store import preferences as store
from nurture.store.schema import Contact, Registration

_MERGE = {
    "de": "Hat eine Adresse bestätigt, die schon ein anderer Kontakt hat: bitte beide zusammenführen",
    "en": "Confirmed an address that another contact has already: please put the two together",
}


def moved(rt: Runtime, session: Session, row: Registration, now: datetime) -> None:
    """The new address was confirmed: it replaces the old one, which is told. Joins the caller's transaction.

    An address that has become another contact's in the meantime is left alone; a human puts the two together.
    """
    person = session.get(Contact, row.contact_id, with_for_update=True)
    if person is None or person.address_key == row.address_key:
        return
    old = person.address
    if contacts.by_address(session, row.address) is not None:
        _open_task(rt, session, person, row.id, now)
        return
    person.address, person.address_key = row.address, row.address_key
    for key in (row.address_key, ledger.mark(session, row.address_key)):
        contacts.release(session, key)
    holds.release(session, row.address_key)
    store.note_changes(session, person.id, [("address", old, row.address)], str(actors.contact(person.id)), now)
    choices.tell(session, person.id, now, "address-changed")
    _tell_old(rt, session, person, old, row, now)


def taken_back(session: Session, person: Contact, old: str, new: str) -> None:
    """Somebody doubted that confirmation, and it was not repeated: the old address again, unless somebody else has it now.

    Joins the caller's transaction.
    """
    if person.address == new and contacts.by_address(session, old) is None:
        person.address, person.address_key = old, address_key(old)


def _tell_old(rt: Runtime, session: Session, person: Contact, old: str, row: Registration, now: datetime) -> None:
    """The old address learns of it, so that nobody can be moved away unnoticed."""
    mail, said = "address-changed", {"new_address": mask(row.address)}
    once = f"registration:{row.id}:{mail}"
    single_mail.queue(
        rt, session, MessageKind.SERVICE, mail, once, old, person.language, now, contact=person.id, context=said
    )


def _open_task(rt: Runtime, session: Session, person: Contact, registration: int, now: datetime) -> None:
    task = {
        "contact_id": person.id,
        "once_key": f"registration:{registration}:merge",
        "title": in_language(_MERGE, rt.definitions.organisation.languages[0]),
        "product": None,
        "due_at": None,
        "created_at": now,
    }
    enrollments.open_tasks(session, [task])
