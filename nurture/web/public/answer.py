"""The page behind the link in a sales mail: the dossier, and the answer. Opening it says nothing; a button does."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from nurture.domain.errors import IllegalTransition, InvalidInput, NotFound
from nurture.domain.handoff import HandoffEvent
from nurture.engine import handoff
from nurture.engine.reasons import in_language
from nurture.web.public.site import Site, kept_language, page, site
from nurture.web.public.stamp import FIELD, Age, age, page_of, stamp

blueprint = Blueprint("answer", __name__)


@blueprint.get("/h/<token>")
def show(token: str) -> Response:
    return _page(site(), token)


@blueprint.post("/h/<token>")
def act(token: str) -> AnyResponse:
    here = site()
    how_old = age(here.rt.signer, page_of(token), request.form.get(FIELD, ""), here.now())
    if how_old is not Age.GOOD:
        return _page(here, token, note="again.once-more", fresh=how_old is not Age.TOO_YOUNG)
    event, reason = request.form.get("event", ""), request.form.get("reason", "")
    if event == HandoffEvent.RETURNED and not reason:
        return _page(here, token, note="answer.reason-missing")
    try:
        handoff.answer(here.rt, token, event, reason, request.form.get("note", ""), here.now())
    except (IllegalTransition, NotFound):
        return _page(here, token, note="answer.moved-on")
    except InvalidInput:
        return _page(here, token, note="answer.reason-missing")
    return redirect(url_for("answer.show", token=token, **kept_language()), 303)


def _page(here: Site, token: str, *, note: str | None = None, fresh: bool = True) -> Response:
    found = handoff.answer_page(here.rt, token, here.now())
    language = here.language(found.language)
    new = stamp(here.rt.signer, page_of(token), here.now()) if fresh else request.form.get(FIELD, "")
    return page(
        "answer",
        language,
        422 if note else 200,
        found=found,
        dossier=found.dossier,
        why=_sentence(in_language(str(found.dossier.get("reason", "")), language)),
        note=note,
        stamp=new,
        typed_note=request.form.get("note", ""),
        typed_reason=request.form.get("reason", ""),
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
