"""Whether somebody who was silent for long still wants mail: the page shows, its button keeps the consent."""

from __future__ import annotations

from flask import Blueprint, Response, url_for

from nurture.engine import freshness
from nurture.engine.freshness import Question
from nurture.web.public.site import Site, page, site

blueprint = Blueprint("renewal", __name__)


@blueprint.get("/r/<token>")
def show(token: str) -> Response:
    here = site()
    return _page(here, token, freshness.question(here.rt, token, here.now()), kept=False)


@blueprint.post("/r/<token>")
def keep(token: str) -> Response:
    here = site()
    return _page(here, token, freshness.keep(here.rt, token, here.visitor(), here.now()), kept=True)


def _page(here: Site, token: str, found: Question, *, kept: bool) -> Response:
    leave = url_for("leaving.show", token=freshness.unsubscribe_token(here.rt, token))
    return page("renew", here.language(found.language), found=found, kept=kept and found.open, leave=leave)
