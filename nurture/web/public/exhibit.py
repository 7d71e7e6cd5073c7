"""Pages as everybody sees them, to be kept as proof of what was shown: nothing typed, no token, no stamp, no address."""

from __future__ import annotations

import re
from typing import Any

from flask import current_app
from jinja2 import ChainableUndefined, Environment

from nurture.store.exhibits import Shown
from nurture.web.public.site import frame

_KEY = "nurture-exhibits"
_MAIN = re.compile(r"<main[^>]*>(.*)</main>", re.DOTALL)
_UNSEEN = re.compile(r"<input[^>]*type=\"hidden\"[^>]*>|<script.*?</script>", re.DOTALL)
_GAPS = re.compile(r"\n\s*\n+")


def of_page(kind: str, template: str, language: str, **values: Any) -> Shown:
    """What ``templates/public/<template>.html`` tells and asks; what is not among ``values`` is left blank."""
    whole = _blank().get_template(f"public/{template}.html").render(frame(language) | values)
    found = _MAIN.search(whole)
    return of(kind, language, found[1] if found else whole)


def of(kind: str, language: str, body: str) -> Shown:
    """``body`` without what nobody sees: it differs from visitor to visitor."""
    seen = _GAPS.sub("\n", _UNSEEN.sub("", body)).strip()
    head = f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{kind}</title></head>\n'
    return Shown(kind, "text/html", f"{head}<body>\n{seen}\n</body></html>\n")


def _blank() -> Environment:
    """The templates' environment, except that unknown values are blank."""
    found = current_app.extensions.get(_KEY)
    if found is None:
        found = current_app.extensions[_KEY] = current_app.jinja_env.overlay(undefined=ChainableUndefined)
    assert isinstance(found, Environment)  # noqa: S101 - made here
    return found
