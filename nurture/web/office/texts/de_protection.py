"""The pages about data protection, in German."""

from __future__ import annotations

from collections.abc import Mapping

PROTECTION: Mapping[str, str] = {
    "menu.protection": "Datenschutz",
    "protection.tabs": "Bereiche des Datenschutzes",
    "guards.title": "Formulare",
    "guards.intro": "Formulare, die ungewöhnlich oft abgeschickt werden, und Anfragen, über die jemand entscheiden muss.",
    "guards.on": "Unter Schutz bis {time}: Browser müssen erst rechnen, Bestätigungsmails warten.",
    "guards.over": "Der Schutz ist vorbei, {when} beendet.",
    "guards.crowded": "Mehr Bestätigungsmails an eine Firma oder insgesamt, als in einer Stunde hinausgehen dürfen.",
    "guards.traffic": "In dieser Stunde {sent}-mal abgeschickt; üblich sind höchstens {allowed}-mal.",
    "guards.held": "Wartende Anfragen: {n}, verschiedene Adressen: {people}, die älteste seit {when}.",
    "guards.release": "Mails hinausschicken",
    "guards.discard": "Anfragen verwerfen",
    "guards.end": "Schutz beenden",
    "guards.hint": (
        "Was zurückgehalten ist, wird nach 14 Tagen verworfen, wenn niemand entscheidet. An eine Adresse gehen nie mehr "
        "als drei solche Mails am Tag; die Frist zur Bestätigung beginnt erst, wenn die Mail hinausgeht."
    ),
    "guards.none": "Alles ruhig",
    "guards.none-text": "Kein Formular ist unter Schutz, und keine Anfrage wartet.",
    "guards.released": "Die Mails gehen jetzt hinaus.",
    "guards.discarded": "Die Anfragen sind verworfen.",
    "guards.ended": "Der Schutz ist beendet. Wird das Formular weiter so oft abgeschickt, beginnt er von neuem.",
    "audit.title": "Protokoll",
    "audit.intro": (
        "Wer was wann an Personen oder Regeln getan hat. Kein Eintrag lässt sich unbemerkt ändern oder löschen."
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
    "audit.total": "Einträge: {n}",
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
