"""The delivery page: the same figures as the command and the metrics; what a human decides is on record."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, event, select
from support.delivery import BOUNCE, fill, lively
from werkzeug.test import TestResponse

from nurture.domain.breaker import Figures
from nurture.engine import delivery_desk, operation, returns_desk
from nurture.engine.delivery_view import OF_TRIES, view
from nurture.engine.queue_report import as_json
from nurture.engine.returns import take_in
from nurture.engine.runtime import Runtime
from nurture.store import delivery_counts
from nurture.store.database import reading, transaction
from nurture.store.delivery_counts import RETURNS, Count
from nurture.store.schema import Alarm, BreakerRow, LaneRow, Message, ReturnedMail, Route, Suppression
from nurture.web.office import charts
from tests.office.conftest import Clock, Filled, log_in, one_user, token

PAGES = ("/office/delivery", "/office/delivery/breakers/1", "/office/delivery/returned", "/office/delivery/returned?kind=bounce",
         "/office/delivery/returned?show=quarantine", "/office/delivery/returned/1", "/office/messages?show=unknown")  # fmt: skip


@pytest.fixture
def busy(house: Runtime, now: datetime, filled: Filled) -> Runtime:
    house.publication = lively(house.publication, now.date())

    def fill_it() -> None:
        one_user(house, now)
        fill(house, now)

    return filled("busy", house, fill_it)


@pytest.fixture
def inside(busy: Runtime, browser: FlaskClient) -> FlaskClient:
    log_in(browser)
    return browser


def post(browser: FlaskClient, page: str, path: str, **form: str) -> TestResponse:
    return browser.post(path, data={"csrf_token": token(browser.get(page)), **form})


# --- one state, one set of figures ------------------------------------------------------------------------------------


def _metric(text: str, name: str, **labels: str) -> float:
    samples = [s for family in text_string_to_metric_families(text) for s in family.samples if s.name == name]
    return sum(s.value for s in samples if labels.items() <= s.labels.items())


def test_page_command_and_metrics_show_the_same_figures(inside: FlaskClient, busy: Runtime, now: datetime) -> None:
    told = json.loads(json.dumps(as_json(view(busy, now))))
    metrics = operation.metrics(busy, now).decode()
    page = inside.get("/office/delivery").text
    shown = [re.sub(r"\D", "", n) for n in re.findall(r'class="figure-value ">([^<]+)<', page)]
    today = [f["today"] for f in told["figures"]]
    refused = sum(f["invalid"] + f["policy"] + f["failed"] for f in today)
    assert shown[:3] == [str(told[name]) for name in ("due", "later", "under_way")]
    assert shown[4:] == [str(sum(f[name] for f in today)) for name in ("accepted", "deferred")] + [
        str(refused),
        str(told["unknown"]),
    ]
    assert _metric(metrics, "nurture_queue_due") == told["due"] > 200
    assert _metric(metrics, "nurture_queue", state="queued") == told["due"] + told["later"]
    assert _metric(metrics, "nurture_queue", state="unknown") == told["unknown"] == 3
    assert _metric(metrics, "nurture_queue_oldest_seconds", lane="gmx", stream="nurture") == 41 * 60
    assert _metric(metrics, "nurture_quarantine") == told["quarantine"] == 2
    assert _metric(metrics, "nurture_breakers_open") == len(told["breakers"]) == page.count('id="breaker-') == 1
    assert _metric(metrics, "nurture_alarms_open") == len(told["alarms"]) == page.count('id="alarm-') == 1
    assert _metric(metrics, "nurture_lane_paused_seconds", lane="gmx") == 22 * 60
    assert _metric(metrics, "nurture_lane_rate", lane="gmx", which="present") == 0.25
    for figure in told["figures"]:
        made = figure["total"]
        assert made["tries"] == sum(made[outcome] for outcome in OF_TRIES)
        pair = {"lane": figure["lane"], "stream": figure["stream"]}
        for when, numbers in (("try", {name: made[name] for name in OF_TRIES}), ("return", made["came_back"])):
            for outcome, number in numbers.items():
                assert _metric(metrics, "nurture_mails_total", **pair, outcome=outcome, when=when) == number


def test_the_view_on_both_databases(runtime: Runtime, now: datetime) -> None:
    runtime.publication = lively(runtime.publication, now.date())
    fill(runtime, now)
    found = view(runtime, now)
    assert (found.due, found.under_way, found.quarantine) == (237, 18, 2)
    assert found.oldest == now - timedelta(minutes=41)
    assert [(one.lane, one.count) for one in found.said] == [("gmx", 38), ("microsoft", 21), ("t-online", 4), ("other", 2)]
    assert [stop.waiting for stop in found.stops] == [15]
    assert found.progress is not None
    assert found.progress.left == 237 + 18
    assert found.progress.held == 48 + 1 + 12 + 7 + 1  # a pause, a stop, and a plan that is used up
    assert found.progress.ends is not None
    assert 0 < sum(f.accepted for f in found.hour["google"]) <= found.long.of(lane="google").accepted
    assert delivery_desk.retry(runtime, "gmx", "anna", now) == 38  # those that were put off, not those meant for later
    assert next(lane for lane in view(runtime, now).lanes if lane.id == "gmx").lane.paused_until is None


def test_the_view_costs_what_waits_and_not_what_is_stored(house: Runtime, now: datetime) -> None:
    asked: list[tuple[str, Any]] = []

    def listen(*given: Any) -> None:
        asked.append(given[2:4])

    def look() -> list[tuple[str, Any]]:
        asked.clear()
        event.listen(house.db, "before_cursor_execute", listen)
        view(house, now)
        event.remove(house.db, "before_cursor_execute", listen)
        return list(asked)

    empty = len(look())
    fill(house, now)
    queries = look()
    assert len(queries) == empty < 25
    with house.db.connect() as connection:
        for query, values in queries:
            if query.startswith("SELECT"):
                plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)]
                read = [line for line in plan if re.match(r"SCAN (messages|attempts|returned_mails|delivery_counts)", line)]
                assert all(
                    re.search(r"USING (COVERING )?INDEX ix_\w+_(due|stuck|quarantine|deferred)", line) for line in read
                ), plan


def test_totals_only_rise_when_old_minutes_go(db: Engine, now: datetime) -> None:
    old, rows = now - timedelta(days=100), [Count("gmx", "nurture", Figures(accepted=3, invalid=1))]
    back = {("nurture", "gmx"): Figures(accepted=3, invalid=1)}
    for worker, at in (("a", old), ("a", now), ("b", now), (RETURNS, now)):
        with transaction(db) as session:
            delivery_counts.count(session, worker, at, rows)
    for _ in range(2):
        with transaction(db) as session:
            delivery_counts.forget(session, now - timedelta(days=90))
            delivery_counts.put_together(session)
            found = delivery_counts.totals(session)
            assert (found.tries, found.back) == ({("nurture", "gmx"): Figures(accepted=9, invalid=3)}, back)
    with transaction(db) as session:
        delivery_counts.count(session, "a", now, rows)
        assert delivery_counts.totals(session).tries["nurture", "gmx"].accepted == 12
        assert len(delivery_counts.minutes(session, now - timedelta(days=365))) == 1


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "en"])
def test_pages_in_both_languages(inside: FlaskClient, language: str) -> None:
    inside.post("/office/account/language", data={"language": language, "csrf_token": token(inside.get("/office/"))})
    for path in PAGES:
        page = inside.get(path)
        assert page.status_code == 200, path
        assert f'<html lang="{language}"' in page.text
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|style=", page.text), path


def test_empty_pages_say_so(house: Runtime, browser: FlaskClient) -> None:
    log_in(browser)
    for path in ("/office/delivery", "/office/delivery/returned", "/office/delivery/returned?show=quarantine"):
        page = browser.get(path)
        assert page.status_code == 200, path
        assert "empty-title" in page.text, path


def test_nobody_sees_or_does_anything_without_a_login(busy: Runtime, browser: FlaskClient) -> None:
    for path in (*PAGES, "/office/delivery/returned/1/raw"):
        assert browser.get(path).status_code == 303, path
    form = {"csrf_token": token(browser.get("/office/login")), "sure": "yes", "key": "policy:microsoft", "lane": "gmx"}
    for path in ("breakers/1", "alarms", "lanes", "returned/1/dismiss", "returned/1/assign"):
        assert browser.post(f"/office/delivery/{path}", data=form).status_code == 303, path
    with reading(busy.db) as session:
        assert session.get_one(BreakerRow, 1).resumed_at is None
        assert session.get_one(ReturnedMail, 1).state == "quarantine"
        assert session.get_one(LaneRow, "gmx").paused_until is not None


def test_nothing_happens_without_the_forms_token(inside: FlaskClient, busy: Runtime) -> None:
    for path in ("breakers/1", "alarms", "lanes", "returned/1/dismiss", "returned/1/assign"):
        assert inside.post(f"/office/delivery/{path}", data={"sure": "yes", "lane": "gmx"}).status_code == 400, path
    with reading(busy.db) as session:
        assert session.get_one(BreakerRow, 1).resumed_at is None


def test_the_live_part_alone_when_htmx_asks(inside: FlaskClient) -> None:
    page = inside.get("/office/delivery", headers={"HX-Request": "true"})
    assert page.text.lstrip().startswith('<div id="delivery"')
    assert 'hx-trigger="every 4s"' in page.text


def test_a_page_that_keeps_itself_up_to_date_does_not_keep_the_login(inside: FlaskClient, clock: Clock) -> None:
    for _ in range(2):
        clock.now += timedelta(minutes=16)
        answer = inside.get("/office/delivery", headers={"HX-Request": "true", "HX-Trigger": "delivery"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/office/login")


# --- deciding ---------------------------------------------------------------------------------------------------------


def test_resuming_asks_first_and_is_on_record(inside: FlaskClient, busy: Runtime, now: datetime) -> None:
    page = "/office/delivery/breakers/1"
    post(inside, page, page)
    with reading(busy.db) as session:
        assert session.get_one(BreakerRow, 1).resumed_at is None
    assert post(inside, page, page, sure="yes").status_code == 303
    with reading(busy.db) as session:
        row = session.get_one(BreakerRow, 1)
        assert (row.resumed_by, row.resumed_at) == ("katrin", now)
        alarm = session.get_one(Alarm, "breaker:nurture:ionos")
        assert (alarm.closed_by, alarm.closed_at) == ("katrin", now)
    assert "Fortgesetzt von katrin" in inside.get(page).text
    again = inside.post(
        page, data={"csrf_token": token(inside.get("/office/account")), "sure": "yes"}, follow_redirects=True
    )
    assert "lief schon wieder" in again.text


def test_an_alarm_is_done_once_somebody_says_so(inside: FlaskClient, busy: Runtime) -> None:
    post(inside, "/office/delivery", "/office/delivery/alarms", key="policy:microsoft")
    with reading(busy.db) as session:
        assert session.get_one(Alarm, "policy:microsoft").closed_by == "katrin"
    assert post(inside, "/office/delivery", "/office/delivery/alarms", key="nope").status_code == 404


def test_a_paused_lane_is_tried_now(inside: FlaskClient, busy: Runtime, now: datetime) -> None:
    with transaction(busy.db) as session:
        session.add(Route(name=busy.transport.name, failures=2, paused_until=now + timedelta(minutes=5), reason="refused"))
    assert "wird in Ruhe gelassen" in inside.get("/office/delivery").text
    post(inside, "/office/delivery", "/office/delivery/lanes", lane="gmx")
    with reading(busy.db) as session:
        assert session.get_one(LaneRow, "gmx").paused_until is None
        assert session.scalar(select(Route.name)) is None
    assert post(inside, "/office/delivery", "/office/delivery/lanes", lane="nope").status_code == 404


# --- what came back ---------------------------------------------------------------------------------------------------


def test_hostile_mail_is_text_and_its_bytes_are_only_for_saving(inside: FlaskClient) -> None:
    page = inside.get("/office/delivery/returned/1")
    assert "&lt;script&gt;alert(" in page.text
    assert "<script>alert" not in page.text
    raw = inside.get("/office/delivery/returned/1/raw")
    assert raw.data == BOUNCE.encode()
    assert raw.headers["Content-Disposition"] == 'attachment; filename="returned-1.eml"'
    assert raw.headers["X-Content-Type-Options"] == "nosniff"
    assert raw.content_type == "application/octet-stream"


def test_dismissed(inside: FlaskClient, busy: Runtime) -> None:
    post(inside, "/office/delivery/returned/1", "/office/delivery/returned/1/dismiss")
    with reading(busy.db) as session:
        row = session.get_one(ReturnedMail, 1)
        assert row.state == "dismissed"
        assert row.action.startswith("dismissed by katrin")


def test_assigned_to_a_mail_the_policy_follows(inside: FlaskClient, busy: Runtime) -> None:
    with transaction(busy.db) as session:
        row = session.get_one(ReturnedMail, 1)
        mail = session.get_one(Message, row.message_id)
        number, header, address = mail.id, mail.header_id, mail.address
        row.report = {"recipients": [{**row.report["recipients"][0], "address": address}]}
    page, path = "/office/delivery/returned/1", "/office/delivery/returned/1/assign"
    assert post(inside, page, path, message="<nobody@nowhere.example>").status_code == 404
    assert post(inside, page, path, message=header).status_code == 303
    with reading(busy.db) as session:
        row = session.get_one(ReturnedMail, 1)
        assert (row.state, row.failure) == ("done", "invalid")
        assert row.action.startswith("assigned by katrin; suppressed: the address does not exist")
        assert session.get(Suppression, address) is not None
        assert session.get_one(Message, number).state.value == "failed"


def test_a_report_on_another_address_suppresses_nobody_though_assigned(inside: FlaskClient, busy: Runtime) -> None:
    post(inside, "/office/delivery/returned/1", "/office/delivery/returned/1/assign", message="1")
    with reading(busy.db) as session:
        assert session.get_one(ReturnedMail, 1).failure == "soft"
        assert session.query(Suppression).count() == 0


def test_what_is_unclear_needs_a_kind(inside: FlaskClient, busy: Runtime) -> None:
    page, path = "/office/delivery/returned/2", "/office/delivery/returned/2/assign"
    assert post(inside, page, path, message="1").status_code == 409
    assert post(inside, page, path, message="1", kind="auto-reply").status_code == 303
    with reading(busy.db) as session:
        assert session.get_one(ReturnedMail, 2).kind == "auto-reply"
    form = {"csrf_token": token(inside.get("/office/account")), "message": "1", "kind": "reply"}
    assert inside.post(path, data=form).status_code == 409  # decided already


def test_assign_on_both_databases(runtime: Runtime, now: datetime) -> None:
    fill(runtime, now)
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "somebody@nowhere.example", "Frage"
    mail.set_content("Bitte keine Mails mehr!")
    taken = take_in(runtime, mail.as_bytes(), "pipe", now)
    assert taken.state == "quarantine"
    state, action = returns_desk.assign(runtime, taken.id, 1, "anna", now)
    assert state == "done"
    assert action.startswith("assigned by anna; held until somebody decides")


# --- drawing ----------------------------------------------------------------------------------------------------------


def test_shares_fill_the_strip_and_show_the_smallest_part() -> None:
    strip = charts.shares(Figures(accepted=100_000, deferred=1, policy=1))
    assert [name for name, _, _ in strip] == ["accepted", "deferred", "refused"]
    assert all(width >= 1.4 for _, _, width in strip)
    assert sum(width for _, _, width in strip) == pytest.approx(100, abs=0.1)
    assert charts.shares(Figures()) == []


def test_bars_stand_on_each_other() -> None:
    drawn = charts.bars([Figures(), Figures(accepted=5, deferred=5)], 20)
    assert drawn.paths == {"accepted": "M4 20.0h3v-10.0h-3z", "deferred": "M4 10.0h3v-10.0h-3z", "refused": ""}
    assert drawn.most == 10


def test_who_wants_no_more_mail_is_recorded_from_the_quarantine(inside: FlaskClient, busy: Runtime) -> None:
    page, path = "/office/delivery/returned/2", "/office/delivery/returned/2/objection"
    assert "Wer will keine E-Mails mehr?" in inside.get(page).text
    bounced = inside.get("/office/delivery/returned/1").text
    assert 'value="mailer-daemon' not in bounced, "whose report it is is not who wants no more mail"
    wrong = post(inside, page, path, address="niemand")
    assert (wrong.status_code, "Das ist keine E-Mail-Adresse" in wrong.text, 'value="niemand"' in wrong.text) == (
        422,
        True,
        True,
    )
    assert post(inside, page, path, address="neu@werk.example").status_code == 303
    with reading(busy.db) as session:
        assert session.get_one(ReturnedMail, 2).action == "assigned by katrin; asked in words for no more mail"
        assert session.get_one(Suppression, "neu@werk.example").reason == "asked in words for no more mail"
    again = {"csrf_token": token(inside.get("/office/account")), "address": "neu@werk.example"}
    assert inside.post(path, data=again).status_code == 409
