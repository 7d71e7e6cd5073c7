"""Whether the present states of consents, by which mail is sent, are where the entries of the ledger lead.

    entries of one contact and purpose --domain/consent--> a state     is it the one that is stored?

An entry whose evidence was removed does not say any more whose it is. What such entries of a contact's address lead to is
asked only where the others do not explain what is stored; then either will do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import Row
from sqlalchemy.orm import Session

from nurture.domain.consent import TRANSITIONS, ConsentState
from nurture.engine.chain_check import Finding
from nurture.store import consent_states as store

CONTACTS_AT_ONCE = 500
_NEXT: Mapping[tuple[str, str], str] = {
    (state.value, event.value): after.value for state, by in TRANSITIONS.items() for event, after in by.items()
}
"""What cannot be read or cannot be leads nowhere: the check of the chain names it."""
_NONE = ConsentState.NONE.value


class _Doubtful(NamedTuple):
    contact: int
    purpose: str
    stored: str
    events: Sequence[tuple[int, str]]


def wrong(session: Session) -> Iterator[Finding]:
    """What is stored and does not follow from the ledger, and what should be stored and is not.

    Five statements per batch of contacts at most, two where everything is right.
    """
    for rows in store.batches(session, CONTACTS_AT_ONCE):
        if doubtful := list(_unexplained(rows)):
            yield from _explained_by_nothing(session, doubtful)


def _unexplained(rows: Sequence[Row[int, str, int, str]]) -> Iterator[_Doubtful]:
    for (contact, purpose), both in groupby(rows, itemgetter(0, 1)):
        stored, events = _NONE, []
        for _, _, number, what in both:
            if number == store.STATE:
                stored = what
            else:
                events.append((number, what))
        if _lead_to(event for _, event in events) != stored:
            yield _Doubtful(contact, purpose, stored, events)


def _explained_by_nothing(session: Session, doubtful: Sequence[_Doubtful]) -> Iterator[Finding]:
    withheld = store.withheld(session, {one.contact for one in doubtful})
    for one in doubtful:
        gone = [(number, event) for purpose, number, event in withheld.get(one.contact, ()) if purpose == one.purpose]
        follows = _lead_to(event for _, event in sorted([*one.events, *gone]))
        if follows != one.stored:
            what = f"consent of contact {one.contact} for '{one.purpose}'"
            yield Finding("state", None, f"{what}: '{one.stored}' is stored, the entries of the ledger lead to '{follows}'")


def _lead_to(events: Iterable[str]) -> str:
    state = _NONE
    for event in events:
        state = _NEXT.get((state, event), state)
    return state
