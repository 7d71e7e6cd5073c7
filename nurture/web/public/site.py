"""What every public page needs: the engine, the clock, who asks, and a page in the right language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, current_app, make_response, render_template, request

from nurture.domain.catalogue import in_language
from nurture.domain.definitions import Definitions
from nurture.engine.runtime import Runtime
from nurture.engine.visitor import Visitor
from nurture.web import i18n, security
from nurture.web.public.texts import TEXTS

_KEY = "nurture-site"
_KEPT = ("source", "utm_source", "utm_medium", "utm_campaign")
"""What stays in the address when the reader changes the language."""


@dataclass(frozen=True, slots=True)
class Site:
    """``mailbox``: mail goes to the local mailbox, so pages may point there. ``trusted_proxies``: see web.security."""

    rt: Runtime
    clock: Callable[[], datetime]
    mailbox: bool
    trusted_proxies: int

    @property
    def definitions(self) -> Definitions:
        return self.rt.definitions

    def now(self) -> datetime:
        return self.clock()

    def visitor(self) -> Visitor:
        return security.visitor(request, self.rt.public_url, self.trusted_proxies)

    def language(self, known: str | None = None) -> str:
        """The language of this answer. ``known``: that of the form or the contact."""
        return i18n.choose(request, self.definitions.organisation.languages, known)


def attach(app: Flask, new: Site) -> None:
    app.extensions[_KEY] = new
    app.jinja_env.globals["asset"] = _assets(app)


def site() -> Site:
    found = current_app.extensions[_KEY]
    assert isinstance(found, Site)  # noqa: S101 - attach() put it there
    return found


def page(template: str, language: str, status: int = 200, **values: Any) -> Response:
    """``templates/public/<template>.html`` in ``language``."""
    response = make_response(render_template(f"public/{template}.html", **frame(language), **values), status)
    response.headers["Content-Language"] = language
    response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
    return response


def frame(language: str) -> dict[str, Any]:
    """What every template may use."""
    here = site()
    organisation = here.definitions.organisation
    zone = here.definitions.calendar.zone
    words = i18n.words(TEXTS, language)
    return {
        "language": language,
        "t": words,
        "say": lambda text: in_language(text, language),
        "organisation": organisation,
        "imprint": organisation.imprint,
        "languages": [(code, "?" + urlencode(_kept(lang=code))) for code in organisation.languages],
        "mailbox": here.mailbox,
        "date": lambda moment: i18n.day(moment, language, zone),
        "days": lambda starts, ends: i18n.days(starts, ends, language, zone),
        "size": lambda count: i18n.size(count, language),
        "whole": lambda address: address.replace("…", "…\N{WORD JOINER}"),
        "kind_name": lambda kind: kind_name(words, kind),
    }


def kind_name(words: i18n.Words, kind: str) -> str:
    """'Whitepaper', 'checklist' …; kinds of the customer's own are shown as they are written."""
    try:
        return words(f"kind.{kind}")
    except KeyError:
        return kind.replace("-", " ").capitalize()


def kept_language() -> dict[str, Any]:
    """The wish for a language, to be carried on in a redirect."""
    return {"lang": request.args["lang"]} if "lang" in request.args else {}


def _kept(**changed: str) -> dict[str, str]:
    return {name: value for name in _KEPT if (value := request.args.get(name))} | changed


def _assets(app: Flask) -> Callable[[str], str]:
    """The address of a static file, with a mark that changes with its content, so that browsers may keep it."""
    folder = Path(app.static_folder or "")

    def asset(name: str) -> str:
        mark = sha256((folder / name).read_bytes()).hexdigest()[:10]
        return f"{app.static_url_path}/{name}?v={mark}"

    known = {name: asset(name) for name in ("public/site.css", "public/example.css", "public/icon.svg", "public/form.js")}
    return known.__getitem__
