"""Landing pages: what a visitor types is never lost, never trusted, and never answered differently."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy.exc import OperationalError
from web.house import ADDRESS, FORM, TYPED, House, path_of

from nurture.engine import registration
from nurture.web.public.stamp import stamp

FAIR = "messe-produktion-2027"
PROFILE = "projektstand"


def test_a_visitor_fills_in_the_form_and_is_told_to_check_the_mail(either_house: House) -> None:
    house = either_house
    answer = house.send()
    assert (answer.status_code, answer.location) == (303, f"/f/{FORM}/sent?lang=de")
    house.world.beat()
    assert house.world.opt_in_mail(ADDRESS).to == ADDRESS
    (row,) = house.world.registrations()
    assert row.purposes.keys() == {"nurture", "tracking"}
    assert row.answers["company"] == "Anlagenbau Huber GmbH"
    assert row.page_url == f"https://nurture.example/f/{FORM}?lang=de"
    told = house.get(answer.location)
    assert told.status_code == 200
    assert "Bitte sehen Sie in Ihr Postfach" in told.text
    assert ADDRESS not in told.text


@pytest.mark.parametrize(
    ("query", "accept", "language"),
    [
        pytest.param("", "", "de", id="nothing said: the organisation's first"),
        pytest.param("", "en-GB,en;q=0.9", "en", id="the browser's"),
        pytest.param("", "fr,en;q=0.5,de;q=0.4", "en", id="the best the browser knows of ours"),
        pytest.param("?lang=de", "en", "de", id="the address before the browser"),
        pytest.param("?lang=xx", "en", "en", id="an unknown one is ignored"),
    ],
)
def test_language_of_the_page(house: House, query: str, accept: str, language: str) -> None:
    page = house.get(f"/f/{FORM}{query}", headers={"Accept-Language": accept})
    assert page.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in page.text


def test_consents_are_never_ticked_beforehand(house: House) -> None:
    for page in (house.get(f"/f/{FAIR}"), house.send(FAIR, last_name="")):
        assert page.text.count('name="consent"') == 3
        assert "checked" not in page.text


def test_every_problem_at_once_at_its_field_and_values_kept(house: House) -> None:
    page = house.send(
        FAIR, email="maria.weber@", last_name="", function="king", fair_question="Was kostet es?", phone="abc"
    )
    assert page.status_code == 422
    for name in ("email", "last_name", "function", "fair_day", "phone"):
        assert f'href="#field-{name}"' in page.text, name
        assert f'id="field-{name}-problem"' in page.text, name
        assert re.search(
            rf'id="field-{name}"[^>]*aria-invalid="true"[^>]*aria-describedby="[^"]*field-{name}-problem', page.text
        )
    assert "5 Angaben fehlen noch" in page.text
    assert 'value="maria.weber@"' in page.text
    assert "Was kostet es?</textarea>" in page.text
    assert "<title>Fehler: " in page.text
    assert house.world.registrations() == []


def test_the_page_shown_again_can_be_sent(house: House) -> None:
    again = house.send(email="maria.weber@")
    new = re.search(r'name="stamp" value="([^"]+)"', again.text)
    assert new
    house.pause()
    assert house.post(f"/f/{FORM}", {**TYPED, "stamp": new[1]}).status_code == 303


@pytest.mark.parametrize(
    ("seconds", "status", "sentence"),
    [
        pytest.param(0, 422, "Das ging sehr schnell", id="at once"),
        pytest.param(1.9, 422, "Das ging sehr schnell", id="sooner than a person"),
        pytest.param(2, 303, "", id="a fast person"),
        pytest.param(4 * 3600, 303, "", id="a slow person"),
        pytest.param(4 * 3600 + 1, 422, "Diese Seite war lange", id="left lying in a tab"),
    ],
)
def test_age_of_the_page(house: House, seconds: float, status: int, sentence: str) -> None:
    shown = house.stamp(f"/f/{FORM}")
    house.pause(seconds=seconds)
    answer = house.post(f"/f/{FORM}", {**TYPED, "stamp": shown})
    assert answer.status_code == status
    assert sentence in answer.text
    if status == 422:
        assert f'value="{ADDRESS}"' in answer.text
        assert house.world.registrations() == []


def test_who_was_too_fast_only_presses_again(house: House) -> None:
    """The page keeps its age when it comes back, so the next press is old enough."""
    shown = house.stamp(f"/f/{FORM}")
    again = house.post(f"/f/{FORM}", {**TYPED, "stamp": shown})
    assert f'value="{shown}"' in again.text
    house.pause(seconds=2)
    assert house.post(f"/f/{FORM}", {**TYPED, "stamp": shown}).status_code == 303


@pytest.mark.parametrize("which", ["missing", "damaged", "of another form", "of another purpose"])
def test_a_wrong_stamp_brings_the_form_back_filled_in(house: House, which: str) -> None:
    long_ago = house.world.now - timedelta(minutes=1)
    sent = {
        "missing": "",
        "damaged": stamp(house.rt.signer, FORM, long_ago)[:-2] + "xx",
        "of another form": stamp(house.rt.signer, FAIR, long_ago),
        "of another purpose": house.rt.signer.sign("confirm", f"{FORM}:{int(long_ago.timestamp() * 1000)}"),
    }[which]
    answer = house.post(f"/f/{FORM}", {**TYPED, "stamp": sent})
    assert answer.status_code == 422
    assert f'value="{ADDRESS}"' in answer.text
    assert house.world.registrations() == []


def test_programs_that_fill_in_everything_are_told_the_same_and_change_nothing(house: House) -> None:
    person = house.send(email="jemand@pumpenwerk.example")
    program = house.send(contact_url="https://spam.example")
    assert (program.status_code, program.data, program.location) == (person.status_code, person.data, person.location)
    assert len(house.world.registrations()) == 1


def test_same_answer_for_every_address(house: House) -> None:
    """Unknown, pending, confirmed, unsubscribed, suppressed: nobody learns from the page who is a contact."""
    world = house.world
    world.fill_form("pending@huber.example")
    welcome = world.arrive("confirmed@huber.example")
    world.unsubscribe(world.arrive("gone@huber.example"))
    assert welcome
    answers = {
        name: house.send(email=f"{name}@huber.example", headers={"X-Forwarded-For": "192.0.2.1"})
        for name in ("unknown", "pending", "confirmed", "gone")
    }
    seen = {(a.status_code, a.data, tuple((k, v) for k, v in a.headers.items() if k != "Date")) for a in answers.values()}
    assert len(seen) == 1


def test_profile_forms_have_no_public_page(house: House) -> None:
    assert [house.get(f"/f/{PROFILE}").status_code, house.post(f"/f/{PROFILE}").status_code] == [404, 404]
    assert house.get("/f/no-such-form").status_code == 404


def test_typed_text_is_shown_as_text(house: House) -> None:
    page = house.send(email="nope", first_name='"><script>alert(1)</script>', company="{{ 7 * 7 }}")
    assert "<script>" not in page.text
    assert unescape(page.text).count('"><script>alert(1)</script>') == 1
    assert "{{ 7 * 7 }}" in page.text


@pytest.mark.parametrize(
    "payload",
    [
        "Maria\r\nBcc: x@y.example",
        "Maria\nBcc: x@y.example",
        "=?utf-8?q?a=0d=0aBcc=3A_x=40y.example?=",
        "Maria\u2028Bcc: x",
    ],
)
def test_no_header_can_be_smuggled_in(house: House, payload: str) -> None:
    sent = house.send(first_name=payload, last_name=payload)
    assert sent.status_code == 303
    house.world.beat()
    house.world.confirm(ADDRESS)
    assert len(house.world.to(ADDRESS)) > 1
    for mail in house.world.to(ADDRESS):
        assert "Bcc" not in mail.message
        assert mail.message["To"].addresses[0].addr_spec == ADDRESS


@pytest.mark.parametrize(
    ("query", "source"),
    [
        pytest.param("?utm_source=linkedin&utm_medium=social", "linkedin", id="utm"),
        pytest.param("?source=partner-42&utm_source=linkedin", "partner-42", id="our own first"),
        pytest.param("?source=%0d%0aX", "website", id="line breaks"),
        pytest.param("?source=<b>", "website", id="markup"),
        pytest.param("?source=" + "a" * 61, "website", id="too long"),
        pytest.param("", "website", id="the form's own"),
    ],
)
def test_where_the_visitor_came_from(house: House, query: str, source: str) -> None:
    page = house.get(f"/f/{FORM}{query}")
    action = unescape(re.search(r'action="([^"]+)"', page.text)[1])  # type: ignore[index]
    shown = re.search(r'name="stamp" value="([^"]+)"', page.text)[1]  # type: ignore[index]
    house.pause()
    assert house.post(action, {**TYPED, "stamp": shown}).status_code == 303
    assert house.world.registrations()[0].source == source


# --- from the customer's own site -----------------------------------------------------------------------------------------


ALLOWED = "https://www.hallmann-brueck.example"
OURS = "https://nurture.example"


@pytest.mark.parametrize(
    ("headers", "known"),
    [
        pytest.param({"Origin": ALLOWED}, True, id="allowed origin"),
        pytest.param({"Origin": ALLOWED + ":443"}, True, id="allowed origin with its default port"),
        pytest.param({"Referer": ALLOWED + "/whitepaper"}, True, id="allowed referer, no origin"),
        pytest.param({"Origin": "https://evil.example"}, False, id="another site"),
        pytest.param({"Origin": "http://www.hallmann-brueck.example"}, False, id="without TLS"),
        pytest.param({"Origin": ALLOWED + ".evil.example"}, False, id="a longer host name"),
        pytest.param({"Origin": "null", "Referer": ALLOWED}, False, id="a hidden origin"),
        pytest.param({"Origin": "https://evil.example", "Referer": ALLOWED}, False, id="the origin counts, not the referer"),
        pytest.param({}, False, id="no word of where from"),
        pytest.param({"Origin": "https://nurture.example"}, False, id="our own page without its stamp"),
        pytest.param({"Origin": "https://nurture.example", "Referer": f"https://nurture.example/embed/{FORM}/example"}, True,
                     id="our sample page"),
        pytest.param({"Origin": "https://evil.example", "Referer": f"https://evil.example/embed/{FORM}/example"}, False,
                     id="a page named like our sample page"),
    ],
)  # fmt: skip
def test_embedded_form(house: House, headers: dict[str, str], known: bool) -> None:
    """Without a script it comes back filled in, with one button to press; consents stay ticked for known sites only."""
    answer = house.post(f"/f/{FORM}?lang=en", {**TYPED, "consent": "nurture", "source": "website"}, headers=headers)
    assert answer.status_code == 422
    assert f'value="{ADDRESS}"' in answer.text
    assert ("Almost there" in answer.text) is known
    assert answer.text.count(" checked>") == int(known)
    assert house.world.registrations() == []
    token = re.search(r'name="stamp" value="([^"]+)"', answer.text)
    assert token
    house.pause()
    pressed = house.post(f"/f/{FORM}?lang=en", {**TYPED, "consent": "nurture", "stamp": token[1]}, headers={"Origin": OURS})
    assert pressed.location == f"/f/{FORM}/sent?lang=en"
    assert [set(row.purposes) for row in house.world.registrations()] == [{"nurture"}]


def test_a_mistake_in_an_embedded_form_ends_on_our_page_with_everything_kept(house: House) -> None:
    answer = house.post(f"/f/{FORM}?lang=en", {**TYPED, "email": "x"}, headers={"Origin": ALLOWED})
    assert answer.status_code == 422
    assert "Please check this e-mail address" in answer.text
    assert 'value="Anlagenbau Huber GmbH"' in answer.text


def test_the_snippet_is_plain_html_and_the_sample_page_is_exactly_it(house: House) -> None:
    page = house.get(f"/embed/{FORM}?lang=de")
    snippet = unescape(re.search(r"<pre[^>]*><code>(.*?)</code>", page.text, re.S)[1])  # type: ignore[index]
    example = house.get(f"/embed/{FORM}/example?lang=de")
    assert snippet in example.text
    assert f'action="https://nurture.example/f/{FORM}?lang=de"' in snippet
    assert "<script" not in snippet
    assert "style=" not in snippet
    assert "checked" not in snippet
    assert ALLOWED in page.text
    assert "frame-ancestors 'self'" in example.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


# --- limits ---------------------------------------------------------------------------------------------------------------


def test_one_address_from_many_networks(house: House) -> None:
    """The sixth time within the hour is refused politely, whoever sends it, with everything kept."""
    statuses = [house.send(**_from(house, n)).status_code for n in range(6)]
    assert statuses == [303] * 5 + [429]
    refused = house.send(**_from(house, 7))
    assert int(refused.headers["Retry-After"]) > 0
    assert "Bitte versuchen Sie es in" in refused.text
    assert f'value="{ADDRESS}"' in refused.text
    house.pause(hours=1)
    assert house.send(**_from(house, 8)).status_code == 303


def test_many_addresses_from_one_network(make_house: Callable[..., House]) -> None:
    house = make_house(trusted_proxies=1)
    answers = [
        house.send(email=f"opfer{n}@huber.example", headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_code
        for n in range(12)
    ]
    assert answers == [303] * 10 + [429] * 2
    elsewhere = house.send(email="anna@huber.example", headers={"X-Forwarded-For": "203.0.113.9"})
    assert elsewhere.status_code == 303


def test_typing_errors_are_not_counted(house: House) -> None:
    for _ in range(12):
        assert house.send(company="").status_code == 422
    assert house.send().status_code == 303


def test_limits_hold_across_processes(either_house: House) -> None:
    """They are counted in the database: a second application over it goes on where the first one stopped."""
    first = either_house
    from web.house import build

    second = build(first.world)
    answers = [place.send(email=f"opfer{n}@huber.example").status_code for n, place in enumerate([first, second] * 6)]
    assert answers == [303] * 10 + [429] * 2


def _from(house: House, n: int) -> dict[str, object]:
    """Another network each time: 10 minutes later the last one is free again, too."""
    house.pause(minutes=2 if n < 7 else 0, seconds=1)
    return {}


# --- when the database does not answer --------------------------------------------------------------------------------------


def test_a_busy_database_loses_nothing_that_was_typed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("database is locked"))

    monkeypatch.setattr(registration, "register", locked)
    answer = house.send()
    assert answer.status_code == 503
    assert f'value="{ADDRESS}"' in answer.text
    assert "in einer Minute" in answer.text


def test_no_page_sets_a_cookie_or_remembers_the_visitor(house: House) -> None:
    answers = [house.get(f"/f/{FORM}"), house.send(), house.get(f"/f/{FORM}/sent"), house.get("/")]
    assert all("Set-Cookie" not in answer.headers for answer in answers)
    assert path_of("https://nurture.example/a?b=c") == "/a?b=c"
