"""F2: honeypot, time trap, and work that a browser does: bound to the form, good for ten minutes, once; and a way without."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import altcha
import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import Engine
from stories.world import World, berlin
from web.house import ADDRESS, FORM, TYPED, House, build, served

from nurture.domain.form import Defence, ProofOfWork
from nurture.engine import proof_of_work
from nurture.engine.runtime import Runtime
from nurture.store import form_guards
from nurture.store.database import transaction
from nurture.web.public import form_token

CHROMIUM = Path("/usr/bin/chromium")
BUTTON = "Whitepaper anfordern"


@pytest.fixture
def house(sqlite_db: Engine, make_runtime: Callable[..., Runtime]) -> House:
    """Forms that always ask for work."""
    house = build(World(make_runtime(sqlite_db), berlin("2026-03-02 10:00")))
    asks(house, ProofOfWork.ALWAYS)
    return house


def asks(house: House, when: ProofOfWork) -> None:
    d = house.rt.definitions
    forms = {id_: replace(form, defence=Defence(when)) for id_, form in d.forms.items()}
    house.rt.publication = replace(house.rt.publication, definitions=replace(d, forms=forms))


def solved(challenge: dict[str, Any]) -> str:
    """What the reference implementation makes of a challenge of ours."""
    found = altcha.Challenge.from_dict(challenge)
    solution = altcha.solve_challenge(found)
    assert solution is not None
    return str(altcha.Payload(found, solution).to_base64())


def send(house: House, **more: Any) -> int:
    stamp = form_token.issue(house.rt.signer, house.rt.definitions.forms[FORM], house.world.now - timedelta(seconds=9))
    return house.post(f"/f/{FORM}", {**TYPED, "stamp": stamp, **more}).status_code


def challenge(house: House, form: str = FORM) -> dict[str, Any]:
    found = house.get(f"/f/{form}/token").json["challenge"]
    assert isinstance(found, dict)
    return found


def test_f2_a_solved_challenge_lets_the_form_through_once(house: House) -> None:
    proof = solved(challenge(house))
    assert send(house) == 422
    assert send(house, altcha=proof) == 303
    assert send(house, altcha=proof, company="Andere GmbH") == 422, "used"
    assert len(house.world.registrations()) == 1


def test_f2_json_gets_its_challenge_with_the_refusal(house: House) -> None:
    stamp = form_token.issue(house.rt.signer, house.rt.definitions.forms[FORM], house.world.now - timedelta(seconds=9))
    refused = house.client.post(f"/f/{FORM}", json={**TYPED, "stamp": stamp})
    assert (refused.status_code, refused.json["reason"]) == (422, "again.work")
    sent = {**TYPED, "stamp": refused.json["stamp"], "altcha": solved(refused.json["challenge"])}
    assert house.client.post(f"/f/{FORM}", json=sent).status_code == 202


def test_f2_a_challenge_is_bound_to_its_form_and_ends_after_ten_minutes(house: House) -> None:
    assert send(house, altcha=solved(challenge(house, "messe-produktion-2027"))) == 422
    proof = solved(challenge(house))
    house.pause(minutes=10)
    assert send(house, altcha=proof) == 422


def test_f2_nothing_of_a_challenge_can_be_changed_or_put_together(house: House) -> None:
    """The splicing of CVE-2025-68113: no byte moves between what is signed and what is found."""
    given = json.loads(base64.b64decode(solved(challenge(house))))
    bent: list[dict[str, Any]] = []
    for name, value in {
        "data": {"form": FORM, "until": 9_999_999_999},
        "cost": 1,
        "keyPrefix": "",
        "salt": "",
        "keyLength": 1,
        "expiresAt": 9_999_999_999,
    }.items():
        one = json.loads(json.dumps(given))
        one["challenge"]["parameters"][name] = value
        bent.append(one)
    unsigned = json.loads(json.dumps(given))
    del unsigned["challenge"]["signature"]
    spliced = json.loads(json.dumps(given))
    spliced["challenge"]["parameters"]["nonce"] += "00"
    other = json.loads(json.dumps(given))
    other["solution"]["counter"] += 1
    for one in [*bent, unsigned, spliced, other]:
        assert not proof_of_work.check(
            house.rt, FORM, base64.b64encode(json.dumps(one).encode()).decode(), house.world.now
        ).nonce
    assert proof_of_work.check(house.rt, FORM, base64.b64encode(json.dumps(given).encode()).decode(), house.world.now).nonce


@pytest.mark.parametrize("junk", ["", "x", "e30=", "W10=", "bnVsbA==", base64.b64encode(b'{"challenge": 1, "solution": 2}').decode(),
                                  "A" * 100_000, "ü", base64.b64encode(b'{"challenge": {"parameters": []}}').decode()])  # fmt: skip
def test_f2_junk_is_no_proof_and_breaks_nothing(house: House, junk: str) -> None:
    assert proof_of_work.check(house.rt, FORM, junk, house.world.now).nonce == ""


def test_f2_without_a_script_waiting_20_seconds_does_it_few_times_an_hour(house: House) -> None:
    page = house.get(f"/f/{FORM}?lang=de").text
    ticket = re.search(r'name="waiting" value="([^"]+)"', page)
    stamp = re.search(r'name="stamp" value="([^"]+)"', page)
    assert ticket and stamp and "Ohne JavaScript" in page
    house.pause(seconds=15)
    sent = {**TYPED, "stamp": stamp[1], "waiting": ticket[1], "consent": "nurture", "lang": "de"}
    early = house.post(f"/f/{FORM}", sent)
    assert early.status_code == 422
    assert "20 Sekunden" in early.text
    assert f'value="{ticket[1]}"' in early.text, "it goes on waiting"
    assert early.text.count(" checked>") == 1
    house.pause(seconds=5)
    assert house.post(f"/f/{FORM}", sent).status_code == 303
    assert send(house, waiting=ticket[1], company="Andere GmbH") == 422, "used"
    told = []
    for n in range(5):
        ticket_ = proof_of_work.waiting(house.rt, FORM, house.world.now - timedelta(seconds=21))
        told.append(send(house, waiting=ticket_, email=f"p{n}@huber.example"))
    assert told == [303] * 4 + [429]


def test_f2_work_is_switched_per_form_and_by_an_attack(house: House) -> None:
    asks(house, ProofOfWork.AUTO)
    assert house.get(f"/f/{FORM}/token").json["challenge"] is None
    assert "form.js" not in house.get(f"/f/{FORM}").text
    with transaction(house.rt.db) as session:
        form_guards.put_up(session, FORM, "test", house.world.now, house.world.now + timedelta(hours=1))
    assert challenge(house)["parameters"]["algorithm"] == "PBKDF2/SHA-256"
    assert "form.js" in house.get(f"/f/{FORM}").text
    asks(house, ProofOfWork.NEVER)
    assert house.get(f"/f/{FORM}/token").json["challenge"] is None


def test_f2_the_honeypot_is_a_field_that_people_do_not_meet(house: House) -> None:
    page = house.get(f"/f/{FORM}").text
    found = re.search(r'<div class="away" aria-hidden="true">.*?<input type="text"[^>]*name="contact_url"[^>]*>', page)
    assert found and 'tabindex="-1"' in found[0] and 'autocomplete="off"' in found[0]
    assert send(house, contact_url="http://spam.example") == 303
    assert house.world.registrations() == []


# --- in a real browser ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"there is no browser at {CHROMIUM}")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield found
        found.close()


def fill_in(page: Any, company: str) -> None:
    page.get_by_label("Geschäftliche E-Mail-Adresse").fill(ADDRESS)
    page.get_by_label("Unternehmen").fill(company)
    page.get_by_label("Ihr Aufgabenbereich").select_option("it-management")


@pytest.mark.browser
def test_f2_in_a_browser_with_javascript_one_press_without_it_a_wait(house: House, browser: Browser) -> None:
    """Nothing is asked from anybody else, and our own policy blocks nothing."""
    with served(house.app) as port:
        house.rt.public_url = f"http://127.0.0.1:{port}"
        works_by_itself(house, browser, f"/f/{FORM}")
        works_by_itself(house, browser, f"/embed/{FORM}/example")
        waits(house, browser)
    assert [row.answers["company"] for row in house.world.registrations()] == [
        f"/f/{FORM}",
        f"/embed/{FORM}/example",
        "Waits",
    ]


def works_by_itself(house: House, browser: Browser, path: str) -> None:
    context = browser.new_context(locale="de-DE", base_url=house.rt.public_url)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(path)
    if "embed" in path:
        page.add_script_tag(url=f"{house.rt.public_url}/embed/{FORM}/form.js")
    fill_in(page, path)
    house.pause()
    page.get_by_role("button", name=BUTTON).click()
    expect(page.get_by_role("heading", name="Bitte sehen Sie in Ihr Postfach")).to_be_visible(timeout=30_000)
    assert {url.split("/")[2] for url in asked} == {house.rt.public_url.split("/")[2]}
    assert said == []
    assert context.cookies() == []
    context.close()


def waits(house: House, browser: Browser) -> None:
    context = browser.new_context(locale="de-DE", base_url=house.rt.public_url, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/f/{FORM}")
    fill_in(page, "Waits")
    house.pause(seconds=5)
    page.get_by_role("button", name=BUTTON).click()
    expect(page.get_by_role("alert")).to_contain_text("20 Sekunden")
    expect(page.get_by_label("Geschäftliche E-Mail-Adresse")).to_have_value(ADDRESS)
    house.pause(seconds=20)
    page.get_by_role("button", name=BUTTON).click()
    expect(page.get_by_role("heading", name="Bitte sehen Sie in Ihr Postfach")).to_be_visible()
    context.close()
