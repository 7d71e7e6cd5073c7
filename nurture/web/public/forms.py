"""Landing pages: show a form, take what was sent, say "check your mail"; and the same form for the customer's own site.

The answer never depends on whether the address is known. Nothing that was typed is ever lost: whatever goes wrong, the
form comes back filled in. Consent boxes come back unticked.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.wrappers import Response as AnyResponse

from nurture.domain.catalogue import in_language
from nurture.domain.errors import InvalidInput, NotFound
from nurture.domain.form import Form
from nurture.engine import registration
from nurture.engine.submission import Submission
from nurture.web import i18n, security
from nurture.web.public import fields, throttle
from nurture.web.public.fields import Typed
from nurture.web.public.site import Site, page, site
from nurture.web.public.stamp import FIELD, Age, age, stamp
from nurture.web.public.texts import TEXTS

blueprint = Blueprint("forms", __name__)


@blueprint.get("/f/<form_id>")
def show(form_id: str) -> Response:
    here = site()
    form = find(here, form_id)
    response = _landing(here, form, here.language(), Typed(source=fields.source(request)))
    response.headers["X-Robots-Tag"] = "all"
    return response


@blueprint.post("/f/<form_id>")
def send(form_id: str) -> AnyResponse:
    here = site()
    form = find(here, form_id)
    language = here.language(request.form.get("lang"))
    typed = fields.read(request, form)
    if request.form.get(fields.HONEYPOT):
        return _sent(form, language)  # a program is told what a person would be told
    if note := _not_from_a_person(here, form):
        return _landing(here, form, language, typed, 422, note=note, fresh=note != "again.too-young")
    try:
        return _register(here, form, language, typed)
    except (OperationalError, PoolTimeout):
        return _landing(here, form, language, typed, 503, note="again.busy")


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
    return page("embed", language, form=form, snippet=_snippet(here, form, language))


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


def _not_from_a_person(here: Site, form: Form) -> str | None:
    """Why this cannot be taken as it is (the key of the sentence to show), or None.

    A form on the customer's site cannot carry a stamp without a script, so its page must be on the form's list.
    """
    came_from = security.page_origin(request)
    if came_from and _is_our_example(form):
        return None
    if came_from and came_from not in (_own_origin(here), security.origin(request.host_url)):
        allowed = came_from in {security.origin(allowed) for allowed in form.origins}
        return None if allowed else "again.other-site"
    how_old = age(here.rt.signer, form.id, request.form.get(FIELD, ""), here.now())
    return {Age.TOO_YOUNG: "again.too-young", Age.TOO_OLD: "again.too-old"}.get(how_old)


def _is_our_example(form: Form) -> bool:
    """Whether the form was sent from the sample page, which is without a stamp like the customer's own."""
    return urlsplit(request.referrer or "").path == url_for("forms.embed_example", form_id=form.id)


def _own_origin(here: Site) -> str:
    return security.origin(here.rt.public_url)


def _register(here: Site, form: Form, language: str, typed: Typed) -> AnyResponse:
    now, visitor = here.now(), here.visitor()
    budgets = throttle.for_registration(here.rt, form.id, typed.values.get("email", ""), visitor.ip)
    if minutes := throttle.take(here.rt, budgets, now):
        return _too_many(here, form, language, typed, minutes)
    try:
        submission = Submission(form.id, language, typed.values, typed.consents, typed.source)
        registration.register(here.rt, submission, visitor, now)
    except InvalidInput as error:
        throttle.give_back(here.rt, budgets, now)
        return _landing(here, form, language, typed, 422, problems=error.problems)
    return _sent(form, language)


def _too_many(here: Site, form: Form, language: str, typed: Typed, minutes: int) -> Response:
    response = _landing(here, form, language, typed, 429, note="again.too-many", minutes=minutes)
    response.headers["Retry-After"] = str(minutes * 60)
    return response


def _sent(form: Form, language: str) -> AnyResponse:
    return redirect(url_for("forms.sent", form_id=form.id, lang=language), 303)


def _landing(
    here: Site,
    form: Form,
    language: str,
    typed: Typed,
    status: int = 200,
    *,
    problems: Mapping[str, str] | None = None,
    note: str | None = None,
    fresh: bool = True,
    minutes: int = 0,
) -> Response:
    """The landing page. ``fresh`` False: keep the stamp that came, so that it can become old enough."""
    d = here.definitions
    came = request.form.get(FIELD, "")
    query = {"lang": language} | ({"source": typed.source} if typed.source else {})
    return page(
        "landing",
        language,
        status,
        form=form,
        product=d.products[form.product],
        offer=d.content[form.offers] if form.offers else None,
        fields=fields.shown(d, form, language, typed.values, problems or {}),
        purposes=[d.purposes[p] for p in form.purposes],
        problems=problems or {},
        note=note,
        minutes=minutes,
        stamp=stamp(here.rt.signer, form.id, here.now()) if fresh else came,
        action=f"{url_for('forms.send', form_id=form.id)}?{urlencode(query)}",
        honeypot=fields.HONEYPOT,
    )


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
