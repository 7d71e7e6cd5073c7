"""The pages that visitors and readers see. GET shows, POST acts; no cookies, and no script is needed.

/f/<form>  landing page        /c/ double opt-in      /l/ link in a mail     /q/ questions
/embed/<form>  for other sites /u/ unsubscribe        /d/ download           /call/ wish to be called
/  where a newcomer begins     /p/ preferences        /t/ topic              /h/ the answer of sales
/r/ renewing a consent
/hooks/<provider>  what mail providers report
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask

from nurture.engine.runtime import Runtime
from nurture.web.public import (
    answer,
    asking,
    errors,
    forms,
    hooks,
    leaving,
    opt_in,
    personal,
    preferences,
    reading,
    renewal,
    start,
)
from nurture.web.public.site import Site, attach


def register(app: Flask, rt: Runtime, clock: Callable[[], datetime], *, mailbox: bool, trusted_proxies: int = 0) -> None:
    """Add the public pages and the error pages to ``app``."""
    attach(app, Site(rt, clock, mailbox=mailbox, trusted_proxies=trusted_proxies))
    for part in (start, forms, opt_in, leaving, renewal, preferences, personal, reading, asking, answer, hooks):
        app.register_blueprint(part.blueprint)
    errors.register(app)
