"""Unsubscribing with one press, and the choice of what one wants to receive. Reached from any mail, without a login.

The address in List-Unsubscribe is the same as in the mail's footer (RFC 8058): mail programs POST to it and get a plain
200; people who open it see one button.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from nurture.domain.consent import ConsentState
from nurture.engine import preferences
from nurture.web.public.site import Site, kept_language, page, site

blueprint = Blueprint("leaving", __name__)

ONE_CLICK = ("List-Unsubscribe", "One-Click")


@blueprint.get("/u/<token>")
def show(token: str) -> Response:
    return _unsubscribe(site(), token)


@blueprint.post("/u/<token>")
def unsubscribe(token: str) -> Response:
    here = site()
    name, value = ONE_CLICK
    if request.form.get(name) != value:
        return _unsubscribe(here, token, not_yet=True)
    language = preferences.unsubscribe(here.rt, token, here.visitor(), here.now())
    return page("unsubscribed", here.language(language), preferences_url=_preferences_path(here, token))


def _unsubscribe(here: Site, token: str, *, not_yet: bool = False) -> Response:
    found = preferences.unsubscribe_page(here.rt, token)
    return page(
        "unsubscribe",
        here.language(found.language),
        400 if not_yet else 200,
        found=found,
        not_yet=not_yet,
        preferences_url=_preferences_path(here, token),
    )


def _preferences_path(here: Site, token: str) -> str:
    return urlsplit(preferences.preferences_url(here.rt, token)).path


@blueprint.get("/p/<token>")
def choose(token: str) -> Response:
    here = site()
    found = preferences.preferences(here.rt, token, here.now())
    return page(
        "preferences",
        here.language(found.language),
        found=found,
        confirmed=ConsentState.CONFIRMED,
        saved="saved" in request.args,
    )


@blueprint.post("/p/<token>")
def change(token: str) -> AnyResponse:
    here = site()
    wanted = frozenset() if "nothing" in request.form else frozenset(request.form.getlist("wanted"))
    preferences.change(here.rt, token, wanted, here.visitor(), here.now())
    return redirect(url_for("leaving.choose", token=token, saved="", **kept_language()), 303)
