"""What every answer carries, what is believed of a request, and what visitors see when something goes wrong."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import request
from web.house import FORM, House

from nurture.engine import opt_in
from nurture.web import i18n, security


@pytest.mark.parametrize(
    "path", ["/", f"/f/{FORM}", f"/f/{FORM}/sent", f"/embed/{FORM}", "/c/x", "/nothing", "/robots.txt"]
)
def test_headers_of_every_answer(house: House, path: str) -> None:
    headers = house.get(path).headers
    policy = headers["Content-Security-Policy"]
    for rule in (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ):
        assert rule in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Strict-Transport-Security"].startswith("max-age=")
    assert headers["Cache-Control"]
    assert "Set-Cookie" not in headers
    assert "X-Powered-By" not in headers


def test_pages_hold_no_inline_script_and_no_inline_style(house: House) -> None:
    for path in ("/", f"/f/{FORM}", f"/f/{FORM}/sent", f"/embed/{FORM}", f"/embed/{FORM}/example", "/nothing"):
        page = house.get(path).text
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", page), path


def test_only_landing_pages_are_for_search_engines(house: House) -> None:
    assert house.get(f"/f/{FORM}").headers["X-Robots-Tag"] == "all"
    assert "noindex" in house.get(f"/f/{FORM}/sent").headers["X-Robots-Tag"]
    assert house.get("/robots.txt").text == "User-agent: *\nAllow: /f/\nAllow: /static/\nDisallow: /\n"


def test_static_files_may_be_kept(house: House) -> None:
    path = re.search(r'href="(/static/public/site\.css\?v=\w+)"', house.get("/").text)
    assert path
    answer = house.get(path[1])
    assert answer.status_code == 200
    assert "max-age=3600" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "ip"),
    [
        pytest.param("203.0.113.9", "", 0, "203.0.113.9", id="direct"),
        pytest.param(
            "203.0.113.9", "198.51.100.1", 0, "203.0.113.9", id="nobody is trusted: the header is the visitor's word"
        ),
        pytest.param("10.0.0.1", "203.0.113.9", 1, "203.0.113.9", id="one proxy"),
        pytest.param(
            "10.0.0.1", "6.6.6.6, 203.0.113.9", 1, "203.0.113.9", id="one proxy, the visitor wrote something, too"
        ),
        pytest.param("10.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.2", 2, "203.0.113.9", id="two proxies"),
        pytest.param("10.0.0.1", "", 1, "10.0.0.1", id="the proxy said nothing"),
        pytest.param("10.0.0.1", "203.0.113.9", 5, "203.0.113.9", id="fewer hops than proxies"),
        pytest.param("10.0.0.1", "203.0.113.9:4711", 1, "203.0.113.9", id="with a port"),
        pytest.param("10.0.0.1", "[2001:db8::7]:4711", 1, "2001:db8::7", id="IPv6 with a port"),
        pytest.param("10.0.0.1", "2001:db8::7", 1, "2001:db8::7", id="IPv6"),
        pytest.param("10.0.0.1", "unknown", 1, "", id="no address"),
        pytest.param("", "", 0, "", id="a local socket"),
    ],
)
def test_client_ip(peer: str, forwarded: str, proxies: int, ip: str) -> None:
    assert security.client_ip(peer, forwarded, proxies) == ip


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://www.huber.example/a?b#c", "https://www.huber.example"),
        ("https://www.HUBER.example:443", "https://www.huber.example"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("https://user:secret@huber.example", "https://huber.example"),
        ("null", ""),
        ("", ""),
        ("file:///etc/passwd", ""),
        ("https://huber.example:port", ""),
        ("https://[", ""),
    ],
)
def test_origin(url: str, origin: str) -> None:
    assert security.origin(url) == origin


@pytest.mark.parametrize(
    ("url", "fit"),
    [
        ("https://huber.example/a?b=c#d", True),
        ("http://127.0.0.1:8000/d/x", True),
        ("//huber.example", False),
        ("/relative", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://user@huber.example", False),
        ("https://huber.example/\r\nSet-Cookie: a=b", False),
        ("https://huber.example\\@evil.example", False),
        ("https:// huber.example", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_is_web_address(url: str, fit: bool) -> None:
    assert security.is_web_address(url) is fit


@pytest.mark.parametrize(
    ("headers", "prefetch"),
    [
        ({"Sec-Purpose": "prefetch;prerender"}, True),
        ({"Purpose": "prefetch"}, True),
        ({"X-Moz": "prefetch"}, True),
        ({"X-Purpose": "preview"}, True),
        ({}, False),
        ({"Purpose": "navigate"}, False),
    ],
)
def test_visits_that_nobody_asked_for(house: House, headers: dict[str, str], prefetch: bool) -> None:
    with house.app.test_request_context("/l/x", headers=headers):
        assert security.visitor(request, "https://nurture.example", 0).prefetch is prefetch


def test_the_page_is_named_by_our_address_not_by_the_host_header(house: House) -> None:
    with house.app.test_request_context("/f/x?lang=de", headers={"Host": "evil.example"}):
        assert security.visitor(request, "https://nurture.example/", 0).page_url == "https://nurture.example/f/x?lang=de"


# --- errors ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nothing", 404), ("POST", "/", 405), ("PUT", f"/f/{FORM}", 405)]
)
def test_error_pages_help_in_the_visitors_language(
    house: House, method: str, path: str, status: int, language: str
) -> None:
    page = house.client.open(path, method=method, headers={"Accept-Language": language})
    assert page.status_code == status
    assert page.headers["Content-Language"] == language
    imprint = house.rt.definitions.organisation.imprint
    for fact in (imprint.company, imprint.street, imprint.register, imprint.vat_id, imprint.email, imprint.phone):
        assert fact in unescape(page.text), fact
    assert page.headers.get("Allow", "GET") if status == 405 else True


def test_too_much_at_once(house: House) -> None:
    page = house.post(f"/f/{FORM}?lang=de", {"company": "x" * 70_000})
    assert page.status_code == 413
    assert "kürzen" in page.text


def test_too_many_fields(house: House) -> None:
    data = {f"field{n}": "x" for n in range(500)}
    assert house.post(f"/f/{FORM}", data, content_type="multipart/form-data").status_code == 413


def test_bodies_that_are_no_form(house: House) -> None:
    for content_type, body, status in (
        ("application/json", b"{", 400),
        ("multipart/form-data", b"x", 422),
        ("text/plain", b"\xff\xfe", 422),
    ):
        answer = house.client.post(f"/f/{FORM}", data=body, content_type=content_type)
        assert answer.status_code == status
    assert house.world.registrations() == []


def test_a_fault_of_ours_is_recorded_and_says_nothing_of_the_inside(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(opt_in, "opt_in", broken)
    with caplog.at_level(logging.ERROR):
        page = house.get("/c/x?lang=en")
    assert page.status_code == 500
    assert "Something went wrong here" in page.text
    assert "secret detail" not in page.text
    assert "secret detail" in caplog.text


def test_links_for_the_other_language_stay_on_this_host(house: House) -> None:
    page = house.client.get("//evil.example/%2e%2e?next=https://evil.example&utm_source=x")
    links = re.findall(r'<a href="([^"]*)" lang=', page.text)
    assert links == ["?utm_source=x&amp;lang=de", "?utm_source=x&amp;lang=en"]


def test_unsubscribing_is_never_refused_for_its_frequency(house: House) -> None:
    left = "/u/" + house.world.arrive().tokens("/u/")[0]
    answers = {house.post(left, {"List-Unsubscribe": "One-Click"}).status_code for _ in range(60)}
    assert answers == {200}


# --- the start page and monitoring ----------------------------------------------------------------------------------------


def test_a_newcomer_finds_everything(make_house: Callable[..., House]) -> None:
    house = make_house(mailbox=True)
    page = house.get("/?lang=en").text
    for path in (f"/f/{FORM}", "/mailbox/", "/office/"):
        assert f'href="{path}' in page
    assert "/f/projektstand" not in page


def test_visitors_of_a_real_installation_find_the_forms_only(house: House) -> None:
    page = house.get("/").text
    assert f'href="/f/{FORM}' in page
    assert "/mailbox/" not in page
    assert "/office/" not in page


def test_monitoring(house: House) -> None:
    assert house.get("/healthz").text == "ok\n"
    ready = house.get("/readyz")
    assert ready.status_code in (200, 503)
    assert ready.json["checks"]["database"]["ok"] is True
    metrics = house.get("/metrics")
    assert metrics.status_code == 200
    assert "nurture_messages" in metrics.text


# --- words ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "language", "words"),
    [(10, "de", "1 KB"), (78_600, "de", "79 KB"), (1_250_000, "de", "1,2 MB"), (1_250_000, "en", "1.2 MB")],
)
def test_sizes(count: int, language: str, words: str) -> None:
    assert i18n.size(count, language) == words


def test_days(house: House) -> None:
    event = next(f.event for f in house.rt.definitions.forms.values() if f.event)
    zone = house.rt.definitions.calendar.zone
    assert i18n.days(event.starts, event.ends, "de", zone) == "20.–23. April 2027"
    assert i18n.days(event.starts, event.ends, "en", zone) == "April 20–23, 2027"
    assert i18n.days(event.starts, event.ends.replace(month=5), "de", zone) == "20. April 2027 – 23. Mai 2027"
    assert i18n.days(event.starts, event.starts.replace(hour=16), "de", zone) == "20. April 2027, 09:00 – 18:00"
