"""Forms under attack, and the requests that wait for somebody to decide about them."""

from __future__ import annotations

from flask import Blueprint, Response

from nurture.domain import audit
from nurture.domain.catalogue import in_language
from nurture.engine import form_guard
from nurture.web.office.desk import desk, done, language, me, page


def add_pages(office: Blueprint) -> None:
    office.add_url_rule("/protection/forms", "guards", show)
    office.add_url_rule("/protection/forms/<form>/release", "release_held", release, methods=["POST"])
    office.add_url_rule("/protection/forms/<form>/discard", "discard_held", discard, methods=["POST"])
    office.add_url_rule("/protection/forms/<form>/end", "end_guard", end, methods=["POST"])


def show() -> Response:
    titles = {form.id: in_language(form.title, language()) for form in desk().definitions.forms.values()}
    return page("guards", guards=form_guard.overview(desk().rt, desk().now()), titles=titles)


def release(form: str) -> Response:
    form_guard.release(desk().rt, form[:80], audit.user(me().name), desk().now())
    return done("guards.released", "office.guards")


def discard(form: str) -> Response:
    form_guard.discard(desk().rt, form[:80], audit.user(me().name), desk().now())
    return done("guards.discarded", "office.guards")


def end(form: str) -> Response:
    form_guard.end(desk().rt, form[:80], audit.user(me().name), desk().now())
    return done("guards.ended", "office.guards")
