"""The doctor's look at a real mail server and a real web page of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from delivery.servers import smtp_server

from nurture.delivery.probe import page, server
from nurture.delivery.smtp_settings import SmtpSettings

CA = str(Path(__file__).with_name("certificates") / "ca.pem")
GOOD = {"user": "nurture", "password": "grün:s/3"}

PROBES: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, str]]] = {
    "STARTTLS": ({"starttls": "localhost"}, {"ca_file": CA}, ("tls", "")),
    "TLS from the start": ({"implicit": "localhost"}, {"ca_file": CA, "tls": "implicit"}, ("connect", "")),
    "with a login": ({"starttls": "localhost", "login": True}, {"ca_file": CA, **GOOD}, ("login", "")),
    "in clear": ({}, {"tls": "none"}, ("connect", "")),
    "a wrong password": ({"starttls": "localhost", "login": True}, {"ca_file": CA, **GOOD, "password": "x"}, ("login", "535 5.7.8")),
    "no such login": (
        {"starttls": "localhost", "login": True},
        {"ca_file": CA, **GOOD, "auth": "xoauth2"},
        ("login", "the server offers no login we could use, only: LOGIN PLAIN"),
    ),
    "a certificate nobody knows": ({"starttls": "localhost"}, {}, ("tls", "no trustworthy encryption: ")),
    "another's certificate": ({"starttls": "other.example"}, {"ca_file": CA}, ("tls", "no trustworthy encryption: ")),
    "no STARTTLS": ({}, {"ca_file": CA}, ("tls", "the server offers no STARTTLS")),
}  # fmt: skip


@pytest.mark.parametrize("name", PROBES)
def test_how_far_it_comes(name: str) -> None:
    offers, ours, (step, fault) = PROBES[name]
    with smtp_server(**offers) as inbox:
        probed = server(SmtpSettings("localhost", inbox.port, **ours))
    assert probed.step == step
    assert probed.fault == fault if not fault else probed.fault.startswith(fault), probed.fault
    secured = not fault and ours.get("tls") != "none"
    if secured:
        assert probed.tls == "TLSv1.3"
        assert probed.expires is not None and probed.expires > datetime(2026, 1, 1, tzinfo=UTC)
    assert inbox.mails == []


def test_nobody_there() -> None:
    with smtp_server() as inbox:
        port = inbox.port
    probed = server(SmtpSettings("localhost", port))
    assert (probed.step, probed.fault) == ("connect", "Connection refused")


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write("<a href=/impressum>Impressum</a> ä".encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def website() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Page) as web:
        thread = Thread(target=web.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{web.server_port}/"
        web.shutdown()
        thread.join(5)


def test_a_page() -> None:
    with website() as address:
        assert "Impressum</a> ä" in page(address)
    with pytest.raises(OSError, match="refused"):
        page(address)
