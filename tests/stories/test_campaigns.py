"""A contact's year in each kind of campaign."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select
from stories.world import BERLIN, World, berlin

from nurture.domain.scoring import Line
from nurture.engine import link_pages, preferences, tracking
from nurture.store.database import reading
from nurture.store.schema import EnrollmentRow, Hit, Message

MARIA = "maria.weber@anlagenbau-huber.example"


def test_welcome_then_follow_up_for_a_silent_reader(world: World) -> None:
    world.arrive()
    world.wait(days=200)
    steps = [step for _, step in world.steps("welcome-feintakt")]
    assert steps[:2] == ["hello", "delivery-dates"], "who chooses nothing gets the general topic"
    follow_up = [step for _, step in world.steps("followup-feintakt")]
    assert follow_up[0] == "case"
    assert "requirements" not in follow_up, "meant for B2 and B3 only"
    assert world.enrollment("followup-feintakt").left_kind == "finished"


def test_a_click_ends_the_wait_and_decides_the_topic(world: World) -> None:
    welcome = world.arrive()
    assert world.enrollment("welcome-feintakt").step == "choice"
    world.wait(hours=2)
    world.click(welcome, "topic:planning-data")
    world.wait(minutes=12)
    reasons = world.reasons("welcome-feintakt")
    assert ("choice", "go", "no need to wait longer: clicked step hello") in reasons
    assert ("by-topic", "go", "clicked topic planning-data") in reasons
    world.wait(days=7)
    assert ("welcome-feintakt", "planning-data") in world.steps()


def test_a_scanner_that_follows_every_link_chooses_nothing(world: World) -> None:
    welcome = world.arrive()
    world.wait(seconds=30)
    for token in welcome.tokens("/l/"):
        tracking.follow(world.rt, token, world.visitor(ip="40.94.1.1", method="GET"), world.now)
        world.now += timedelta(milliseconds=200)
    world.wait(days=3)
    assert {hit.verdict for hit in hits(world)} == {"machine"}
    assert [line.rule for line in score_lines(world)] == ["offer-form"]
    world.wait(days=6)
    assert ("welcome-feintakt", "delivery-dates") in world.steps(), "as if nobody had clicked"


def hits(world: World) -> list[Hit]:
    with reading(world.rt.db) as session:
        return list(session.scalars(select(Hit)))


def score_lines(world: World) -> list[Line]:
    return list(world.score().lines)


def test_head_and_prefetch_never_count(world: World) -> None:
    welcome = world.arrive()
    world.wait(minutes=20)
    world.click(welcome, "topic:bottlenecks", method="HEAD")
    world.click(welcome, "topic:bottlenecks", prefetch=True)
    world.wait(hours=3)
    assert {hit.verdict for hit in hits(world)} == {"machine"}
    assert world.lead().points == 10


def test_one_click_per_link_and_day_scores(world: World) -> None:
    welcome = world.arrive()
    world.wait(hours=1)
    for _ in range(5):
        world.click(welcome, "topic:bottlenecks")
        world.wait(minutes=30)
    assert world.lead().points == 13
    world.wait(days=1)
    world.click(welcome, "topic:bottlenecks")
    world.wait(minutes=30)
    assert 15 < world.lead().points <= 16


def test_what_somebody_has_is_not_sent_again(world: World) -> None:
    welcome = world.arrive()
    world.wait(minutes=5)
    world.read_topic(welcome, "delivery-dates", "rechnung-terminverzug")
    world.wait(days=20)
    assert ("delivery-dates", "skip", "already has 'rechnung-terminverzug'") in world.reasons("welcome-feintakt")


def test_a_follow_up_changes_with_the_class_and_the_interest(world: World) -> None:
    world.arrive()
    world.wait(days=40)
    mails = [m for m in world.to(MARIA) if "/q/" in m.html or any("questions" in world._name(t) for t in m.tokens("/l/"))]
    assert mails, "the welcome asks when a purchase is planned"
    mail = mails[0]
    url = world.click(mail, "questions:projektstand")
    link_pages.answer_questions(
        world.rt, url.rpartition("/q/")[2], {"purchase_timing": "within-12-months", "company_size": "50-249"},
        world.visitor(), world.now,
    )  # fmt: skip
    world.beat()
    contact = world.contact()
    assert contact is not None and contact.answers["purchase_timing"] == "within-12-months"
    assert world.lead().lead_class == "B2"
    world.wait(days=180)
    assert ("followup-feintakt", "requirements") in world.steps()


def test_an_event_campaign_keeps_its_dates_across_the_change_of_the_clocks(world: World) -> None:
    world.until(berlin("2027-03-20 11:00"))
    world.arrive("rolf.keller@keller-pressen.example", form="messe-produktion-2027", purposes=("nurture",), phone="")
    assert world.steps() == [("event-forum-fertigung", "thanks")]
    [task] = world.tasks()
    assert "Stand" in task.title
    world.until(berlin("2027-04-12 23:00"))
    assert len(world.steps()) == 1
    world.until(berlin("2027-04-14 00:00"))
    prepared = next(m for m in world.rows(Message) if m.step == "prepare")
    assert prepared.queued_at == berlin("2027-04-13 09:00"), "one week before 09:00 by the wall clock"
    world.until(berlin("2027-05-20 00:00"))
    assert [s for c, s in world.steps() if c.startswith("event")] == ["thanks", "prepare", "thanks-for-talk"]


def test_after_two_quiet_months_one_mail_recalls_the_first_interest_then_silence(world: World) -> None:
    world.arrive()
    world.wait(days=200)
    assert not world.steps("wakeup-feintakt"), "a follow-up was still running"
    world.wait(days=80)
    assert [s for _, s in world.steps("wakeup-feintakt")][:1] == ["remember"]
    mail = next(m for m in reversed(world.to(MARIA)) if "/u/" in m.text)
    world.wait(days=60)
    steps = [s for _, s in world.steps("wakeup-feintakt")]
    assert steps == ["remember", "last-word"]
    count = len(world.to(MARIA))
    world.wait(days=200)
    assert len(world.to(MARIA)) == count, "no reaction: left in peace"
    assert mail.message["List-Unsubscribe"]


def test_who_wakes_up_is_accompanied_again(world: World) -> None:
    world.arrive()
    while not world.steps("wakeup-feintakt"):
        world.wait(days=5)
    recall = next(m for m in world.to(MARIA)[::-1] if m.message["Message-ID"] == sent_id(world, "remember"))
    world.wait(hours=3)
    link = next(world._name(t) for t in recall.tokens("/l/"))
    world.click(recall, link)
    world.wait(hours=1)
    assert world.enrollment("wakeup-feintakt").left_kind == "finished"
    assert len([e for e in world.rows(EnrollmentRow) if e.campaign == "followup-feintakt"]) == 2


def sent_id(world: World, step: str) -> str:
    return next(m.header_id for m in world.rows(Message) if m.step == step)


def test_nothing_is_sent_on_holidays_or_closed_days(world: World) -> None:
    world.until(berlin("2026-12-01 10:00"))
    world.arrive()
    world.wait(days=60)
    days = {m.at.astimezone(BERLIN).date().isoformat() for m in world.to(MARIA)[2:]}
    assert days, "mails went on"
    assert not days & {"2026-12-24", "2026-12-25", "2026-12-26", "2026-12-31", "2027-01-01"}
    assert {m.at.astimezone(BERLIN).weekday() for m in world.to(MARIA)[2:]} <= {1, 2, 3}


def test_a_wait_over_the_change_of_the_clocks_keeps_the_hour(world: World) -> None:
    world.until(berlin("2026-03-24 14:30"))
    world.arrive()
    world.until(berlin("2026-03-30 23:59"))
    left = next(d for d in world.reasons("welcome-feintakt") if d[0] == "choice" and d[1] == "go")
    assert left[2] == "the wait is over"
    entered = next(e for e in world.rows(EnrollmentRow))
    assert entered.step_entered_at.astimezone(BERLIN).strftime("%d %H:%M") == "28 14:37"


def test_the_mail_caps_hold_over_all_campaigns(world: World) -> None:
    world.arrive()
    world.wait(minutes=20)
    world.fill_form(form="checkliste-ersatzteile")
    world.confirm()
    world.fill_form(form="messe-produktion-2027")
    world.confirm()
    world.wait(days=60)
    sent = sorted(m.queued_at for m in world.rows(Message) if m.kind == "nurture" and m.state == "accepted")
    assert len(sent) > 4
    for earlier, later in pairwise(sent[2:]):
        assert later - earlier >= timedelta(days=1), (earlier, later)
    for start in sent:
        assert sum(1 for at in sent if start <= at < start + timedelta(days=7)) <= world.rt.definitions.caps.per_week


def test_a_changed_address_is_a_new_contact_and_the_old_one_can_leave(world: World) -> None:
    old = world.arrive()
    new = world.arrive("maria.weber@huber-group.example")
    preferences.unsubscribe(world.rt, old.tokens("/u/")[0], world.visitor(), world.now)
    world.wait(days=30)
    assert len(world.to(MARIA)) == 2
    assert len(world.to("maria.weber@huber-group.example")) > 2
    assert new.to == "maria.weber@huber-group.example"


def test_an_english_reader_gets_english_mails(world: World) -> None:
    mail = world.arrive("sarah.miller@miller-presses.example", language="en", first_name="Sarah", last_name="Miller")
    assert "Miller" in mail.text
    assert "Abmelden" not in mail.text
    assert mail.message.get_body(("html",)) is not None


@pytest.mark.parametrize("function", ["it-management", "commercial-management", "production-planning"])
def test_each_function_gets_a_welcome_of_its_own(world: World, function: str) -> None:
    mail = world.arrive(function=function)
    template = next(m for m in world.rows(Message) if m.step == "hello")
    cell = world.rt.template(template.template_version).cell
    assert function in cell or "any" in cell
    assert mail.subject


def test_a_topic_page_begins_with_what_the_reader_should_read_next(world: World) -> None:
    welcome = world.arrive()
    world.wait(minutes=5)
    url = world.click(welcome, "topic:delivery-dates")
    page = link_pages.topic_page(world.rt, url.rpartition("/t/")[2], world.now)
    first = page.items[0][0].id
    world.download(page.items[0][1])
    again = [item.id for item, _ in link_pages.topic_page(world.rt, url.rpartition("/t/")[2], world.now).items]
    assert again[0] != first
    assert sorted(again) == sorted(item.id for item, _ in page.items)
