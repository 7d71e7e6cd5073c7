"""What readers open from a mail: tracked links, the download page, the page of a topic."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from nurture.domain.errors import NotFound
from nurture.engine import link_pages, tracking
from nurture.web import security
from nurture.web.public.site import page, site

blueprint = Blueprint("reading", __name__)


@blueprint.get("/l/<token>")
def follow(token: str) -> AnyResponse:
    """To where the link in the mail leads. The address holds no target, so nobody can be sent elsewhere with it."""
    here = site()
    target = tracking.follow(here.rt, token, here.visitor(), here.now())
    if not security.is_web_address(target):
        raise NotFound("page", target)
    response = redirect(target, 302)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.get("/d/<token>")
def offer(token: str) -> Response:
    here = site()
    found = tracking.download_page(here.rt, token, here.now())
    return page("download", here.language(found.language), found=found)


@blueprint.post("/d/<token>")
def download(token: str) -> AnyResponse:
    """The file, to keep or (a PDF) to read right here."""
    here = site()
    path = tracking.download(here.rt, token, here.visitor(), here.now())
    inline = request.form.get("how") == "read" and path.suffix.lower() == ".pdf"
    response = send_file(path.resolve(), as_attachment=not inline, download_name=path.name, max_age=0)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    # browsers' own PDF viewers need styles of their own; nothing else may be loaded
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return response


@blueprint.get("/t/<token>")
def topic(token: str) -> Response:
    here = site()
    found = link_pages.topic_page(here.rt, token, here.now())
    return page("topic", here.language(found.language), found=found)
