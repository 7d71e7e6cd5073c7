"""What people choose on the preferences page, and what it does to campaigns and to mails that are queued already."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise

import pytest
from law.test_a03_one_click import queue_next_mail
from sqlalchemy import Engine, event
from stories.world import World, berlin
from web.house import ADDRESS, House, build

from nurture.domain.consent import ConsentState
from nurture.domain.message import MessageState
from nurture.engine import choices, permission, rights
from nurture.engine.advance import advance
from nurture.engine.timeline import timeline
from nurture.store import consents, messages
from nurture.store.database import reading, transaction
from nurture.store.preferences import changes
from nurture.store.preferences import of as choices_of
from nurture.store.schema import AuditEntry, Contact, DecisionRow, EnrollmentRow, Message, Suppression

NEW = "maria.huber@anlagenbau-huber.example"


@pytest.fixture
def page(house: House) -> str:
    """The preferences page of a fresh nurture mail."""
    return first_page(house)


def first_page(house: House) -> str:
    return "/p/" + house.world.arrive().tokens("/p/")[0]


def nurture(house: House) -> list[Message]:
    return [m for m in house.world.rows(Message) if m.kind == "nurture"]


def inside(house: House) -> list[EnrollmentRow]:
    return [e for e in house.world.rows(EnrollmentRow) if e.state in ("active", "held")]


def told(house: House, language: str = "de") -> str:
    return " | ".join(f"{e.title} {e.detail} {e.reason}" for e in timeline(house.rt, ADDRESS, language).entries)


# --- a pause ------------------------------------------------------------------------------------------------------------


def test_a_pause_holds_the_campaign_and_what_is_queued_until_it_ends(either_house: House) -> None:
    house = either_house
    page = first_page(house)
    queued = queue_next_mail(house)
    assert "Die Pause hat begonnen" in house.get(house.post(f"{page}/pause", {"span": "2-weeks"}).location).text
    began = house.world.now
    house.world.wait(days=13)
    waiting = house.world.rows(Message, id=queued.id)[0]
    assert (waiting.state, waiting.reason) == (
        MessageState.QUEUED,
        f"paused by the reader until {began.date() + timedelta(14)}",
    )
    house.world.wait(days=8)
    assert house.world.rows(Message, id=queued.id)[0].state is MessageState.ACCEPTED
    assert "Pause bis" in told(house)


def test_a_mail_that_is_out_of_date_when_the_pause_ends_is_cancelled(house: House, page: str) -> None:
    queued = queue_next_mail(house)
    house.post(f"{page}/pause", {"span": "6-months"})
    house.world.wait(days=60)
    gone = house.world.rows(Message, id=queued.id)[0]
    assert gone.state is MessageState.CANCELLED
    assert "out of date" in gone.reason
    assert [d.reason for d in house.world.rows(DecisionRow) if d.reason.startswith("paused by the reader")]
    assert "von der Person pausiert bis" in told(house)


def test_going_on_at_once(house: House, page: str) -> None:
    queued = queue_next_mail(house)
    house.post(f"{page}/pause", {"span": "6-months"})
    house.world.wait(days=3)
    house.post(f"{page}/pause", {"resume": "yes"})
    house.world.wait(days=7)
    sent = house.world.rows(Message, id=queued.id)[0]
    assert sent.state is MessageState.ACCEPTED
    assert sent.settled_at.astimezone(berlin("2026-03-02 10:00").tzinfo).weekday() in (1, 2, 3), "in the campaign's window"
    assert house.post(f"{page}/pause", {"span": "for-ever"}).status_code == 404


# --- how often --------------------------------------------------------------------------------------------------------


def test_at_most_one_mail_a_month_over_all_campaigns(either_house: House) -> None:
    house = either_house
    page = first_page(house)
    house.post(f"{page}/frequency", {"often": "month"})
    house.world.wait(days=100)
    sent = sorted(m.settled_at for m in nurture(house) if m.state is MessageState.ACCEPTED)
    assert len(sent) >= 3
    assert all(later - earlier >= timedelta(days=30) for earlier, later in pairwise(sent))
    assert "die Person möchte höchstens eine Mail in 30 Tagen" in told(house)
    house.post(f"{page}/frequency", {"often": "usual"})
    assert choices_now(house).gap_days is None
    assert house.post(f"{page}/frequency", {"often": "always"}).status_code == 404


def test_a_mail_that_is_queued_already_waits_and_is_not_lost(house: House, page: str) -> None:
    queued = queue_next_mail(house)
    house.post(f"{page}/frequency", {"often": "month"})
    house.world.wait(days=20)
    assert house.world.rows(Message, id=queued.id)[0].state is MessageState.QUEUED
    house.world.wait(days=16)
    assert house.world.rows(Message, id=queued.id)[0].state is MessageState.ACCEPTED


def test_of_two_queued_mails_one_goes(house: House, page: str) -> None:
    queued = queue_next_mail(house)
    house.world.now += timedelta(days=400)
    house.post(f"{page}/frequency", {"often": "week"})
    with transaction(house.rt.db) as session:
        row = session.get(Message, queued.id)
        again = {c.name: getattr(row, c.name) for c in Message.__table__.columns if c.name != "id" and c.computed is None}
        session.add(Message(**again | {"once_key": "second", "header_id": "<second@x>", "step": "second"}))
        for mail in session.query(Message).filter(Message.state == MessageState.QUEUED):
            mail.queued_at = house.world.now
    with reading(house.rt.db) as session:
        rows = [found for m in nurture(house)[1:] if (found := messages.find(session, m.id))]
        obstacles = permission.obstacles(house.rt, session, rows, house.world.now)
    assert [row.id in obstacles for row in rows] == [False, True]


# --- what about ---------------------------------------------------------------------------------------------------------


def test_a_product_that_is_not_wanted_ends_its_campaigns_and_lets_none_begin(house: House, page: str) -> None:
    queued = queue_next_mail(house)
    keep = {mark for mark in choices.marks(house.rt.definitions) if mark != "product:feintakt"}
    house.post(f"{page}/topics", {"topic": sorted(keep)})
    assert inside(house) == []
    house.world.wait(days=3)
    assert house.world.rows(Message, id=queued.id)[0].state is MessageState.CANCELLED
    house.world.fill_form(form="whitepaper-feinplanung", company_size="50-249")
    house.world.wait(minutes=11)
    assert inside(house) == []
    assert "die Person möchte keine Mails zu „Feintakt“" in told(house)
    assert "nichts zu: Feintakt" in told(house)


def test_a_topic_that_is_not_wanted_is_left_out(house: House, page: str) -> None:
    keep = {mark for mark in choices.marks(house.rt.definitions) if mark != "topic:delivery-dates"}
    house.post(f"{page}/topics", {"topic": sorted(keep)})
    house.world.wait(days=20)
    assert [m.step for m in nurture(house)] == ["hello", "question"]
    assert ("delivery-dates", "skip", "the reader wants nothing on the topic 'delivery-dates'") in house.world.reasons(
        "welcome-feintakt"
    )


def test_a_mail_on_a_topic_that_is_queued_already_does_not_leave(house: House, page: str) -> None:
    queued = queue_next_mail(house)
    assert queued.step == "delivery-dates"
    keep = {mark for mark in choices.marks(house.rt.definitions) if mark != "topic:delivery-dates"}
    house.post(f"{page}/topics", {"topic": sorted(keep)})
    house.world.wait(days=3)
    assert house.world.rows(Message, id=queued.id)[0].state is MessageState.CANCELLED


# --- a restriction (Art. 18 GDPR) ---------------------------------------------------------------------------------------


def test_nothing_happens_to_somebody_restricted_until_it_is_lifted(either_house: House) -> None:
    house = either_house
    page = first_page(house)
    queued, me, points = queue_next_mail(house), house.world.contact().id, house.world.score().points
    assert points > 0
    with transaction(house.rt.db) as session:
        choices.restrict(house.rt, session, me, house.world.now)
    house.world.wait(days=20)
    assert {e.state for e in inside(house)} == {"held"}
    assert house.world.score().points == 0
    assert house.world.rows(Message, id=queued.id)[0].state is MessageState.QUEUED
    assert "eingeschränkt" in house.get(page).text
    with transaction(house.rt.db) as session:
        choices.lift(house.rt, session, me, house.world.now)
    house.world.wait(days=7)
    assert house.world.rows(Message, id=queued.id)[0].state is MessageState.ACCEPTED
    assert {e.state for e in inside(house)} == {"active"}


# --- consents -----------------------------------------------------------------------------------------------------------


def test_a_new_consent_is_asked_for_by_mail_and_given_there(house: House, page: str) -> None:
    house.pause(minutes=15)
    answer = house.post(page, {"wanted": ["nurture", "tracking"], "ask": "phone"})
    assert "haben wir Ihnen eine E-Mail geschickt" in house.get(answer.location).text
    assert "wartet auf Ihre Bestätigung" in house.get(page).text
    assert state(house, "phone") in (None, ConsentState.NONE)
    house.world.beat()
    asked = house.world.opt_in_mail(ADDRESS)
    assert "Ihre Einstellungen" in asked.text
    house.post(page, {"wanted": ["nurture", "tracking"], "ask": "phone"})
    house.world.beat()
    assert house.world.opt_in_mail(ADDRESS) is asked, "it is on its way already"
    house.pause(minutes=5)
    house.world.confirm()
    assert state(house, "phone") is ConsentState.CONFIRMED


def test_nobody_is_told_of_a_mail_that_does_not_leave(house: House, page: str) -> None:
    house.post(page, {"nothing": "yes"})
    for _ in range(2):
        house.pause(hours=1)
        assert "done=asked&" in house.post(page, {"ask": "nurture"}).location
    house.pause(hours=1)
    assert "done=asked-later&" in house.post(page, {"ask": "nurture"}).location
    assert "mehrere solche E-Mails" in house.get(f"{page}?done=asked-later&at=what").text


def test_not_even_counted_without_a_name(house: House, page: str) -> None:
    house.post(page, {"wanted": ["nurture", "tracking"], "counting": "yes"})
    assert choices_now(house).uncounted
    house.post(page, {"wanted": ["nurture", "tracking"], "counting": "yes", "counted": "yes"})
    assert not choices_now(house).uncounted


# --- what is personal ---------------------------------------------------------------------------------------------------

PERSONAL = (("GET", "/data"), ("POST", "/data"), ("POST", "/download"), ("GET", "/erase"), ("POST", "/erase"))


def test_an_old_mail_opens_nothing_personal(house: House, page: str) -> None:
    house.pause(days=31)
    for method, path in PERSONAL:
        answer = house.client.open(page + path, method=method, data={"first_name": "X", "erase": "yes"})
        assert (answer.status_code, answer.location) == (303, f"{page}#data")
    assert "Neuen Link schicken" in house.get(page).text
    assert house.world.contact().first_name == "Maria"


def test_a_fresh_link_goes_to_the_address_on_file_and_is_good_for_a_day(house: House, page: str) -> None:
    house.pause(days=200)
    assert "Link geschickt" in house.get(house.post(f"{page}/link").location).text
    assert "schon unterwegs" in house.get(house.post(f"{page}/link").location).text
    house.world.beat()
    mail = house.world.to(ADDRESS)[-1]
    assert mail.subject == "Ihr Zugang zu Ihren Daten"
    assert mail.message["List-Unsubscribe"] is None
    assert len(house.world.to(ADDRESS)) == 3
    fresh = "/p/" + mail.tokens("/p/")[0]
    assert house.get(f"{fresh}/data").status_code == 200
    house.pause(hours=23)
    assert house.get(f"{fresh}/erase").status_code == 200
    house.pause(hours=2)
    assert house.get(f"{fresh}/erase").status_code == 303


def test_a_link_that_the_office_or_nobody_sent_opens_nothing_personal(house: House, page: str) -> None:
    contact = page.removeprefix("/p/").split(".")[0]
    made = house.rt.signer.sign("preferences", f"{contact}.0")
    assert house.get(f"/p/{made}").status_code == 200
    assert house.get(f"/p/{made}/data").status_code == 303


def test_correcting_keeps_what_was_said_before(house: House, page: str) -> None:
    known = {"salutation": "ms", "first_name": "Maria", "last_name": "Huber", "function": "it-management",
             "company": "Anlagenbau Huber GmbH", "phone": "+49 231 1234567", "language": "en", "address": ADDRESS}  # fmt: skip
    answer = house.post(f"{page}/data?lang=de", known)
    assert "berichtigt" in house.get(answer.location).text
    person = house.world.contact()
    assert (person.last_name, person.function, person.phone, person.language) == (
        "Huber", "it-management", "+49 231 1234567", "en",
    )  # fmt: skip
    with reading(house.rt.db) as session:
        kept = {row.field: (row.old, row.new, row.by) for row in changes(session, person.id)}
    assert kept["last_name"] == ("Weber", "Huber", f"contact:{person.id}")
    assert set(kept) == {"last_name", "function", "phone", "language"}


def test_what_does_not_fit_comes_back_as_it_was_typed(house: House, page: str) -> None:
    typed = {"last_name": "Weber-Huber", "phone": "call me", "language": "de", "salutation": "ms", "address": "maria@"}
    answer = house.post(f"{page}/data", typed)
    assert answer.status_code == 422
    assert 'value="maria@"' in answer.text
    assert 'value="Weber-Huber"' in answer.text
    assert house.world.contact().last_name == "Weber"


def test_a_field_takes_as_much_as_may_be_stored(house: House) -> None:
    page = first_page(house)
    asked = house.get(page).text
    longest = {name: int(most) for name, most in re.findall(r'name="(\w+)"[^>]*maxlength="(\d+)"', asked)}
    assert longest == {
        **{name: rights.FIELDS[name] for name in ("first_name", "last_name", "company", "phone")},
        "address": 320,
    }


def test_a_new_address_replaces_the_old_one_only_when_it_answers(either_house: House) -> None:
    house = either_house
    page = first_page(house)
    form = {"salutation": "ms", "first_name": "Maria", "last_name": "Weber", "function": "production-planning",
            "company": "Anlagenbau Huber GmbH", "phone": "", "language": "de", "address": NEW}  # fmt: skip
    house.post(f"{page}/data", form)
    assert "m…" in house.get(page).text
    house.world.beat()
    asked = house.world.to(NEW)[-1]
    assert asked.subject == "Bitte bestätigen Sie Ihre neue Adresse"
    assert house.world.contact() is not None, "the old one is in force"
    house.pause(minutes=5)
    house.world.confirm(NEW)
    moved = house.world.contact(NEW)
    assert moved is not None
    assert house.world.contact() is None
    notice = house.world.to(ADDRESS)[-1]
    assert notice.subject == "Ihre E-Mail-Adresse wurde geändert"
    assert NEW not in notice.text
    assert house.get(f"{page}/data").status_code == 303, "who left an address sees nothing by its mails"
    assert len(house.world.rows(Contact)) == 1


def test_an_address_of_somebody_else_is_not_taken(house: House, page: str) -> None:
    house.world.arrive(NEW)
    house.pause(hours=1)
    house.post(f"{page}/data", {"salutation": "ms", "first_name": "Maria", "last_name": "Weber", "language": "de",
                                "function": "production-planning", "company": "Anlagenbau Huber GmbH", "phone": "",
                                "address": NEW})  # fmt: skip
    house.world.beat()
    house.pause(minutes=5)
    house.world.confirm(NEW)
    assert {c.address for c in house.world.rows(Contact)} == {ADDRESS, NEW}
    assert "zusammenführen" in house.world.tasks()[-1].title


def test_seeing_and_downloading_everything(house: House, page: str) -> None:
    seen = house.get(f"{page}/data")
    assert "Fachinformationen" in seen.text
    assert seen.headers["Cache-Control"] == "no-store"
    packed = house.post(f"{page}/download")
    assert (packed.mimetype, packed.data[:2]) == ("application/zip", b"PK")


def test_being_erased_takes_one_more_page_and_leaves_a_mark(house: House, page: str) -> None:
    assert "Was bleibt" in house.get(f"{page}/erase").text
    assert house.post(f"{page}/erase").status_code == 400
    assert house.world.contact() is not None
    assert "Ihre Daten sind gelöscht" in house.post(f"{page}/erase", {"erase": "yes"}).text
    assert house.world.contact() is None
    with reading(house.rt.db) as session:
        kept = session.query(Suppression).one()
    assert kept.address_key.startswith("hmac:")
    assert house.get(page).status_code == 410


# --- on record, and what it costs ---------------------------------------------------------------------------------------


def test_every_choice_is_on_record(house: House, page: str) -> None:
    house.post(f"{page}/pause", {"span": "1-month"})
    house.post(f"{page}/frequency", {"often": "week"})
    house.post(page, {"wanted": "nurture"})
    me = house.world.contact().id
    noted = [(a.action, a.details.get("choice")) for a in house.world.rows(AuditEntry) if a.actor_kind == "contact"]
    assert noted[-3:] == [("chose", "paused"), ("chose", "frequency"), ("withdrew", None)]
    assert {a.actor for a in house.world.rows(AuditEntry) if a.actor_kind == "contact"} == {str(me)}
    card = timeline(house.rt, ADDRESS, "de").chosen
    assert card is not None
    assert (card.gap_days, card.paused_until is not None) == (7, True)


def test_choices_cost_one_statement_more_for_any_batch(sqlite_db: Engine, make_runtime: object) -> None:
    house = build(World(make_runtime(sqlite_db), berlin("2026-03-02 10:00")))  # type: ignore[operator]
    house.world.arrive()
    seen: list[str] = []
    event.listen(house.rt.db, "after_cursor_execute", lambda *args: seen.append(args[2]))
    house.world.now += timedelta(days=5)
    advance(house.rt, house.world.now)
    assert len([s for s in seen if "contact_preferences" in s]) <= 1


def choices_now(house: House):  # type: ignore[no-untyped-def]
    me = house.world.contact().id
    with reading(house.rt.db) as session:
        return choices_of(session, [me])[me]


def state(house: House, purpose: str) -> ConsentState | None:
    with reading(house.rt.db) as session:
        return consents.states(session, house.world.contact().id).get(purpose)
