"""D13, Art. 5(1)(e) GDPR: nothing is kept longer than its rule says, and what will go is told beforehand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from pydantic import ValidationError
from sqlalchemy import Engine, event, select, update
from stories.world import World, berlin

from nurture.cli import main
from nurture.definitions.models.mailing import Tracking
from nurture.definitions.models.retention import Retention
from nurture.definitions.models.shape import Shape
from nurture.domain.audit import HOUSE, contact
from nurture.domain.consent import ConsentEvent
from nurture.domain.errors import NotFound
from nurture.engine import consent_check, consent_proof, letters, link_pages, links, preferences, retention, rights
from nurture.engine.personal_data import Keep
from nurture.engine.personal_tables import BY_NAME, TABLES
from nurture.engine.publication import Publication
from nurture.engine.retention_rules import BY_ID, RULES, as_table
from nurture.engine.runtime import Runtime
from nurture.store import consents
from nurture.store.database import reading, transaction
from nurture.store.schema import (
    Activity,
    Attempt,
    AuditEntry,
    ConsentEventRow,
    Contact,
    Message,
    MessageBytes,
    Registration,
    RightsCase,
    Suppression,
)

MARIA = "maria.weber@anlagenbau-huber.example"


@pytest.fixture
def world(sqlite_db: Engine, make_runtime: Callable[..., Runtime]) -> World:
    return World(make_runtime(sqlite_db), berlin("2026-03-02 10:00"))


@pytest.fixture
def either_world(runtime: Runtime) -> World:
    """On both databases."""
    return World(runtime, berlin("2026-03-02 10:00"))


def due(world: World, rule: str, now: datetime) -> int:
    return next(one.count for one in retention.due(world.rt, now) if one.rule.id == rule)


def proofs(world: World) -> int:
    """How many opt-in mails are kept byte by byte."""
    with reading(world.rt.db) as session:
        return len(session.scalars(select(MessageBytes.message_id)).all())


def silence(world: World) -> None:
    """Whatever is planned for Maria never happens, so that years may pass."""
    with transaction(world.rt.db) as session:
        session.execute(update(Message).where(Message.state == "queued").values(state="cancelled", due_at=None))


# --- the table of rules -----------------------------------------------------------------------------------------------


def test_d13_whatever_is_stored_names_its_rule() -> None:
    assert {keep.value for keep in Keep} - set(BY_ID) == {"always"}
    kept_for_good = {t.name for t in TABLES if t.keep is Keep.ALWAYS and t.personal}
    assert kept_for_good <= {"audit_entries", "routes", "lanes", "breakers", "alarms", "heartbeats"}


def test_d13_rules_name_places_that_exist() -> None:
    for rule in RULES:
        for place in rule.where:
            table, _, column = place.partition(".")
            assert not column or column in {c.name for c in BY_NAME[table].columns}, place


def test_d13_every_rule_says_all_in_both_languages() -> None:
    for rule in RULES:
        for text in (rule.what, rule.since, rule.done, rule.why):
            assert text["de"]
            assert text["en"]
        assert rule.key or rule.id in ("counters", "blocked")


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("opt_in_expires", "1 day", "72 hours to 14 days"),
        ("opt_in_expires", "15 days", "72 hours to 14 days"),
        ("clicks", "3 years", "1 month to 25 months"),
        ("evidence", "1 year", "3 years to 10 years"),
        ("inactive_block", "4 years", "12 months to 36 months"),
        ("people", "1 month", "6 months to 60 months"),
    ],
)
def test_d13_periods_have_bounds(key: str, value: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Retention.model_validate({key: value})


def test_d13_the_warning_comes_before_the_block() -> None:
    with pytest.raises(ValidationError) as error:
        Retention.model_validate({"inactive_warn": "24 months", "inactive_block": "24 months"})
    (((where,), said),) = error.value.errors()[0]["ctx"]["faults"]
    assert (where, "must come before the block" in said) == ("inactive_warn", True)


# --- what is said beforehand is what is done ------------------------------------------------------------------------------


def test_d13_what_is_said_is_what_is_done(either_world: World) -> None:
    world = either_world
    mail = world.arrive(MARIA)
    world.read_topic(mail, "bottlenecks", "checkliste-engpass")
    world.fill_form("jan.petersen@petersen.example")
    number = rights.open_case(world.rt, "access", "jan.petersen@petersen.example", "mail", HOUSE, world.now)
    rights.settle(world.rt, number, "answered", HOUSE, world.now)
    preferences.change(world.rt, mail.tokens("/p/")[0], frozenset(), world.visitor(), world.now)
    silence(world)
    for days in (8, 40, 100, 420, 800, 2500):
        now = world.now + timedelta(days=days)
        said = {one.rule.id: one.count for one in retention.due(world.rt, now)}
        done = retention.retain(world.rt, now)
        assert {rule: said[rule] for rule in done} == done
        assert sum(one.count for one in retention.due(world.rt, now)) == 0
    assert world.rows(Contact) == []
    assert world.rows(RightsCase, kind="access") == []


def test_d13_looking_changes_nothing(world: World) -> None:
    world.arrive(MARIA)
    statements: list[str] = []
    event.listen(world.rt.db, "before_cursor_execute", lambda *given: statements.append(given[2]))
    retention.due(world.rt, world.now + timedelta(days=5000), 10)
    assert statements
    assert not [s for s in statements if s.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]


def test_d13_batches_reach_the_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = world.arrive(MARIA)
    for minute in range(7):
        world.wait(minutes=minute)
        world.click(mail, "topic:")
    monkeypatch.setattr(retention, "_BATCH", 2)
    assert retention.retain(world.rt, world.now + timedelta(days=31))["raw_ip"] >= 7
    assert not [a for a in world.rows(Activity) if a.ip or a.user_agent]


def test_d13_each_run_is_on_record(world: World) -> None:
    mail = world.arrive(MARIA)
    world.click(mail, "topic:")
    retention.retain(world.rt, world.now + timedelta(days=420))
    noted = {entry.object_id: entry.details for entry in world.rows(AuditEntry, action="retained")}
    assert noted["clicks"] == {"count": 1}


# --- single rules -----------------------------------------------------------------------------------------------------


def test_d13_contents_of_mails_go_and_counts_stay(world: World) -> None:
    mail = world.arrive(MARIA)
    (message,) = world.rows(Message, header_id=str(mail.message["Message-ID"]))
    late = world.now + timedelta(days=740)
    retention.retain(world.rt, late)
    kept = world.rows(Message, id=message.id)[0]
    assert (kept.state, kept.subject, kept.settled_at) == (message.state, None, message.settled_at)
    assert "Weber" not in json.dumps(kept.context)
    assert not [a for a in world.rows(Attempt) if a.reply or a.host]
    with pytest.raises(NotFound, match="their time was over"):
        letters.preview(world.rt, message.id)
    assert due(world, "letters", late) == 0


def test_d13_evidence_stays_to_the_end_of_the_third_year(either_world: World) -> None:
    world = either_world
    world.arrive(MARIA)
    world.unsubscribe(world.to(MARIA)[-1])  # on 2 March 2026
    keep_contact(world)
    retention.retain(world.rt, berlin("2029-12-31 23:00"))
    assert [e for e in world.rows(ConsentEventRow, purpose="nurture") if not e.evidence] == []
    assert proofs(world)
    assert due(world, "evidence", berlin("2030-01-01 00:30")) == 1
    retention.retain(world.rt, berlin("2030-01-01 00:30"))
    stripped = [e for e in world.rows(ConsentEventRow, purpose="nurture") if e.event != "retained"]
    assert stripped
    assert all(e.evidence == {} and e.redacted for e in stripped)
    assert proofs(world), "tracking is still confirmed, and was asked for by the same mail"
    assert [r.event for r in world.rows(ConsentEventRow, purpose="")] == ["retained"]
    assert not consent_check.check(world.rt, HOUSE, world.now).findings


def keep_contact(world: World) -> None:
    """So that it is evidence alone that is looked at: the person stays in touch."""
    with transaction(world.rt.db) as session:
        session.execute(update(Contact).values(last_active_at=berlin("2029-12-01 10:00")))


def test_d13_with_the_last_evidence_the_mail_goes(world: World) -> None:
    mail = world.arrive(MARIA)
    preferences.change(world.rt, mail.tokens("/p/")[0], frozenset(), world.visitor(), world.now)
    keep_contact(world)
    retention.retain(world.rt, berlin("2030-01-01 00:30"))
    assert proofs(world) == 0
    (form,) = world.rows(Registration)
    assert (form.ip, form.settled_ip, form.evidence) == (None, None, None)


def test_d13_a_new_consent_keeps_the_old_evidence(world: World) -> None:
    world.arrive(MARIA)
    world.unsubscribe(world.to(MARIA)[-1])
    person = world.contact().id
    with transaction(world.rt.db) as session:
        consents.record(session, person, "nurture", ConsentEvent.CONFIRMED, world.now + timedelta(days=9), {"form": "x"})
    keep_contact(world)
    assert due(world, "evidence", berlin("2035-01-01 00:30")) == 0


@pytest.mark.parametrize("end", [ConsentEvent.EXPIRED, ConsentEvent.DECLINED])
def test_d13_a_request_that_nobody_confirmed_ends_no_standing_consent(either_world: World, end: ConsentEvent) -> None:
    world = either_world
    world.arrive(MARIA)
    person = world.contact().id
    with transaction(world.rt.db) as session:  # somebody else enters her address into the form
        for event_ in (ConsentEvent.ASKED, end):
            consents.record(session, person, "nurture", event_, world.now + timedelta(days=9), {"form": "x"})
    keep_contact(world)
    assert due(world, "evidence", berlin("2035-01-01 00:30")) == 0
    world.unsubscribe(world.to(MARIA)[-1])
    assert due(world, "evidence", berlin("2035-01-01 00:30")) == 1


def test_d13_people_without_any_consent_are_erased_and_their_evidence_stays(either_world: World) -> None:
    world = either_world
    mail = world.arrive(MARIA)
    preferences.change(world.rt, mail.tokens("/p/")[0], frozenset(), world.visitor(), world.now)
    silence(world)
    late = world.now + timedelta(days=740)
    assert due(world, "inactive", late) == 1
    retention.retain(world.rt, late)
    assert world.rows(Contact) == []
    with reading(world.rt.db) as session:
        assert list(session.scalars(select(Suppression.reason))) == ["erased"]
    bundle = consent_proof.prove(world.rt, MARIA, HOUSE, late, "de")
    assert any(name.startswith("mails/") for name in bundle.files)
    assert b"203.0.113.7" in bundle.files["proof.json"]
    assert not consent_check.check(world.rt, HOUSE, world.now).findings
    retention.retain(world.rt, berlin("2030-01-01 00:30"))
    assert proofs(world) == 0
    assert not [e for e in world.rows(ConsentEventRow) if e.evidence and e.event != "retained"]


@pytest.mark.parametrize("why", ["customer", "open request", "restricted"])
def test_d13_nobody_is_erased_who_is_needed(world: World, why: str) -> None:
    mail = world.arrive(MARIA)
    person = world.contact()
    if why == "customer":
        (message,) = world.rows(Message, header_id=str(mail.message["Message-ID"]))
        token = links.signed_url(world.rt, "call", message.id).rpartition("/")[2]
        link_pages.wish_call(world.rt, token, "+49 231 4710 200", "", world.visitor(), world.now)
        world.beat()
    preferences.change(world.rt, mail.tokens("/p/")[0], frozenset(), world.visitor(), world.now)
    late = world.now + timedelta(days=740)
    if why == "open request":
        rights.open_case(world.rt, "access", MARIA, "mail", HOUSE, late)
    if why == "restricted":
        rights.restrict(world.rt, person.id, contact(person.id), world.now)
    assert due(world, "inactive", late) == 0


# --- the command ------------------------------------------------------------------------------------------------------


def test_d13_the_command_says_and_does(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.arrive(MARIA)
    preferences.change(world.rt, world.to(MARIA)[-1].tokens("/p/")[0], frozenset(), world.visitor(), world.now)
    silence(world)
    monkeypatch.setattr("nurture.cli.retention.app.utc_now", lambda: world.now + timedelta(days=740))
    monkeypatch.setattr("nurture.cli.retention.existing", lambda: nullcontext(world.rt))
    found = json.loads(_run("--dry-run", "--list", "--json"))
    people = next(one for one in found if one["rule"] == "inactive")
    assert (people["count"], [item["which"] for item in people["items"]]) == (1, [MARIA])
    assert people["period"] == "24 months"
    assert people["setting"] == "retention.people"
    told = _run("--dry-run", "--language", "de")
    assert "Personen ohne bestätigte Einwilligung" in told
    assert "24 Monate" in told
    assert json.loads(_run("--json"))["inactive"] == 1
    assert CliRunner().invoke(main, ["retention", "--list"]).exit_code == 2


def _run(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["retention", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


# --- the document -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "en"])
def test_d13_the_document_says_what_the_rules_say(example: Publication, language: str) -> None:
    page = Path(__file__).parents[2] / "docs" / "retention.md"
    assert as_table(example.definitions, language) in page.read_text("utf-8")


@pytest.mark.parametrize("page", ["retention", "marketing/tracking"])
def test_d13_what_documents_write_into_the_settings_is_in_order(page: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / f"{page}.md").read_text("utf-8")
    given = yaml.safe_load(re.findall(r"^```yaml\n((?:retention|tracking).*?)^```", text, re.MULTILINE | re.DOTALL)[0])
    shapes: dict[str, type[Shape]] = {"retention": Retention, "tracking": Tracking}
    read = {name: shapes[name].model_validate(values) for name, values in given.items()}
    assert [name for name, values in given.items() if not values.keys() <= read[name].model_fields_set] == []
    assert read
