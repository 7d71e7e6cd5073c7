"""Where somebody lands who knows only the host name: the forms, and on a trial installation where to look next."""

from __future__ import annotations

from flask import Blueprint, Response

from nurture.web.public.site import page, site

blueprint = Blueprint("start", __name__)

_ROBOTS = "User-agent: *\nAllow: /f/\nAllow: /static/\nDisallow: /\n"


@blueprint.get("/")
def start() -> Response:
    here = site()
    d = here.definitions
    forms = [(form, d.products[form.product]) for form in d.forms.values() if not form.profile]
    return page("start", here.language(), forms=forms)


@blueprint.get("/robots.txt")
def robots() -> Response:
    return Response(_ROBOTS, mimetype="text/plain", headers={"Cache-Control": "public, max-age=86400"})
