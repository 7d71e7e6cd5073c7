"""The page behind the link in the opt-in mail: two equal buttons, and only pressing one does anything.

Programs that follow links in mails also press buttons, but at once; a page that comes back sooner than a person can
read is shown again.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from nurture.domain.errors import InvalidToken
from nurture.domain.form import Form
from nurture.engine import registration
from nurture.engine.registration import OptIn
from nurture.web.public.site import Site, page, site
from nurture.web.public.stamp import FIELD, Age, age, page_of, stamp

blueprint = Blueprint("opt_in", __name__)


@blueprint.get("/c/<token>")
def show(token: str) -> Response:
    here = site()
    try:
        return _page(here, token, registration.opt_in(here.rt, token, here.now()))
    except InvalidToken as error:
        return _over(here, error)


@blueprint.post("/c/<token>")
def answer(token: str) -> Response:
    here = site()
    try:
        asked = registration.opt_in(here.rt, token, here.now())
        how_old = age(here.rt.signer, page_of(token), request.form.get(FIELD, ""), here.now())
        if asked.state == "pending" and how_old is not Age.GOOD:
            return _page(here, token, asked, note="again.once-more", fresh=how_old is not Age.TOO_YOUNG)
        return _act(here, token, asked)
    except InvalidToken as error:
        return _over(here, error)


def _act(here: Site, token: str, asked: OptIn) -> Response:
    try:
        match request.form.get("answer"):
            case "confirm":
                done = registration.confirm(here.rt, token, here.visitor(), here.now())
                return _confirmed(here, here.language(done.language), done.form, done.offer_url)
            case "decline" if asked.state == "pending":
                return page("declined", here.language(registration.decline(here.rt, token, here.visitor(), here.now())))
            case _:
                return _page(here, token, asked, note="again.once-more")
    except (OperationalError, PoolTimeout):
        return _page(here, token, asked, note="again.busy", status=503)


def _page(
    here: Site, token: str, asked: OptIn, *, note: str | None = None, fresh: bool = True, status: int = 422
) -> Response:
    """What the link shows in its present state; changes nothing. ``fresh`` False: with the stamp that came."""
    language = here.language(asked.language)
    match asked.state:
        case "pending":
            new = stamp(here.rt.signer, page_of(token), here.now()) if fresh else request.form.get(FIELD, "")
            return page("confirm", language, status if note else 200, asked=asked, stamp=new, note=note)
        case "confirmed":
            return _confirmed(here, language, asked.form, None)
        case "declined":
            return page("declined", language)
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
