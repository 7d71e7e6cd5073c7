"""Whether what came back is about somebody who was erased: then nothing of it is kept, and nothing follows from it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from nurture.domain.pseudonym import is_mark
from nurture.engine.erasure import any_erased
from nurture.engine.returns_came import Came
from nurture.engine.returns_match import Match
from nurture.engine.runtime import Runtime
from nurture.store.personal import GONE


def about_erased(rt: Runtime, session: Session, came: Came, found: Match) -> bool:
    """By the mail it belongs to, else by the addresses in it. Who came back by their own opt-in is not meant."""
    if found.contact is not None:
        return False
    if found.sent is not None:
        return found.sent.address == GONE or is_mark(found.sent.address)
    return any_erased(
        rt, session, [came.sender, *(r.address for r in came.recipients), *(r.original for r in came.recipients)]
    )
