"""German: the preferences page and what stands behind it."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "preferences.title": "Was möchten Sie von uns bekommen?",
    "preferences.lead": "Einstellungen für {address}. Alles gilt sofort, auch für E-Mails, die schon vorbereitet sind.",
    "preferences.save": "Auswahl speichern",
    "preferences.nothing": "Alles abbestellen",
    "preferences.nothing-hint": "Ein Klick genügt: keine Werbung, keine Werbeanrufe und keine Auswertung mehr.",
    "preferences.how": "Möchten Sie eine Einwilligung widerrufen? Dann nehmen Sie das Häkchen heraus und speichern.",
    "preferences.none": "Sie haben uns zurzeit nichts erlaubt. Sie bekommen keine Werbung von uns.",
    "preferences.more": "Setzen Sie ein neues Häkchen, schicken wir Ihnen zur Bestätigung eine E-Mail an {address}.",
    "preferences.on": "erlaubt",
    "preferences.off": "nicht erlaubt",
    "preferences.waiting": "wartet auf Ihre Bestätigung in der E-Mail",
    "preferences.restricted": (
        "Die Verarbeitung Ihrer Daten ist auf Ihren Wunsch eingeschränkt: Wir bewahren sie auf und tun sonst nichts damit."
    ),
    # what was done
    "preferences.done.saved": "Gespeichert. Ihre Auswahl gilt ab sofort.",
    "preferences.done.asked": (
        "Gespeichert. Für die neue Einwilligung haben wir Ihnen eine E-Mail geschickt; bitte bestätigen Sie sie dort."
    ),
    "preferences.done.asked-later": (
        "Dazu haben wir in letzter Zeit schon mehrere solche E-Mails geschickt und schicken heute keine weitere. Bitte "
        "bestätigen Sie eine davon, oder versuchen Sie es morgen noch einmal."
    ),
    "preferences.done.left": "Alles abbestellt. Sie bekommen ab sofort keine Werbung mehr von uns.",
    "preferences.done.paused": "Die Pause hat begonnen.",
    "preferences.done.resumed": "Die Pause ist zu Ende. Es geht weiter.",
    "preferences.done.corrected": "Gespeichert. Ihre Angaben sind berichtigt.",
    "preferences.done.address": (
        "Wir haben der neuen Adresse eine E-Mail geschickt. Sobald Sie sie dort bestätigen, gilt sie; bis dahin "
        "bleibt es bei der bisherigen."
    ),
    "preferences.done.link": "Wir haben Ihnen einen Link geschickt. Bitte sehen Sie in Ihr Postfach; er gilt 24 Stunden.",
    "preferences.done.link-again": (
        "Ein Link ist schon unterwegs. Bitte sehen Sie in Ihr Postfach, auch in den Spam-Ordner; nach zehn Minuten "
        "können Sie einen neuen anfordern, höchstens drei am Tag."
    ),
    # consents
    "preferences.what": "Was Sie uns erlauben",
    "preferences.counted": "Klicks ohne Namen mitzählen",
    "preferences.counted-hint": (
        "Wir zählen, wie oft die Links in unseren E-Mails geöffnet werden, nicht von wem. Wenn Sie auch das nicht möchten, "
        "nehmen Sie das Häkchen heraus."
    ),
    # how often
    "preferences.often": "Wie oft wir Ihnen schreiben",
    "preferences.often-hint": "Das gilt für alle unsere E-Mails zusammen. Was noch nicht kommen darf, kommt später.",
    "preferences.often.usual": "So oft wie üblich",
    "preferences.often.week": "Höchstens eine E-Mail in der Woche",
    "preferences.often.two-weeks": "Höchstens eine E-Mail in zwei Wochen",
    "preferences.often.month": "Höchstens eine E-Mail im Monat",
    "preferences.often.quarter": "Höchstens eine E-Mail im Vierteljahr",
    "preferences.often-save": "Häufigkeit speichern",
    "preferences.pause": "Eine Zeit lang keine E-Mails",
    "preferences.pause-hint": "Danach geht es von selbst weiter. Sie können die Pause jederzeit beenden.",
    "preferences.paused-until": "Pause bis {date}. Bis dahin bekommen Sie keine Werbung von uns.",
    "preferences.pause.2-weeks": "2 Wochen",
    "preferences.pause.1-month": "1 Monat",
    "preferences.pause.3-months": "3 Monate",
    "preferences.pause.6-months": "6 Monate",
    "preferences.pause-start": "Pause für {span}",
    "preferences.pause-anew": "Oder die Pause ändern; sie zählt dann ab heute:",
    "preferences.resume": "Pause beenden",
    # what about
    "preferences.topics": "Worüber wir Ihnen schreiben",
    "preferences.topics-hint": (
        "Nehmen Sie heraus, was Sie nicht interessiert. Ohne Häkchen schreiben wir Ihnen dazu nicht."
    ),
    "preferences.topics-save": "Themen speichern",
    "preferences.topics-of": "Themen zu {name}",
    # what is known
    "preferences.data": "Ihre Angaben",
    "preferences.data-hint": "Bitte berichtigen Sie, was nicht stimmt. Was vorher dort stand, bleibt vermerkt.",
    "preferences.data-save": "Angaben speichern",
    "preferences.data-old": (
        "Diese E-Mail ist älter als 30 Tage und kann weitergeleitet worden sein. Damit nur Sie Ihre Daten sehen, "
        "berichtigen, herunterladen oder löschen können, schicken wir Ihnen dafür einen neuen Link an {address}."
    ),
    "preferences.link": "Neuen Link schicken",
    "preferences.field.salutation": "Anrede",
    "preferences.field.first_name": "Vorname",
    "preferences.field.last_name": "Nachname",
    "preferences.field.function": "Aufgabenbereich",
    "preferences.field.company": "Unternehmen",
    "preferences.field.phone": "Telefon",
    "preferences.field.language": "Sprache unserer E-Mails",
    "preferences.field.address": "E-Mail-Adresse",
    "preferences.address-hint": (
        "An eine neue Adresse schicken wir eine E-Mail zur Bestätigung. Erst danach gilt sie; auch die bisherige "
        "Adresse bekommt dann eine Nachricht."
    ),
    "preferences.address-wrong": "Bitte prüfen Sie diese E-Mail-Adresse; richtig wäre z. B. name@firma.de.",
    "preferences.address-waiting": "{address} wartet noch auf die Bestätigung.",
    "preferences.salutation.ms": "Frau",
    "preferences.salutation.mr": "Herr",
    "preferences.language.de": "Deutsch",
    "preferences.language.en": "Englisch",
    # everything
    "preferences.everything": "Alles, was wir gespeichert haben",
    "preferences.everything-hint": (
        "Angaben, Einwilligungen, E-Mails, Klicks und Punkte: hier zum Lesen, als ZIP-Datei zum Mitnehmen (lesbar und "
        "als JSON und CSV)."
    ),
    "preferences.see": "Alles ansehen",
    "preferences.download": "Alles herunterladen",
    "preferences.erase": "Meine Daten löschen",
    "preferences.erase-hint": "Wir fragen noch einmal nach.",
    "preferences.seen-purpose": "Wozu",
    "preferences.seen-basis": "Rechtsgrundlage",
    "preferences.seen-retention": "Wie lange",
    "preferences.seen-nothing": "Nichts gespeichert ist zu:",
    "preferences.seen-source": "Woher",
    "preferences.back": "Zurück zu den Einstellungen",
    # erasing
    "erase.title": "Alle Ihre Daten löschen?",
    "erase.lead": "Das gilt für alles, was wir zu {address} gespeichert haben, und lässt sich nicht rückgängig machen.",
    "erase.goes": "Was gelöscht wird",
    "erase.goes-1": "Ihr Name, Ihre Adresse und alle Angaben über Sie",
    "erase.goes-2": "alle E-Mails an Sie, Klicks, Downloads, Antworten und Punkte",
    "erase.goes-3": "was in den Nachweisen Ihrer Einwilligungen über Sie steht",
    "erase.stays": "Was bleibt",
    "erase.stays-1": (
        "Ein Kennzeichen Ihrer Adresse, aus dem sich die Adresse nicht lesen lässt. Nur damit können wir dafür "
        "sorgen, dass wir Ihnen nie wieder schreiben."
    ),
    "erase.stays-2": "Zahlen ohne Namen, und dass an diesem Tag gelöscht wurde",
    "erase.yes": "Ja, alles löschen",
    "erase.no": "Nein, zurück",
    "erased.title": "Ihre Daten sind gelöscht",
    "erased.lead": "Wir haben nichts mehr über Sie gespeichert und werden Ihnen nicht wieder schreiben.",
    "erased.again": (
        "Die Links in unseren früheren E-Mails führen jetzt ins Leere. Wenn Sie irgendwann wieder etwas von uns möchten, "
        "genügt eines unserer Formulare."
    ),
}
