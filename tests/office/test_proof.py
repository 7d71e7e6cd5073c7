"""The proof of consent from a person's page: one press, a file, and a note of who took it."""

from __future__ import annotations

import io
from datetime import datetime
from zipfile import ZipFile

from flask.testing import FlaskClient
from sqlalchemy import select

from nurture.domain.consent import ConsentEvent
from nurture.engine.runtime import Runtime
from nurture.store import consents, contacts
from nurture.store.database import transaction
from nurture.store.schema import AuditEntry
from office.conftest import log_in, token
from office.serving import NAME

ANNA = "anna@werk.example"


def test_the_button_gives_the_proof_and_leaves_a_note(house: Runtime, browser: FlaskClient, now: datetime) -> None:
    with transaction(house.db) as session:
        contact, _ = contacts.save(session, contacts.Person(ANNA, "de", "test", {}), now)
        consents.record(session, contact.id, "nurture", ConsentEvent.IMPORTED, now, {"file": "messe.csv", "row": 3})
    log_in(browser)
    shown = browser.get(f"/office/people/{ANNA}")
    assert "Einwilligung nachweisen" in shown.text
    url = f"/office/protection/proofs/{ANNA}"
    assert browser.get(url).status_code == 404
    answer = browser.post(url, data={"csrf_token": token(shown)})
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert ANNA not in answer.headers["Content-Disposition"]
    with ZipFile(io.BytesIO(answer.data)) as archive:
        assert "Frühere Einwilligung übernommen" in archive.read("proof.html").decode()
    with transaction(house.db) as session:
        row = session.scalars(select(AuditEntry).where(AuditEntry.action == "proved the consent of")).one()
        assert (row.actor_kind, row.actor, row.contact_id) == ("user", NAME, contact.id)
    unknown = browser.post("/office/protection/proofs/nobody@werk.example", data={"csrf_token": token(shown)})
    assert unknown.status_code == 404
