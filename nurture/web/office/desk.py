"""What every page of the office needs: the engine, the clock, who is logged in, and a page in that person's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from flask import Flask, Response, current_app, flash, g, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf

from nurture.domain.definitions import Definitions
from nurture.engine import naming, worklists
from nurture.engine.login import OfficeUser
from nurture.engine.runtime import Runtime
from nurture.engine.words import word
from nurture.web import i18n
from nurture.web.office import look
from nurture.web.office.formats import Formats
from nurture.web.office.texts import TEXTS

_KEY = "nurture-office"
LANGUAGES = ("de", "en")
LANGUAGE_COOKIE, THEME_COOKIE = "nurture_language", "nurture_theme"
THEMES = ("light", "dark")
PAGE = 50


@dataclass(frozen=True, slots=True)
class Desk:
    rt: Runtime
    clock: Callable[[], datetime]

    @property
    def definitions(self) -> Definitions:
        return self.rt.definitions

    def now(self) -> datetime:
        """One present for the whole request."""
        if "now" not in g:
            g.now = self.clock()
        moment: datetime = g.now
        return moment


def attach(app: Flask, new: Desk) -> None:
    app.extensions[_KEY] = new


def desk() -> Desk:
    found = current_app.extensions[_KEY]
    assert isinstance(found, Desk)  # noqa: S101 - attach() put it there
    return found


def user() -> OfficeUser | None:
    """Who is logged in."""
    found: OfficeUser | None = g.get("user")
    return found


def me() -> OfficeUser:
    """Who is logged in; behind the gate somebody always is."""
    known = user()
    assert known is not None  # noqa: S101
    return known


def language() -> str:
    """The user's; before the login what was chosen last on this browser, else what it asks for."""
    if (known := user()) is not None and known.language in LANGUAGES:
        return known.language
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "de") or "de"


def theme() -> str:
    """'light', 'dark' or '' (as the system has it)."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""


def formats() -> Formats:
    return Formats(language(), desk().definitions.calendar.zone, desk().now())


def words() -> i18n.Words:
    return i18n.words(TEXTS, language())


def page(template: str, status: int = 200, **values: Any) -> Response:
    """``templates/office/<template>.html``."""
    here, lang = desk(), language()
    frame: dict[str, Any] = {
        "language": lang,
        "languages": LANGUAGES,
        "theme": theme(),
        "t": words(),
        "word": partial(word, language=lang),
        "f": formats(),
        "look": look,
        "user": user(),
        "csrf_token": generate_csrf,
        "organisation": here.definitions.organisation,
        "function_name": partial(naming.function_name, here.definitions, language=lang),
        "field_label": partial(naming.field_label, here.definitions, language=lang),
        "answer_label": partial(naming.answer_label, here.definitions, language=lang),
        "has_text": TEXTS[lang].__contains__,
        "product_name": partial(naming.product_name, here.definitions, language=lang),
        "partial": bool(request.headers.get("HX-Request")),
        "mailbox": "mailbox" in current_app.blueprints,
    }
    if user() is not None and not frame["partial"]:
        frame["attention"] = worklists.attention(here.rt, here.now())
    response = make_response(render_template(f"office/{template}.html", **frame, **values), status)
    response.headers["Content-Language"] = lang
    return response


def done(key: str, endpoint: str, **values: Any) -> Response:
    """Say that it was done, and go on to another page."""
    flash(words()(key))
    return make_response(redirect(url_for(endpoint, **values), 303))


def page_number() -> int:
    """``?page=``, from 1."""
    asked = request.args.get("page", "1")
    return min(max(1, int(asked)), 100_000) if asked.isdecimal() and len(asked) < 7 else 1
