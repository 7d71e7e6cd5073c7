"""Where mail providers report what became of mails: /hooks/ses, sendgrid, mailgun, postmark, brevo.

200 only after everything is on record; 403 for what proves nothing; 503 where it should come again.
"""

from __future__ import annotations

import logging

from flask import Blueprint, Response, request

from nurture.delivery.sources.webhooks import Refused, Request
from nurture.domain.errors import NotFound
from nurture.engine import returns_events
from nurture.web.public.site import site

blueprint = Blueprint("hooks", __name__)
log = logging.getLogger("nurture.returns")

MAX_BODY = 1_000_000


@blueprint.post("/hooks/<provider>")
def report(provider: str) -> Response:
    request.max_content_length = MAX_BODY
    here = site()
    given = Request({name.lower(): value for name, value in request.headers.items()}, request.get_data(cache=False))
    try:
        taken = returns_events.report(here.rt, provider, given, here.now())
    except NotFound:
        return _answer(404, "there is no such webhook")
    except Refused as error:
        log.warning("a report for %s was refused: %s", provider, error)
        return _answer(403, "refused")
    except returns_events.NotNow as error:
        log.error("a report of %s has to come again: %s", provider, error)
        return _answer(503, "please send it again")
    return _answer(200, f"{len(taken)} on record")


def _answer(status: int, words: str) -> Response:
    return Response(f"{words}\n", status, mimetype="text/plain")
