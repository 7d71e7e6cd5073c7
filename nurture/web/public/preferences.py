"""The preferences page and its choices, open to the link of any mail. Every section is a form of its own; GET shows,
POST acts. What is personal is in ``personal.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from nurture.domain.consent import ConsentState
from nurture.domain.preferences import GAPS, PAUSES, product_mark, topic_mark
from nurture.engine import preferences
from nurture.engine.preferences import Preferences
from nurture.web import i18n
from nurture.web.public.fields import Shown
from nurture.web.public.site import Site, kept_language, page, site
from nurture.web.public.texts import TEXTS

blueprint = Blueprint("preferences", __name__)

SECTIONS = ("what", "often", "pause", "topics", "data")
_SAID = ("saved", "asked", "asked-later", "paused", "resumed", "left", "corrected", "address", "link", "link-again")
"""What the page may report after a button was pressed."""


@blueprint.get("/p/<token>")
def choose(token: str) -> Response:
    here = site()
    return show(here, token, preferences.preferences(here.rt, token, here.now()))


@blueprint.post("/p/<token>")
def change(token: str) -> AnyResponse:
    """Consents: what is not ticked any more is withdrawn at once; what is newly ticked is asked for by mail."""
    here = site()
    if "nothing" in request.form:
        preferences.change(here.rt, token, frozenset(), here.visitor(), here.now(), counted=False)
        return back(token, "left")
    asked = preferences.change(
        here.rt,
        token,
        frozenset(request.form.getlist("wanted")),
        here.visitor(),
        here.now(),
        asked=frozenset(request.form.getlist("ask")),
        counted="counted" in request.form if "counting" in request.form else None,
    )
    return back(token, {True: "asked", False: "asked-later", None: "saved"}[asked], "what")


@blueprint.post("/p/<token>/topics")
def topics(token: str) -> AnyResponse:
    here = site()
    preferences.topics(here.rt, token, frozenset(request.form.getlist("topic")), here.now())
    return back(token, "saved", "topics")


@blueprint.post("/p/<token>/frequency")
def frequency(token: str) -> AnyResponse:
    here = site()
    preferences.frequency(here.rt, token, request.form.get("often", ""), here.now())
    return back(token, "saved", "often")


@blueprint.post("/p/<token>/pause")
def pause(token: str) -> AnyResponse:
    here = site()
    if "resume" in request.form:
        preferences.resume(here.rt, token, here.now())
        return back(token, "resumed", "pause")
    preferences.pause(here.rt, token, request.form.get("span", ""), here.now())
    return back(token, "paused", "pause")


@blueprint.post("/p/<token>/link")
def link(token: str) -> AnyResponse:
    """A fresh link, to the address on file and to no other."""
    here = site()
    return back(token, "link" if preferences.ask_link(here.rt, token, here.now()) else "link-again", "data")


# --- the page ---------------------------------------------------------------------------------------------------------


def back(token: str, said: str, section: str = "") -> AnyResponse:
    """To the page, which reports what was done, at the section it was done in."""
    more: dict[str, Any] = {"done": said, "at": section} if said else {}
    more |= {"_anchor": "said" if said else section}
    place = url_for("preferences.choose", token=token, **more, **kept_language())
    return redirect(place, 303)


def show(
    here: Site,
    token: str,
    found: Preferences,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
) -> Response:
    language = here.language(found.language)
    done, at = request.args.get("done", ""), request.args.get("at", "")
    paused = found.choice.paused(here.now())
    response = page(
        "preferences",
        language,
        422 if problems else 200,
        found=found,
        token=token,
        confirmed=ConsentState.CONFIRMED,
        said=done if done in _SAID else "",
        at=at if at in SECTIONS else "",
        paused=paused,
        pauses=list(PAUSES),
        often=next((name for name, days in GAPS.items() if days == found.choice.gap_days), ""),
        frequencies=list(GAPS),
        products=_products(here, found),
        fields=_fields(here, found, language, typed or found.known, problems or {}) if found.access.direct else [],
        problems=problems or {},
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _products(here: Site, found: Preferences) -> list[tuple[object, str, bool, list[tuple[object, str, bool]]]]:
    """(product, its mark, wanted, [(topic, its mark, wanted)]) of everything offered."""
    unwanted = found.choice.unwanted
    return [
        (
            product,
            product_mark(product.id),
            product_mark(product.id) not in unwanted,
            [(topic, topic_mark(topic.id), topic_mark(topic.id) not in unwanted) for topic in product.topics.values()],
        )
        for product in here.definitions.products.values()
    ]


_AUTOCOMPLETE = {
    "salutation": "honorific-prefix",
    "first_name": "given-name",
    "last_name": "family-name",
    "function": "organization-title",
    "company": "organization",
    "phone": "tel",
    "language": "language",
    "address": "email",
}
_KINDS = {"salutation": "choice", "function": "choice", "language": "choice", "phone": "phone", "address": "email"}


def _fields(
    here: Site, found: Preferences, language: str, values: Mapping[str, str], problems: Mapping[str, str]
) -> list[Shown]:
    words = i18n.words(TEXTS, language)
    options = _options(here, words, language)
    return [
        Shown(
            name=name,
            kind=_KINDS.get(name, "text"),
            label=words(f"preferences.field.{name}"),
            hint=words("preferences.address-hint") if name == "address" else "",
            required=name in ("address", "language"),
            autocomplete=_AUTOCOMPLETE[name],
            max_length=preferences.FIELDS.get(name, 320),
            options=_with_own(options.get(name, ()), found.known.get(name, "")),
            value=values.get(name, ""),
            problem=problems.get(name, ""),
        )
        for name in (*preferences.FIELDS, "address")
    ]


def _options(here: Site, words: i18n.Words, language: str) -> dict[str, tuple[tuple[str, str], ...]]:
    d = here.definitions
    return {
        "salutation": tuple((code, words(f"preferences.salutation.{code}")) for code in ("ms", "mr")),
        "function": tuple((f.id, f.name.get(language, f.id)) for f in d.functions.values()),
        "language": tuple((code, words(f"preferences.language.{code}")) for code in d.organisation.languages),
    }


def _with_own(options: tuple[tuple[str, str], ...], value: str) -> tuple[tuple[str, str], ...]:
    """What is on file can always be kept, even if nobody could choose it now."""
    if not options or not value or value in (code for code, _ in options):
        return options
    return (*options, (value, value))
