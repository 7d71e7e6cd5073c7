"""What the ledger says of each consent: what was shown and answered, by which mail it was asked, and who acted how.

    form shown, sent       --> asked      form, wording, boxes offered and ticked, page, address and program of the sender
    opt-in mail left       --> mailed     Message-ID, digest of its bytes, the server's answer
    button pressed         --> confirmed  confirmation page, address and program, code entered or not
    not me / never pressed --> declined, expired   the subject's pseudonym only: whoever typed the address may be a stranger

Nothing is asked of the ledger here; how it is proven is in ``engine/consent_proof.py``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from nurture.domain.catalogue import in_language
from nurture.domain.consent import ConsentEvent
from nurture.domain.form import Form
from nurture.engine.runtime import Runtime
from nurture.engine.visitor import Visitor
from nurture.store import consents, exhibits, ledger, registrations
from nurture.store.consents import Said
from nurture.store.database import reading, transaction
from nurture.store.exhibits import Shown
from nurture.store.schema import Registration

ADOPTED_AT_ONCE = 500


def adopt(rt: Runtime, now: datetime) -> int:
    """Put entries of before the chain on it, batch by batch; safe beside other processes. Returns how many."""
    with reading(rt.db) as session:
        if not ledger.unchained(session):
            return 0
    done = 0
    while count := _adopt_some(rt, now):
        done += count
    return done


def _adopt_some(rt: Runtime, now: datetime) -> int:
    with transaction(rt.db) as session:
        return ledger.adopt(session, now, ADOPTED_AT_ONCE)


# --- evidence -------------------------------------------------------------------------------------------------------------


def who(visitor: Visitor) -> dict[str, Any]:
    """Who acted, as far as it is known: in full, since it is proof."""
    ip, user_agent = visitor.proof
    return {"method": visitor.method, "ip": ip, "user_agent": user_agent}


def offered(
    rt: Runtime, session: Session, form: Form, language: str, ticked: Mapping[str, str], visitor: Visitor, now: datetime
) -> dict[str, Any]:
    """What a registration keeps of the form it came by. ``ticked``: purpose -> wording id."""
    boxes = [rt.definitions.purposes[purpose] for purpose in form.purposes]
    return {
        "shown": exhibits.keep(session, visitor.shown, now) if visitor.shown else None,
        "controller": exhibits.keep(session, controller(rt), now),
        "privacy_version": rt.definitions.organisation.privacy_version,
        "offered": registrations.remember_wordings(session, boxes, language, now),
        "ticked": sorted(ticked),
        "titles": {box.id: in_language(box.title, language) for box in boxes},
    }


def controller(rt: Runtime) -> Shown:
    """Who asked: the organisation as it names itself, with the version of its privacy notice."""
    organisation = rt.definitions.organisation
    imprint = organisation.imprint
    names = [name for name in imprint.__slots__ if name != "country"]
    said = {name: list(value) if isinstance(value := getattr(imprint, name), tuple) else value for name in names}
    whole = {"name": organisation.name, "privacy_version": organisation.privacy_version, **said}
    text = json.dumps({**whole, "country": dict(imprint.country)}, ensure_ascii=False, sort_keys=True, indent=1)
    return Shown("organisation", "application/json", text)


# --- events ---------------------------------------------------------------------------------------------------------------


def confirmed(session: Session, row: Registration, contact: int, visitor: Visitor, now: datetime) -> None:
    """The button in the opt-in mail led to this: write what was asked, by which mail, and the answer; per purpose."""
    kept = row.evidence or {}
    mails = list(_mails(session, row))
    shown = exhibits.keep(session, visitor.shown, now) if visitor.shown else None
    said = []
    for purpose, wording in row.purposes.items():
        asked = {**_asked(row), **{name: kept[name] for name in _KEPT if name in kept}, "wording": wording}
        pressed = {**who(visitor), "shown": shown, **kept.get("confirm", {}), "wording": wording}
        said += [
            Said(purpose, ConsentEvent.ASKED, row.created_at, asked),
            *(Said(purpose, ConsentEvent.MAILED, at, {**mail, "wording": wording}) for at, mail in mails),
            Said(purpose, ConsentEvent.CONFIRMED, now, pressed),
        ]
    consents.record_all(session, contact, said, row.id)


_KEPT = ("shown", "controller", "privacy_version", "offered", "ticked", "titles")


def _asked(row: Registration) -> dict[str, Any]:
    return {
        "form": row.form,
        "form_version": row.form_version,
        "language": row.language,
        "page": row.page_url,
        "ip": row.ip,
        "user_agent": row.user_agent,
    }


def _mails(session: Session, row: Registration) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """When each opt-in mail of this registration left, and what proves it."""
    for mail in registrations.opt_in_mails(session, row.id):
        taken = mail.accepted
        yield (
            taken.at if taken else mail.queued_at,
            {
                "message": mail.message,
                "message_id": mail.header_id,
                "sha256": sha256(mail.raw).hexdigest() if mail.raw is not None else None,
                "reply": taken.reply if taken else None,
                "host": taken.host if taken else None,
                "accepted_at": taken.at.isoformat() if taken else None,
            },
        )


def unconfirmed(session: Session, row: Registration, event: ConsentEvent, now: datetime) -> None:
    """Declined, or not confirmed in time: nothing of whoever typed the address goes into the ledger but its pseudonym."""
    subject = ledger.mark(session, row.address_key)
    asked = {"form": row.form, "form_version": row.form_version, "asked_at": row.created_at.isoformat()}
    for purpose, wording in row.purposes.items():
        ledger.append(session, subject, purpose, event, now, {**asked, "wording": wording})
