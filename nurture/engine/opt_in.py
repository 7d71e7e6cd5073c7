"""The page behind the link in the opt-in mail: what it shows, and what its buttons and its code do.

    pending ---[confirm]---> confirmed                          (a press that a program may have made asks for the code)
       |  ^                    |  ^
       |  | confirm in time    |  | the code
       v  | (asks the code)    v  |
    declining            [not me] within a minute: doubted      (later: confirmed stays; the page shows the ways out)
       | after a minute        | without the code in time
       v                       v
    declined                expired                             (nothing of the person stays)

"Not me" removes nothing for a minute, because a program that presses every button presses this one as well. Every answer
is safe to repeat. What a confirmation sets off is in ``engine/confirmation.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from sqlalchemy.orm import Session

from nurture.domain import audit
from nurture.domain.address import mask
from nurture.domain.catalogue import LeadClass
from nurture.domain.errors import InvalidToken
from nurture.domain.form import Form
from nurture.domain.suspicion import BOTH_WITHIN, WRONG_CODES, Answer, Press, suspicion
from nurture.engine import confirmation, links
from nurture.engine.opt_in_code import code_of, typed_code
from nurture.engine.own_forms import own_form
from nurture.engine.runtime import Runtime
from nurture.engine.visitor import Visitor, is_tool
from nurture.store import audit as audit_log
from nurture.store import consents, limits, registrations
from nurture.store import opt_in as answers
from nurture.store.database import reading, transaction
from nurture.store.schema import Registration

_PAGES_REMEMBERED = timedelta(days=1)
"""How long it is known what a page was used for; longer than any page is taken."""


@dataclass(frozen=True, slots=True)
class Page:
    """The page that a press came from. ``nonce``: its own, '' if it had none; the rest as in ``suspicion.Press``."""

    nonce: str = ""
    hurried: bool = False
    trapped: bool = False


@dataclass(frozen=True, slots=True)
class CodeAsked:
    """``again``: it had been confirmed before. ``left``: how many wrong codes are still allowed."""

    again: bool
    left: int


@dataclass(frozen=True, slots=True)
class OptIn:
    """What the page shows. ``purposes``: (title, wording). ``address``: partly hidden. ``code``: asks for it.

    ``offer_url``: where the promised download is; only in the answer to a press. ``preferences_url``: the way out of what
    was confirmed; only in the answer to a late "not me".
    """

    registration: int
    state: str
    form: Form
    language: str
    address: str
    purposes: tuple[tuple[str, str], ...]
    offer: str
    until: datetime
    code: CodeAsked | None = None
    offer_url: str | None = None
    preferences_url: str | None = None
    back: bool = False
    """Declined, but for a minute it can be taken back."""
    wrong: str = ""
    """Of the code just typed in: 'shape' (no six digits) or 'wrong'."""


def opt_in(rt: Runtime, token: str, now: datetime) -> OptIn:
    """What the link shows; changes nothing. Raises InvalidToken('forged' | 'expired')."""
    number = _registration_id(rt, token)
    with reading(rt.db) as session:
        row = session.get(Registration, number)
        if row is None or _is_over(row, now):
            raise InvalidToken("expired")
        return _view(rt, session, row)


def confirm(rt: Runtime, token: str, visitor: Visitor, now: datetime, page: Page = Page()) -> OptIn:
    """'Yes, that was me'. Confirms, or asks for the code if a program may have pressed. Raises InvalidToken."""
    with _locked(rt, token, now) as (session, row):
        if row.state in ("pending", "declining"):
            why = _press(rt, session, row, Answer.CONFIRM, visitor, page, now)
            if why is not None:
                _ask_code(row, why, now)
            if answers.answer_of(row).get("code") is None:
                confirmation.settle(rt, session, row, form_of(rt, row), visitor, now)
        return _view(rt, session, row, pressed=True)


def decline(rt: Runtime, token: str, visitor: Visitor, now: datetime, page: Page = Page()) -> OptIn:
    """'That was not me'. Its data is removed in a minute. Soon after a confirmation it asks for the code instead.

    A press that a program may have made does nothing: whoever means it presses again. Raises InvalidToken.
    """
    with _locked(rt, token, now) as (session, row):
        late = False
        if row.state == "confirmed":
            late = row.settled_at is None or now - row.settled_at > BOTH_WITHIN
            if not late:
                _ask_code(row, _press(rt, session, row, Answer.DECLINE, visitor, page, now), now)
                confirmation.doubt(rt, session, row, visitor, now)
        elif row.state != "declining" and _press(rt, session, row, Answer.DECLINE, visitor, page, now) is None:
            _start_declining(session, row, visitor, now)
        return _view(rt, session, row, pressed=True, late=late)


def enter_code(rt: Runtime, token: str, typed: str, visitor: Visitor, now: datetime) -> OptIn:
    """The code from the mail: confirms, or confirms again. Raises InvalidToken."""
    with _locked(rt, token, now) as (session, row):
        asked = answers.answer_of(row).get("code")
        if row.state == "confirmed" or asked is None:
            return _view(rt, session, row, pressed=True)
        if asked["wrong"] >= WRONG_CODES:
            return _view(rt, session, row)
        if (code := typed_code(typed)) is None:
            return _view(rt, session, row, wrong="shape")
        if not compare_digest(code, code_of(rt, row.id, row.created_at)):
            answers.note(row, code={**asked, "wrong": asked["wrong"] + 1})
            return _view(rt, session, row, wrong="wrong")
        _confirm_by_code(rt, session, row, asked["why"], visitor, now)
        return _view(rt, session, row, pressed=True)


# --- presses --------------------------------------------------------------------------------------------------------------


def _press(
    rt: Runtime, session: Session, row: Registration, answer: Answer, visitor: Visitor, page: Page, now: datetime
) -> str | None:
    """Put the press on record; why a program may have made it, or None."""
    why = suspicion(
        Press(
            at=now,
            delivered=answers.mail_left(session, row.id),
            other=answers.last_press(row, answer.other),
            network=rt.definitions.networks.owner(visitor.ip),
            tool=not visitor.user_agent or is_tool(visitor.user_agent),
            hurried=page.hurried,
            trapped=page.trapped,
            reused=bool(page.nonce) and _used_otherwise(session, page.nonce, answer, now),
        )
    )
    answers.pressed(row, answer, why, now)
    return why


def _used_otherwise(session: Session, nonce: str, answer: Answer, now: datetime) -> bool:
    """Whether this page has given another answer before; the same one twice is a double click."""
    return limits.used_otherwise(session, sha256(nonce.encode()).hexdigest(), answer, now + _PAGES_REMEMBERED)


def _ask_code(row: Registration, why: str | None, now: datetime) -> None:
    """From now on only the code confirms. Whatever was declined just now is kept until then."""
    known = answers.answer_of(row).get("code")
    wrong = known["wrong"] if known else 0
    answers.note(row, code={"why": why, "at": now.isoformat(), "wrong": wrong})
    if row.state == "declining":
        _keep(row)


def _start_declining(session: Session, row: Registration, visitor: Visitor, now: datetime) -> None:
    answers.note(row, declined={"from": row.state, "expires_at": row.expires_at.isoformat()})
    if row.state == "pending":
        row.settled_at = now
        row.settled_ip, row.settled_user_agent = visitor.proof
    row.state, row.expires_at = "declining", now + BOTH_WITHIN
    audit_log.note(session, audit.Actor(audit.ActorKind.CONTACT, ""), "declined", ("registration", row.id), now)


def _keep(row: Registration) -> None:
    """As it was before 'not me'."""
    before = answers.answer_of(row)["declined"]
    row.state, row.expires_at = before["from"], datetime.fromisoformat(before["expires_at"])
    if row.state == "pending":
        row.settled_at = row.settled_ip = row.settled_user_agent = None


def _confirm_by_code(rt: Runtime, session: Session, row: Registration, why: str, visitor: Visitor, now: datetime) -> None:
    if row.state == "declining":
        _keep(row)
    row.evidence = {**(row.evidence or {}), "confirm": {"code": True, "why": why}}
    answers.note(row, code=None)
    if row.state == "doubted":
        confirmation.resume(rt, session, row, visitor, now)
    else:
        confirmation.settle(rt, session, row, form_of(rt, row), visitor, now)


# --- the page -------------------------------------------------------------------------------------------------------------


@contextmanager
def _locked(rt: Runtime, token: str, now: datetime) -> Iterator[tuple[Session, Registration]]:
    number = _registration_id(rt, token)
    with transaction(rt.db) as session:
        row = registrations.locked(session, number)
        if row is None or row.state == "declined" or _is_over(row, now) or _is_declined(row, now):
            raise InvalidToken("expired")
        yield session, row


def _is_declined(row: Registration, now: datetime) -> bool:
    """Whether its minute is over, although its data is still there."""
    return row.state == "declining" and row.expires_at <= now


def _is_over(row: Registration, now: datetime) -> bool:
    if row.state in ("confirmed", "doubted") and row.contact_id is None:
        return True  # whoever confirmed was erased since
    return row.state == "expired" or (row.state in ("pending", "doubted") and row.expires_at <= now)


def _view(
    rt: Runtime, session: Session, row: Registration, *, pressed: bool = False, late: bool = False, wrong: str = ""
) -> OptIn:
    form = form_of(rt, row)
    texts = registrations.wordings(session, list(row.purposes.values()))
    confirmed = row.state == "confirmed"
    return OptIn(
        registration=row.id,
        state="declined" if row.state == "declining" else row.state,
        form=form,
        language=row.language,
        address=mask(row.address),
        purposes=tuple((_purpose_title(rt, p, row.language), texts[w].text) for p, w in row.purposes.items()),
        offer=_offer_title(rt, form, row.language),
        until=row.expires_at,
        code=_code(row),
        offer_url=_offer_url(rt, session, row, form) if confirmed and pressed and not late else None,
        preferences_url=links.signed_url(rt, "preferences", row.contact_id, 0) if confirmed and late else None,
        back=row.state == "declining",
        wrong=wrong,
    )


def _code(row: Registration) -> CodeAsked | None:
    asked = answers.answer_of(row).get("code")
    if asked is None or row.state not in ("pending", "doubted"):
        return None
    return CodeAsked(row.state == "doubted", WRONG_CODES - asked["wrong"])


def _registration_id(rt: Runtime, token: str) -> int:
    return links.number(rt.signer.verify("confirm", token))


def form_of(rt: Runtime, row: Registration) -> Form:
    """The form that was sent; for one that is no longer offered a stand-in that leads to no product and promises nothing.

    What was asked stands in the registration, so that whoever confirms in time is not lost.
    """
    if (own := own_form(rt.definitions, row.form)) is not None:
        return own
    if (form := rt.definitions.forms.get(row.form)) is not None:
        return form
    name = dict.fromkeys(rt.definitions.organisation.languages, rt.definitions.organisation.name)
    return Form(
        id=row.form,
        version=row.form_version,
        product="",
        phase=LeadClass.B1,
        source=row.source or "",
        title=name,
        intro=name,
        points=(),
        button=name,
        fields=(),
        purposes=tuple(row.purposes),
    )


def _purpose_title(rt: Runtime, purpose: str, language: str) -> str:
    known = rt.definitions.purposes.get(purpose)
    return known.title.get(language, purpose) if known else purpose


def _offer_title(rt: Runtime, form: Form, language: str) -> str:
    return rt.definitions.content[form.offers].title[language] if form.offers else ""


def _offer_url(rt: Runtime, session: Session, row: Registration, form: Form) -> str | None:
    """The download that was promised; personal only for those who agreed to be observed."""
    if form.offers is None or row.contact_id is None:
        return None
    permitted = consents.confirmed(session, [row.contact_id])[row.contact_id]
    contact = row.contact_id if links.observed(rt.definitions, permitted) else 0
    return links.file_url(rt, contact, 0, form.offers, row.language)
