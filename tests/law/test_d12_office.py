"""D12 in the office: requests with their deadlines, and the rights of one person, by forms that act only when sent."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from law.people import OTTO, ZDENKA
from sqlalchemy import Engine, select
from stories.world import World, berlin
from werkzeug.test import TestResponse

from nurture.domain.audit import user
from nurture.engine import login, rights
from nurture.engine.runtime import Runtime
from nurture.store import contacts
from nurture.store.database import reading, transaction
from nurture.store.schema import AuditEntry, Contact, RightsCase
from nurture.web import create_app

NAME, PASSWORD = "anna", "a long pass phrase for tests"
PLACE = f"/office/protection/rights/{ZDENKA.address}"


class Office:
    """A browser that is logged in."""

    def __init__(self, world: World, client: FlaskClient) -> None:
        self.world, self._client = world, client

    def get(self, path: str) -> TestResponse:
        return self._client.get(path)

    def send(self, path: str, page: str, **form: str) -> TestResponse:
        """Send a form of ``page`` to ``path``."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text)
        assert token
        return self._client.post(path, data={"csrf_token": token[1], **form})

    def act(self, what: str, **form: str) -> TestResponse:
        return self.send(PLACE, PLACE, act=what, **form)

    def rows(self, model: type, *columns: str) -> list[tuple[object, ...]]:
        with reading(self.world.rt.db) as session:
            found = session.scalars(select(model).order_by(model.id)).all()  # type: ignore[attr-defined]
            return [tuple(getattr(row, column) for column in columns) for row in found]


@pytest.fixture
def office(sqlite_db: Engine, make_runtime: Callable[..., Runtime], monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(login, "generate_password_hash", lambda password: f"plain:{password}", raising=False)
    monkeypatch.setattr(login, "check_password_hash", lambda kept, given: kept == f"plain:{given}", raising=False)
    world = World(make_runtime(sqlite_db, public_url="http://localhost"), berlin("2026-03-02 10:00"))
    told = {"first_name": ZDENKA.first, "last_name": ZDENKA.last, "company": ZDENKA.company, "salutation": "ms",
            "function": "production-planning"}  # fmt: skip
    with transaction(world.rt.db) as session:
        contacts.save(session, contacts.Person(ZDENKA.address, "de", "test", told), world.now)
    login.create_user(world.rt, NAME, PASSWORD, "de", world.now)
    client = create_app(world.rt, lambda: world.now, mailbox=False).test_client()
    opened = Office(world, client)
    opened.send("/office/login", "/office/login", name=NAME, password=PASSWORD)
    return opened


def test_d12_a_field_takes_as_much_as_may_be_stored(office: Office) -> None:
    page = office.get(PLACE).text
    longest = {name: int(most) for name, most in re.findall(r'name="(\w+)"[^>]*maxlength="(\d+)"', page)}
    for name in ("first_name", "last_name", "company", "phone"):
        assert longest[name] == rights.FIELDS[name]


def test_d12_a_request_is_entered_with_its_deadline_and_stands_on_the_first_page(office: Office) -> None:
    sent = office.send("/office/protection/cases", "/office/protection/cases", kind="access", address=ZDENKA.address,
                       channel="letter", on="2026-02-27", note="Kopie erbeten")  # fmt: skip
    assert sent.status_code == 303
    page = office.get("/office/protection/cases").text
    assert "27.03.2026" in page
    assert ZDENKA.address in page
    assert "überfällig" not in page
    assert "Anliegen Betroffener: 1" in office.get("/office/").text
    office.world.now += timedelta(days=30)
    login_again(office)
    assert "1 überfällig" in office.get("/office/").text


def login_again(office: Office) -> None:
    office.send("/office/login", "/office/login", name=NAME, password=PASSWORD)


@pytest.mark.parametrize(
    ("field", "value"), [("address", "keine-adresse"), ("kind", "neugier"), ("on", "2031-01-01"), ("on", "gestern")]
)
def test_d12_a_faulty_request_comes_back_with_everything_typed(office: Office, field: str, value: str) -> None:
    typed = {
        "kind": "erasure",
        "address": "wer@firma.example",
        "channel": "mail",
        "on": "2026-03-01",
        "note": "Bitte löschen",
    }
    sent = office.send("/office/protection/cases", "/office/protection/cases", **{**typed, field: value})
    assert sent.status_code == 400
    assert "Bitte prüfen Sie diese Angabe." in sent.text
    assert "Bitte löschen" in sent.text
    assert office.rows(RightsCase, "id") == []


def test_d12_a_case_is_extended_and_settled_with_reasons(office: Office) -> None:
    rt, now = office.world.rt, office.world.now
    number = rights.open_case(rt, "access", OTTO.address, "mail", user(NAME), now)
    page = f"/office/protection/cases/{number}"
    assert "niemand gespeichert" in office.get(page).text
    assert office.send(f"{page}/extend", page, why=" ").status_code == 400
    assert office.send(f"{page}/extend", page, why="Archiv").status_code == 303
    assert office.send(f"{page}/settle", page, outcome="", how="done").status_code == 400
    assert office.send(f"{page}/settle", page, outcome="Nichts gespeichert, mitgeteilt", how="done").status_code == 303
    assert office.rows(RightsCase, "state", "settled_by") == [("done", "user:anna")]


def test_d12_looking_changes_nothing(office: Office) -> None:
    before = office.rows(AuditEntry, "id")
    for path in (PLACE, "/office/protection/cases", f"{PLACE}?act=erase&address={ZDENKA.address}"):
        assert office.get(path).status_code == 200
    assert office.rows(AuditEntry, "id") == before
    assert len(office.rows(Contact, "id")) == 1


def test_d12_the_copy_is_handed_out_and_settles_the_case_it_was_asked_by(office: Office) -> None:
    number = rights.open_case(office.world.rt, "access", ZDENKA.address, "mail", user(NAME), office.world.now)
    sent = office.act("export", language="en", case=str(number))
    assert sent.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(sent.data)) as file:
        assert "access.html" in file.namelist()
    assert office.rows(RightsCase, "id", "state", "kind") == [(number, "done", "access")]


def test_d12_correct_restrict_lift_and_object(office: Office) -> None:
    values = {"salutation": "ms", "first_name": ZDENKA.first, "last_name": "Birnbaum", "company": ZDENKA.company,
              "phone": "abc", "function": "production-planning", "language": "de"}  # fmt: skip
    wrong = office.act("correct", **values)
    assert wrong.status_code == 400
    assert 'value="abc"' in wrong.text
    assert 'value="Birnbaum"' in wrong.text
    assert office.act("correct", **{**values, "phone": "+49 231 555555"}).status_code == 303
    assert office.rows(Contact, "last_name", "phone") == [("Birnbaum", "+49 231 555555")]
    office.act("restrict")
    assert "Eingeschränkt seit" in office.get(PLACE).text
    office.act("lift")
    assert "Eingeschränkt seit" not in office.get(PLACE).text
    office.act("object")
    assert [kind for (kind,) in office.rows(RightsCase, "kind")] == ["rectification", "restriction", "objection"]


def test_d12_nobody_is_erased_by_mistake(office: Office) -> None:
    for typed in ("", OTTO.address):
        assert office.act("erase", address=typed).status_code == 400
    assert len(office.rows(Contact, "id")) == 1
    gone = office.act("erase", address=ZDENKA.address.upper(), why="asked")
    assert gone.status_code == 303
    assert office.rows(Contact, "id") == []
    assert "Gelöscht." in office.get(gone.location).text
    assert office.get(PLACE).status_code == 404


def test_d12_without_a_login_there_is_nothing(office: Office, tmp_path: Path) -> None:
    stranger = create_app(office.world.rt, lambda: office.world.now, mailbox=False).test_client()
    for path in (PLACE, "/office/protection/cases"):
        assert stranger.get(path).status_code == 303
    assert stranger.post(PLACE, data={"act": "erase", "address": ZDENKA.address}).status_code in (303, 400)
    assert len(office.rows(Contact, "id")) == 1
