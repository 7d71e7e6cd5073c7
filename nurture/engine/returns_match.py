"""Whose it is: token in the address > envelope id > Message-ID of the mail that came back > address in the report.

    the token is forged              -> nobody's, a human looks
    another address than we wrote to -> nobody's, a human looks (forwarded, or made up)
    forwarded, and the report says so -> ours, but what does not exist is the other address: no more than a soft bounce
    an address alone                 -> believed from a provider that proved who it is (a complaint, an unsubscription: even
                                        without a mail of the last weeks). From a mail (anybody can write one)
                                        only a bounce, and only while bounces have no domain of their own (with one every
                                        real report brings its token; a complaint brings the mail it is about): if it quotes
                                        no mail of others, and servers may still be trying one that we sent there. Even then
                                        it is no more than a soft bounce

Nothing here writes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from nurture.delivery.returned.address import key_of, same
from nurture.domain.address import domain_of
from nurture.domain.returns import ReturnKind, of_another
from nurture.engine.return_path import message_of
from nurture.engine.returns_came import Came, Recipient
from nurture.engine.runtime import Runtime
from nurture.store import contacts, evidence
from nurture.store.evidence import Sent

_UNDER_WAY = timedelta(days=7)
"""How long after a mail was queued a server may give it up (RFC 5321 4.5.4.1: it tries for four to five days)."""
_LATELY = timedelta(days=30)
"""How long after a mail an address alone is taken as a sign of it."""
_PERSONAL = (ReturnKind.REPLY, ReturnKind.AUTO_REPLY, ReturnKind.UNCLEAR)
"""Kinds that are about who wrote them, not about a recipient."""


@dataclass(frozen=True, slots=True)
class Match:
    """``sent``: the mail it belongs to; ``contact``: whose. ``recipient``: what was said of the very address we wrote to.

    ``doubt``: why nothing may follow; '' if it may.
    """

    sent: Sent | None = None
    contact: int | None = None
    recipient: Recipient | None = None
    doubt: str = ""


def match(rt: Runtime, session: Session, came: Came, now: datetime) -> Match:
    """The mail and the person it belongs to, or why that is in doubt."""
    if forged := _forged(rt, came):
        return Match(doubt=f"the address {forged} is not one of ours: its signature is wrong")
    sent = _by_sign(rt, session, came)
    if sent is None and came.kind in _PERSONAL:
        return _by_writer(session, came, now)
    if sent is None:
        return _by_address(rt, session, came, now)
    if came.kind in _PERSONAL:
        return _checked_writer(came, sent)
    return _checked(came, sent)


def _by_sign(rt: Runtime, session: Session, came: Came) -> Sent | None:
    """By what nobody can make up: our token, or the Message-ID that only servers on the way and the reader have seen."""
    for address in (*came.addresses, *came.mentioned):
        if (number := message_of(rt, address)) is not None:
            return evidence.by_id(session, number)
    if came.envelope_id:
        number = message_of(rt, came.envelope_id) or message_of(rt, f"b+{came.envelope_id}")
        if number is not None:
            return evidence.by_id(session, number)
    ids = [f"<{came.envelope_id.strip('<>')}>"] if came.envelope_id else []
    return evidence.by_headers(session, [*ids, *came.header_ids])


_TOKEN = re.compile(r"<?b\+[^@\s]*@([^@\s>]+)>?", re.IGNORECASE)


def _forged(rt: Runtime, came: Came) -> str:
    """An address at our domain for bounces that looks like a token of ours, and is none."""
    domain = rt.definitions.delivery.bounce_domain.lower()
    for address in came.addresses:
        found = _TOKEN.fullmatch(address.strip())
        if domain and found and found[1].lower().rstrip(".") == domain and message_of(rt, address) is None:
            return address[:100]
    return ""


def _checked(came: Came, sent: Sent) -> Match:
    """A report on a known mail: only what it says of the very address the mail went to is believed."""
    ours = said_of(sent.address, came.recipients)
    named = [r for r in came.recipients if r.address]
    if ours is None and named and not (came.kind is ReturnKind.COMPLAINT and _redacted(named, sent.address)):
        said = ", ".join(r.address for r in named[:3])
        return Match(sent, sent.contact_id, doubt=f"it is about {said}, but the mail went to another address")
    nameless = next(iter(came.recipients), None) if not named else None
    return Match(sent, sent.contact_id, ours or nameless)


def said_of(address: str, recipients: Sequence[Recipient]) -> Recipient | None:
    """What the report says of the address we wrote to. Of one it was forwarded to, only that our mail did not get there."""
    for recipient in recipients:
        if same(recipient.address, address):
            return recipient
        if same(recipient.original, address):
            return another(recipient)
    return None


def another(recipient: Recipient) -> Recipient:
    """The same about another address than ours: it proves nothing about ours."""
    return replace(recipient, failure=recipient.failure and of_another(recipient.failure))


def _redacted(named: list[Recipient], address: str) -> bool:
    """Whether providers hid the address in a complaint (RFC 6590): no address at all, or at most its domain is left."""
    domain = domain_of(address)
    return all("redacted" in r.address.lower() or "@" not in r.address or domain_of(r.address) == domain for r in named)


_BY_THE_PERSON = (ReturnKind.COMPLAINT, ReturnKind.UNSUBSCRIBE)
"""Kinds that somebody decided: they count for the address, whether or not the mail is still known."""


def _by_address(rt: Runtime, session: Session, came: Came, now: datetime) -> Match:
    for recipient in came.recipients:
        sent = evidence.latest_to(session, key_of(recipient.address), now - _LATELY)
        if sent is None or not same(recipient.address, sent.address):
            continue
        if came.vouched:
            return Match(sent, sent.contact_id, recipient)
        if _is_likely(rt, session, came, sent, now):
            return Match(sent, sent.contact_id, another(recipient))
        return Match(sent, sent.contact_id, doubt="only an address in it fits; anybody could have written that")
    if came.vouched and came.kind in _BY_THE_PERSON:
        for recipient in came.recipients:
            contact = contacts.by_address(session, key_of(recipient.address)) if recipient.address else None
            if contact is not None:
                return Match(None, contact.id, recipient)
    return Match(doubt="it belongs to no mail of ours")


def _is_likely(rt: Runtime, session: Session, came: Came, sent: Sent, now: datetime) -> bool:
    """Whether a report that names an address, and nothing else that fits, may be believed a little."""
    if rt.definitions.delivery.bounce_domain or came.kind is ReturnKind.COMPLAINT or came.header_ids:
        return False
    lately = evidence.latest_to(session, key_of(sent.address), now - _UNDER_WAY)
    return lately is not None and lately.state in evidence.LEFT


def _by_writer(session: Session, came: Came, now: datetime) -> Match:
    """A mail of somebody we know by address."""
    contact = contacts.by_address(session, key_of(came.sender)) if came.sender else None
    if contact is None:
        return Match(doubt="it belongs to no mail of ours, and we do not know who wrote it")
    return Match(evidence.latest_to(session, contact.address_key, now - _LATELY), contact.id)


def _checked_writer(came: Came, sent: Sent) -> Match:
    if came.kind is ReturnKind.REPLY and came.sender and not same(came.sender, sent.address):
        return Match(sent, sent.contact_id, doubt=f"an answer to our mail, but written by {came.sender}")
    return Match(sent, sent.contact_id)
