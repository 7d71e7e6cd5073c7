"""A world with a web in front of it: what people do in it, they can also do by the pages."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from stories.world import World
from waitress import wasyncore
from waitress.server import create_server
from werkzeug.test import TestResponse

from nurture.engine.runtime import Runtime
from nurture.web import create_app

ADDRESS = "maria.weber@anlagenbau-huber.example"
FORM = "whitepaper-feinplanung"
TYPED = {
    "email": ADDRESS,
    "salutation": "ms",
    "first_name": "Maria",
    "last_name": "Weber",
    "company": "Anlagenbau Huber GmbH",
    "function": "production-planning",
}


@dataclass
class House:
    """``world.now`` is the clock of the pages, too."""

    world: World
    app: Flask
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client(use_cookies=False)

    @property
    def rt(self) -> Runtime:
        return self.world.rt

    def pause(self, **span: float) -> None:
        """A person reads; nothing else happens."""
        self.world.now += timedelta(**(span or {"seconds": 20}))

    def get(self, url: str, **more: object) -> TestResponse:
        return self.client.get(path_of(url), buffered=True, **more)

    def post(self, url: str, data: object = None, **more: object) -> TestResponse:
        return self.client.post(path_of(url), data=data or {}, buffered=True, **more)

    def stamp(self, url: str) -> str:
        """The hidden stamp of a page, as it is shown now."""
        found = re.search(r'name="stamp" value="([^"]+)"', self.get(url).text)
        assert found, f"{url} has no stamp"
        return found[1]

    def send(self, form: str = FORM, *, query: str = "?lang=de", headers: object = None, **typed: object) -> TestResponse:
        """Open a form, fill it in like a person, send it. ``typed`` changes single fields; None leaves one out."""
        stamp = self.stamp(f"/f/{form}{query}")
        self.pause()
        values = {**TYPED, "stamp": stamp, "lang": "de", "consent": ["nurture", "tracking"], **typed}
        data = {name: value for name, value in values.items() if value is not None}
        return self.post(f"/f/{form}{query}", data, headers=headers)

    def opt_in_url(self, address: str = ADDRESS) -> str:
        return "/c/" + self.world.opt_in_mail(address).tokens("/c/")[0]

    def press(self, url: str, **data: str) -> TestResponse:
        """Open a page, wait like a reader, press a button."""
        stamp = self.stamp(url)
        self.pause()
        return self.post(url, {"stamp": stamp, **data})


def path_of(url: str) -> str:
    """Path and query of ``url``: the test client and the pages speak of the same host."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def build(world: World, *, mailbox: bool = False, trusted_proxies: int = 0) -> House:
    app = create_app(world.rt, lambda: world.now, mailbox=mailbox, trusted_proxies=trusted_proxies)
    return House(world, app)


@contextmanager
def served(app: Flask, port: int = 0) -> Iterator[int]:
    """The app on a real server in a thread; gives the port."""
    server = create_server(app, host="127.0.0.1", port=port, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server.effective_port
    finally:
        server.task_dispatcher.shutdown()
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map, ignore_all=True))  # also what is kept alive
        thread.join(5)
        assert not thread.is_alive(), "the server never ends"
