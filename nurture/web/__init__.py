"""The web: public pages, the office, the local mailbox, and what monitoring asks for.

    visitor --> public/   forms, confirmation, downloads, preferences, the sales answer   (no cookies, no scripts)
    team    --> office/   people, timelines, campaigns                                    (behind a login)
    newcomer -> mailbox   reads what was "sent", only with the mailbox transport

Every page calls one verb of the engine. The clock is read here and nowhere below.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask
from jinja2 import StrictUndefined

from nurture.engine.runtime import Runtime
from nurture.web import mailbox as mailbox_pages
from nurture.web import monitoring, office, public, security

MAX_BODY = 64 * 1024
"""No form of ours is larger; whoever sends more gets a 413."""


def create_app(rt: Runtime, clock: Callable[[], datetime], *, mailbox: bool, trusted_proxies: int = 0) -> Flask:
    """The WSGI application. ``trusted_proxies``: how many proxies of ours stand before it and add X-Forwarded-For."""
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_MEMORY_SIZE=MAX_BODY, MAX_FORM_PARTS=200)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    app.jinja_env.undefined = StrictUndefined
    security.protect(app, https=rt.public_url.startswith("https:"))
    public.register(app, rt, clock, mailbox=mailbox, trusted_proxies=trusted_proxies)
    monitoring.register(app, rt, clock)
    office.register(app, rt, clock)
    if mailbox:
        mailbox_pages.register(app, rt, clock)
    return app
