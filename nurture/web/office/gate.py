"""The door of the office: login, logout, and the checks before every page.

The session cookie holds a random value whose hash the database knows. The form token (CSRF) lies in Flask's signed
cookie and is renewed at login.
"""

from __future__ import annotations

import re
import secrets

from flask import Blueprint, Flask, Response, current_app, g, make_response, redirect, request, session, url_for
from flask_wtf.csrf import ValidationError, validate_csrf
from werkzeug.exceptions import BadRequest

from nurture.engine import login
from nurture.engine.login import LoginRefused
from nurture.engine.runtime import Runtime
from nurture.web.office.desk import desk, page, user
from nurture.web.public.site import site

_OPEN = frozenset({"office.log_in", "office.choose_theme", "office.choose_language"})
"""Pages that need no login."""
_BY_THEMSELVES = frozenset({"delivery"})
"""Parts of pages (by their id) that ask again and again: an open page is nobody who works, and its login ends in time."""
_HOME = re.compile(r"/office/[\w/@.+%-]*(\?[\w=&.+%@-]*)?")


class FormExpired(BadRequest):
    """A form without a valid token: too old, or not from our pages."""


def configure(app: Flask, rt: Runtime) -> None:
    """Cookies that scripts cannot read and that other sites' forms do not carry; bound to the host under https."""
    https = rt.public_url.startswith("https:")
    app.secret_key = app.secret_key or rt.signer.sign("session-csrf", "office")
    app.config.update(
        SESSION_COOKIE_NAME="__Host-nurture_form" if https else "nurture_form",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        OFFICE_COOKIE="__Host-nurture_office" if https else "nurture_office",
        OFFICE_COOKIE_SECURE=https,
    )


def guard(office: Blueprint) -> None:
    office.before_request(_recognise)
    office.before_request(_check_form)
    office.before_request(_demand_login)


def add_pages(office: Blueprint) -> None:
    office.add_url_rule("/login", "log_in", log_in, methods=["GET", "POST"])
    office.add_url_rule("/logout", "log_out", log_out, methods=["POST"])


# --- before every page ------------------------------------------------------------------------------------------------


def _recognise() -> None:
    token = request.cookies.get(current_app.config["OFFICE_COOKIE"], "")
    acts = request.headers.get("HX-Trigger") not in _BY_THEMSELVES
    g.user = login.current_user(desk().rt, token, desk().now(), acts=acts) if token else None


def _check_form() -> None:
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        try:
            validate_csrf(request.form.get("csrf_token") or request.headers.get("X-CSRFToken"))
        except ValidationError as error:
            raise FormExpired(str(error)) from None


def _demand_login() -> Response | None:
    if user() is not None or request.endpoint in _OPEN:
        return None
    wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
    door = url_for("office.log_in", next=wanted if safe_next(wanted) else None)
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": url_for("office.log_in")})
    return make_response(redirect(door, 303))


def safe_next(path: str) -> bool:
    """Whether ``path`` is a page of the office: nothing else may follow a login."""
    return bool(_HOME.fullmatch(path)) and ".." not in path and "//" not in path


# --- login and logout -------------------------------------------------------------------------------------------------


def log_in() -> Response:
    """Show the form; check name and password. The answer is the same whatever was wrong."""
    if request.method == "GET":
        return make_response(redirect(url_for("office.start"), 303)) if user() else page("login", error="", name="")
    name, password = request.form.get("name", "")[:200], request.form.get("password", "")[:1000]
    token = secrets.token_urlsafe(32)
    try:
        login.log_in(desk().rt, name, password, site().visitor().ip, token, desk().now())
    except LoginRefused as refused:
        key = "login.throttled" if refused.throttled else "login.refused"
        return page("login", 429 if refused.throttled else 401, error=key, name=name)
    session.clear()  # the form token of before the login is worth nothing after it
    wanted = request.args.get("next", "")
    response = make_response(redirect(wanted if safe_next(wanted) else url_for("office.start"), 303))
    _give_cookie(response, token)
    return response


def log_out() -> Response:
    login.log_out(desk().rt, request.cookies.get(current_app.config["OFFICE_COOKIE"], ""))
    return leave()


def leave() -> Response:
    """Back to the login page, with no cookie left."""
    session.clear()
    response = make_response(redirect(url_for("office.log_in"), 303))
    response.delete_cookie(
        current_app.config["OFFICE_COOKIE"],
        path="/",
        secure=current_app.config["OFFICE_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def _give_cookie(response: Response, token: str) -> None:
    response.set_cookie(
        current_app.config["OFFICE_COOKIE"],
        token,
        max_age=int(login.ABSOLUTE.total_seconds()),
        path="/",
        secure=current_app.config["OFFICE_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
