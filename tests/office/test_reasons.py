"""Reasons in German: every sentence the rules can say is known; anything else stays as it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nurture.domain.engagement import Hit, Proof, verdicts
from nurture.engine.publication import Publication
from nurture.engine.reasons import in_language, told

SENTENCES = [
    ("no confirmed consent for 'nurture'", "keine bestätigte Einwilligung für „nurture“"),
    ("the address gets no mail: mailbox full", "die Adresse bekommt keine Post: mailbox full"),
    ("only for: not answered purchase_timing", "nur für: nicht purchase_timing beantwortet"),
    ("only for: class B2 or B3", "nur für: Klasse B2 oder B3"),
    ("only for: consent for phone and class B3 and grade B or better",
     "nur für: Einwilligung für phone und Klasse B3 und Note B oder besser"),
    ("only for: (class A or class B3) and at least 40.5 points", "nur für: (Klasse A oder Klasse B3) und mindestens 40,5 Punkte"),
    ("waiting 1 week", "wartet 1 Woche"),
    ("waiting 3 weeks, or until clicked step check-in", "wartet 3 Wochen oder bis: Klick in „check-in“"),
    ("waiting until 1 week before the event", "wartet bis 1 Woche vor der Veranstaltung"),
    ("no need to wait longer: downloaded content datenblatt", "muss nicht länger warten: Download von datenblatt"),
    ("clicked topic bottlenecks", "Klick zum Thema bottlenecks"),
    ("no need for this product (class C)", "no need for this product (Klasse C)"),
    ("grade B needs 55 points, has 31.9", "Note B braucht 55 Punkte, hat 31,9"),
    ("cap of 9 in 30 days; 12 days old", "Obergrenze 9 in 30 Tagen; 12 Tage alt"),
    ("3 links within 1 s", "3 Links innerhalb von 1 s"),
    ("250 2.0.0 Ok: queued as 4F2A1", "250 2.0.0 Ok: queued as 4F2A1"),
    ("550 5.1.1 <a@b.example>: user unknown (in reply to RCPT)", "550 5.1.1 <a@b.example>: user unknown (in reply to RCPT)"),
    ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("english", "german"), SENTENCES)
def test_in_german(english: str, german: str) -> None:
    assert in_language(english, "de") == german
    assert in_language(english, "en") == english


NAMED = [
    ("came by whitepaper-feinplanung", "kam über „Whitepaper: Liefertermine halten bei Losgröße 1“"),
    ("already has 'checkliste-engpass'", "hat „Engpass-Check in 30 Minuten“ schon"),
    ("no confirmed consent for 'nurture'", "keine bestätigte Einwilligung für „Fachinformationen per E-Mail“"),
    ("waiting 2 weeks, or until answered purchase_timing", "wartet 2 Wochen oder bis: „Wann soll eine neue Feinplanung eingeführt werden?“ beantwortet"),
    ("clicked topic bottlenecks or interest in gone", "Klick zum Thema „Engpässe steuern“ oder Interesse an gone"),
    ("waiting 4 days, or until clicked step bottlenecks", "wartet 4 Tage oder bis: Klick in „bottlenecks“"),
    ("in the mailbox as 2026-11-22/075249-251530d0", "im lokalen Posteingang"),
    ("came by a form that is gone", "kam über a form that is gone"),
]  # fmt: skip


@pytest.mark.parametrize(("english", "german"), NAMED)
def test_titles_stand_in_the_place_of_ids(example: Publication, english: str, german: str) -> None:
    assert told(example.definitions, english, "de") == german


def test_titles_in_english_too(example: Publication) -> None:
    said = told(example.definitions, "no need to wait longer: clicked topic bottlenecks", "en")
    assert said == "no need to wait longer: clicked topic “Managing bottlenecks”"


def test_every_verdict_is_known() -> None:
    start = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    agent = {"agent": "Firefox", "network": "203.0.113.0"}
    hits = [
        Hit(1, start, "a", method="HEAD", **agent), Hit(2, start, "b", prefetch=True, **agent), Hit(3, start, "c"),
        Hit(4, start, "d", tool=True, agent="bot"), Hit(5, start + timedelta(hours=1), "a", agent="Safari", network="198.51.100.0"),
        Hit(6, start + timedelta(hours=2), "a", agent="Edge"), Hit(7, start + timedelta(hours=9), "a", agent="Opera"),
    ]  # fmt: skip
    proofs = [Proof(start + timedelta(hours=3), agent="Edge")]
    for ruling in verdicts(hits, start, 5, proofs, timedelta(minutes=10), start + timedelta(hours=9, minutes=1)).values():
        assert in_language(ruling.reason, "de") != ruling.reason
