"""The pages about what people may ask of us, in German."""

from __future__ import annotations

from collections.abc import Mapping

RIGHTS: Mapping[str, str] = {
    "cases.title": "Anliegen",
    "cases.intro": "Was Betroffene verlangen (Art. 15 bis 21 DSGVO), und bis wann sie eine Antwort haben müssen.",
    "cases.open": "Offen",
    "cases.settled": "Abgeschlossen",
    "cases.filter": "Anliegen nach Stand",
    "cases.caption": "Anliegen mit Frist und Stand",
    "cases.case": "Anliegen",
    "cases.person": "Person",
    "cases.received": "Eingegangen",
    "cases.due": "Antwort bis",
    "cases.state": "Stand",
    "cases.overdue": "überfällig",
    "cases.extended": "verlängert",
    "cases.erased": "gelöscht",
    "cases.empty": "Keine offenen Anliegen",
    "cases.empty-settled": "Noch nichts abgeschlossen",
    "cases.empty-text": ("Was Personen über die Seite ihrer Einstellungen selbst erledigen, steht hier als abgeschlossen."),
    "cases.new": "Anliegen eintragen",
    "cases.new-text": "Für alles, was per E-Mail, Brief oder Telefon kommt. Die Frist beginnt mit dem Eingang.",
    "cases.kind": "Worum es geht",
    "cases.address": "E-Mail-Adresse",
    "cases.channel": "Eingegangen per",
    "cases.on": "Am",
    "cases.note": "Was verlangt wird",
    "cases.add": "Eintragen",
    "cases.added": "Das Anliegen ist eingetragen.",
    "cases.number": "Nr. {n}",
    "cases.handle": "Bearbeiten",
    "cases.handle-text": (
        "Auskunft aushändigen, berichtigen, einschränken, widersprechen oder löschen: auf der Seite der Person, "
        "dieses Anliegen wird dabei abgeschlossen."
    ),
    "cases.unknown": (
        "Unter dieser Adresse ist niemand gespeichert. Teilen Sie das der Person mit und schließen Sie das Anliegen ab."
    ),
    "cases.by": "Erledigt durch",
    "cases.outcome": "Ergebnis",
    "cases.settle": "Abschließen",
    "cases.settle-label": "Was getan oder mitgeteilt wurde",
    "cases.settle-hint": "Ohne Namen und Adressen: Dieser Text überdauert eine Löschung.",
    "cases.done": "Als erledigt abschließen",
    "cases.refuse": "Als abgelehnt abschließen",
    "cases.settled-now": "Das Anliegen ist abgeschlossen.",
    "cases.extend": "Frist verlängern",
    "cases.extend-label": "Grund der Verlängerung",
    "cases.extend-text": (
        "Einmal, um zwei Monate. Die Person muss den Grund innerhalb des ersten Monats erfahren (Art. 12 Abs. 3 DSGVO)."
    ),
    "cases.extended-now": "Die Frist ist verlängert.",
    "cases.problem": "Bitte prüfen Sie diese Angabe.",
    "cases.no-reason": "Bitte schreiben Sie, warum oder was getan wurde.",
    "cases.moved-on": "Das Anliegen ist schon abgeschlossen, schon verlängert oder überfällig.",
    "start.cases": "Anliegen Betroffener: {n}",
    "start.cases-text": "Jedes hat eine Frist von einem Monat.",
    "start.cases-overdue": "{n} überfällig. Bitte sofort beantworten.",
    "rights.title": "Rechte der Person",
    "rights.link": "Rechte (DSGVO)",
    "rights.link-text": "Auskunft, Berichtigung, Einschränkung, Widerspruch, Löschung",
    "rights.for-case": "Für Anliegen Nr. {n}: {kind}",
    "rights.export": "Auskunft aushändigen",
    "rights.export-text": (
        "Eine ZIP-Datei mit allem, was gespeichert ist: zum Lesen, für Tabellen und für Programme. Geben Sie sie "
        "nur der Person selbst."
    ),
    "rights.export-language": "Sprache",
    "rights.download": "Herunterladen",
    "rights.correct": "Berichtigen",
    "rights.correct-text": (
        "Was vorher stand, bleibt als Berichtigung vermerkt. Eine neue Adresse bestätigt die Person selbst über "
        "ihre Einstellungen."
    ),
    "rights.save": "Speichern",
    "rights.corrected": "Berichtigt und vermerkt.",
    "rights.unchanged": "Es hat sich nichts geändert.",
    "rights.none": "keine Angabe",
    "rights.restrict": "Einschränken",
    "rights.restrict-text": "Die Daten bleiben gespeichert, sonst geschieht nichts mehr mit ihnen (Art. 18 DSGVO).",
    "rights.restricted": "Die Verarbeitung ist eingeschränkt.",
    "rights.restricted-since": "Eingeschränkt seit {day}.",
    "rights.lift": "Einschränkung aufheben",
    "rights.lift-text": "Die Person ist vorher zu unterrichten (Art. 18 Abs. 3 DSGVO).",
    "rights.lifted": "Die Einschränkung ist aufgehoben.",
    "rights.object": "Widerspruch eintragen",
    "rights.object-text": (
        "Ab sofort keine Werbung und keine Auswertung mehr; was wartet, geht nicht mehr hinaus (Art. 21 DSGVO)."
    ),
    "rights.objected": "Der Widerspruch gilt ab sofort.",
    "rights.erase": "Löschen",
    "rights.erase-text": (
        "Endgültig, aus allen Tabellen, gespeicherten E-Mails und Dateien. Es bleiben Zahlen und eine "
        "verschlüsselte Prüfsumme der Adresse, damit kein Import die Person wieder anlegt."
    ),
    "rights.erase-type": "Zum Bestätigen die Adresse eingeben",
    "rights.erase-why": "Grund",
    "rights.why-asked": "Die Person verlangt es",
    "rights.why-unlawful": "Die Daten hätten nicht gespeichert werden dürfen",
    "rights.why-over": "Die Daten werden nicht mehr gebraucht",
    "rights.erase-button": "Endgültig löschen",
    "rights.erase-differs": "Das ist nicht die Adresse dieser Person.",
    "rights.erased": "Gelöscht.",
    "rights.erased-told": ("Gelöscht. Der Vertrieb hatte Daten erhalten und ist zu unterrichten (Art. 19 DSGVO): {names}"),
    "rights.erased-later": (
        "Gelöscht. Eine E-Mail war gerade unterwegs; was sie hinterlässt, wird in den nächsten Minuten entfernt."
    ),
}
