"""Every page in both languages, full and empty; what is the same on two pages is the same figure."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from nurture.domain.errors import DefinitionError, Fault
from nurture.domain.message import MessageState
from nurture.engine import campaign_figures, operation, worklists
from nurture.engine.people import search
from nurture.engine.person import STATES
from nurture.engine.runtime import Runtime
from nurture.engine.words import WORDS
from nurture.store.people import Wanted
from nurture.web.office.texts import TEXTS
from tests.office.conftest import log_in, token
from tests.office.seed import HERO, PENDING

WEB = Path(__file__).parents[2] / "nurture" / "web"
PAGES = [
    "/office/", "/office/people", f"/office/people/{HERO}", f"/office/people/{HERO}?show=mail", "/office/campaigns",
    "/office/campaigns/welcome-feintakt", "/office/handoffs", "/office/handoffs?show=closed", "/office/messages",
    "/office/messages?show=all", "/office/tasks", "/office/tasks?show=done", "/office/account", "/mailbox/",
]  # fmt: skip


@pytest.fixture
def inside(seeded: Runtime, browser: FlaskClient) -> FlaskClient:
    log_in(browser)
    return browser


def _speak(browser: FlaskClient, language: str) -> None:
    form = {"language": language, "csrf_token": token(browser.get("/office/"))}
    browser.post("/office/account/language", data=form)


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_page_in_the_users_language(inside: FlaskClient, language: str) -> None:
    _speak(inside, language)
    for path in PAGES:
        page = inside.get(path, headers={"Accept-Language": language})
        assert page.status_code == 200, path
        assert f'<html lang="{language}"' in page.text


def test_every_page_forbids_foreign_and_inline_code(inside: FlaskClient) -> None:
    for path in PAGES:
        page = inside.get(path)
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|style=", page.text), path
        assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", [p for p in PAGES if HERO not in p])
def test_an_empty_office_says_what_to_do(browser: FlaskClient, path: str) -> None:
    log_in(browser)
    assert browser.get(path).status_code == 200


def test_an_empty_start_page_leads_to_the_landing_pages(browser: FlaskClient) -> None:
    log_in(browser)
    assert "/f/whitepaper-feinplanung?lang=de" in browser.get("/office/").text


@pytest.mark.parametrize(
    "path", ["/office/people/nobody@nowhere.example", "/office/campaigns/none", "/office/messages/99999", "/office/none",
             "/office/campaigns/welcome-feintakt?version=none"],
)  # fmt: skip
def test_what_does_not_exist_is_said_kindly(inside: FlaskClient, path: str) -> None:
    page = inside.get(path)
    assert page.status_code == 404
    assert "Das gibt es hier nicht" in page.text


# --- people -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("weber", ["Anna Weber"]),
        ("ANNA kessler", ["Anna Weber"]),
        ("schäfer", ["Dirk Schäfer"]),
        ("SCHÄFER", ["Dirk Schäfer"]),
        ("präzisa", ["Elif Yılmaz"]),
        ("nordwerk", ["Jan Petersen"]),
        ("@polmach.example", ["Katarzyna Nowak"]),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("weber hartmann", []),
    ],
)
def test_search(seeded: Runtime, now: datetime, text: str, found: list[str]) -> None:
    assert [row.name for row in search(seeded, Wanted(text=text), 50, 0, now).rows] == found


def test_each_person_is_in_exactly_one_state(seeded: Runtime, now: datetime) -> None:
    everybody = search(seeded, Wanted(), 50, 0, now)
    parts = {state: search(seeded, Wanted(state=state), 50, 0, now) for state in STATES}
    assert sum(part.total for part in parts.values()) == everybody.total == len(everybody.rows)
    for state, part in parts.items():
        assert {row.state for row in part.rows} <= {state}


def test_pages_of_people_neither_repeat_nor_forget(seeded: Runtime, now: datetime) -> None:
    total = search(seeded, Wanted(), 1, 0, now).total
    one_by_one = [row.address for i in range(total) for row in search(seeded, Wanted(), 1, i, now).rows]
    assert one_by_one == [row.address for row in search(seeded, Wanted(), 50, 0, now).rows]


def test_htmx_gets_the_table_only(inside: FlaskClient) -> None:
    part = inside.get("/office/people?q=weber", headers={"HX-Request": "true"}).text
    assert "Anna Weber" in part
    assert "<html" not in part


def test_the_unconfirmed_are_visible_as_such(inside: FlaskClient) -> None:
    assert "noch nicht bestätigt" in inside.get(f"/office/people/{PENDING}").text


def test_a_parked_mail_is_released_or_called_off_from_its_page(inside: FlaskClient, seeded: Runtime) -> None:
    rows = worklists.messages(seeded, (MessageState.PARKED,), None, "de", 5, 0)
    path = f"/office/messages/{rows[0].id}"
    assert inside.get(f"{path}/release").status_code == 404, "only a button releases"
    shown = inside.get(path)
    said = inside.post(f"{path}/release", data={"csrf_token": token(shown)}, follow_redirects=True)
    assert "Die Mail wird noch einmal gesendet." in said.text
    assert worklists.message(seeded, rows[0].id, "de").state is MessageState.QUEUED
    inside.post(f"{path}/cancel", data={"csrf_token": token(said)})
    assert worklists.message(seeded, rows[0].id, "de").state is MessageState.CANCELLED
    late = inside.post(f"{path}/release", data={"csrf_token": token(said)}, follow_redirects=True)
    assert "in einem anderen Zustand" in late.text


def test_faults_of_changed_files_stand_on_the_first_page(inside: FlaskClient, seeded: Runtime, now: datetime) -> None:
    error = DefinitionError([Fault("campaigns/welcome.yaml", 3, 1, "kind", "'welcom' is not possible here")])
    operation.heartbeat(seeded, "web:1", "definitions", operation.definitions_result(seeded, error), now)
    assert "campaigns/welcome.yaml:3:1 kind: &#39;welcom&#39;" in inside.get("/office/").text


# --- figures ----------------------------------------------------------------------------------------------------------


def test_figures_on_two_pages_agree(seeded: Runtime, now: datetime) -> None:
    attention, figures = worklists.attention(seeded, now), worklists.figures(seeded, now)
    _, open_handoffs = worklists.handoffs(seeded, closed=False, language="en", now=now, limit=5, offset=0)
    _, open_tasks = worklists.tasks(seeded, done=False, language="en", now=now, limit=5, offset=0)
    counts = worklists.message_counts(seeded)
    assert attention.handoffs == open_handoffs == figures.with_sales
    assert attention.tasks == open_tasks
    assert attention.stuck == sum(counts.get(state, 0) for state in worklists.STUCK)


def test_everybody_in_a_campaign_is_at_a_step_or_has_left(seeded: Runtime) -> None:
    page = campaign_figures.campaign_page(seeded, "welcome-feintakt", None, "en")
    assert sum(step.waiting for step in page.steps) == page.row.active
    assert sum(page.left.values()) == page.row.left
    assert sum(v.total for v in page.versions) == page.row.active + page.row.held + page.row.parked + page.row.left
    assert sum(step.sent for step in page.steps) == page.row.sent


def test_a_task_is_done_once(inside: FlaskClient, seeded: Runtime, now: datetime) -> None:
    rows, before = worklists.tasks(seeded, done=False, language="de", now=now, limit=9, offset=0)
    for _ in range(2):
        form = {"csrf_token": token(inside.get("/office/tasks"))}
        answer = inside.post(f"/office/tasks/{rows[0].id}/done", data=form, follow_redirects=True)
        assert "Die Aufgabe ist erledigt." in answer.text
    assert worklists.tasks(seeded, done=False, language="de", now=now, limit=9, offset=0)[1] == before - 1


def test_a_mail_is_shown_in_a_frame_that_can_do_nothing(inside: FlaskClient, seeded: Runtime) -> None:
    sent = worklists.messages(seeded, (), None, "de", 99, 0)
    number = next(row.id for row in sent if row.subject.startswith("Ihr Whitepaper"))
    assert '<iframe class="letter" sandbox ' in inside.get(f"/office/messages/{number}").text
    policy = inside.get(f"/office/messages/{number}/html").headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")


# --- texts ------------------------------------------------------------------------------------------------------------


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_every_text_with_the_same_places() -> None:
    assert TEXTS["de"].keys() == TEXTS["en"].keys()
    for key, german in TEXTS["de"].items():
        assert _places(german) == _places(TEXTS["en"][key]), key
    for key, word in WORDS.items():
        assert _places(word["de"]) == _places(word["en"]), key


def _used() -> Iterator[str]:
    for folder in ("templates/office", "templates/mailbox", "office"):
        for path in (WEB / folder).rglob("*.*"):
            if path.suffix in (".html", ".py") and path.parent.name != "texts":
                yield path.read_text("utf-8")


def test_no_text_is_missing_or_left_over() -> None:
    source = "\n".join(_used()) + (WEB / "mailbox.py").read_text("utf-8")
    asked = set(re.findall(r"\bt\('([a-z._-]+[a-z])'", source))
    assert asked <= TEXTS["de"].keys()
    prefixes = (
        "menu.",
        "theme.",
        "figure.",
        "group.",
        "step.",
        "fact.",
        "account.",
        "messages.",
        "mailbox.",
        "error.",
        "login.",
    )
    for key in TEXTS["de"].keys() - asked:
        assert key.startswith(prefixes) or f'"{key}"' in source, f"nobody shows {key}"
