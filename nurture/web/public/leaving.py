"""Unsubscribing with one press, from any mail, without a login.

The address in List-Unsubscribe is the same as in the mail's footer (RFC 8058): mail programs POST to it and get a plain
200; people who open it see one button.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from nurture.engine import preferences
from nurture.web.public.site import Site, page, site

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
    known = _preferences_path(here, token) if language is not None else None
    return page("unsubscribed", here.language(language), preferences_url=known)


def _unsubscribe(here: Site, token: str, *, not_yet: bool = False) -> Response:
    found = preferences.unsubscribe_page(here.rt, token, here.now())
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
