"""``nurture message``: the whole life of one mail, by whichever of its names."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from nurture.domain.consent import ConsentState
from nurture.domain.errors import NotFound
from nurture.domain.message import MessageKind, MessageState
from nurture.engine.message_life import life, number_of
from nurture.engine.return_path import return_path
from nurture.engine.runtime import Runtime
from nurture.store.database import transaction
from nurture.store.schema import (
    Activity,
    Attempt,
    BreakerRow,
    CampaignVersion,
    Consent,
    ConsentEventRow,
    Contact,
    DecisionRow,
    EnrollmentRow,
    Hit,
    Message,
    ReturnedMail,
    Unit,
)


def told(rt: Runtime, now: datetime) -> int:
    """A mail with everything that can happen to one."""
    ago = [now - timedelta(hours=h) for h in range(10)]
    with transaction(rt.db) as session:
        session.add(Unit(id=1, name="Werk", created_at=ago[9]))
        session.flush()
        session.add(
            Contact(
                id=1,
                address="a@werk.example",
                address_key="a@werk.example",
                unit_id=1,
                language="de",
                answers={},
                created_at=ago[9],
            )
        )
        version = session.scalar(select(CampaignVersion.id).where(CampaignVersion.campaign == "welcome-feintakt"))
        session.flush()
        session.add(
            EnrollmentRow(
                id=1,
                contact_id=1,
                campaign="welcome-feintakt",
                version=version,
                number=1,
                state="active",
                step="bottlenecks",
                round=1,
                step_entered_at=ago[8],
                entered_at=ago[8],
                priority=0,
                listening=False,
                reason="",
            )
        )
        session.add(Consent(contact_id=1, purpose="nurture", state=ConsentState.CONFIRMED, since=ago[8]))
        for event, at in (("confirmed", ago[8]), ("withdrawn", ago[0])):
            session.add(ConsentEventRow(contact_id=1, purpose="nurture", event=event, at=at, evidence={"ip": "192.0.2.1"}))
        session.flush()
        session.add(
            DecisionRow(
                enrollment_id=1,
                step="bottlenecks",
                round=1,
                outcome="send",
                at=ago[6],
                reason="due, permitted and inside the window",
            )
        )
        session.add(
            Message(
                id=7,
                kind=MessageKind.NURTURE,
                state=MessageState.ACCEPTED,
                lane="gmx",
                once_key="k",
                header_id="<0123456789abcdef@news.example>",
                address="a@werk.example",
                language="de",
                mail="bottlenecks",
                context={},
                purpose="nurture",
                tracked=True,
                contact_id=1,
                enrollment_id=1,
                campaign="welcome-feintakt",
                step="bottlenecks",
                round=1,
                attempts=2,
                queued_at=ago[6],
                settled_at=ago[4],
                reason="250 OK",
            )
        )
        session.flush()
        for outcome, status, reply, at in (
            ("deferred", "4.7.1", "450 4.7.1 Greylisting", ago[5]),
            ("accepted", "2.0.0", "250 OK", ago[4]),
        ):
            session.add(
                Attempt(
                    message_id=7,
                    at=at,
                    outcome=outcome,
                    phase="rcpt",
                    status=status,
                    reply=reply,
                    host="mx.example [192.0.2.7]",
                )
            )
        session.add(
            ReturnedMail(
                digest="d",
                source="imap",
                received_at=ago[2],
                kind="auto-reply",
                state="done",
                message_id=7,
                contact_id=1,
                subject="Abwesend",
                action="on record: an automatic reply",
                report={},
                raw=b"x",
            )
        )
        session.add(Activity(id=1, contact_id=1, kind="click", at=ago[3], message_id=7, link="page:/preise", data={}))
        session.flush()
        session.add(Hit(activity_id=1, message_id=7, verdict="human", reason="a single click, at a reader's pace", rules=1))
    return 7


def test_everything_about_a_mail(runtime: Runtime, now: datetime) -> None:
    found = life(runtime, told(runtime, now), "de", now)
    assert (found.origin.by, found.origin.step, found.origin.reason) == (
        "campaign",
        "bottlenecks",
        "fällig, erlaubt und innerhalb der Versandzeiten",
    )
    assert found.consent is not None
    assert (found.consent.state, found.consent.event) == ("confirmed", "confirmed")  # what came later is no basis of it
    assert [(t.outcome, t.status, t.host) for t in found.tries] == [
        ("deferred", "4.7.1", "mx.example [192.0.2.7]"),
        ("accepted", "2.0.0", "mx.example [192.0.2.7]"),
    ]
    assert [(r.kind, r.action) for r in found.returned] == [("auto-reply", "vermerkt: eine automatische Antwort")]
    assert [(a.kind, a.about, a.verdict) for a in found.acts] == [("click", "/preise", "human")]
    assert found.lane_name == "GMX / web.de"
    assert found.next.startswith("nichts")
    assert json.loads(json.dumps(found.as_json()))["tries"][0]["reply"] == "450 4.7.1 Greylisting"


NEXT = {
    "due": ({"due_at": 0}, {}, "is due and goes out next"),
    "later": ({"due_at": 60, "attempts": 1}, {}, "is tried again from 2026-03-02 11:00 on"),
    "not yet": ({"due_at": 60, "attempts": 0}, {}, "is sent from 2026-03-02 11:00 on"),
    "stopped": (
        {"due_at": 0},
        {"stop": True},
        "waits until somebody resumes sending to this provider: 3 mails were refused",
    ),
}


@pytest.mark.parametrize("name", NEXT)
def test_what_happens_next(name: str, runtime: Runtime, now: datetime) -> None:
    facts, more, expected = NEXT[name]
    number = told(runtime, now)
    with transaction(runtime.db) as session:
        row = session.get_one(Message, number)
        row.state, row.settled_at = MessageState.QUEUED, None
        row.due_at, row.attempts = now + timedelta(minutes=facts["due_at"]), facts.get("attempts", 0)
        if more:
            session.add(
                BreakerRow(stream="nurture", lane="gmx", rule="policy", reason="3 mails were refused", opened_at=now)
            )
    assert life(runtime, number, "en", now).next == expected


def test_a_mail_is_found_by_each_of_its_names(runtime: Runtime, now: datetime) -> None:
    number = told(runtime, now)
    d = runtime.publication.definitions
    rules = replace(d.delivery, bounce_domain="bounces.example")
    runtime.publication = replace(runtime.publication, definitions=replace(d, delivery=rules))
    address = return_path(runtime, number)
    names = (" 7 ", "<0123456789abcdef@news.example>", "0123456789abcdef@news.example", address, f"<{address.upper()}>")
    assert [number_of(runtime, name) for name in names] == [7] * 5
    for name in ("", "<>", "b+aaaaaaaaaaaaaaaa@bounces.example", "nobody@nowhere.example"):
        with pytest.raises(NotFound):
            number_of(runtime, name)
