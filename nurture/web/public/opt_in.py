"""The page behind the link in the opt-in mail: two equal buttons, and only pressing one does anything.

Programs that follow links in mails also press buttons. Whatever a program may have pressed asks for the code in the mail
(``domain/suspicion.py`` says when); nobody else is ever asked for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, Response, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from nurture.domain.errors import InvalidToken
from nurture.domain.form import Form
from nurture.engine import opt_in
from nurture.engine.opt_in import OptIn, Page
from nurture.store.exhibits import Shown
from nurture.web.public import exhibit, fields
from nurture.web.public.site import Site, page, site
from nurture.web.public.stamp import FIELD, Age, age, page_of, stamp

blueprint = Blueprint("opt_in", __name__)


@blueprint.get("/c/<token>")
def show(token: str) -> Response:
    here = site()
    try:
        return _page(here, token, opt_in.opt_in(here.rt, token, here.now()))
    except InvalidToken as error:
        return _over(here, error)


@blueprint.post("/c/<token>")
def answer(token: str) -> Response:
    here = site()
    try:
        asked = opt_in.opt_in(here.rt, token, here.now())
        try:
            return _act(here, token, asked)
        except (OperationalError, PoolTimeout):
            return _page(here, token, asked, note="again.busy", status=503)
    except InvalidToken as error:
        return _over(here, error)


def _act(here: Site, token: str, asked: OptIn) -> Response:
    """What was pressed. A page that is open too long, or none of ours, is shown anew as long as it decides anything."""
    pressed, now = request.form.get("answer"), here.now()
    visitor = replace(here.visitor(), shown=_exhibit(here, asked))
    if pressed == "code":
        return _page(here, token, opt_in.enter_code(here.rt, token, request.form.get("code", ""), visitor, now))
    how_old = age(here.rt.signer, page_of(token), request.form.get(FIELD, ""), now)
    if how_old is Age.TOO_OLD and asked.state in ("pending", "doubted"):
        return _page(here, token, asked, note="again.once-more")
    came_from = Page(
        nonce="" if how_old is Age.TOO_OLD else request.form.get(FIELD, ""),
        hurried=how_old is Age.TOO_YOUNG,
        trapped=bool(request.form.get(fields.HONEYPOT)),
    )
    match pressed:
        case "confirm":
            return _page(here, token, opt_in.confirm(here.rt, token, visitor, now, came_from))
        case "decline":
            after = opt_in.decline(here.rt, token, visitor, now, came_from)
            ignored = after.state == "pending" and after.code is None
            return _page(here, token, after, note="again.once-more" if ignored else None)
        case _:
            return _page(here, token, asked, note="again.once-more")


def _exhibit(here: Site, asked: OptIn) -> Shown:
    """The page that was answered, with nobody's address in it."""
    template = "code" if asked.code else "confirm"
    nobodys = replace(asked, address="…@…")
    return exhibit.of_page("confirm-page", template, here.language(asked.language), asked=nobodys, honeypot=fields.HONEYPOT)


def _page(here: Site, token: str, asked: OptIn, *, note: str | None = None, status: int = 422) -> Response:
    """What the link shows in its present state; changes nothing."""
    language = here.language(asked.language)
    match asked.state:
        case "confirmed" if asked.preferences_url:
            return page("kept", language, asked=asked)
        case "confirmed":
            return _confirmed(here, language, asked.form, asked.offer_url)
        case "declined":
            new = stamp(here.rt.signer, page_of(token), here.now())
            return page("declined", language, stamp=new if asked.back else "", honeypot=fields.HONEYPOT)
        case "pending" | "doubted":
            new = stamp(here.rt.signer, page_of(token), here.now())
            status = status if note or asked.wrong else 200
            template = "code" if asked.code else "confirm"
            return page(template, language, status, asked=asked, stamp=new, note=note, honeypot=fields.HONEYPOT)
        case _:
            return _expired(language, [asked.form])


def _confirmed(here: Site, language: str, form: Form, offer_url: str | None) -> Response:
    """``offer_url`` None: the button asks for it (by confirming again, which changes nothing)."""
    offer = here.definitions.content[form.offers] if form.offers else None
    return page("confirmed", language, form=form, offer=offer, offer_url=offer_url)


def _over(here: Site, error: InvalidToken) -> Response:
    if error.reason != "expired":
        raise error
    return _expired(here.language(), [form for form in here.definitions.forms.values() if not form.profile])


def _expired(language: str, forms: Sequence[Form]) -> Response:
    return page("expired", language, 410, forms=forms)
