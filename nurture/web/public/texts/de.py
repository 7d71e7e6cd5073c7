"""The sentences of the public pages in German."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    # the frame
    "skip": "Zum Inhalt springen",
    "language": "Sprache",
    "imprint": "Impressum",
    "privacy": "Datenschutz",
    "represented": "Vertreten durch",
    "vat": "USt-IdNr.",
    "phone": "Telefon",
    "email": "E-Mail",
    "back-home": "Zur Website",
    # landing page
    "optional": "freiwillig",
    "choose": "Bitte wählen",
    "form.head": "Ihre Angaben",
    "form.required": "Alle Felder ohne den Zusatz „freiwillig“ brauchen wir.",
    "form.for": "Kostenlos und unverbindlich",
    "form.honeypot": "Dieses Feld bitte leer lassen",
    "form.next": (
        "Sie bekommen gleich eine E-Mail. Bestätigen Sie darin nicht, löschen wir Ihre Angaben nach wenigen Tagen."
    ),
    "consent.head": "Ihre Einwilligungen",
    "consent.hint": (
        "Alle freiwillig, einzeln und jederzeit mit einem Klick widerrufbar. Was Sie angefordert haben, bekommen Sie "
        "auch ohne."
    ),
    "consent.privacy": "Wie wir mit Ihren Daten umgehen, steht in der",
    "consent.privacy-link": "Datenschutzerklärung",
    "offer.get": "Das bekommen Sie",
    "offer.pages": "PDF zum Herunterladen",
    "event.when": "Wann",
    "event.where": "Wo",
    "problem.title": "Fehler",
    "problem.one": "Eine Angabe fehlt noch oder passt nicht",
    "problem.many": "{count} Angaben fehlen noch oder passen nicht",
    "problem.kept": "Alles andere haben wir behalten.",
    # why a form is shown again
    "again.too-young": (
        "Das ging sehr schnell. Zum Schutz vor automatischen Einträgen: Bitte senden Sie das Formular noch einmal ab."
    ),
    "again.too-old": (
        "Diese Seite war lange geöffnet. Ihre Angaben sind noch da – bitte prüfen Sie sie und senden Sie das "
        "Formular noch einmal ab."
    ),
    "again.other-site": (
        "Das Formular kam von einer fremden Seite. Bitte prüfen Sie Ihre Angaben und senden Sie es von hier aus noch "
        "einmal ab."
    ),
    "again.too-many": (
        "Von hier kamen gerade sehr viele Anfragen. Bitte versuchen Sie es in {minutes} Min. noch einmal – Ihre "
        "Angaben bleiben hier stehen. Oder schreiben Sie uns an {email}."
    ),
    "again.busy": (
        "Wir konnten Ihre Angaben gerade nicht speichern. Bitte senden Sie das Formular in einer Minute noch einmal "
        "ab; was Sie eingetragen haben, steht noch da."
    ),
    "again.once-more": (
        "Bitte drücken Sie noch einmal auf einen der Knöpfe. So stellen wir sicher, dass ein Mensch antwortet und "
        "kein Programm."
    ),
    "again.boxes": "Die Häkchen bei den Einwilligungen setzen Sie bitte noch einmal selbst.",
    # check your mail
    "sent.title": "Bitte sehen Sie in Ihr Postfach",
    "sent.lead": (
        "Wir haben Ihnen eine E-Mail geschickt. Darin ist ein Knopf, mit dem Sie bestätigen, dass die Anfrage "
        "wirklich von Ihnen kommt."
    ),
    "sent.step-1": "E-Mail öffnen",
    "sent.step-1-hint": "Absender ist {sender}.",
    "sent.step-2": "Anfrage bestätigen",
    "sent.step-2-hint": "Der Link gilt bis {date}.",
    "sent.step-3": "Fertig",
    "sent.step-3-offer": "Danach können Sie sofort herunterladen: „{offer}“.",
    "sent.step-3-hint": "Danach geht es sofort weiter.",
    "sent.nothing": "Keine E-Mail da?",
    "sent.nothing-hint": (
        "Sehen Sie bitte auch im Spam-Ordner nach. Nach zehn Minuten können Sie das Formular noch einmal ausfüllen, "
        "vielleicht war ein Tippfehler in der Adresse."
    ),
    "sent.again": "Formular noch einmal ausfüllen",
    "sent.mailbox": "Diese Installation verschickt nichts, sondern legt alle E-Mails in den lokalen Posteingang.",
    "sent.mailbox-link": "Lokalen Posteingang öffnen",
    # confirming
    "confirm.title": "Haben Sie das angefordert?",
    "confirm.lead": "Mit der Adresse {address} wurde dieses Formular ausgefüllt:",
    "confirm.yes": "Ja, das war ich",
    "confirm.yes-hint": "Anfrage bestätigen",
    "confirm.no": "Nein, das war ich nicht",
    "confirm.no-hint": "Angaben löschen",
    "confirm.consents": "Sie willigen damit ein:",
    "confirm.nothing": ("Sie willigen damit in nichts Weiteres ein; wir schicken Ihnen nur, was Sie angefordert haben."),
    "confirm.law": ("Jede Einwilligung können Sie jederzeit widerrufen, am einfachsten mit dem Link am Ende jeder E-Mail."),
    "confirmed.title": "Danke, das ist bestätigt",
    "confirmed.lead": "Ihre Anfrage „{form}“ ist bei uns angekommen.",
    "confirmed.offer": "Ihr Download liegt bereit",
    "confirmed.get": "Zum Download",
    "confirmed.event": "Wir freuen uns auf Sie",
    "confirmed.close": "Sie können diese Seite schließen.",
    "code.title": "Bitte geben Sie den Code aus der E-Mail ein",
    "code.lead": (
        "Manche Programme, die E-Mails prüfen, drücken auch Knöpfe. Ihre Antwort sah diesmal danach aus. Mit dem Code "
        "wissen wir, dass Sie es sind."
    ),
    "code.lead-again": (
        "Kurz nach der Bestätigung wurde auch „Das war ich nicht“ gedrückt, vielleicht von einem Programm, das E-Mails "
        "prüft. Bis Sie den Code eingeben, ruht alles."
    ),
    "code.label": "Die sechs Ziffern aus unserer E-Mail an {address}",
    "code.button": "Bestätigen",
    "code.shape": "Der Code besteht aus sechs Ziffern. Er steht in der E-Mail unter dem Knopf.",
    "code.wrong": "Das ist nicht der Code aus der E-Mail zu dieser Anfrage. Sie haben noch {count} Versuche.",
    "code.wrong-last": "Das ist nicht der Code aus der E-Mail zu dieser Anfrage. Sie haben noch einen Versuch.",
    "code.used-up": "Zu viele falsche Codes",
    "code.used-up-hint": (
        "Diese Anfrage lässt sich nicht mehr bestätigen. Füllen Sie das Formular bitte noch einmal aus; Sie bekommen dann "
        "eine neue E-Mail mit einem neuen Code."
    ),
    "code.new": "Zum Formular",
    "code.not-me": "Sie haben nichts angefordert?",
    "code.not-me-hint": (
        "Dann müssen Sie nichts tun. Ohne den Code schicken wir Ihnen nichts und löschen die Angaben spätestens am {date}."
    ),
    "kept.title": "Diese Anfrage ist schon bestätigt",
    "kept.lead": (
        "Die Anfrage „{form}“ wurde vor einer Weile bestätigt. Wenn Sie das nicht möchten, können Sie hier alles "
        "abbestellen und Ihre Einwilligungen widerrufen:"
    ),
    "kept.button": "Einstellungen öffnen",
    "kept.hint": "Das geht auch jederzeit mit dem Link am Ende jeder E-Mail.",
    "declined.title": "Danke für den Hinweis",
    "declined.lead": (
        "Wir löschen die Angaben aus dem Formular innerhalb weniger Minuten, und Sie bekommen von uns keine weitere E-Mail "
        "dazu."
    ),
    "declined.back": "Es war ein Versehen?",
    "declined.back-button": "Doch, das war ich",
    "declined.again": "Vermutlich hat sich jemand vertippt. Wenn es öfter vorkommt, schreiben Sie uns bitte:",
    "expired.title": "Dieser Link ist abgelaufen",
    "expired.lead": (
        "Die Anfrage wurde nicht rechtzeitig bestätigt. Zum Schutz Ihrer Daten haben wir alle Angaben dazu gelöscht. "
        "Wenn Sie noch Interesse haben, füllen Sie das Formular einfach noch einmal aus:"
    ),
    # leaving
    "unsubscribe.title": "Möchten Sie keine E-Mails mehr?",
    "unsubscribe.lead": "Ein Druck auf den Knopf genügt. Dann schickt {name} keine Werbe-E-Mails mehr an {address}.",
    "unsubscribe.choose": "Lieber nur einen Teil abwählen?",
    "unsubscribe.choose-link": "Einstellungen öffnen",
    "unsubscribe.button": "Abmelden",
    "unsubscribe.not-yet": "Noch sind Sie angemeldet. Bitte drücken Sie auf den Knopf.",
    "unsubscribed.title": "Sie sind abgemeldet",
    "unsubscribed.lead": (
        "Sie bekommen ab sofort keine Werbe-E-Mails mehr von {name}. Das gilt auch für E-Mails, die schon "
        "vorbereitet waren."
    ),
    "unsubscribed.rest": "Was Sie uns sonst noch erlaubt haben, sehen und ändern Sie hier:",
    "unsubscribed.again": "Es war ein Versehen? Über jedes unserer Formulare können Sie sich wieder anmelden.",
    # reading
    "download.get": "Herunterladen",
    "download.read": "Im Browser lesen",
    "topic.title": "Lesestoff zum Thema",
    "topic.lead": "Was wir für Sie dazu haben:",
    "topic.none": "Zu diesem Thema bereiten wir gerade etwas vor.",
    "kind.white-paper": "Whitepaper",
    "kind.checklist": "Checkliste",
    "kind.case-study": "Anwenderbericht",
    "kind.data-sheet": "Datenblatt",
    "kind.how-to": "Anleitung",
    "kind.calculator": "Rechner",
    "kind.video": "Video",
    "kind.webinar": "Webinar",
    "kind.article": "Fachartikel",
    "kind.study": "Studie",
    "kind.report": "Bericht",
    "kind.brochure": "Broschüre",
    # asking
    "thanks.title": "Vielen Dank",
    "thanks.questions": "Ihre Antworten sind angekommen. Wir richten uns danach.",
    "thanks.call": "Ihr Wunsch ist angekommen. Wir rufen Sie zu unseren Bürozeiten an.",
    "call.title": "Wir rufen Sie gern an",
    "call.lead": (
        "Sie sprechen mit jemandem, der {product} aus der Praxis kennt. Sagen Sie uns nur, unter welcher Nummer."
    ),
    "call.phone": "Telefonnummer",
    "call.note": "Worum geht es, und wann passt es?",
    "call.note-hint": "Zum Beispiel: „Dienstag oder Donnerstag ab 14 Uhr, es geht um die Einführung.“",
    "call.button": "Bitte rufen Sie mich an",
    "call.consent": "Wir nutzen die Nummer für diesen Rückruf.",
    # the answer of sales
    "answer.title": "Anfrage von {name}",
    "answer.for": "Für {name}",
    "answer.why": "Warum Sie diese Anfrage bekommen",
    "answer.points": "Punkte",
    "answer.grade": "Profil",
    "answer.class": "Phase",
    "answer.industry": "Branche",
    "answer.size": "Beschäftigte",
    "answer.source": "Quelle",
    "answer.since": "Bekannt seit",
    "answer.no-phone-consent": "Keine Einwilligung in Werbeanrufe: Bitte zuerst schreiben.",
    "answer.company": "Firma",
    "answer.function": "Funktion",
    "answer.score-lines": "So kommen die Punkte zustande",
    "answer.story": "Was bisher geschah",
    "answer.answers": "Was der Kontakt selbst gesagt hat",
    "answer.head": "Ihre Antwort",
    "answer.accept": "Ich übernehme",
    "answer.accept-hint": "Das Marketing pausiert, solange Sie mit dem Kontakt arbeiten.",
    "answer.return": "Zurückgeben",
    "answer.return-hint": "Mit Grund, damit das Marketing richtig weitermachen kann.",
    "answer.reason": "Grund",
    "answer.reason-missing": "Bitte wählen Sie einen Grund, bevor Sie die Anfrage zurückgeben.",
    "answer.note": "Notiz",
    "answer.won": "Gewonnen",
    "answer.lost": "Verloren",
    "answer.result": "Was ist daraus geworden?",
    "answer.moved-on": "Diese Anfrage hat inzwischen einen anderen Stand. Unten sehen Sie, was jetzt möglich ist.",
    "answer.state.waiting": "Wartet auf Zuteilung",
    "answer.state.offered": "Wartet auf Ihre Antwort",
    "answer.state.accepted": "Übernommen",
    "answer.state.returned": "Zurückgegeben an das Marketing",
    "answer.state.won": "Gewonnen",
    "answer.state.lost": "Verloren",
    "answer.closed": "Hier ist nichts mehr zu tun. Danke!",
    # the form for other sites
    "embed.title": "Formular „{form}“ einbetten",
    "embed.lead": (
        "Kopieren Sie dieses Stück HTML in Ihre eigene Seite. Es braucht kein JavaScript und keine Cookies und sieht "
        "so aus, wie Ihre Seite es vorgibt."
    ),
    "embed.code": "HTML zum Kopieren",
    "embed.allowed": "Von diesen Seiten darf gesendet werden",
    "embed.allowed-none": (
        "Noch von keiner Seite. Tragen Sie die Adresse Ihrer Seite bei diesem Formular unter „origins“ ein; bis "
        "dahin werden Besucher gebeten, die Angaben hier noch einmal abzusenden."
    ),
    "embed.example": "So sieht es auf einer fremden Seite aus",
    "embed.example-open": "Beispiel in eigenem Fenster öffnen",
    "embed.source": "Woher der Besucher kam, können Sie mitgeben: Ändern Sie den Wert von „source“.",
    "example.title": "Musterseite",
    "example.brand": "Ihre Website",
    "example.text": (
        "Diese Seite steht für Ihre eigene: Schrift, Farben und Abstände kommen von ihr, das Formular ist genau das "
        "kopierte Stück HTML."
    ),
    # start page
    "start.title": "Willkommen",
    "start.lead": "Hier läuft Nurture für {name}.",
    "start.public": "Unsere Angebote",
    "start.forms": "Formulare",
    "start.forms-hint": "So sieht es ein Besucher. Füllen Sie eines aus, dann beginnt die Geschichte.",
    "start.embed": "Einbetten",
    "start.mailbox": "Lokaler Posteingang",
    "start.mailbox-hint": "Hier liegt jede E-Mail, die das System verschickt. Nichts verlässt diesen Rechner.",
    "start.office": "Backoffice",
    "start.office-hint": (
        "Kontakte, ihre ganze Geschichte, Punkte mit Begründung, Kampagnen. Name und Kennwort stehen in der Ausgabe "
        "beim Start."
    ),
    # errors
    "error.400.title": "Das haben wir nicht verstanden",
    "error.400.text": "Die Anfrage war unvollständig. Bitte gehen Sie zurück und versuchen Sie es noch einmal.",
    "error.404.title": "Diese Seite gibt es nicht",
    "error.404.text": (
        "Vielleicht ist der Link beim Kopieren abgeschnitten worden. Bitte klicken Sie ihn direkt in der E-Mail an, "
        "oder kopieren Sie ihn vollständig, auch über den Zeilenumbruch hinweg."
    ),
    "error.405.title": "So geht das hier nicht",
    "error.405.text": (
        "Diese Adresse kann nicht auf diese Weise aufgerufen werden. Bitte öffnen Sie den Link noch einmal aus der "
        "E-Mail oder von der Website."
    ),
    "error.410.title": "Dieser Link ist abgelaufen",
    "error.410.text": (
        "Er war nur eine bestimmte Zeit gültig oder gehört zu Daten, die inzwischen gelöscht sind. Die neueste "
        "E-Mail von uns enthält einen gültigen."
    ),
    "error.413.title": "Das ist zu viel auf einmal",
    "error.413.text": (
        "Die gesendeten Angaben sind größer, als dieses Formular annimmt. Bitte gehen Sie zurück und kürzen Sie den Text."
    ),
    "error.429.title": "Einen Moment bitte",
    "error.429.text": (
        "Das waren sehr viele Versuche in kurzer Zeit. Bitte versuchen Sie es in ein paar Minuten noch einmal; es "
        "ist nichts verloren."
    ),
    "error.500.title": "Hier ist etwas schiefgegangen",
    "error.500.text": (
        "Der Fehler liegt bei uns und ist aufgezeichnet. Bitte versuchen Sie es in ein paar Minuten noch einmal."
    ),
    "error.503.title": "Gleich geht es weiter",
    "error.503.text": "Das System ist gerade beschäftigt. Bitte laden Sie die Seite in einer Minute noch einmal.",
    "error.help": "Wenn es nicht weitergeht, helfen wir gern:",
}
