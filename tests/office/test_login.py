"""Nobody comes in without a name and password, and nobody stays in for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from nurture.domain.errors import InvalidInput
from nurture.engine import audit, login
from nurture.engine.login import LastUser, LoginRefused, create_user, has_users, remove_user, reset_password
from nurture.engine.runtime import Runtime
from nurture.store.audit import Wanted
from nurture.store.database import reading
from nurture.store.schema import OfficeSession, User
from nurture.web import create_app
from tests.office.conftest import Clock, log_in, token
from tests.office.serving import NAME, PASSWORD

NEW = "noch ein langes Passwort"


def _inside(browser: FlaskClient) -> bool:
    return browser.get("/office/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/office/", "/office/people", "/office/people/a@b.example", "/office/tasks", "/office/nowhere"]
)
def test_without_login_every_page_leads_to_the_door(browser: FlaskClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 303
    assert answer.location.startswith("/office/login?next=/office/")


def test_login_leads_where_one_wanted_to_go(browser: FlaskClient) -> None:
    door = browser.get("/office/people?q=weber").location
    form = {"name": NAME, "password": PASSWORD, "csrf_token": token(browser.get(door))}
    assert browser.post(door, data=form).location == "/office/people?q=weber"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/office/",
        "/office/..//evil.example",
        "/office/\\evil",
        "javascript:alert(1)",
        "/f/x",
    ],
)
def test_login_leads_nowhere_else(browser: FlaskClient, elsewhere: str) -> None:
    form = {"name": NAME, "password": PASSWORD, "csrf_token": token(browser.get("/office/login"))}
    assert browser.post("/office/login", query_string={"next": elsewhere}, data=form).location == "/office/"


def test_wrong_name_and_wrong_password_get_the_same_answer(browser: FlaskClient) -> None:
    unknown, wrong = log_in(browser, name="nobody"), log_in(browser, password="something else 123")
    assert unknown.status_code == wrong.status_code == 401
    assert unknown.text.replace("nobody", NAME).split("csrf_token")[0] == wrong.text.split("csrf_token")[0]


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(browser: FlaskClient) -> None:
    cookies = [c for c in log_in(browser).headers.getlist("Set-Cookie") if c.startswith("nurture_office=")]
    assert len(cookies) == 1
    assert "HttpOnly" in cookies[0]
    assert "SameSite=Lax" in cookies[0]


def test_under_https_cookies_are_bound_to_the_host(house: Runtime, clock: Clock) -> None:
    house.public_url = "https://nurture.example"
    create_user(house, NAME, PASSWORD, "de", clock.now)
    browser = create_app(house, clock, mailbox=False).test_client()
    door = browser.get("/office/login", base_url="https://nurture.example")
    form = {"name": NAME, "password": PASSWORD, "csrf_token": token(door)}
    answer = browser.post("/office/login", data=form, base_url="https://nurture.example")
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if "nurture_office" in c)
    assert cookie.startswith("__Host-nurture_office=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_the_database_does_not_know_the_cookie_or_the_password(browser: FlaskClient, house: Runtime) -> None:
    log_in(browser)
    cookie = browser.get_cookie("nurture_office")
    assert cookie is not None
    with reading(house.db) as session:
        keys = [row.id for row in session.query(OfficeSession)]
        hashes = [row.password_hash for row in session.query(User)]
    assert cookie.value not in keys
    assert all(h.startswith("scrypt:") for h in hashes)


def test_each_login_has_a_new_cookie_and_a_new_form_token(browser: FlaskClient) -> None:
    before = token(browser.get("/office/login"))
    log_in(browser)
    first = browser.get_cookie("nurture_office")
    assert token(browser.get("/office/account")) != before
    browser.delete_cookie("nurture_office")
    log_in(browser)
    assert first != browser.get_cookie("nurture_office")


@pytest.mark.parametrize(
    ("step", "times", "inside"),
    [
        (timedelta(minutes=29), 1, True),
        (timedelta(minutes=31), 1, False),
        (timedelta(minutes=29), 24, True),
        (timedelta(minutes=29), 25, False),
    ],
    ids=["used within 30 minutes", "idle for 30 minutes", "under 12 hours", "over 12 hours"],
)
def test_how_long_a_login_lasts(browser: FlaskClient, clock: Clock, step: timedelta, times: int, inside: bool) -> None:
    log_in(browser)
    for _ in range(times):
        clock.now += step
        last = _inside(browser)
    assert last is inside


def test_logout_ends_the_login_for_whoever_has_the_cookie(browser: FlaskClient, app: Flask) -> None:
    log_in(browser)
    cookie = browser.get_cookie("nurture_office")
    assert cookie is not None
    browser.post("/office/logout", data={"csrf_token": token(browser.get("/office/"))})
    thief = app.test_client()
    thief.set_cookie("nurture_office", cookie.value)
    assert not _inside(thief)


def test_a_new_password_ends_every_login(browser: FlaskClient, app: Flask) -> None:
    other = app.test_client()
    log_in(other)
    log_in(browser)
    form = {"old": PASSWORD, "new": NEW, "again": NEW, "csrf_token": token(browser.get("/office/account"))}
    assert browser.post("/office/account/password", data=form).location == "/office/login"
    assert not _inside(browser)
    assert not _inside(other)
    assert log_in(browser, password=PASSWORD).status_code == 401
    assert log_in(browser, password=NEW).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "says"),
    [
        ("wrong wrong wrong", NEW, NEW, "Das ist nicht das bisherige Passwort."),
        (PASSWORD, "short", "short", "Ein Passwort hat mindestens 12 Zeichen."),
        (PASSWORD, NEW, NEW + "!", "Die beiden neuen Passwörter sind verschieden."),
    ],
    ids=["wrong old one", "too short", "typed differently"],
)
def test_a_password_is_not_changed_by_mistake(browser: FlaskClient, old: str, new: str, again: str, says: str) -> None:
    log_in(browser)
    form = {"old": old, "new": new, "again": again, "csrf_token": token(browser.get("/office/account"))}
    answer = browser.post("/office/account/password", data=form)
    assert answer.status_code == 400
    assert says in answer.text
    assert _inside(browser)


def test_too_many_tries_have_to_wait_even_with_the_right_password(browser: FlaskClient, clock: Clock) -> None:
    answers = [log_in(browser, password=f"wrong password {i}").status_code for i in range(12)]
    assert answers == [401] * 10 + [429] * 2
    assert log_in(browser).status_code == 429
    clock.now += timedelta(minutes=15)
    assert log_in(browser).status_code == 303


def test_logging_in_often_is_no_attack(browser: FlaskClient) -> None:
    for _ in range(12):
        browser.delete_cookie("nurture_office")
        assert log_in(browser).status_code == 303


@pytest.mark.parametrize(
    "path", ["/office/login", "/office/logout", "/office/account/password", "/office/account/theme", "/office/tasks/1/done"]
)
def test_forms_without_our_token_do_nothing(browser: FlaskClient, path: str) -> None:
    log_in(browser)
    for form in ({}, {"csrf_token": "forged"}):
        answer = browser.post(path, data=form)
        assert answer.status_code == 400
        assert "Es wurde nichts geändert." in answer.text


def test_users_are_made_with_care(house: Runtime, clock: Clock) -> None:
    assert not has_users(house)
    create_user(house, "Katrin", PASSWORD, "de", clock.now)
    assert has_users(house)
    for name, password in (("katrin", PASSWORD), ("other", "short"), ("  ", PASSWORD)):
        with pytest.raises(InvalidInput):
            create_user(house, name, password, "de", clock.now)


def test_who_is_removed_is_out_at_once_and_stays_on_record(browser: FlaskClient, house: Runtime, now: datetime) -> None:
    log_in(browser)
    with pytest.raises(LastUser):
        remove_user(house, NAME, now)
    assert _inside(browser)
    create_user(house, "Quirin", PASSWORD, "de", now)
    assert remove_user(house, NAME.upper(), now) == NAME
    assert not _inside(browser)
    assert log_in(browser).status_code == 401
    found, _ = audit.log(house, Wanted(), "en", 1000)
    assert (NAME, "logged in") in [(line.actor, line.action) for line in found]
    assert ("removed", NAME) in [(line.action, line.object_id) for line in found]
    remove_user(house, "quirin", now, last=True)
    assert not has_users(house)


def test_who_is_removed_while_logging_in_is_refused(
    browser: FlaskClient, house: Runtime, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(browser)
    browser.delete_cookie("session")
    known = login.authenticate

    def overtaken(*given: object) -> object:
        user = known(*given)  # type: ignore[arg-type]
        remove_user(house, NAME, now, last=True)
        return user

    monkeypatch.setattr(login, "authenticate", overtaken)
    with pytest.raises(LoginRefused):
        login.log_in(house, NAME, PASSWORD, "192.0.2.1", "a token", now)


def test_the_operator_can_give_a_new_password(browser: FlaskClient, house: Runtime, now: datetime) -> None:
    log_in(browser)
    reset_password(house, NAME, NEW, now)
    assert not _inside(browser)
    assert log_in(browser, password=NEW).status_code == 303
