"""What a known contact may tell us from a mail: a few more answers, or the wish to be called."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from nurture.domain.errors import InvalidInput
from nurture.engine import link_pages
from nurture.web import i18n
from nurture.web.public import fields, throttle
from nurture.web.public.errors import too_many
from nurture.web.public.fields import Shown
from nurture.web.public.site import Site, page, site
from nurture.web.public.texts import TEXTS

blueprint = Blueprint("asking", __name__)


@blueprint.get("/q/<token>")
def questions(token: str) -> Response:
    here = site()
    found = link_pages.questions_page(here.rt, token, here.now())
    if "done" in request.args:
        return page("thanks", here.language(found.language), what="questions")
    return _questions(here, found, found.answers)


@blueprint.post("/q/<token>")
def answer(token: str) -> AnyResponse:
    here = site()
    found = link_pages.questions_page(here.rt, token, here.now())
    typed = fields.read(request, found.form)
    now = here.now()
    if minutes := throttle.take(here.rt, throttle.for_link(here.rt, token), now):
        return too_many(minutes)
    try:
        link_pages.answer_questions(here.rt, token, dict(typed.values), here.visitor(), now)
    except InvalidInput as error:
        return _questions(here, found, typed.values, error.problems)
    return redirect(url_for("asking.questions", token=token, done="", lang=here.language(found.language)), 303)


def _questions(
    here: Site, found: link_pages.QuestionsPage, values: Mapping[str, str], problems: Mapping[str, str] | None = None
) -> Response:
    language = here.language(found.language)
    return page(
        "questions",
        language,
        422 if problems else 200,
        form=found.form,
        fields=fields.shown(here.definitions, found.form, language, values, problems or {}),
        problems=problems or {},
    )


@blueprint.get("/call/<token>")
def call(token: str) -> Response:
    here = site()
    found = link_pages.call_page(here.rt, token, here.now())
    if "done" in request.args:
        return page("thanks", here.language(found.language), what="call")
    return _call(here, found, found.phone, "")


@blueprint.post("/call/<token>")
def wish(token: str) -> AnyResponse:
    here = site()
    found = link_pages.call_page(here.rt, token, here.now())
    phone, note = request.form.get("phone", ""), request.form.get("note", "")
    now = here.now()
    if minutes := throttle.take(here.rt, throttle.for_link(here.rt, token), now):
        return too_many(minutes)
    try:
        link_pages.wish_call(here.rt, token, phone, note, here.visitor(), now)
    except InvalidInput as error:
        return _call(here, found, phone, note, error.problems)
    return redirect(url_for("asking.call", token=token, done="", lang=here.language(found.language)), 303)


def _call(
    here: Site, found: link_pages.CallPage, phone: str, note: str, problems: Mapping[str, str] | None = None
) -> Response:
    language = here.language(found.language)
    words = i18n.words(TEXTS, language)
    return page(
        "call",
        language,
        422 if problems else 200,
        found=found,
        fields=_call_fields(words, phone, note, problems or {}),
        problems=problems or {},
    )


def _call_fields(words: i18n.Words, phone: str, note: str, problems: Mapping[str, str]) -> list[Shown]:
    hint = words("call.note-hint")
    return [
        Shown("phone", "phone", words("call.phone"), "", True, "tel", 60, (), phone, problems.get("phone", "")),
        Shown("note", "long", words("call.note"), hint, False, "off", 2000, (), note, problems.get("note", "")),
    ]
