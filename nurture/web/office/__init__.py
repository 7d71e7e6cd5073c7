"""The back office, behind a login: who is known, what happened and why, what waits for somebody.

/office/ start   people, people/<address>   campaigns, campaigns/<id>   handoffs   messages, messages/<id>   tasks
                protection/cases, protection/cases/<id>, protection/rights/<address>, protection/audit
                delivery, delivery/breakers/<id>   delivery/returned, delivery/returned/<id>
/office/login, /office/logout, /office/account (password, language, light or dark)

GET shows, POST acts and carries a CSRF token. Scripts and styles come from this host only; what contacts typed is text.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Flask, Response

from nurture.engine.runtime import Runtime
from nurture.web.office import (
    account,
    audit,
    campaigns,
    cases,
    delivery,
    errors,
    gate,
    guards,
    handoffs,
    messages,
    people,
    proofs,
    returned,
    start,
    tasks,
)
from nurture.web.office.desk import Desk, attach

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-src 'self'; frame-ancestors 'none'"
)
"""``data:`` for images only: the style sheet draws the arrows of select boxes with them."""


def register(app: Flask, rt: Runtime, clock: Callable[[], datetime]) -> None:
    """Add the office to ``app``."""
    attach(app, Desk(rt, clock))
    gate.configure(app, rt)
    office = Blueprint("office", __name__, url_prefix="/office")
    gate.guard(office)
    parts = (
        gate,
        account,
        start,
        people,
        campaigns,
        handoffs,
        messages,
        delivery,
        returned,
        tasks,
        cases,
        guards,
        audit,
        proofs,
    )
    for part in parts:
        part.add_pages(office)
    errors.add_pages(office)
    office.after_request(_headers)
    app.register_blueprint(office)


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Cookie")
    return response
