"""Taking a form that was sent, whatever way it came: a page of ours, the customer's page, a program speaking JSON.

    honeypot filled in?  -> told what a person is told; nothing is kept
    from another site?   -> again, from our page
    entries, address     -> again, with every problem at once
    token                -> again, with a token that is good
    work, if it is on    -> again, after the browser has worked or the person has waited
    room                 -> later
    otherwise            -> taken

Nothing here depends on whether the address is known, and nothing that was typed is ever lost.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from math import ceil
from urllib.parse import urlsplit

from flask import request, url_for
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from nurture.domain.address_advice import Advice
from nurture.domain.errors import InvalidInput
from nurture.domain.form import Form
from nurture.engine import address_check, form_guard, proof_of_work, reception, registration, submission
from nurture.engine.proof_of_work import Ticket
from nurture.engine.submission import Submission
from nurture.store.exhibits import Shown
from nurture.web import security
from nurture.web.public import form_token
from nurture.web.public.fields import Typed
from nurture.web.public.form_token import FormToken
from nurture.web.public.site import Site
from nurture.web.public.stamp import Age


@dataclass(frozen=True, slots=True)
class Sent:
    """What a request brought. ``insisted``: the address that was asked back and is right all the same."""

    typed: Typed
    language: str
    token: str = ""
    proof: str = ""
    ticket: str = ""
    insisted: str = ""
    honeypot: str = ""


class Outcome(StrEnum):
    TAKEN = "taken"
    AGAIN = "again"
    LATER = "later"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Verdict:
    """``note``: the key of the sentence to show. ``keep_token``: the one that came is still good, or will be.

    ``keep_ticks``: only a button has to be pressed once more, so the consents stay as the person gave them.
    """

    outcome: Outcome
    note: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)
    advice: Advice | None = None
    minutes: int = 0
    keep_token: bool = False
    keep_ticks: bool = False


class _From(StrEnum):
    US = "us"
    """Also: nobody says from where; then the token has to."""
    CUSTOMER = "customer"
    ELSEWHERE = "elsewhere"


def receive(here: Site, form: Form, sent: Sent, shown: Callable[[], Shown]) -> Verdict:
    """Take ``sent``, or say what is missing. ``shown``: gives the form as everybody sees it, as evidence."""
    if sent.honeypot:
        return Verdict(Outcome.TAKEN)
    try:
        return _receive(here, form, sent, shown)
    except (OperationalError, PoolTimeout):
        return Verdict(Outcome.BUSY, "again.busy", keep_ticks=True)


def _receive(here: Site, form: Form, sent: Sent, shown: Callable[[], Shown]) -> Verdict:
    origin = _came_from(here, form)
    if origin is _From.ELSEWHERE:
        return Verdict(Outcome.AGAIN, "again.other-site")
    token = form_token.read(here.rt.signer, form, sent.token, here.now())
    good = token.age is Age.GOOD
    problems, advice = _problems(here, form, sent, look_up=good)
    if problems or advice:
        return Verdict(Outcome.AGAIN, problems=problems, advice=advice, keep_token=token.genuine and good)
    if not good:
        return _another_token(token, origin)
    return _with_token(here, form, sent, token, shown)


def _another_token(token: FormToken, origin: _From) -> Verdict:
    if token.age is Age.TOO_YOUNG:
        return Verdict(Outcome.AGAIN, "again.too-young", keep_token=True, keep_ticks=True)
    if origin is _From.CUSTOMER:
        return Verdict(Outcome.AGAIN, "again.embedded", keep_ticks=True)
    return Verdict(Outcome.AGAIN, "again.too-old")


def _with_token(here: Site, form: Form, sent: Sent, token: FormToken, shown: Callable[[], Shown]) -> Verdict:
    rt, now, visitor = here.rt, here.now(), here.visitor()
    tokens, waited = [(f"form-{token.nonce}", token.until or now)], False
    if form_guard.wanted(rt, form, now).proof:
        ticket, waited = _work(here, form, sent)
        if not ticket.nonce:
            reception.refused_work(rt, form, now)
            return Verdict(Outcome.AGAIN, "again.work", keep_token=True, keep_ticks=True)
        tokens.append((ticket.nonce, ticket.until))
    address = submission.canonical_address(sent.typed.values["email"])
    brought = reception.Brought(form, address, visitor.ip, _digest(form, sent), tokens, waited)
    admission = reception.admit(rt, brought, now)
    if admission.room_at:
        minutes = ceil((admission.room_at - now).total_seconds() / 60)
        return Verdict(Outcome.LATER, "again.too-many", minutes=minutes, keep_ticks=True)
    if admission.spent:
        return Verdict(Outcome.AGAIN, "again.spent", keep_ticks=True)
    what = Submission(form.id, sent.language, sent.typed.values, sent.typed.consents, sent.typed.source)
    visitor = replace(visitor, shown=shown())
    registration.register(rt, what, visitor, now, held="guard" if admission.guarded else "")
    return Verdict(Outcome.TAKEN)


def _work(here: Site, form: Form, sent: Sent) -> tuple[Ticket, bool]:
    """(what proves that the browser worked or the person waited, whether it is the latter)."""
    if sent.proof and (ticket := proof_of_work.check(here.rt, form.id, sent.proof, here.now())).nonce:
        return ticket, False
    return proof_of_work.waited(here.rt, form.id, sent.ticket, here.now()), True


def _problems(here: Site, form: Form, sent: Sent, *, look_up: bool) -> tuple[dict[str, str], Advice | None]:
    """(field -> what is wrong, what to ask back about the address)."""
    what = Submission(form.id, sent.language, sent.typed.values, sent.typed.consents, sent.typed.source)
    problems: dict[str, str] = {}
    try:
        submission.read(here.definitions, form, what)
    except InvalidInput as error:
        problems = dict(error.problems)
    if "email" in problems:
        return problems, None
    address = submission.canonical_address(sent.typed.values["email"])
    advice = _advice(here, address, sent, look_up=look_up)
    if advice is not None and advice.doubt.refuses:
        return {**problems, "email": address_check.text(advice, address, sent.language)}, None
    return problems, advice


def _advice(here: Site, address: str, sent: Sent, *, look_up: bool) -> Advice | None:
    ask = look_up and address_check.asks_dns(here.rt) and reception.may_look_up(here.rt, here.visitor().ip, here.now())
    return address_check.advise(here.rt, address, insisted=sent.insisted == address, ask_dns=ask)


def _digest(form: Form, sent: Sent) -> str:
    told = [form.id, sorted(sent.typed.values.items()), sorted(sent.typed.consents)]
    return sha256(json.dumps(told).encode()).hexdigest()


def _came_from(here: Site, form: Form) -> _From:
    """Whose page sent this. The Host header is the visitor's word, but a page of another site cannot write it."""
    page = security.page_origin(request)
    if not page or page in (security.origin(here.rt.public_url), security.origin(request.host_url)):
        sample = urlsplit(request.referrer or "").path == url_for("forms.embed_example", form_id=form.id)
        return _From.CUSTOMER if sample else _From.US
    return _From.CUSTOMER if page in allowed_origins(form) else _From.ELSEWHERE


def allowed_origins(form: Form) -> frozenset[str]:
    """The sites that may embed the form."""
    return frozenset(security.origin(allowed) for allowed in form.origins)


def with_suggestion(typed: Typed, instead: str) -> Typed:
    """``typed`` with the address that was suggested, if its button was pressed."""
    return replace(typed, values={**typed.values, "email": instead[:320]}) if instead else typed
