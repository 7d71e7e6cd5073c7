"""The audit log: what people of the house do is on record, can be found and given out, and tells nobody's data."""

from __future__ import annotations

import ast
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound

from nurture.domain import audit as actors
from nurture.domain.message import MessageKind, MessageState
from nurture.domain.returns import ReturnKind
from nurture.engine import audit, rights, rights_words
from nurture.engine.audit_details import NAMES, VALUES, in_words
from nurture.engine.audit_words import ACTIONS, ACTORS, OBJECTS
from nurture.engine.erasure import Ground
from nurture.engine.importing import import_contacts
from nurture.engine.runtime import Runtime
from nurture.engine.words import WORDS
from nurture.store.audit import Wanted, note
from nurture.store.database import reading, transaction
from nurture.store.schema import AuditEntry, Message, TaskRow
from tests.office.conftest import Clock, log_in, token
from tests.office.seed import HERO
from tests.office.serving import NAME

SOURCE = Path(__file__).parents[2] / "nurture"
LOG = "/office/protection/audit"


@pytest.fixture
def inside(seeded: Runtime, browser: FlaskClient) -> FlaskClient:
    log_in(browser)
    return browser


def said(rt: Runtime, **wanted: object) -> list[tuple[str, str, str]]:
    """(who, what was done, to what), the oldest first."""
    found, _ = audit.log(rt, Wanted(**wanted), "en", 1000)  # type: ignore[arg-type]
    return [(line.actor, line.action, f"{line.object} {line.object_id}") for line in reversed(found)]


def one(rt: Runtime, query: object) -> int:
    with reading(rt.db) as session:
        found = session.scalars(query).first()  # type: ignore[call-overload]
    assert found is not None
    return int(found)


def test_what_a_user_does_is_on_record_with_the_name(inside: FlaskClient, seeded: Runtime) -> None:
    task = one(seeded, select(TaskRow.id).where(TaskRow.done_at.is_(None)))
    stuck = one(seeded, select(Message.id).where(Message.state == "parked"))
    with_token = {"csrf_token": token(inside.get("/office/tasks"))}
    assert inside.post(f"/office/tasks/{task}/done", data=with_token).status_code == 303
    assert inside.post(f"/office/messages/{stuck}/release", data=with_token).status_code == 303
    assert said(seeded, kind="user") == [
        (NAME, "logged in", f"user {NAME}"),
        (NAME, "done", f"task {task}"),
        (NAME, "released", f"message {stuck}"),
    ]


def test_what_did_not_happen_is_not_on_record(seeded: Runtime, clock: Clock) -> None:
    def fail() -> None:
        with transaction(seeded.db) as session:
            note(session, actors.HOUSE, "released", ("message", 1), clock.now)
            session.get_one(Message, -1)

    with pytest.raises(NoResultFound):
        fail()
    with transaction(seeded.db) as session:
        note(session, actors.HOUSE, "released", ("message", 2), clock.now)
        session.rollback()
    assert said(seeded, action="released") == []


def test_an_import_is_on_record_by_its_figures_only(seeded: Runtime, clock: Clock, tmp_path: Path) -> None:
    file = tmp_path / "kontakte-von-petra-mustermann.csv"
    file.write_text("email,first_name\nnew.person@werk-nord.example,Nora\nbroken\n", "utf-8")
    import_contacts(seeded, file, clock.now, dry_run=True, actor=actors.cli("anna"))
    assert said(seeded, action="imported") == []
    import_contacts(seeded, file, clock.now, actor=actors.cli("anna"))
    (line,), _ = audit.log(seeded, Wanted(action="imported"), "en", 10)
    assert (line.actor_kind, line.actor) == ("cli", "anna")
    assert dict(line.details) == {"rows": 2, "created": 1, "updated": 0, "unchanged": 0, "consents": 0, "left_out": 1}


def test_the_page_finds_entries_by_person_action_and_day(inside: FlaskClient, seeded: Runtime, clock: Clock) -> None:
    contact = audit.concerning(seeded, HERO)
    with transaction(seeded.db) as session:
        note(session, actors.user("petra"), "suppressed", ("contact", contact), clock.now, contact)
    assert HERO in inside.get(f"{LOG}?contact={HERO}").text
    assert "petra" in inside.get(f"{LOG}?contact={contact}&action=suppressed&kind=user").text
    day = clock.now.date().isoformat()
    assert "petra" in inside.get(f"{LOG}?since={day}&until={day}").text
    for nothing in ("contact=nobody@x.example", "action=won", "until=2020-01-01", "kind=sales"):
        assert "petra" not in inside.get(f"{LOG}?{nothing}").text
    assert inside.get(f"{LOG}?since=yesterday&kind=%00&page=x&contact=%E2%82%AC").status_code == 200


def test_the_log_is_given_out_as_csv_and_that_is_on_record(inside: FlaskClient, seeded: Runtime) -> None:
    assert inside.get(f"{LOG}/export").status_code == 404, "only a button gives it out"
    answer = inside.post(f"{LOG}/export", data={"csrf_token": token(inside.get(LOG))})
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    with reading(seeded.db) as session:
        assert len(rows) == session.scalar(select(func.count()).select_from(AuditEntry))
    assert (rows[-1]["action"], rows[-1]["actor"], rows[-1]["object"]) == ("exported", NAME, "audit")
    assert [int(row["number"]) for row in rows] == list(range(1, len(rows) + 1))


def test_publishing_is_on_record_once_per_version(seeded: Runtime, clock: Clock) -> None:
    from nurture.engine.publication import publish

    before = said(seeded, action="published")
    publish(seeded, clock.now)
    assert said(seeded, action="published") == before
    assert len(before) == 1


# --- the words --------------------------------------------------------------------------------------------------------


def _notes() -> Iterator[tuple[str, ast.Call]]:
    """Every call of ``note`` in the source that writes an audit entry."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "note" and len(node.args) >= 5:
                yield str(path), node


def test_every_detail_has_a_name_and_every_fixed_value_a_word() -> None:
    """Whatever is a list of our own; what is named in files is told by its title there."""
    told = {k.arg for _, call in _notes() for k in call.keywords if k.arg} - {"contact"}
    assert sorted(told - NAMES.keys()) == []
    chosen = {
        call.args[3].value
        for path in SOURCE.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("tell", "choices.tell") and len(call.args) == 4
        if isinstance(call.args[3], ast.Constant)
    }
    assert len(chosen) > 5 and chosen <= VALUES["choice"].keys()
    assert set(Ground) == VALUES["why"].keys()
    assert {f"message.{state}" for state in MessageState} <= WORDS.keys()
    assert {f"stream.{kind}" for kind in MessageKind} <= WORDS.keys()
    assert {f"returned.{kind}" for kind in ReturnKind} <= WORDS.keys()
    assert {f"right.{kind}" for kind in rights.Kind} <= rights_words.WORDS.keys()


@pytest.mark.parametrize(
    ("language", "details", "words"),
    [
        ("de", {"why": "over", "case": 7}, [("Grund", "nicht mehr nötig"), ("Anliegen", "7")]),
        ("en", {"why": "no-budget"}, [("Reason", "Need exists, no budget at present")]),
        ("de", {"was": "parked", "lane": ""}, [("Vorher", "angehalten")]),
        ("de", {"kind": "access"}, [("Art", "Auskunft (Art. 15)")]),
        ("en", {"kind": "bounce", "stream": "nurture"}, [("Kind", "Bounce"), ("Kind of mail", "Campaign mail")]),
        ("en", {"campaigns": {"welcome": "abc", "fair": "def"}}, [("Campaigns", "welcome abc, fair def")]),
        ("de", {"new thing": "x", "why": "of another release"}, [("new thing", "x"), ("Grund", "of another release")]),
    ],
)
def test_details_are_told_in_words(
    seeded: Runtime, language: str, details: dict[str, object], words: list[tuple[str, str]]
) -> None:
    assert list(in_words(seeded.definitions, details, language)) == words


def test_every_action_and_object_has_a_word_in_both_languages() -> None:
    found = list(_notes())
    assert len(found) > 10
    actions = {
        c.args[2].value for _, c in found if isinstance(c.args[2], ast.Constant) and isinstance(c.args[3], ast.Tuple)
    }
    objects = {
        c.args[3].elts[0].value
        for _, c in found
        if isinstance(c.args[3], ast.Tuple) and isinstance(c.args[3].elts[0], ast.Constant)
    }
    assert sorted(actions - ACTIONS.keys()) == []
    assert sorted(objects - OBJECTS.keys()) == []
    assert set(actors.ActorKind) == ACTORS.keys()
    for words in (ACTIONS, OBJECTS, ACTORS, NAMES, *VALUES.values()):
        assert [key for key, text in words.items() if set(text) != {"de", "en"}] == []


def test_details_are_plain_and_small(seeded: Runtime) -> None:
    with reading(seeded.db) as session:
        for entry in session.scalars(select(AuditEntry)):
            assert len(json.dumps(entry.details)) < 2000
            assert "@" not in json.dumps(entry.details)
