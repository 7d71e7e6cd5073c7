"""What the office says when something cannot be shown."""

from __future__ import annotations

from flask import Blueprint, Response

from nurture.domain.errors import NotFound
from nurture.web.office.desk import page
from nurture.web.office.gate import FormExpired


def add_pages(office: Blueprint) -> None:
    office.register_error_handler(NotFound, _not_found)
    office.register_error_handler(FormExpired, _form_expired)
    office.add_url_rule("/<path:_nowhere>", "nowhere", _nowhere)


def _nowhere(_nowhere: str) -> Response:
    return page("error", 404, title="error.not-found", text="error.not-found-text", detail="")


def _not_found(error: NotFound) -> Response:
    return page("error", 404, title="error.not-found", text="error.not-found-text", detail=str(error))


def _form_expired(_error: FormExpired) -> Response:
    return page("error", 400, title="error.form", text="error.form-text", detail="")
