"""D2: a wording that people agreed to bears a version and never changes; other words need another version."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from stories.world import World, berlin
from support.commands import ROOT

from nurture import app
from nurture.cli import main
from nurture.domain import audit
from nurture.domain.errors import DefinitionError
from nurture.engine import consent_check
from nurture.engine.publication import publish
from nurture.engine.registration import register
from nurture.engine.reloading import Watch
from nurture.engine.runtime import Runtime
from nurture.engine.submission import Submission
from nurture.engine.visitor import Visitor
from nurture.settings import load_settings
from nurture.store.database import reading, transaction
from nurture.store.schema import ConsentEventRow, Wording

OTHER = "Ja, und alles andere auch."


def reworded(rt: Runtime, **changes: str) -> Runtime:
    d = rt.definitions
    purpose = d.purposes["nurture"]
    new = replace(purpose, wording={**purpose.wording, "de": OTHER}, **changes)
    purposes = MappingProxyType({**d.purposes, "nurture": new})
    return replace(rt, publication=replace(rt.publication, definitions=replace(d, purposes=purposes)))


@pytest.fixture
def agreed(runtime: Runtime) -> World:
    """Somebody agreed to the present wording, in German."""
    world = World(runtime, berlin("2026-03-02 10:00"))
    world.fill_form()
    world.wait(minutes=5)
    world.confirm()
    return world


def test_d2_other_words_under_the_same_version_are_refused(agreed: World) -> None:
    version = agreed.rt.definitions.purposes["nurture"].version
    with pytest.raises(DefinitionError) as caught:
        publish(reworded(agreed.rt), agreed.now)
    (fault,) = caught.value.faults
    assert (fault.file, fault.path) == ("config/consent.yaml", "purposes.nurture.wording.de")
    assert f"version '{version}' was shown to people from 2026-03-02 on" in fault.message
    assert "give it a new version" in fault.message


def test_d2_under_a_new_version_they_are_taken_and_old_evidence_stays(agreed: World) -> None:
    def evidence() -> list[tuple[str, str]]:
        with transaction(agreed.rt.db) as session:
            rows = session.scalars(select(ConsentEventRow).order_by(ConsentEventRow.number))
            texts = {row.id: row.text for row in session.scalars(select(Wording))}
            return [(str(row.hash), texts[row.evidence["wording"]]) for row in rows]

    before = evidence()
    agreed.rt = reworded(agreed.rt, version="2027-01")
    publish(agreed.rt, agreed.now)
    agreed.fill_form(address="otto.zwei@firma.example")
    agreed.wait(minutes=5)
    agreed.confirm("otto.zwei@firma.example")
    after = evidence()
    assert after[: len(before)] == before
    assert OTHER in [text for _, text in after[len(before) :]]
    assert consent_check.check(agreed.rt, audit.user("dpo"), agreed.now).findings == []


def test_d2_words_that_nobody_saw_may_change(runtime: Runtime, now: datetime) -> None:
    publish(reworded(runtime), now)
    World(reworded(runtime), now).fill_form()
    with reading(runtime.db) as session:
        assert OTHER in session.scalars(select(Wording.text)).all()


def test_d2_a_reload_and_the_check_refuse_them_and_name_what_to_do(
    tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("campaigns", "mail_templates"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "config").mkdir()
    for path in (ROOT / "config").iterdir():
        (tmp_path / "config" / path.name).symlink_to(path)
    rt = app.build(load_settings({"NURTURE_HOME": str(tmp_path)}), now)
    form = next(f for f in rt.definitions.forms.values() if "nurture" in f.purposes and not f.profile)
    values = {f.name: "" for f in form.fields} | {
        "email": "a@firma.example",
        "company": "A",
        "function": "production-planning",
    }
    required = {f.name: values.get(f.name) or "A" for f in form.fields if f.required or f.name in ("company", "function")}
    register(rt, Submission(form.id, "de", required | {"email": "a@firma.example"}, frozenset(["nurture"])), Visitor(), now)
    watch, known = Watch(rt), rt.publication
    consent = tmp_path / "config" / "consent.yaml"
    text = consent.read_text("utf-8")
    consent.unlink()
    consent.write_text(text.replace("zwei- bis viermal im Monat", "täglich"), "utf-8")
    error = watch.look(now)
    assert error is not None and "give it a new version" in str(error)
    assert rt.publication is known
    rt.db.dispose()
    monkeypatch.setenv("NURTURE_HOME", str(tmp_path))
    done = CliRunner().invoke(main, ["check", "--json"])
    assert done.exit_code == 1
    assert [f["path"] for f in json.loads(done.output)["faults"]] == ["purposes.nurture.wording.de"]
