"""The local mailbox: what was "sent" on this machine, readable in the browser instead of in a real inbox.

Exists with the mailbox transport only, needs no login, and answers only who sits at this machine: a loopback address,
no proxy in between, and a host name of this machine, so that no other site can read it through the browser.

    /mailbox/            the list        /mailbox/<id>         one mail
    /mailbox/<id>/html   its HTML part, in a sandbox without scripts, links open in a new tab
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, make_response, render_template, request

from nurture.delivery.mailbox import MailboxTransport
from nurture.domain.errors import NotFound
from nurture.engine.runtime import Runtime
from nurture.web import i18n
from nurture.web.office.formats import Formats
from nurture.web.office.texts import TEXTS

_PAGE = 50
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_SANDBOX = "allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
HTML_POLICY = (
    f"sandbox {_SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
"""The mail's own style sheets, and links that the reader presses; no scripts, no forms, nothing loaded from elsewhere."""
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_PROXIES_SAY = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via")
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
_VIEWS = ("html", "text", "headers", "source")


def register(app: Flask, rt: Runtime, clock: Callable[[], datetime]) -> None:
    """Add the mailbox to ``app``; nothing where mail goes elsewhere."""
    if not isinstance(rt.transport, MailboxTransport):
        return
    pages = _Pages(rt, rt.transport, clock)
    mailbox = Blueprint("mailbox", __name__, url_prefix="/mailbox")
    mailbox.before_request(partial(_only_here, rt))
    mailbox.add_url_rule("/", "mails", pages.list)
    mailbox.add_url_rule("/<day>/<name>", "mail", pages.show)
    mailbox.add_url_rule("/<day>/<name>/html", "html", pages.html)
    mailbox.register_error_handler(NotFound, pages.not_found)
    mailbox.after_request(_headers)
    app.register_blueprint(mailbox)


def _only_here(rt: Runtime) -> None:
    """Whoever is not at this machine gets a 403."""
    host = urlsplit(f"//{request.host}").hostname or ""
    names = _LOCAL_NAMES | {urlsplit(rt.public_url).hostname or ""}
    forwarded = any(request.headers.get(name) for name in _PROXIES_SAY)
    if forwarded or host not in names or not _is_loopback(request.remote_addr or ""):
        abort(Response(TEXTS[_language()]["mailbox.refused"], 403, content_type="text/plain; charset=utf-8"))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
    response.headers["Cache-Control"] = "no-store"
    return response


def _language() -> str:
    return i18n.choose(request, tuple(TEXTS))


class _Pages:
    """The views over one mailbox."""

    def __init__(self, rt: Runtime, transport: MailboxTransport, clock: Callable[[], datetime]) -> None:
        self._rt, self._transport, self._clock = rt, transport, clock

    def list(self) -> Response:
        asked, search = request.args.get("page", "1"), request.args.get("q", "").strip()[:100]
        number = max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1
        found = self._transport.list_mails((number - 1) * _PAGE, _PAGE, search)
        return self._page("list", found=found, number=number, search=search)

    def show(self, day: str, name: str) -> Response:
        raw = self._transport.read_mail(f"{day}/{name}")
        mail = _parse(raw)
        html, text = _part(mail, "html"), _part(mail, "plain")
        view = request.args.get("view", "")
        return self._page(
            "mail", day=day, name=name, mail=mail, at=_date(mail), has_html=html is not None, text=text,
            view=view if view in _VIEWS else "html" if html is not None else "text",
            headers=[(key, str(value)) for key, value in mail.items()], source=raw.decode("utf-8", "replace"), views=_VIEWS,
            sandbox=_SANDBOX,
        )  # fmt: skip

    def html(self, day: str, name: str) -> Response:
        """The HTML part as it was sent, but for one line: links open in a new tab."""
        html = _part(_parse(self._transport.read_mail(f"{day}/{name}")), "html")
        if html is None:
            raise NotFound("HTML part in mail", name)
        target = '<base target="_blank">'
        page, count = _HEAD.subn(lambda head: head[0] + target, html, count=1)
        response = make_response(page if count else target + html)
        response.headers["Content-Security-Policy"] = HTML_POLICY
        return response

    def not_found(self, error: NotFound) -> Response:
        response = self._page("nothing", detail=str(error))
        response.status_code = 404
        return response

    def _page(self, template: str, **values: Any) -> Response:
        language = _language()
        zone = self._rt.definitions.calendar.zone
        response = make_response(
            render_template(
                f"mailbox/{template}.html", language=language, t=i18n.words(TEXTS, language), theme="",
                f=Formats(language, zone, self._clock()), organisation=self._rt.definitions.organisation, **values,
            )
        )  # fmt: skip
        response.headers["Content-Language"] = language
        return response


def _parse(raw: bytes) -> EmailMessage:
    message = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(message, EmailMessage)  # noqa: S101 - the default policy makes these
    return message


def _part(mail: EmailMessage, kind: str) -> str | None:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part is not None else None


def _date(mail: EmailMessage) -> datetime | None:
    header = mail["Date"]
    moment = getattr(header, "datetime", None)
    return moment if isinstance(moment, datetime) and moment.tzinfo is not None else None
