"""The local mailbox: readable on this machine, and nowhere else."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage

import pytest
from delivery.carrier import send
from flask.testing import FlaskClient

from nurture.delivery import MemoryTransport
from nurture.delivery.mailbox import MailboxTransport
from nurture.delivery.transport import Parcel
from nurture.engine.runtime import Runtime
from nurture.web import create_app
from tests.office.conftest import Clock

ALLOWED = "allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"


@pytest.fixture
def mail(house: Runtime, now: datetime) -> str:
    """The path of a mail with both parts."""
    message = EmailMessage()
    message["From"], message["To"] = "Katrin Brück <k@hb.example>", "Anna Weber <anna@kessler.example>"
    message["Subject"], message["Date"], message["Message-ID"] = "Grüße aus Dortmund", now, "<1@hb.example>"
    message.set_content("Guten Tag,\nhier entlang: https://nurture.example/c/abc?x=1&y=2\n")
    message.add_alternative(
        "<html><head><title>x</title></head><body><a href='/c/abc'>Bestätigen</a></body></html>", "html"
    )
    assert isinstance(house.transport, MailboxTransport)
    send(house.transport, Parcel(1, "<1@hb.example>", "k@hb.example", "anna@kessler.example", message.as_bytes()))
    return "/mailbox/" + house.transport.list_mails().mails[0].id


def test_the_list_needs_no_login(browser: FlaskClient, mail: str) -> None:
    page = browser.get("/mailbox/", headers={"Accept-Language": "de"})
    assert "Grüße aus Dortmund" in page.text
    assert mail in page.text


def test_an_empty_mailbox_says_what_to_do(browser: FlaskClient) -> None:
    assert "Füllen Sie eine Landingpage aus" in browser.get("/mailbox/", headers={"Accept-Language": "de"}).text
    assert "Fill in a landing page" in browser.get("/mailbox/", headers={"Accept-Language": "en"}).text


@pytest.mark.parametrize(
    ("view", "shows"),
    [
        ("", '<iframe class="letter" sandbox="' + ALLOWED + '"'),
        ("?view=text", 'href="https://nurture.example/c/abc?x=1&amp;y=2"'),
        ("?view=headers", "<dt>Message-ID</dt><dd>&lt;1@hb.example&gt;</dd>"),
        ("?view=source", "multipart/alternative"),
        ("?view=nonsense", "<iframe"),
    ],
)
def test_a_mail_can_be_looked_at_in_every_way(browser: FlaskClient, mail: str, view: str, shows: str) -> None:
    assert shows in browser.get(mail + view).text


def test_the_html_part_is_in_a_sandbox_where_links_open_a_tab(browser: FlaskClient, mail: str) -> None:
    part = browser.get(mail + "/html")
    assert part.headers["Content-Security-Policy"].startswith(f"sandbox {ALLOWED}; default-src 'none'")
    assert '<head><base target="_blank">' in part.text


def test_search(browser: FlaskClient, mail: str) -> None:
    assert mail in browser.get("/mailbox/?q=KESSLER").text
    assert mail not in browser.get("/mailbox/?q=somebody-else").text


@pytest.mark.parametrize("path", ["2026-03-02/none", "2026-03-02/..%2f..%2fnurture.db", "%2e%2e/nurture.db", "x/y/html"])
def test_what_does_not_exist_is_not_found(browser: FlaskClient, path: str) -> None:
    assert browser.get(f"/mailbox/{path}").status_code == 404


@pytest.mark.parametrize(
    "request_",
    [
        {"environ_base": {"REMOTE_ADDR": "203.0.113.5"}},
        {"environ_base": {"REMOTE_ADDR": "192.168.0.5"}},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Forwarded": "for=203.0.113.5"}},
        {"headers": {"Host": "rebound.evil.example"}},
    ],
    ids=["from the net", "from the office network", "behind a proxy", "behind another proxy", "under a stranger's name"],
)
def test_only_this_machine_may_read_it(browser: FlaskClient, mail: str, request_: dict[str, dict[str, str]]) -> None:
    for path in ("/mailbox/", mail, mail + "/html"):
        assert browser.get(path, **request_).status_code == 403  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000"])
def test_this_machine_has_several_names(browser: FlaskClient, mail: str, host: str) -> None:
    assert browser.get("/mailbox/", headers={"Host": host}).status_code == 200


def test_there_is_no_mailbox_with_another_transport(house: Runtime, clock: Clock) -> None:
    house.transport = MemoryTransport()
    browser = create_app(house, clock, mailbox=True).test_client()
    assert browser.get("/mailbox/").status_code == 404
