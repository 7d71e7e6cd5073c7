"""One's own account: password, language, light or dark."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, make_response, redirect, request, url_for

from nurture.domain.errors import InvalidInput
from nurture.engine import login
from nurture.engine.login import LoginRefused
from nurture.web.office import gate
from nurture.web.office.desk import (
    LANGUAGE_COOKIE,
    LANGUAGES,
    THEME_COOKIE,
    THEMES,
    desk,
    me,
    page,
    user,
    words,
)
from nurture.web.public.site import site

_A_YEAR = 365 * 24 * 3600


def add_pages(office: Blueprint) -> None:
    office.add_url_rule("/account", "account", show)
    office.add_url_rule("/account/password", "change_password", change_password, methods=["POST"])
    office.add_url_rule("/account/language", "choose_language", choose_language, methods=["POST"])
    office.add_url_rule("/account/theme", "choose_theme", choose_theme, methods=["POST"])


def show() -> Response:
    return page("account", problems={})


def change_password() -> Response:
    """Every login of this user ends, also this one; the new password opens the next."""
    old, new, again = (request.form.get(name, "")[:1000] for name in ("old", "new", "again"))
    if new != again:
        return page("account", 400, problems={"again": "account.differs"})
    try:
        login.change_password(desk().rt, me().id, old, new, site().visitor().ip, desk().now())
    except InvalidInput as error:
        return page("account", 400, problems={field: f"account.{field}-wrong" for field in error.problems})
    except LoginRefused:
        return page("account", 429, problems={"old": "login.throttled"})
    response = gate.leave()
    flash(words()("account.changed"))
    return response


def choose_language() -> Response:
    wanted = request.form.get("language", "")
    response = _back()
    if wanted in LANGUAGES:
        if (known := user()) is not None:
            login.choose_language(desk().rt, known.id, wanted)
        _keep(response, LANGUAGE_COOKIE, wanted)
    return response


def choose_theme() -> Response:
    """``theme`` empty: as the system has it."""
    wanted = request.form.get("theme", "")
    response = _back()
    if wanted in THEMES:
        _keep(response, THEME_COOKIE, wanted)
    else:
        response.delete_cookie(THEME_COOKIE, path="/office")
    return response


def _back() -> Response:
    """To the page where the choice was made."""
    wanted = request.form.get("back", "")
    return make_response(redirect(wanted if gate.safe_next(wanted) else url_for("office.start"), 303))


def _keep(response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=_A_YEAR, path="/office", samesite="Lax", httponly=True,
                        secure=current_app.config["OFFICE_COOKIE_SECURE"])  # fmt: skip
