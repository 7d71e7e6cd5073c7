"""A run in which everything happens: page, command, metrics and a plain count of the tables say the same of it."""

from __future__ import annotations

import html
import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from delivery.outbox import Outbox
from delivery.scripted import ACCEPTED, ScriptedServer
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from returns.postroom import Postroom
from sqlalchemy import text

from nurture.cli.queue import _lines
from nurture.delivery import Kind, Outcome, Phase
from nurture.domain.failure import Failure
from nurture.engine import operation
from nurture.engine.delivery import deliver
from nurture.engine.delivery_view import view
from nurture.engine.queue_report import as_json
from nurture.engine.runtime import Runtime
from tests.office.conftest import Clock, log_in, one_user

GREYLISTED = Outcome(Kind.DEFERRED, Phase.RECIPIENT, "450 4.7.1 Greylisted, come again", status="4.7.1")
NOBODY = Outcome(Kind.FAILED, Phase.RECIPIENT, "550 5.1.1 no such user", status="5.1.1", failure=Failure.INVALID)
UNWANTED = Outcome(Kind.FAILED, Phase.RECIPIENT, "550 5.7.1 blocked", status="5.7.1", failure=Failure.POLICY)
BROKEN = Outcome(Kind.FAILED, Phase.RECIPIENT, "554 5.3.0 no", status="5.3.0", failure=Failure.OTHER)
SILENT = Outcome(Kind.UNKNOWN, Phase.ANSWER, "the connection broke")
SQL = """
select 'accepted', count(*) from attempts where outcome = 'accepted'
union all select 'accepted mails', count(distinct message_id) from attempts where outcome = 'accepted'
union all select 'deferred', count(*) from attempts where outcome = 'deferred'
union all select 'deferred mails', count(distinct message_id) from attempts where outcome = 'deferred'
union all select 'refused', count(*) from attempts where outcome = 'failed'
union all select 'refused mails', count(distinct message_id) from attempts where outcome = 'failed'
union all select 'unknown tries', count(*) from attempts where outcome = 'unknown'
union all select 'tries', count(*) from attempts
union all select 'back', count(*) from returned_mails where kind = 'bounce' and state = 'done'
union all select 'unknown', count(*) from messages where state = 'unknown'
union all select 'failed', count(*) from messages where state = 'failed'
"""


@pytest.fixture
def told(house: Runtime, now: datetime) -> dict[str, Any]:
    """20 mails: 10 accepted at once, 4 greylisted twice, 2 + 1 + 1 refused, 2 without an answer. Then 3 bounce."""
    one_user(house, now)
    box = Outbox(house, now)
    mails = box.nurture_mails(box.people(20))
    with house.db.connect() as connection:
        found = connection.execute(text("select id, address from messages order by id")).all()
    addresses = [address for _, address in found]
    finishes = {address: [SILENT] for address in addresses[18:]}
    grey = {address: [GREYLISTED, GREYLISTED, ACCEPTED] for address in addresses[10:14]}
    refused = dict(zip(addresses[14:18], ([NOBODY], [NOBODY], [UNWANTED], [BROKEN]), strict=True))
    house.transport = ScriptedServer(offers={**grey, **refused}, finishes=finishes)
    for hours in (0, 1):
        deliver(house, now + timedelta(hours=hours), worker="one", stopwatch=lambda: 0.0)
    post = Postroom(house, now)
    for mail in mails[:3]:
        post.bounced(mail, at=now + timedelta(hours=1, minutes=5))
    with house.db.connect() as connection:
        return {name: number for name, number in connection.execute(text(SQL))}


def _tiles(page: str) -> dict[str, str]:
    found = re.findall(r'class="figure-value ">([^<]+)</span><span class="figure-name">([^<]+)<', page)
    return {html.unescape(name): value for value, name in found}


def _metric(told: str, **labels: str) -> float:
    samples = [s for family in text_string_to_metric_families(told) for s in family.samples]
    return sum(s.value for s in samples if s.name == "nurture_mails_total" and labels.items() <= s.labels.items())


def test_the_run_is_as_it_is_meant(told: dict[str, Any]) -> None:
    assert told == {"accepted": 10, "accepted mails": 10, "deferred": 8, "deferred mails": 4, "refused": 4, "refused mails": 4,
                    "unknown tries": 2, "tries": 24, "back": 3, "unknown": 2, "failed": 7}  # fmt: skip


def test_page_command_metrics_and_sql_agree(
    told: dict[str, Any], house: Runtime, clock: Clock, browser: FlaskClient
) -> None:
    clock.now += timedelta(hours=1, minutes=10)
    log_in(browser)
    page = browser.get("/office/delivery").text
    tiles = _tiles(page)
    assert tiles["E-Mails heute angenommen"] == str(told["accepted mails"])
    assert tiles["Versuche heute zurückgestellt"] == str(told["deferred"])
    assert tiles["E-Mails heute sofort abgelehnt"] == str(told["refused mails"])
    assert f">{told['back']} heute später zurückgekommen<" in page
    assert tiles["E-Mails, Ausgang unbekannt"] == str(told["unknown"])
    found = view(house, clock.now)
    figures = [figure["today"] for figure in json.loads(json.dumps(as_json(found)))["figures"]]
    metrics = operation.metrics(house, clock.now).decode()
    for name, outcomes in {"tries": ("tries",), "accepted": ("accepted",), "deferred": ("deferred",),
                           "refused": ("invalid", "policy", "failed"), "unknown tries": ("unknown",)}.items():  # fmt: skip
        assert sum(figure[outcome] for figure in figures for outcome in outcomes) == told[name], name
        counted = [_metric(metrics, when="try", **({} if o == "tries" else {"outcome": o})) for o in outcomes]
        assert sum(counted) == told[name], name
    assert sum(sum(figure["came_back"].values()) for figure in figures) == told["back"] == _metric(metrics, when="return")
    (row,) = (line for line in _lines(found) if "nurture  " in line)
    assert row.split()[-4:] == [str(told[name]) for name in ("accepted", "deferred", "refused mails", "back")]


def test_a_lane_without_a_limit_says_so(told: dict[str, Any], house: Runtime, now: datetime) -> None:
    found = view(house, now)
    assert any("no limit" in line for line in _lines(found))
    assert not any(re.search(r"\binf\b", line) for line in _lines(found))
    assert "+Inf" not in operation.metrics(house, now).decode()
    assert {lane["per_second"] for lane in as_json(found)["lanes"]} == {None}


def test_shares_are_of_one_whole(told: dict[str, Any], house: Runtime, clock: Clock, browser: FlaskClient) -> None:
    clock.now += timedelta(hours=1, minutes=10)
    log_in(browser)
    page = html.unescape(browser.get("/office/delivery").text)
    (shares,) = re.findall(rf"Von {told['tries']} Versuchen</div>\s*<div class=\"share-list\">(.*?)</div>", page, re.DOTALL)
    parts = [float(part.replace(",", ".")) for part in re.findall(r"([\d,]+)\s%", shares)]
    assert len(parts) == 6
    assert sum(parts) == pytest.approx(100, abs=0.3)
    assert re.search(r"Später zurückgemeldet</div>\s*<div class=\"share-list\"><span>3 zurück wegen ungültiger", page)


def test_what_servers_said_is_told_in_tries_and_mails(told: dict[str, Any], house: Runtime, clock: Clock, browser: FlaskClient) -> None:  # fmt: skip
    clock.now += timedelta(hours=1, minutes=10)
    log_in(browser)
    assert "Versuche: 8 (E-Mails: 4)" in browser.get("/office/delivery").text
    found = view(house, clock.now)
    assert any(re.fullmatch(r"  8 tries \(4 mails\) \w+: 450 4.7.1 Greylisted, come again", line) for line in _lines(found))
    (said,) = as_json(found)["deferrals"]
    assert (said["count"], said["mails"]) == (told["deferred"], told["deferred mails"])
