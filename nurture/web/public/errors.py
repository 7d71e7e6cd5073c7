"""What visitors see when something cannot be done: what happened, what to do, in their language, with the imprint."""

from __future__ import annotations

import logging

from flask import Flask, Response
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.sansio.response import Response as AnyResponse

from nurture.domain.errors import InvalidToken, NotFound
from nurture.web.public.site import page, site

_log = logging.getLogger(__name__)
_TOLD = (400, 404, 405, 410, 413, 429, 500, 503)
"""Statuses with words of their own; the others get those of 400 or 500."""


def register(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(InvalidToken, _invalid_token)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(PoolTimeout, _busy)
    app.register_error_handler(Exception, _unexpected)


def error_page(status: int, **values: object) -> Response:
    told = status if status in _TOLD else 400 if status < 500 else 500
    return page("error", site().language(), status, code=status, told=told, minutes=0, **values)


def too_many(minutes: int) -> Response:
    """429: possible again in so many minutes."""
    response = page("error", site().language(), 429, code=429, told=429, minutes=minutes)
    response.headers["Retry-After"] = str(minutes * 60)
    return response


def _http(error: HTTPException) -> AnyResponse:
    if error.code is None or error.code < 400:
        return error.get_response()  # a redirect of the router's
    response = error_page(error.code)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _not_found(_: NotFound) -> Response:
    return error_page(404)


def _invalid_token(error: InvalidToken) -> Response:
    return error_page(410 if error.reason in ("expired", "spent") else 404)


def _busy(error: OperationalError | PoolTimeout) -> Response:
    _log.error("the database did not answer: %s", error)
    response = error_page(503)
    response.headers["Retry-After"] = "60"
    return response


def _unexpected(error: Exception) -> Response:
    _log.exception("a page failed", exc_info=error)
    return error_page(500)
