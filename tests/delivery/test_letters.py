"""What letters say, and that they say it again in the same words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from hashlib import sha256
from typing import Any

import pytest
from babel.dates import format_date
from delivery.outbox import CAMPAIGN, PRODUCT, Outbox
from sqlalchemy import Engine, delete, select, text, update

from nurture.delivery import MemoryTransport
from nurture.domain.campaign import Event
from nurture.domain.consent import ConsentEvent
from nurture.domain.errors import NotFound, NurtureError
from nurture.domain.message import MessageKind
from nurture.engine import links
from nurture.engine.delivery import deliver
from nurture.engine.letter_facts import _event, _of_contact, greeting, told
from nurture.engine.letters import Written, _gather, open_desk, preview
from nurture.engine.permission import known
from nurture.engine.publication import Publication
from nurture.engine.runtime import Runtime
from nurture.mail import vocabulary
from nurture.store import activities, consents, messages
from nurture.store.database import reading, transaction
from nurture.store.letters import keep_frames
from nurture.store.messages import NewMessage
from nurture.store.schema import Company, Contact, Hit, Message, MessageBytes, Registration, Unit

GREETINGS = {
    # language, salutation, first name, last name
    ("de", "ms", "Anna", "Weber"): "Guten Tag Frau Weber,",
    ("de", "mr", "Jörg", "Müller"): "Guten Tag Herr Müller,",
    ("de", "Frau", None, "Weber"): "Guten Tag Frau Weber,",
    ("de", "none", "Anna", "Weber"): "Guten Tag Anna Weber,",
    ("de", None, None, "Weber"): "Guten Tag,",
    ("de", "ms", "Anna", None): "Guten Tag,",
    ("de", "ms", "Anna", "  "): "Guten Tag,",
    ("en", "ms", "Anna", "Weber"): "Hello Ms Weber,",
    ("en", "Mr.", "John", "Miller"): "Hello Mr Miller,",
    ("en", None, "John", "Miller"): "Hello John Miller,",
    ("en", "mr", None, None): "Hello,",
}


@pytest.mark.parametrize(("person", "said"), GREETINGS.items(), ids=[" ".join(map(str, p)) for p in GREETINGS])
def test_greeting(person: tuple[str, str | None, str | None, str | None], said: str) -> None:
    assert greeting(*person) == said


EVENTS = {
    "one day": ("de", (2027, 4, 20, 8), (2027, 4, 20, 16), "20. April 2027"),
    "days of one month": ("de", (2027, 4, 20, 8), (2027, 4, 23, 16), "20.–23. April 2027"),
    "over a month's end": ("de", (2027, 4, 29, 8), (2027, 5, 2, 16), "29. April\u2009–\u20092. Mai 2027"),
    "late evening is local": ("de", (2027, 4, 20, 22, 30), (2027, 4, 21, 16), "21. April 2027"),
    "in English": ("en", (2027, 4, 20, 8), (2027, 4, 23, 16), "April 20\u2009–\u200923, 2027"),
}


@pytest.mark.parametrize(("language", "starts", "ends", "dates"), EVENTS.values(), ids=EVENTS.keys())
def test_dates_of_an_event(
    example: Publication, language: str, starts: tuple[int, ...], ends: tuple[int, ...], dates: str
) -> None:
    event = Event({"de": "Messe", "en": "Fair"}, {"de": "Köln", "en": "Cologne"}, _utc(starts), _utc(ends))
    said = _event(event, language, example.definitions.calendar.zone)
    assert said["dates"] == dates
    assert said["place"] == {"de": "Köln", "en": "Cologne"}[language]


def _utc(parts: tuple[int, ...]) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


# --- what is said of the reader ---------------------------------------------------------------------------------------


def _said(outbox: Outbox, mail: int) -> dict[str, Any]:
    with reading(outbox.rt.db) as session:
        row = messages.find(session, mail)
        assert row is not None
        material = _gather(session, [row], known(session, [row]), frozenset({"tracking"}))
        return told(row, _of_contact(outbox.rt, row, material))


def test_of_somebody_who_told_everything(sqlite_outbox: Outbox) -> None:
    mail = sqlite_outbox.nurture_mail()
    said = _said(sqlite_outbox, mail)
    assert said["greeting"].startswith("Guten Tag Frau Weber")
    assert said["contact"]["company"] == "Werk & Söhne GmbH"
    assert said["function_name"] == sqlite_outbox.rt.definitions.functions["it-management"].name["de"]
    assert said["phase"] == "B1"
    assert said["first_seen"] == "2. März 2026"
    assert (said["interest"], said["interest_name"], said["first_content"]) == ("", "", "")


def test_of_somebody_who_told_nothing(sqlite_outbox: Outbox) -> None:
    facts = {"salutation": None, "first_name": None, "last_name": None, "function": None, "language": "en"}
    (contact,) = sqlite_outbox.people(1, **facts)
    said = _said(sqlite_outbox, sqlite_outbox.nurture_mails([contact])[0])
    assert said["greeting"] == "Hello,"
    assert said["first_seen"] == "March 2, 2026"
    assert said["contact"]["first_name"] == said["contact"]["salutation"] == said["function_name"] == ""


def test_interest_and_first_content(outbox: Outbox) -> None:
    """Two clicks on one topic beat one on another; a scanner's click and another product's topics do not count."""
    d = outbox.rt.definitions
    one, two = list(d.products[PRODUCT].topics)[:2]
    foreign = next(t.id for t in d.topics.values() if t.product != PRODUCT)
    content = [c for c in d.content.values() if c.product == PRODUCT][:2]
    (contact,) = outbox.people(1)
    (mail,) = outbox.nurture_mails([contact])
    clicks = [(one, "human"), (two, "human"), (two, "human"), (one, "machine"), (one, "machine"), *[(foreign, "human")] * 5]
    with transaction(outbox.rt.db) as session:
        consents.record(session, contact, "tracking", ConsentEvent.CONFIRMED, outbox.now, {})
        for minute, (topic, verdict) in enumerate(clicks):
            at = outbox.now + timedelta(minutes=minute)
            click = activities.record(session, contact, "click", at, topic=topic, message_id=mail)
            session.add(Hit(activity_id=click.id, message_id=mail, verdict=verdict, reason="", rules=1))
        for hour, item in enumerate(content):
            activities.record(session, contact, "download", outbox.now + timedelta(hours=hour), content=item.id)
    said = _said(outbox, mail)
    assert (said["interest"], said["interest_name"]) == (two, d.topics[two].name["de"])
    assert said["first_content"] == content[0].title["de"]


# --- the same again ---------------------------------------------------------------------------------------------------


def test_a_letter_is_the_same_whatever_changed_since(outbox: Outbox) -> None:
    mail = outbox.nurture_mail()
    deliver(outbox.rt, outbox.now, worker="one")
    transport = outbox.rt.transport
    assert isinstance(transport, MemoryTransport)
    with transaction(outbox.rt.db) as session:
        session.execute(update(Contact).values(last_name="Andere", salutation="mr", function=None, language="en"))
    d = outbox.rt.definitions
    changed = replace(
        d,
        organisation=replace(d.organisation, name="Anders AG", sender=replace(d.organisation.sender, name="Anders")),
        products={},
        functions={},
        campaigns={},
    )
    outbox.rt.publication = replace(outbox.rt.publication, definitions=changed)
    with reading(outbox.rt.db) as session:
        row = messages.find(session, mail)
    assert row is not None
    assert outbox.composed(row) == transport.parcels[0].raw
    assert preview(outbox.rt, mail).subject == outbox.row(mail).subject


_NOTED_IN_FULL: dict[str, Any] = {
    # what mails of before noted of somebody who told everything, and of somebody who told nothing
    "everything": {
        "greeting": "Guten Tag Frau Weber,",
        "contact": {
            "first_name": "Anna",
            "last_name": "Weber",
            "salutation": "ms",
            "company": "Werk & Söhne GmbH",
            "function": "it-management",
            "language": "de",
        },
        "function_name": "IT-Leitung",
        "first_seen": "2. März 2026",
    },
    "nothing": {
        "greeting": "Hello,",
        "contact": {**dict.fromkeys(("first_name", "last_name", "salutation", "function"), ""), "language": "en"},
        "function_name": "",
        "first_seen": "March 2, 2026",
    },
}
_ALWAYS_NOTED = {
    "phase": "B1",
    "interest": "",
    "interest_name": "",
    "first_content": "",
    "campaign": CAMPAIGN,
    "step": "hello",
}
_NOTHING_TOLD = {"salutation": None, "first_name": None, "last_name": None, "function": None, "language": "en"}


@pytest.mark.parametrize(
    ("who", "facts"), [("everything", {"last_name": "Weber"}), ("nothing", _NOTHING_TOLD)], ids=["everything", "nothing"]
)
def test_what_was_noted_in_full_and_what_is_noted_shortly_print_the_same(
    outbox: Outbox, who: str, facts: dict[str, Any]
) -> None:
    """Long enough that both come by plates in the end."""
    (contact,) = outbox.people(1, **facts)
    (mail,) = outbox.nurture_mails([contact])
    with transaction(outbox.rt.db) as session:
        row = messages.find(session, mail)
        assert row is not None
        desk = open_desk(outbox.rt, session, [row])
        written = desk.write(row)
        (data,) = desk.frames.values()
        long_name = sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
        keep_frames(session, {long_name: data, **desk.frames})
    of_before = _NOTED_IN_FULL[who]
    company = {"company": "Werk & Söhne GmbH", "address": row.address}
    own = {**_ALWAYS_NOTED, **of_before, "contact": {**of_before["contact"], **company}}
    full = replace(row, context={**row.context, "own": own, "frame": long_name})
    short = replace(row, context=json.loads(json.dumps(written.context)))
    assert told(full, full.context["own"]) == told(short, short.context["own"]) == own
    with reading(outbox.rt.db) as session:
        desk = open_desk(outbox.rt, session, [full, short])
        printed = {desk.write(noted).raw for noted in [full, short] * 120}
    assert printed == {written.raw}
    assert row.template_version is not None
    press = outbox.rt.template(row.template_version).press
    assert any(press._plates.values()), "the last ones come by a plate"


def test_what_is_noted_of_a_letter_is_short(sqlite_outbox: Outbox) -> None:
    """It is written, stored and archived with every single mail."""
    mail = sqlite_outbox.nurture_mail()
    (written,) = _at_the_desk(sqlite_outbox, mail)
    assert len(json.dumps(written.context, separators=(",", ":"), ensure_ascii=False)) < 310
    assert sqlite_outbox.row(mail).address not in str(written.context)
    assert "" not in [*written.context["own"].values(), *written.context["own"]["contact"].values()]


@pytest.mark.parametrize(("ours", "said"), [("Werk GmbH", "Werk GmbH"), ("", "Selbst & Co"), (None, "Selbst & Co")])
def test_the_company_is_what_we_know_else_what_was_said(outbox: Outbox, ours: str | None, said: str) -> None:
    (contact,) = outbox.people(1)
    (mail,) = outbox.nurture_mails([contact])
    with transaction(outbox.rt.db) as session:
        session.execute(update(Contact).values(answers={"company": "Selbst & Co"}))
        session.execute(update(Company).values(name=ours) if ours is not None else update(Unit).values(company_id=None))
    assert _said(outbox, mail)["contact"]["company"] == said


@pytest.mark.parametrize(
    ("answer", "said"), [('"a\\u0000b"', "ab"), ('"a\\ud800b"', "ab"), ('["x"]', ""), ("7", ""), ("null", ""), ("{}", "")]
)
def test_an_answer_that_no_mail_can_carry_holds_up_nobody(outbox: Outbox, answer: str, said: str) -> None:
    """Forms and imports clean what they take; a database may hold such an answer all the same."""
    mails = outbox.nurture_mails(outbox.people(2))
    contact = outbox.row(mails[0]).contact_id
    with transaction(outbox.rt.db) as session:
        session.execute(update(Unit).values(company_id=None))
        strange = text("UPDATE contacts SET answers = CAST(:answers AS json) WHERE id = :id")
        if session.get_bind().dialect.name == "sqlite":
            strange = text("UPDATE contacts SET answers = :answers WHERE id = :id")
        session.execute(strange, {"answers": f'{{"company": {answer}}}', "id": contact})
    deliver(outbox.rt, outbox.now, worker="one")
    assert outbox.states() == {"accepted": 2}
    assert outbox.row(mails[0]).context["own"]["contact"].get("company", "") == said


def test_what_letters_share_is_stored_once(outbox: Outbox) -> None:
    outbox.nurture_mails(outbox.people(20))
    deliver(outbox.rt, outbox.now, worker="one")
    with reading(outbox.rt.db) as session:
        contexts = [m.context for m in session.scalars(select(Message))]
    assert len({c["frame"] for c in contexts}) == 1
    assert all("imprint" not in c["own"] for c in contexts)


def test_a_preview_of_what_was_not_sent_yet_changes_nothing(sqlite_outbox: Outbox) -> None:
    mail = sqlite_outbox.nurture_mail()
    assert "Guten Tag Frau Weber" in preview(sqlite_outbox.rt, mail).text
    assert "own" not in sqlite_outbox.row(mail).context


def test_there_is_no_preview_of_nothing(sqlite_outbox: Outbox) -> None:
    with pytest.raises(NotFound):
        preview(sqlite_outbox.rt, 4711)


# --- opt-in and sales ---------------------------------------------------------------------------------------------------


def test_an_opt_in_mail_says_what_was_asked_in_the_words_that_were_shown(sqlite_outbox: Outbox) -> None:
    from nurture.store import registrations

    rt = sqlite_outbox.rt
    mail = sqlite_outbox.opt_in_mail()
    purpose = rt.definitions.purposes["nurture"]
    with transaction(rt.db) as session:
        wordings = registrations.remember_wordings(session, [purpose], "de", sqlite_outbox.now)
        session.execute(update(Registration).values(purposes=wordings, answers={"first_name": "<b>Kauf jetzt</b>"}))
    letter = preview(rt, mail)
    assert purpose.wording["de"].split()[0] in letter.text
    assert format_date(date(2026, 3, 9), "long", locale="de") in letter.text
    assert "Kauf jetzt" not in letter.text + letter.html
    token = letter.text.partition("https://nurture.example/c/")[2].split()[0]
    assert rt.signer.verify("confirm", token) == str(sqlite_outbox.row(mail).registration_id)


def test_the_mails_of_a_forgotten_registration_say_nothing_of_the_person(outbox: Outbox) -> None:
    mail = outbox.opt_in_mail("neu@werk.example")
    deliver(outbox.rt, outbox.now, worker="one")
    registration = outbox.row(mail).registration_id
    assert registration is not None
    with transaction(outbox.rt.db) as session:
        messages.forget_registration(session, registration)
    with reading(outbox.rt.db) as session:
        assert session.get(MessageBytes, mail) is None
    assert "neu@" not in f"{outbox.row(mail).address} {outbox.row(mail).context}"


def test_a_retried_opt_in_mail_is_the_kept_one(sqlite_outbox: Outbox) -> None:
    """Even if everything else is gone: the evidence is what was sent."""
    mail = sqlite_outbox.opt_in_mail()
    deliver(sqlite_outbox.rt, sqlite_outbox.now, worker="one")
    with transaction(sqlite_outbox.rt.db) as session:
        session.execute(update(MessageBytes).values(raw=b"Subject: as it was\r\n\r\n"))
    with reading(sqlite_outbox.rt.db) as session:
        row = messages.find(session, mail)
        assert row is not None
        written = open_desk(sqlite_outbox.rt, session, [row]).write(row)
    assert written.raw == b"Subject: as it was\r\n\r\n"


def test_a_mail_to_sales_says_what_its_context_says(
    sqlite_db: Engine, make_runtime: Callable[..., Runtime], now: datetime
) -> None:
    outbox = Outbox(make_runtime(sqlite_db), now)
    dossier: dict[str, Any] = dict.fromkeys(vocabulary.DOSSIER, "")
    dossier |= {name: [] for name in ("profile_lines", "lines", "content", "answers", "activities")}
    dossier |= {"company": "Werk & Söhne GmbH", "name": "Anna Weber", "reason": "möchte angerufen werden", "points": 42}
    dossier |= {"grade": "A", "profile_points": 60, "lead_class": "B3", "wish": None, "class_confirmed": True}
    context = {"dossier": dossier, "salesperson": {"name": "Karl Kauf"}, "recipient": "karl", "language": "de"}
    new = NewMessage(
        MessageKind.SALES, "handoff:1:offer", "karl@werk.example", "de", "dossier", now, now, context=context
    )  # fmt: skip
    with transaction(outbox.rt.db) as session:
        messages.queue(session, "test", "news.example", [new])
    report = deliver(outbox.rt, now, worker="one")
    assert report.accepted == 1, outbox.row(1).reason
    transport = outbox.rt.transport
    assert isinstance(transport, MemoryTransport)
    read = message_from_bytes(transport.parcels[0].raw, policy=policy.default)
    assert read["To"].addresses[0].display_name == "Karl Kauf"
    assert read["Auto-Submitted"] == "auto-generated"
    body = read.get_body(("plain",)).get_content()
    assert "Guten Tag Karl Kauf" in body
    assert "Werk & Söhne" in read["Subject"]


# --- one letter's fault -------------------------------------------------------------------------------------------------


def test_a_letter_that_cannot_be_addressed_leaves_the_one_beside_it_alone(sqlite_outbox: Outbox) -> None:
    mails = sqlite_outbox.nurture_mails(sqlite_outbox.people(2))
    with transaction(sqlite_outbox.rt.db) as session:
        session.execute(update(Message).where(Message.id == mails[0]).values(address="x\r\nBcc: y@z.example"))
        one, two = [row for mail in mails if (row := messages.find(session, mail))]
        desk = open_desk(sqlite_outbox.rt, session, [one, two])
    with pytest.raises(NurtureError, match="address"):
        desk.write(one)
    assert desk.write(two).raw


def test_a_letter_whose_template_is_gone_does_not_keep_the_desk_closed(sqlite_outbox: Outbox) -> None:
    """The desk signs ahead for all of them."""
    mails = sqlite_outbox.nurture_mails(sqlite_outbox.people(2))
    with reading(sqlite_outbox.rt.db) as session:
        one, two = [row for mail in mails if (row := messages.find(session, mail))]
        desk = open_desk(sqlite_outbox.rt, session, [replace(one, template_version=None), two])
    with pytest.raises(NotFound, match="template"):
        desk.write(replace(one, template_version=None))
    first, again = desk.write(two), desk.write(two)
    assert first.raw == again.raw
    assert links.signed_url(sqlite_outbox.rt, "unsubscribe", two.contact_id, two.id).encode() in first.raw


def test_a_letter_to_a_contact_that_is_gone(sqlite_outbox: Outbox) -> None:
    mail = sqlite_outbox.nurture_mail()
    with transaction(sqlite_outbox.rt.db) as session:
        row = messages.find(session, mail)
        assert row is not None
        session.execute(delete(Contact))
        with pytest.raises(NotFound, match="there is no contact"):
            open_desk(sqlite_outbox.rt, session, [row]).write(row)


def test_the_campaign_is_named_to_the_template(sqlite_outbox: Outbox) -> None:
    said = _said(sqlite_outbox, sqlite_outbox.nurture_mail())
    assert (said["campaign"], said["step"]) == (CAMPAIGN, "hello")


# --- at the desk ----------------------------------------------------------------------------------------------------------


class _Seal:
    def seal(self, raw: bytes) -> bytes:
        return b"X-Seal: 1\r\n" + raw


class _Broken:
    def seal(self, raw: bytes) -> bytes:
        raise KeyError(len(raw))


def _at_the_desk(outbox: Outbox, *mails: int) -> list[Written]:
    with reading(outbox.rt.db) as session:
        rows = [row for mail in mails if (row := messages.find(session, mail))]
        desk = open_desk(outbox.rt, session, rows)
    return [desk.write(row) for row in rows]


def test_the_desk_asks_nothing_once_it_is_open_and_writes_the_same_again(sqlite_outbox: Outbox) -> None:
    mails = sqlite_outbox.nurture_mails(sqlite_outbox.people(2))
    assert [w.raw for w in _at_the_desk(sqlite_outbox, *mails)] == [w.raw for w in _at_the_desk(sqlite_outbox, *mails)]


def test_what_is_kept_as_evidence_is_what_left_sealed_once(sqlite_outbox: Outbox) -> None:
    sqlite_outbox.rt.sealer = _Seal()
    mail = sqlite_outbox.opt_in_mail()
    deliver(sqlite_outbox.rt, sqlite_outbox.now, worker="one")
    with reading(sqlite_outbox.rt.db) as session:
        kept = session.get(MessageBytes, mail)
    assert kept is not None
    assert kept.raw.count(b"X-Seal: 1\r\n") == 1
    assert _at_the_desk(sqlite_outbox, mail)[0].raw == kept.raw


def test_whatever_goes_wrong_at_the_desk_is_a_fault_of_this_letter(sqlite_outbox: Outbox) -> None:
    sqlite_outbox.rt.sealer = _Broken()
    with pytest.raises(NurtureError, match="KeyError"):
        _at_the_desk(sqlite_outbox, sqlite_outbox.nurture_mail())


def test_feedback_is_counted_by_step_campaign_and_sender_never_by_reader(sqlite_outbox: Outbox) -> None:
    written = _at_the_desk(sqlite_outbox, *sqlite_outbox.nurture_mails(sqlite_outbox.people(2)))
    one, two = (message_from_bytes(w.raw, policy=policy.default)["Feedback-ID"] for w in written)
    assert one == two
    assert one.split(":")[:2] == ["hello", CAMPAIGN]
    assert len(one.split(":")) == 4
