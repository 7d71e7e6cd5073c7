"""The words of a proof, German and English."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, Mapping[str, str]] = {
    "title": {"de": "Nachweis der Einwilligungen", "en": "Proof of consent"},
    "about": {"de": "Um wen und um was es geht", "en": "Who and what this is about"},
    "intro": {
        "de": (
            "Dieser Nachweis enthält alle Einträge des Einwilligungsverzeichnisses zu dieser Person: was gefragt "
            "wurde und in welchen Worten, was angekreuzt war und was nicht, die Bestätigungs-E-Mail, wie sie "
            "versandt wurde, die Antwort des empfangenden Servers, und wer wann von wo aus bestätigt, widerrufen "
            "oder widersprochen hat. Die Einträge sind mit SHA-256 verkettet; wie man das ohne uns prüft, steht "
            "am Ende."
        ),
        "en": (
            "This proof holds every entry of the consent ledger about this person: what was asked and in which "
            "words, what was ticked and what was not, the confirmation mail as it was sent, the answer of the "
            "receiving server, and who confirmed, withdrew or objected when and from where. The entries are "
            "chained by SHA-256; how to verify that without us is told at the end."
        ),
    },
    "person": {"de": "Person", "en": "Person"},
    "controller": {"de": "Verantwortlicher", "en": "Controller"},
    "made": {"de": "Erstellt am", "en": "Made on"},
    "by": {"de": "Erstellt durch", "en": "Made by"},
    "entries": {"de": "Einträge", "en": "Entries"},
    "subject": {"de": "Pseudonym im Verzeichnis", "en": "Pseudonym in the ledger"},
    "state": {"de": "Stand der Einwilligungen", "en": "Where the consents stand"},
    "state-note": {
        "de": "Der Stand ergibt sich allein aus den Einträgen, der Reihe nach gelesen.",
        "en": "This follows from the entries alone, read in their order.",
    },
    "state.none": {"de": "keine Einwilligung", "en": "no consent"},
    "state.pending": {"de": "erbeten, nicht bestätigt", "en": "asked for, not confirmed"},
    "state.confirmed": {"de": "bestätigt", "en": "confirmed"},
    "state.withdrawn": {"de": "widerrufen", "en": "withdrawn"},
    "since": {"de": "seit", "en": "since"},
    "clock": {"de": "%d.%m.%Y %H:%M:%S", "en": "%Y-%m-%d %H:%M:%S"},
    "yes": {"de": "ja", "en": "yes"},
    "no": {"de": "nein", "en": "no"},
    "wordings": {"de": "Die Erklärungen im Wortlaut", "en": "The declarations, word for word"},
    "no-wording": {
        "de": "Zu diesen Einträgen ist kein Wortlaut gespeichert.",
        "en": "No wording is on record for these entries.",
    },
    "wording-named": {"de": "Fassung {version} ({spoken})", "en": "version {version} ({spoken})"},
    "purpose": {"de": "Zweck", "en": "Purpose"},
    "agreed": {"de": "Angekreuzt", "en": "Ticked"},
    "offered-only": {"de": "nein; angeboten, aber nicht angekreuzt", "en": "no; offered, but not ticked"},
    "not-ticked": {"de": "Davon nicht angekreuzt", "en": "Not ticked of these"},
    "version": {"de": "Fassung", "en": "Version"},
    "steps": {"de": "Die Schritte", "en": "The steps"},
    "steps-note": {
        "de": "In der Reihenfolge des Verzeichnisses; jeder Zeitpunkt in Ortszeit und in UTC.",
        "en": "In the order of the ledger; each moment in local time and in UTC.",
    },
    "entry": {"de": "Eintrag {number}: {what}", "en": "Entry {number}: {what}"},
    "when": {"de": "Zeitpunkt", "en": "When"},
    "event.asked": {"de": "Einwilligung im Formular angekreuzt", "en": "Consent ticked in the form"},
    "event.mailed": {"de": "Bestätigungs-E-Mail versandt", "en": "Confirmation mail sent"},
    "event.confirmed": {"de": "Einwilligung bestätigt", "en": "Consent confirmed"},
    "event.declined": {"de": "Anfrage abgelehnt („Das war ich nicht“)", "en": "Request declined (“This was not me”)"},
    "event.expired": {"de": "Nicht rechtzeitig bestätigt", "en": "Not confirmed in time"},
    "event.imported": {"de": "Frühere Einwilligung übernommen", "en": "Earlier consent taken over"},
    "event.withdrawn": {"de": "Einwilligung widerrufen", "en": "Consent withdrawn"},
    "event.objected": {"de": "Widerspruch gegen Werbung", "en": "Objection to advertising"},
    "event.doubted": {"de": "Bestätigung angezweifelt", "en": "Confirmation doubted"},
    "event.renewed": {"de": "Einwilligung erneuert", "en": "Consent renewed"},
    "event.lapsed": {"de": "Einwilligung wegen Zeitablaufs nicht mehr genutzt", "en": "Consent too old to be used"},
    "event.erased": {"de": "Belege gelöscht (Art. 17 DSGVO)", "en": "Evidence erased (Art. 17 GDPR)"},
    "event.retained": {
        "de": "Belege nach Ablauf der Aufbewahrungsfrist gelöscht",
        "en": "Evidence removed at the end of its retention",
    },
    "removed": {
        "de": (
            "Die Belege zu diesem Eintrag wurden gelöscht; Eintrag {number} sagt, warum. Der Eintrag selbst steht"
            " unverändert."
        ),
        "en": "The evidence of this entry was removed; entry {number} says why. The entry itself stands unchanged.",
    },
    "chained-later": {
        "de": (
            "Dieser Eintrag ist älter als die Verkettung und wurde am {at} in sie aufgenommen; für die Zeit davor"
            " beweist sie nichts."
        ),
        "en": (
            "This entry is older than the chain and was put on it on {at}; for the time before, the chain proves nothing."
        ),
    },
    "content": {"de": "SHA-256 der Belege", "en": "SHA-256 of the evidence"},
    "own-previous": {"de": "Voriger Eintrag der Person", "en": "The person's entry before"},
    "hash": {"de": "SHA-256 des Eintrags", "en": "SHA-256 of the entry"},
    "fact.form": {"de": "Formular", "en": "Form"},
    "fact.form_version": {"de": "Fassung des Formulars", "en": "Version of the form"},
    "fact.language": {"de": "Sprache", "en": "Language"},
    "fact.page": {"de": "Adresse der Seite", "en": "Address of the page"},
    "fact.ip": {"de": "IP-Adresse", "en": "IP address"},
    "fact.user_agent": {"de": "Programm (User-Agent)", "en": "Program (user agent)"},
    "fact.method": {"de": "HTTP-Methode", "en": "HTTP method"},
    "fact.wording": {"de": "Wortlaut", "en": "Wording"},
    "fact.offered": {"de": "Angebotene Kästchen", "en": "Boxes offered"},
    "fact.ticked": {"de": "Davon angekreuzt", "en": "Ticked of these"},
    "fact.shown": {"de": "Seite, wie sie gezeigt wurde", "en": "Page as it was shown"},
    "fact.controller": {"de": "Angaben zum Verantwortlichen", "en": "Statement of the controller"},
    "fact.privacy_version": {"de": "Fassung der Datenschutzhinweise", "en": "Version of the privacy notice"},
    "fact.message": {"de": "Nachricht Nr.", "en": "Message no."},
    "fact.message_id": {"de": "Message-ID", "en": "Message-ID"},
    "fact.sha256": {"de": "SHA-256 der E-Mail", "en": "SHA-256 of the mail"},
    "fact.reply": {"de": "Antwort des Servers", "en": "The server's answer"},
    "fact.host": {"de": "Empfangender Server", "en": "Receiving server"},
    "fact.accepted_at": {"de": "Angenommen am (UTC)", "en": "Accepted on (UTC)"},
    "fact.asked_at": {"de": "Erbeten am (UTC)", "en": "Asked on (UTC)"},
    "fact.code": {"de": "Code aus der E-Mail eingegeben", "en": "Code from the mail entered"},
    "fact.via": {"de": "Auf welchem Weg", "en": "By which way"},
    "fact.file": {"de": "Datei", "en": "File"},
    "fact.file_sha256": {"de": "SHA-256 der Datei", "en": "SHA-256 of the file"},
    "fact.row": {"de": "Zeile", "en": "Row"},
    "fact.by": {"de": "Durch wen", "en": "By whom"},
    "fact.consented_at": {"de": "Eingewilligt am", "en": "Consented on"},
    "fact.consent_source": {"de": "Quelle der Einwilligung", "en": "Source of the consent"},
    "fact.consent_wording": {"de": "Wortlaut laut Datei", "en": "Wording according to the file"},
    "fact.source": {"de": "Quelle", "en": "Source"},
    "fact.redacts": {"de": "Betroffene Einträge", "en": "Entries concerned"},
    "mail": {
        "de": "Die Bestätigungs-E-Mail, wie sie versandt wurde ({file})",
        "en": "The confirmation mail as it was sent ({file})",
    },
    "exhibit.form": {"de": "Das Formular, wie es gezeigt wurde", "en": "The form as it was shown"},
    "exhibit.confirm-page": {
        "de": "Die Bestätigungsseite, wie sie gezeigt wurde",
        "en": "The confirmation page as it was shown",
    },
    "exhibit.organisation": {"de": "Angaben zum Verantwortlichen", "en": "Statement of the controller"},
    "verify": {"de": "Wie man diesen Nachweis prüft", "en": "How to verify this proof"},
    "verify-how": {
        "de": (
            "Im entpackten Ordner genügt Python (3.8 oder neuer), ohne Netz und ohne weitere Programme. verify.py"
            " ist keine 40 Zeilen lang; derselbe Text steht in der Dokumentation von Nurture."
        ),
        "en": (
            "In the unpacked folder Python (3.8 or newer) is enough, without a network and without other "
            "programs. verify.py has fewer than 50 lines; the same text stands in the documentation of Nurture."
        ),
    },
    "verify-what": {
        "de": (
            "Es vergleicht den SHA-256 jeder Datei, jeder Seite, jeder E-Mail, jedes Wortlauts und aller Belege "
            "mit dem, was die Einträge nennen, und den jedes Eintrags mit dem, was der nächste nennt. Wird "
            "irgendwo ein Zeichen geändert, nennt es den Eintrag. Dass kein Eintrag fehlt, zeigt beim "
            "Verantwortlichen „nurture consent verify“ an der ganzen Kette; ihr Ende war bei der Erstellung "
            "dieses:"
        ),
        "en": (
            "It compares the SHA-256 of each file, page, mail, wording and of all evidence with what the entries "
            "name, and that of each entry with what the next one names. If a single character is changed "
            "anywhere, it names the entry. That no entry is missing is shown at the controller's by “nurture "
            "consent verify” on the whole chain; when this was made, it ended here:"
        ),
    },
    "end": {"de": "Letzter Eintrag der ganzen Kette", "en": "Last entry of the whole chain"},
    "seal": {"de": "Siegel (HMAC-SHA-256)", "en": "Seal (HMAC-SHA-256)"},
    "law": {
        "de": (
            "Nachweispflicht: Art. 7 Abs. 1 DSGVO, § 7 Abs. 2 UWG; zu den Anforderungen BGH, Urteil vom "
            "10.02.2011, I ZR 164/09. Dieser Nachweis ist keine Rechtsberatung."
        ),
        "en": (
            "Duty to prove: Art. 7(1) GDPR, § 7(2) UWG; for what is required see BGH (German Federal Court of "
            "Justice), judgment of 10 February 2011, I ZR 164/09. This proof is not legal advice."
        ),
    },
}


def text(key: str, language: str, *, default: str | None = None, **places: str) -> str:
    """In German for 'de', else in English. ``default``: for a key nobody wrote. Raises KeyError without one."""
    found = TEXTS.get(key)
    if found is None:
        if default is None:
            raise KeyError(key)
        return default
    chosen = found["de" if language == "de" else "en"]
    return chosen.format(**places) if places else chosen
