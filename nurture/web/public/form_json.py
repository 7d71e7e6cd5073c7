"""The same form for programs: JSON in, JSON out, through the same checks; and who may ask from another site (CORS).

    GET  /f/<form>/token  {"stamp", "waiting", "challenge"}                 what has to come back with the form
    POST /f/<form>        202 {"state": "check-your-mail"}                  whatever the address
                          422 {"state": "again", "problems", "note", …}     everything that is missing, and fresh tokens
                          429 {"state": "later", "minutes"}                 with Retry-After

Exact origins only, never with credentials: no cookie of ours means anything to these pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, jsonify, request

from nurture.domain.form import Form
from nurture.engine import address_check, form_guard, proof_of_work
from nurture.engine.submission import canonical_address
from nurture.store.exhibits import Shown
from nurture.web import i18n, security
from nurture.web.public import fields, form_token, receiving
from nurture.web.public.fields import Typed
from nurture.web.public.receiving import Outcome, Sent, Verdict
from nurture.web.public.site import Site
from nurture.web.public.stamp import FIELD
from nurture.web.public.texts import TEXTS

PROOF, TICKET, INSISTED = "altcha", "waiting", "insisted"
"""Names of fields, as in HTML."""
STATUS = {Outcome.TAKEN: 202, Outcome.AGAIN: 422, Outcome.LATER: 429, Outcome.BUSY: 503}
_JSON = "application/json"


def wished() -> bool:
    """Whether a program speaks: it sends JSON, or would rather have it than a page."""
    best = request.accept_mimetypes.best_match(["text/html", _JSON], default="text/html")
    return request.mimetype == _JSON or best == _JSON


def answer(here: Site, form: Form, shown: Callable[[str], Shown]) -> Response:
    """Take what was sent. ``shown``: the form in a language, as evidence."""
    given = _given()
    if given is None:
        return allow(form, _response({"state": "malformed", "note": "send one JSON object, or form fields"}, 400))
    language = here.language(_word(given, "lang"))
    sent = _read(form, given, language)
    verdict = receiving.receive(here, form, sent, lambda: shown(language))
    if verdict.outcome is Outcome.TAKEN:
        told = {"state": "check-your-mail", "note": i18n.words(TEXTS, language)("sent.lead")}
        return allow(form, _response(told, 202))
    response = _response(_again(here, form, sent, verdict), STATUS[verdict.outcome])
    if verdict.minutes:
        response.headers["Retry-After"] = str(verdict.minutes * 60)
    return allow(form, response)


def _given() -> Mapping[str, Any] | None:
    """What was sent, by name; None if it is no object."""
    if request.mimetype != _JSON:
        return {**request.form.to_dict(), fields.CONSENT: request.form.getlist(fields.CONSENT)}
    try:
        given = request.get_json(silent=True)
    except RecursionError:
        return None  # nested a thousand levels deep
    return given if isinstance(given, dict) else None


def _read(form: Form, given: Mapping[str, Any], language: str) -> Sent:
    agreed = given.get(fields.CONSENT, [])
    ticked = frozenset(t for t in agreed if isinstance(t, str)) if isinstance(agreed, list) else frozenset()
    values = {f.name: _word(given, f.name)[: fields.LONGEST] for f in form.fields}
    typed = Typed(values, ticked, fields.source(request) or fields.plain(_word(given, "source")))
    names = (FIELD, PROOF, TICKET, INSISTED, fields.HONEYPOT)
    token, proof, waiting, insisted, honeypot = (_word(given, name) for name in names)
    return Sent(typed, language, token, proof, waiting, insisted, honeypot)


def _word(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name, "")
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _again(here: Site, form: Form, sent: Sent, verdict: Verdict) -> dict[str, Any]:
    words = i18n.words(TEXTS, sent.language)
    told: dict[str, Any] = {"state": verdict.outcome.value, "problems": dict(verdict.problems)}
    if verdict.note:
        email = here.definitions.organisation.imprint.email
        told |= {"reason": verdict.note, "note": words(verdict.note, minutes=verdict.minutes, email=email)}
    if verdict.minutes:
        told["minutes"] = verdict.minutes
    if verdict.advice:
        address = canonical_address(sent.typed.values["email"])
        asked = address_check.text(verdict.advice, address, sent.language)
        told["advice"] = {"note": asked, "suggestion": verdict.advice.suggestion, INSISTED: address}
    return told | needed(here, form, sent, keep=verdict.keep_token)


def needed(here: Site, form: Form, sent: Sent | None = None, *, keep: bool = False) -> dict[str, Any]:
    """What has to come back with the form: its token, and a challenge while work is asked for."""
    rt, now = here.rt, here.now()
    wanted = form_guard.wanted(rt, form, now)
    return {
        FIELD: sent.token if sent and keep else form_token.issue(rt.signer, form, now),
        TICKET: ticket(here, form, sent),
        "challenge": proof_of_work.challenge(rt, form.id, now, hard=wanted.hard) if wanted.proof else None,
    }


def ticket(here: Site, form: Form, sent: Sent | None) -> str:
    """For those who wait instead of working: the one that came, as long as it is or will be good, else a new one."""
    came = sent.ticket if sent else ""
    found = proof_of_work.waited(here.rt, form.id, came, here.now())
    return came if found.nonce or found.early else proof_of_work.waiting(here.rt, form.id, here.now())


# --- other sites ---------------------------------------------------------------------------------------------------------


def allow(form: Form, response: Response) -> Response:
    """Let the page that asks read the answer, if it is on the form's list."""
    response.vary.add("Origin")
    asks = request.headers.get("Origin", "")
    if asks and security.origin(asks) in receiving.allowed_origins(form):
        response.headers["Access-Control-Allow-Origin"] = asks
    return response


def preflight(form: Form) -> Response:
    response = allow(form, Response(status=204))
    if "Access-Control-Allow-Origin" in response.headers:
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Max-Age"] = "600"
    return response


def _response(told: Mapping[str, Any], status: int) -> Response:
    response = jsonify(told)
    response.status_code = status
    return response
