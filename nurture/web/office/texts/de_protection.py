"""The pages about data protection, in German."""

from __future__ import annotations

from collections.abc import Mapping

PROTECTION: Mapping[str, str] = {
    "menu.protection": "Datenschutz",
    "protection.tabs": "Bereiche des Datenschutzes",
    "audit.title": "Protokoll",
    "audit.intro": (
        "Wer was wann an Personen oder Regeln getan hat. Kein Eintrag lässt sich ändern oder löschen, ohne dass es auffällt."
    ),
    "audit.export": "Als CSV herunterladen",
    "audit.contact": "Betroffene Person",
    "audit.contact-hint": "Adresse oder Nummer",
    "audit.who": "Wer",
    "audit.action": "Handlung",
    "audit.object": "Gegenstand",
    "audit.since": "Von",
    "audit.until": "Bis",
    "audit.at": "Wann",
    "audit.caption": "Einträge des Protokolls, die neuesten zuerst",
    "audit.number": "Nr. {n}",
    "audit.total": "{n} Einträge",
    "audit.none": "Keine Einträge",
    "audit.none-text": "Sobald jemand etwas an Personen oder Regeln tut, steht es hier.",
    "chosen.title": "Selbst gewählt",
    "chosen.paused": "Pause",
    "chosen.until": "bis {day}",
    "chosen.often": "Häufigkeit",
    "chosen.gap": "höchstens eine Mail in {days} Tagen",
    "chosen.unwanted": "Nicht gewünscht",
    "chosen.clicks": "Klicks",
    "chosen.uncounted": "auch ohne Namen nicht zählen",
    "chosen.restricted": (
        "Verarbeitung eingeschränkt seit {day} (Art. 18 DSGVO): keine Mails, keine Kampagnen, keine Punkte."
    ),
}
