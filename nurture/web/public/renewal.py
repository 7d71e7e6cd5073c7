"""Whether somebody who was silent for long still wants mail: the page shows, its button keeps the consent.

What is pressed faster than a person reads was pressed by a program, and renews nothing; the page is shown again.
"""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from nurture.engine import freshness
from nurture.web.public.site import Site, page, site
from nurture.web.public.stamp import FIELD, Age, age, page_of, stamp

blueprint = Blueprint("renewal", __name__)


@blueprint.get("/r/<token>")
def show(token: str) -> Response:
    return _ask(site(), token)


@blueprint.post("/r/<token>")
def keep(token: str) -> Response:
    here = site()
    if age(here.rt.signer, page_of(token), request.form.get(FIELD, ""), here.now()) is not Age.GOOD:
        return _ask(here, token, again=True)
    found = freshness.keep(here.rt, token, here.visitor(), here.now())
    return page("renew", here.language(found.language), found=found, kept=found.open)


def _ask(here: Site, token: str, *, again: bool = False) -> Response:
    found = freshness.question(here.rt, token, here.now())
    return page(
        "renew",
        here.language(found.language),
        422 if again else 200,
        found=found,
        kept=False,
        again=again,
        leave=url_for("leaving.show", token=freshness.unsubscribe_token(here.rt, token)),
        stamp=stamp(here.rt.signer, page_of(token), here.now()),
    )
