"""Getting a small file from a host that was checked beforehand: https, no redirects, no proxy, little time, little size."""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPException
from typing import Any, NoReturn
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

_SECONDS = 5.0
_BYTES = 64 * 1024

Fetch = Callable[[str], bytes]
"""The content behind a URL. Raises NotFetched."""


class NotFetched(Exception):
    """It could not be got; the same request may come again later."""


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> NoReturn:
        raise NotFetched("it leads elsewhere")


def fetch(url: str) -> bytes:
    """The content behind ``url``. Raises NotFetched."""
    if not url.startswith("https://"):
        raise NotFetched("only https is fetched")
    opener = build_opener(ProxyHandler({}), _NoRedirects())
    try:
        with opener.open(Request(url), timeout=_SECONDS) as answer:  # noqa: S310 - https, checked above
            content: bytes = answer.read(_BYTES)
            return content
    except (OSError, HTTPException, ValueError) as error:
        raise NotFetched(f"{type(error).__name__}: {error}") from error
