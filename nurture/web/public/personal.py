"""What is personal: seeing, downloading and correcting all that is stored, and being erased. GET shows, POST acts.

Open to the link of a young mail only (``engine/preferences.py`` says how young); others are led to a fresh link.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from nurture.domain import audit as actors
from nurture.domain.address import address_key
from nurture.domain.errors import InvalidInput
from nurture.engine import erasure, preferences, rights, submission
from nurture.engine.preferences import Preferences
from nurture.web import i18n
from nurture.web.public import throttle
from nurture.web.public.errors import too_many
from nurture.web.public.preferences import back, show
from nurture.web.public.site import Site, page, site
from nurture.web.public.texts import TEXTS

blueprint = Blueprint("personal", __name__)

_LONGEST = 320


@blueprint.errorhandler(preferences.NotDirect)
def _not_direct(_: preferences.NotDirect) -> AnyResponse:
    """To the button that asks for a fresh link."""
    return back((request.view_args or {})["token"], "", "data")


@blueprint.post("/p/<token>/data")
def correct(token: str) -> AnyResponse:
    here = site()
    found = preferences.direct(here.rt, token, here.now())
    if minutes := throttle.take(here.rt, throttle.for_link(here.rt, token), here.now()):
        return too_many(minutes)
    typed = {name: request.form.get(name, "")[:_LONGEST] for name in (*preferences.FIELDS, "address")}
    try:
        return back(token, _correct(here, found, typed), "data")
    except InvalidInput as error:
        return show(here, token, found, typed=typed, problems=error.problems)


def _correct(here: Site, found: Preferences, typed: Mapping[str, str]) -> str:
    """Correct what is typed differently, ask a new address; everything or, when something is wrong, nothing."""
    contact, now = found.access.contact, here.now()
    address = _address(here, found, typed["address"])
    values = {name: typed[name] for name in preferences.FIELDS if typed[name] != found.known[name]}
    if values:
        rights.correct(here.rt, contact, values, actors.contact(contact), now)
    if address is None:
        return "corrected"
    asked = preferences.change_address(here.rt, found, address, here.visitor(), now)
    return "address" if asked else "asked-later"


def _address(here: Site, found: Preferences, typed: str) -> str | None:
    """The new address in its canonical form; None: it stays. Raises InvalidInput."""
    if not typed.strip() or address_key(typed) == address_key(found.known["address"]):
        return None
    try:
        return submission.canonical_address(typed)
    except ValueError:
        text = i18n.words(TEXTS, here.language(found.language))("preferences.address-wrong")
        raise InvalidInput({"address": text}) from None


@blueprint.get("/p/<token>/data")
def everything(token: str) -> AnyResponse:
    """All that is stored, to read."""
    here = site()
    found = preferences.direct(here.rt, token, here.now())
    language = here.language(found.language)
    stored = rights.snapshot(here.rt, found.access.contact, language, here.now())
    response = page("preferences_data", language, found=found, token=token, stored=stored)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/p/<token>/download")
def download(token: str) -> AnyResponse:
    """All that is stored, to keep: for people and for programs (Art. 15 and 20 GDPR)."""
    here = site()
    found = preferences.direct(here.rt, token, here.now())
    if minutes := throttle.take(here.rt, throttle.for_link(here.rt, token), here.now()):
        return too_many(minutes)
    contact, now = found.access.contact, here.now()
    packed = rights.bundle(here.rt, contact, here.language(found.language), now)
    rights.handed_out(here.rt, contact, "access", actors.contact(contact), now)
    response = Response(packed, mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="nurture-data-{now:%Y-%m-%d}.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/p/<token>/erase")
def ask_erasure(token: str) -> AnyResponse:
    """Asked once more, on a page that says what goes and what stays."""
    here = site()
    found = preferences.direct(here.rt, token, here.now())
    return page("preferences_erase", here.language(found.language), found=found, token=token)


@blueprint.post("/p/<token>/erase")
def erase(token: str) -> AnyResponse:
    here = site()
    found = preferences.direct(here.rt, token, here.now())
    if request.form.get("erase") != "yes":
        return page("preferences_erase", here.language(found.language), 400, found=found, token=token)
    contact = found.access.contact
    erasure.erase(here.rt, contact, actors.contact(contact), here.now(), ground=erasure.Ground.ASKED)
    return page("erased", here.language(found.language))
