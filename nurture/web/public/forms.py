"""Landing pages: show a form, take what was sent, say "check your mail"; and the same form for the customer's own site.

Nothing that was typed is ever lost: whatever goes wrong, the form comes back filled in. Consent boxes come back unticked,
unless nothing but a button has to be pressed once more. What decides is in ``receiving.py``.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import cache, partial
from hashlib import sha384
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from nurture.domain.catalogue import in_language
from nurture.domain.errors import NotFound
from nurture.domain.form import Form
from nurture.engine import address_check, form_guard
from nurture.engine.submission import canonical_address
from nurture.store.exhibits import Shown
from nurture.web import i18n, security
from nurture.web.public import exhibit, fields, form_json, form_token, receiving
from nurture.web.public.fields import Typed
from nurture.web.public.receiving import Outcome, Sent, Verdict
from nurture.web.public.site import Site, page, site
from nurture.web.public.stamp import FIELD
from nurture.web.public.texts import TEXTS

blueprint = Blueprint("forms", __name__)


@blueprint.get("/f/<form_id>", provide_automatic_options=False)
def show(form_id: str) -> Response:
    here = site()
    form = find(here, form_id)
    response = _landing(here, form, here.language(), Typed(source=fields.source(request)))
    response.headers["X-Robots-Tag"] = "all"
    return response


@blueprint.post("/f/<form_id>", provide_automatic_options=False)
def send(form_id: str) -> AnyResponse:
    here = site()
    form = find(here, form_id)
    if form_json.wished():
        return form_json.answer(here, form, partial(_exhibit, here, form))
    language = here.language(request.form.get("lang"))
    sent = _sent(form, language)
    verdict = receiving.receive(here, form, sent, partial(_exhibit, here, form, language))
    if verdict.outcome is Outcome.TAKEN:
        return redirect(url_for("forms.sent", form_id=form.id, lang=language), 303)
    return _again(here, form, sent, verdict)


def _sent(form: Form, language: str) -> Sent:
    given = request.form
    typed = receiving.with_suggestion(fields.read(request, form), given.get("email_instead", ""))
    return Sent(
        typed,
        language,
        token=given.get(FIELD, ""),
        proof=given.get(form_json.PROOF, ""),
        ticket=given.get(form_json.TICKET, ""),
        insisted=given.get(form_json.INSISTED, ""),
        honeypot=given.get(fields.HONEYPOT, ""),
    )


def _again(here: Site, form: Form, sent: Sent, verdict: Verdict) -> Response:
    """The form, filled in, with what is missing."""
    response = _landing(
        here, form, sent.language, sent.typed, form_json.STATUS[verdict.outcome], sent=sent, verdict=verdict
    )
    if verdict.minutes:
        response.headers["Retry-After"] = str(verdict.minutes * 60)
    return response


@blueprint.route("/f/<form_id>", methods=["OPTIONS"])
@blueprint.route("/f/<form_id>/token", methods=["OPTIONS"])
def preflight(form_id: str) -> Response:
    """What a page of another site may do with this form."""
    return form_json.preflight(find(site(), form_id))


@blueprint.get("/f/<form_id>/token", provide_automatic_options=False)
def token(form_id: str) -> Response:
    """What a form needs to be sent, for our script and for programs; nothing is kept."""
    here = site()
    form = find(here, form_id)
    return form_json.allow(form, jsonify(form_json.needed(here, form)))


@blueprint.get("/f/<form_id>/sent")
def sent(form_id: str) -> Response:
    here = site()
    form = find(here, form_id)
    expires = here.definitions.retention.opt_in_expires.after(here.now(), here.definitions.calendar.zone)
    offer = here.definitions.content[form.offers] if form.offers else None
    return page("sent", here.language(), form=form, offer=offer, expires=expires)


@blueprint.get("/embed/<form_id>")
def embed(form_id: str) -> Response:
    """The form as a piece of HTML for the customer's own site."""
    here = site()
    form = find(here, form_id)
    language = here.language()
    script = f'<script src="{here.rt.url(url_for("forms.script", form_id=form.id))}" integrity="{_integrity()}"'
    return page(
        "embed",
        language,
        form=form,
        snippet=_snippet(here, form, language),
        script=f'{script} crossorigin="anonymous" defer></script>',
    )


@blueprint.get("/embed/<form_id>/form.js")
def script(form_id: str) -> Response:
    """The script for the customer's site, which may be pinned by its hash; without it the form works as well."""
    form = find(site(), form_id)
    response = current_app.send_static_file("public/form.js")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return form_json.allow(form, response)


@cache
def _integrity() -> str:
    """Of the script, as Subresource Integrity wants it."""
    text = files("nurture.web").joinpath("static", "public", "form.js").read_bytes()
    return f"sha384-{b64encode(sha384(text).digest()).decode('ascii')}"


@blueprint.get("/embed/<form_id>/example")
def embed_example(form_id: str) -> Response:
    """A page as the customer's might look, with exactly that piece of HTML in it."""
    here = site()
    form = find(here, form_id)
    language = here.language()
    response = page("embed_example", language, form=form, snippet=_snippet(here, form, language))
    response.headers["Content-Security-Policy"] = security.FRAMED_BY_OURSELVES
    return response


def find(here: Site, form_id: str) -> Form:
    """The public form of this name. Raises NotFound; a profile form is only opened from a mail."""
    form = here.definitions.forms.get(form_id)
    if form is None or form.profile:
        raise NotFound("form", form_id)
    return form


def _landing(
    here: Site,
    form: Form,
    language: str,
    typed: Typed,
    status: int = 200,
    *,
    sent: Sent | None = None,
    verdict: Verdict | None = None,
) -> Response:
    """The landing page. ``sent``, ``verdict``: what came, and why it is shown again."""
    said = verdict or Verdict(Outcome.AGAIN)
    query = {"lang": language} | ({"source": typed.source} if typed.source else {})
    return page(
        "landing",
        language,
        status,
        **_asked(here, form, language, typed, said.problems),
        problems=said.problems,
        note=said.note or None,
        minutes=said.minutes,
        ticked=typed.consents if said.keep_ticks else frozenset(),
        advice=_advice(said, typed, language),
        stamp=sent.token if sent and said.keep_token else form_token.issue(here.rt.signer, form, here.now()),
        work=form_guard.wanted(here.rt, form, here.now()).proof,
        ticket=form_json.ticket(here, form, sent),
        action=f"{url_for('forms.send', form_id=form.id)}?{urlencode(query)}",
    )


def _advice(verdict: Verdict, typed: Typed, language: str) -> dict[str, str] | None:
    """What is asked back about the address."""
    if verdict.advice is None:
        return None
    address = canonical_address(typed.values["email"])
    told = address_check.text(verdict.advice, address, language)
    return {"text": told, "address": address, "suggestion": verdict.advice.suggestion}


def _asked(here: Site, form: Form, language: str, typed: Typed, problems: Mapping[str, str]) -> dict[str, Any]:
    """What the form tells and asks."""
    d = here.definitions
    return {
        "form": form,
        "product": d.products[form.product],
        "offer": d.content[form.offers] if form.offers else None,
        "fields": fields.shown(d, form, language, typed.values, problems),
        "purposes": [d.purposes[p] for p in form.purposes],
        "honeypot": fields.HONEYPOT,
    }


def _exhibit(here: Site, form: Form, language: str) -> Shown:
    """The form as the visitor saw it: on the landing page, or the piece of HTML on the customer's own site."""
    if security.page_origin(request) in {security.origin(allowed) for allowed in form.origins}:
        return exhibit.of("form", language, _snippet(here, form, language))
    return exhibit.of_page("form", "landing", language, **_asked(here, form, language, Typed(), {}))


def _snippet(here: Site, form: Form, language: str) -> str:
    """The piece of HTML to copy: plain, without script, posting to the public address."""
    d = here.definitions
    return render_template(
        "public/_snippet.html",
        form=form,
        language=language,
        t=i18n.words(TEXTS, language),
        say=lambda text: in_language(text, language),
        fields=fields.shown(d, form, language, {}, {}),
        purposes=[d.purposes[p] for p in form.purposes],
        action=here.rt.url(url_for("forms.send", form_id=form.id, lang=language)),
        privacy_url=d.organisation.imprint.privacy_url,
        honeypot=fields.HONEYPOT,
    ).strip()
