"""The words of the answer to a request for access (Art. 15 GDPR), German and English."""

from __future__ import annotations

from collections.abc import Mapping

from nurture.domain.catalogue import Text, in_language

WORDS: Mapping[str, Text] = {
    "title": {"de": "Auskunft nach Art. 15 DSGVO", "en": "Access under Art. 15 GDPR"},
    "intro": {
        "de": "Alles, was {organisation} mit Nurture am {day} zu {address} gespeichert hat.",
        "en": "Everything that {organisation} had stored with Nurture about {address} on {day}.",
    },
    "person": {"de": "Angaben zur Person", "en": "Who you are"},
    "registrations": {"de": "Abgesandte Formulare", "en": "Forms you sent"},
    "consents": {"de": "Einwilligungen", "en": "Consents"},
    "evidence": {"de": "Nachweise der Einwilligungen", "en": "Evidence of the consents"},
    "preferences": {"de": "Gewählte Einstellungen", "en": "Preferences you chose"},
    "mails": {"de": "E-Mails an Sie", "en": "Mails to you"},
    "behaviour": {"de": "Klicks, Downloads und Antworten", "en": "Clicks, downloads and answers"},
    "history": {"de": "Verlauf mit Gründen", "en": "History, with reasons"},
    "scores": {"de": "Bewertung", "en": "Score"},
    "sales": {"de": "Weitergabe an den Vertrieb", "en": "Handed over to sales"},
    "returned": {
        "de": "Was von Ihnen oder über Ihre Adresse zurückkam",
        "en": "What came back from you or about your address",
    },
    "blocks": {"de": "Sperren und Pausen", "en": "Blocks and pauses"},
    "changes": {"de": "Berichtigungen", "en": "Corrections"},
    "cases": {"de": "Ihre Anliegen zum Datenschutz", "en": "Your requests on data protection"},
    "tasks": {"de": "Aufgaben", "en": "Tasks"},
    "purpose": {"de": "Zweck", "en": "Purpose"},
    "basis": {"de": "Rechtsgrundlage", "en": "Legal basis"},
    "kept": {"de": "Speicherdauer", "en": "Kept"},
    "source": {"de": "Herkunft", "en": "Source"},
    "nothing": {"de": "nichts gespeichert", "en": "nothing is stored"},
    "colleague": {"de": "jemand aus Ihrem Unternehmen", "en": "somebody of your company"},
    "from-you": {"de": "von Ihnen selbst", "en": "from you"},
    "from-import": {
        "de": "aus der importierten Datei {file}, Zeile {row}; Quelle: {source}",
        "en": "from the imported file {file}, row {row}; source: {source}",
    },
    "observed": {"de": "von uns aufgezeichnet", "en": "recorded by us"},
    "counted": {"de": "von uns berechnet", "en": "calculated by us"},
    "what": {"de": "Angabe", "en": "What"},
    "value": {"de": "Wert", "en": "Value"},
    "when": {"de": "Wann", "en": "When"},
    "until": {"de": "Bis", "en": "Until"},
    "state": {"de": "Stand", "en": "State"},
    "about": {"de": "Worum es ging", "en": "About"},
    "reason": {"de": "Grund", "en": "Reason"},
    "form": {"de": "Formular", "en": "Form"},
    "page": {"de": "Seite", "en": "Page"},
    "ip": {"de": "IP-Adresse", "en": "IP address"},
    "agent": {"de": "Programm", "en": "Program"},
    "answers": {"de": "Antworten", "en": "Answers"},
    "event": {"de": "Ereignis", "en": "Event"},
    "proof": {"de": "Nachweis", "en": "Evidence"},
    "number": {"de": "Nummer", "en": "Number"},
    "wording": {"de": "Wortlaut", "en": "Wording"},
    "subject": {"de": "Betreff", "en": "Subject"},
    "product": {"de": "Produkt", "en": "Product"},
    "points": {"de": "Punkte", "en": "Points"},
    "who": {"de": "Wer", "en": "Who"},
    "whom": {"de": "An wen", "en": "To whom"},
    "told": {"de": "Was mitgeteilt wurde", "en": "What was told"},
    "old": {"de": "Vorher", "en": "Before"},
    "new": {"de": "Nachher", "en": "After"},
    "due": {"de": "Frist", "en": "Due"},
    "class": {"de": "Klasse", "en": "Class"},
    "grade": {"de": "Güte der Angaben", "en": "Grade of the profile"},
    "sum": {"de": "Summe", "en": "Sum"},
    "address": {"de": "E-Mail-Adresse", "en": "E-mail address"},
    "salutation": {"de": "Anrede", "en": "Salutation"},
    "name": {"de": "Name", "en": "Name"},
    "wish": {"de": "Wunsch", "en": "Wish"},
    "first_name": {"de": "Vorname", "en": "First name"},
    "last_name": {"de": "Nachname", "en": "Last name"},
    "company": {"de": "Unternehmen", "en": "Company"},
    "function": {"de": "Funktion", "en": "Function"},
    "function_name": {"de": "Funktion", "en": "Function"},
    "phone": {"de": "Telefon", "en": "Phone"},
    "language": {"de": "Sprache", "en": "Language"},
    "country": {"de": "Land", "en": "Country"},
    "time_zone": {"de": "Zeitzone", "en": "Time zone"},
    "contact_source": {"de": "Gekommen über", "en": "Came by"},
    "created_at": {"de": "Gespeichert seit", "en": "Stored since"},
    "last_active_at": {"de": "Zuletzt aktiv", "en": "Last active"},
    "last_mail_at": {"de": "Letzte E-Mail", "en": "Last mail"},
    "paused_until": {"de": "Pause bis", "en": "Paused until"},
    "gap_days": {"de": "Tage zwischen zwei E-Mails mindestens", "en": "Days between two mails at least"},
    "topics": {"de": "Nicht gewünscht", "en": "Not wanted"},
    "restricted_since": {"de": "Verarbeitung eingeschränkt seit", "en": "Processing restricted since"},
    "general": {"de": "Allgemeine Angaben", "en": "In general"},
    "controller": {"de": "Verantwortlich", "en": "Controller"},
    "recipients": {"de": "Empfänger", "en": "Recipients"},
    "recipients-text": {
        "de": "Unser Vertrieb, soweit unten genannt; Mailserver auf dem Weg zu Ihrem Anbieter; die Dienstleister, die "
        "unsere Datenschutzhinweise nennen. Dort steht auch, ob einer davon außerhalb der EU sitzt.",
        "en": "Our sales team, as far as told below; mail servers on the way to your provider; the service providers "
        "that our privacy notice names. It also says whether one of them is outside the EU.",
    },
    "rights": {"de": "Ihre Rechte", "en": "Your rights"},
    "rights-text": {
        "de": "Berichtigung (Art. 16), Löschung (Art. 17), Einschränkung (Art. 18), Übertragbarkeit (Art. 20), "
        "Widerspruch (Art. 21) und Widerruf jeder Einwilligung (Art. 7 Abs. 3 DSGVO): über den Link in jeder "
        "unserer E-Mails oder formlos an {mail}.",
        "en": "Rectification (Art. 16), erasure (Art. 17), restriction (Art. 18), portability (Art. 20), objection "
        "(Art. 21) and withdrawal of any consent (Art. 7(3) GDPR): by the link in each of our mails, or in "
        "any form to {mail}.",
    },
    "complaint": {"de": "Beschwerde", "en": "Complaint"},
    "complaint-text": {
        "de": "Sie können sich bei jeder Datenschutz-Aufsichtsbehörde beschweren (Art. 77 DSGVO), etwa an Ihrem Wohnort.",
        "en": "You may complain to any supervisory authority for data protection (Art. 77 GDPR), such as that of "
        "your home.",
    },
    "logic": {"de": "Wie die Bewertung zustande kommt", "en": "How the score comes about"},
    "logic-text": {
        "de": "Nur mit Ihrer gesonderten Einwilligung werden Klicks und Downloads gezählt. Jede Handlung bringt "
        "die unten genannten Punkte, die mit der Zeit weniger werden; Ihre Angaben (etwa die Funktion) "
        "ergeben eine Güte von A bis D. Erreicht die Summe eine Schwelle, erfährt es der Vertrieb und ein "
        "Mensch meldet sich. Welche E-Mail Sie bekommen, richtet sich nach Ihren Themen und der Phase Ihrer "
        "Überlegung. Eine Entscheidung mit rechtlicher oder ähnlich erheblicher Wirkung (Art. 22 DSGVO) "
        "fällt dabei nicht.",
        "en": "Clicks and downloads are counted only with your separate consent. Each act brings the points told "
        "below, which lessen with time; what you told (such as your function) gives a grade from A to D. "
        "When the sum reaches a threshold, sales learns of it, and a human gets in touch. Which mail you get "
        "depends on your topics and on how far your considerations are. No decision with legal or similarly "
        "significant effects (Art. 22 GDPR) is taken by it.",
    },
    "others": {"de": "Was fehlt", "en": "What is left out"},
    "others-text": {
        "de": "Angaben über andere Personen, etwa aus Ihrem Unternehmen, sind ausgelassen (Art. 15 Abs. 4 DSGVO).",
        "en": "What concerns other people, such as those of your company, is left out (Art. 15(4) GDPR).",
    },
    "readme": {
        "de": "auskunft.html: zum Lesen und Drucken.\ndata.json: alles für Programme (Art. 20 DSGVO), eine Liste je "
        "Tabelle.\ncsv/: dasselbe zum Öffnen mit einer Tabellenkalkulation (UTF-8).\nmails/: Bestätigungsmails "
        "im Original.\n",
        "en": "access.html: to read and to print.\ndata.json: everything for programs (Art. 20 GDPR), one list per "
        "table.\ncsv/: the same for spreadsheets (UTF-8).\nmails/: the opt-in mails as they were sent.\n",
    },
    "bad-salutation": {"de": "Bitte wählen Sie Frau, Herr oder nichts.", "en": "Please choose Ms, Mr or nothing."},
    "bad-function": {
        "de": "Bitte wählen Sie eine der angebotenen Funktionen.",
        "en": "Please choose one of the functions offered.",
    },
    "bad-language": {
        "de": "Bitte wählen Sie eine der angebotenen Sprachen.",
        "en": "Please choose one of the languages offered.",
    },
    "bad-phone": {
        "de": "Bitte geben Sie eine Telefonnummer mit Ziffern an, z. B. +49 231 123456.",
        "en": "Please give a phone number in digits, e.g. +49 231 123456.",
    },
    "too-long": {
        "de": "Bitte kürzen Sie auf höchstens {n} Zeichen.",
        "en": "Please shorten this to at most {n} characters.",
    },
    "no-field": {"de": "Diese Angabe gibt es nicht.", "en": "There is no such field."},
    "event.asked": {"de": "erbeten", "en": "asked for"},
    "event.mailed": {"de": "Bestätigungsmail gesandt", "en": "opt-in mail sent"},
    "event.confirmed": {"de": "bestätigt", "en": "confirmed"},
    "event.declined": {"de": "abgelehnt", "en": "declined"},
    "event.expired": {"de": "nicht bestätigt", "en": "not confirmed"},
    "event.imported": {"de": "importiert", "en": "imported"},
    "event.withdrawn": {"de": "widerrufen", "en": "withdrawn"},
    "event.objected": {"de": "widersprochen", "en": "objected"},
    "event.doubted": {"de": "angezweifelt", "en": "doubted"},
    "event.renewed": {"de": "erneuert", "en": "renewed"},
    "event.lapsed": {"de": "erloschen", "en": "lapsed"},
    "event.retained": {"de": "Nachweis nach Fristablauf entfernt", "en": "evidence removed, its period was over"},
    "event.erased": {"de": "gelöscht", "en": "erased"},
    "right.access": {"de": "Auskunft (Art. 15)", "en": "Access (Art. 15)"},
    "right.portability": {"de": "Übertragbarkeit (Art. 20)", "en": "Portability (Art. 20)"},
    "right.rectification": {"de": "Berichtigung (Art. 16)", "en": "Rectification (Art. 16)"},
    "right.restriction": {"de": "Einschränkung (Art. 18)", "en": "Restriction (Art. 18)"},
    "right.objection": {"de": "Widerspruch (Art. 21)", "en": "Objection (Art. 21)"},
    "right.erasure": {"de": "Löschung (Art. 17)", "en": "Erasure (Art. 17)"},
    "case.open": {"de": "offen", "en": "open"},
    "case.done": {"de": "erledigt", "en": "done"},
    "case.refused": {"de": "abgelehnt", "en": "refused"},
    "channel.page": {"de": "Seite der Person", "en": "the person's page"},
    "channel.mail": {"de": "E-Mail", "en": "mail"},
    "channel.phone": {"de": "Telefon", "en": "phone"},
    "channel.letter": {"de": "Brief", "en": "letter"},
    "channel.cli": {"de": "Kommandozeile", "en": "command line"},
    "channel.retention": {"de": "Ablauf der Aufbewahrungsfrist", "en": "end of the retention period"},
}


def told(key: str, language: str, **places: object) -> str:
    """The sentence in ``language``."""
    text = in_language(WORDS[key], language)
    return text.format(**places) if places else text
