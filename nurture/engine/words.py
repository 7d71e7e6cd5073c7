"""The vocabulary of states and events in people's languages: the same word on every page, in the command line, in JSON.

Knows words only. Sentences that stations write as reasons are translated in ``reasons.py``.
"""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    # messages
    "message.queued": {"de": "wartet auf Versand", "en": "waiting to be sent"},
    "message.claimed": {"de": "wird vorbereitet", "en": "being prepared"},
    "message.sending": {"de": "wird übergeben", "en": "being handed over"},
    "message.accepted": {"de": "versendet", "en": "sent"},
    "message.failed": {"de": "abgelehnt", "en": "refused"},
    "message.undelivered": {"de": "nicht zustellbar", "en": "undeliverable"},
    "message.unknown": {"de": "Ausgang unbekannt", "en": "outcome unknown"},
    "message.cancelled": {"de": "nicht gesendet", "en": "not sent"},
    "message.parked": {"de": "angehalten", "en": "parked"},
    "message-kind.opt-in": {"de": "Bestätigung", "en": "Confirmation"},
    "message-kind.nurture": {"de": "Kampagne", "en": "Campaign"},
    "message-kind.sales": {"de": "Vertrieb", "en": "Sales"},
    # what happened
    "event.form": {"de": "Formular abgeschickt: {name}", "en": "Sent a form: {name}"},
    "event.confirmed": {"de": "Anmeldung bestätigt", "en": "Registration confirmed"},
    "event.declined": {
        "de": "Anmeldung abgelehnt („Das war ich nicht“)",
        "en": "Registration declined (“this was not me”)",
    },
    "event.expired": {"de": "Anmeldung verfallen", "en": "Registration expired"},
    "event.click": {"de": "Klick: {name}", "en": "Click: {name}"},
    "event.download": {"de": "Heruntergeladen: {name}", "en": "Downloaded: {name}"},
    "event.answer": {"de": "Fragen beantwortet", "en": "Answered questions"},
    "event.call-wish": {"de": "Bittet um einen Anruf", "en": "Asked to be called"},
    "event.reply": {"de": "Hat geantwortet", "en": "Replied"},
    "event.bounce": {"de": "Mail kam zurück", "en": "A mail came back"},
    "event.complaint": {"de": "Als Spam gemeldet", "en": "Reported as spam"},
    "event.unsubscribe": {"de": "Beim Mailanbieter abgemeldet", "en": "Unsubscribed at the mail provider"},
    "event.delayed": {"de": "Zustellung verzögert sich", "en": "Delivery is delayed"},
    "event.delivered": {"de": "Zustellung bestätigt", "en": "Delivery confirmed"},
    "event.auto-reply": {"de": "Automatische Antwort", "en": "Automatic reply"},
    "event.unclear": {"de": "Unklare Rücksendung", "en": "Something unclear came back"},
    "event.held-soft": {"de": "Adresse pausiert", "en": "Address held"},
    "event.held-stop": {"de": "Pausiert, bis jemand entscheidet", "en": "Held until somebody decides"},
    "event.unsubscribed": {"de": "Abgemeldet", "en": "Unsubscribed"},
    "event.preferences": {"de": "Einstellungen geändert", "en": "Changed the preferences"},
    "event.imported": {"de": "Importiert", "en": "Imported"},
    "event.sales-answer": {"de": "Antwort des Vertriebs", "en": "Answer of sales"},
    "event.note": {"de": "Notiz", "en": "Note"},
    "event.mail": {"de": "E-Mail: {name}", "en": "E-mail: {name}"},
    "event.enrolled": {"de": "In Kampagne aufgenommen: {name}", "en": "Entered campaign: {name}"},
    "event.left": {"de": "Kampagne beendet: {name}", "en": "Left campaign: {name}"},
    "event.class": {"de": "Klasse {to} für {name}", "en": "Class {to} for {name}"},
    "event.class-from": {"de": "Klasse {old} → {to} für {name}", "en": "Class {old} → {to} for {name}"},
    "event.task": {"de": "Aufgabe: {name}", "en": "Task: {name}"},
    "event.task-done": {"de": "Aufgabe erledigt: {name}", "en": "Task done: {name}"},
    "event.suppressed": {"de": "Adresse gesperrt", "en": "Address suppressed"},
    # decisions
    "decision.send": {"de": "Gesendet: {name}", "en": "Sent: {name}"},
    "decision.wait": {"de": "Gewartet bei „{name}“", "en": "Waited at “{name}”"},
    "decision.skip": {"de": "Übersprungen: „{name}“", "en": "Skipped “{name}”"},
    "decision.go": {"de": "Weiter nach „{name}“", "en": "Went on after “{name}”"},
    "decision.enrol": {"de": "Weitere Kampagne ab „{name}“", "en": "Further campaign from “{name}”"},
    "decision.call": {"de": "Aufgabe angelegt bei „{name}“", "en": "Opened a task at “{name}”"},
    "decision.leave": {"de": "Beendet bei „{name}“", "en": "Left at “{name}”"},
    "decision.parked": {"de": "Angehalten bei „{name}“", "en": "Parked at “{name}”"},
    # clicks
    "verdict.human": {"de": "Mensch", "en": "human"},
    "verdict.machine": {"de": "Maschine", "en": "machine"},
    "verdict.unsure": {"de": "unsicher", "en": "unsure"},
    "verdict.pending": {"de": "in Prüfung", "en": "being checked"},
    # consent
    "consent.none": {"de": "keine", "en": "none"},
    "consent.pending": {"de": "erbeten", "en": "asked for"},
    "consent.confirmed": {"de": "bestätigt", "en": "confirmed"},
    "consent.withdrawn": {"de": "widerrufen", "en": "withdrawn"},
    "consent-event.asked": {"de": "Einwilligung erbeten", "en": "Consent asked for"},
    "consent-event.confirmed": {"de": "Einwilligung bestätigt", "en": "Consent confirmed"},
    "consent-event.declined": {"de": "Einwilligung abgelehnt", "en": "Consent declined"},
    "consent-event.expired": {"de": "Einwilligung verfallen", "en": "Consent expired"},
    "consent-event.imported": {"de": "Einwilligung importiert", "en": "Consent imported"},
    "consent-event.withdrawn": {"de": "Einwilligung widerrufen", "en": "Consent withdrawn"},
    "consent-event.objected": {"de": "Widerspruch gegen Werbung", "en": "Objected to advertising"},
    # people
    "person.pending": {"de": "unbestätigt", "en": "unconfirmed"},
    "person.active": {"de": "im Dialog", "en": "in dialogue"},
    "person.with-sales": {"de": "beim Vertrieb", "en": "with sales"},
    "person.withdrawn": {"de": "abgemeldet", "en": "unsubscribed"},
    "person.suppressed": {"de": "gesperrt", "en": "suppressed"},
    "person.no-consent": {"de": "ohne Einwilligung", "en": "no consent"},
    "salutation.mr": {"de": "Herr", "en": "Mr"},
    "salutation.ms": {"de": "Frau", "en": "Ms"},
    # leads
    "class.C": {"de": "kein Bedarf", "en": "no need"},
    "class.B1": {"de": "Problem wird bewusst", "en": "becoming aware of the problem"},
    "class.B2": {"de": "sucht einen Lösungsweg", "en": "looking for an approach"},
    "class.B3": {"de": "beschreibt den Bedarf", "en": "specifying the need"},
    "class.A": {"de": "will entscheiden", "en": "about to decide"},
    "class.confirmed": {"de": "bestätigt", "en": "confirmed"},
    "class.presumed": {"de": "vermutet", "en": "presumed"},
    "evidence.form": {"de": "Landingpage", "en": "landing page"},
    "evidence.content": {"de": "gelesene Inhalte", "en": "content read"},
    "evidence.told": {"de": "eigene Angabe", "en": "said so"},
    "evidence.wish": {"de": "Anrufwunsch", "en": "wish to be called"},
    "evidence.sales": {"de": "Gespräch mit dem Vertrieb", "en": "talk with sales"},
    "evidence.call": {"de": "Anruf des Marketings", "en": "call by marketing"},
    # sales
    "handoff.waiting": {"de": "wartet auf freie Person", "en": "waiting for somebody free"},
    "handoff.offered": {"de": "angeboten", "en": "offered"},
    "handoff.accepted": {"de": "angenommen", "en": "accepted"},
    "handoff.returned": {"de": "zurückgegeben", "en": "returned"},
    "handoff.won": {"de": "gewonnen", "en": "won"},
    "handoff.lost": {"de": "verloren", "en": "lost"},
    "handoff-event.opened": {"de": "An den Vertrieb übergeben", "en": "Handed to sales"},
    "handoff-event.assigned": {"de": "Zugewiesen", "en": "Assigned"},
    "handoff-event.accepted": {"de": "Vom Vertrieb angenommen", "en": "Accepted by sales"},
    "handoff-event.returned": {"de": "Vom Vertrieb zurückgegeben", "en": "Returned by sales"},
    "handoff-event.reassigned": {"de": "Neu zu vergeben", "en": "To be reassigned"},
    "handoff-event.won": {"de": "Als Kunde gewonnen", "en": "Won as a customer"},
    "handoff-event.lost": {"de": "Verloren", "en": "Lost"},
    "handoff-event.reminded": {"de": "Vertrieb erinnert", "en": "Sales reminded"},
    "handoff-event.escalated": {"de": "Vertriebsleitung informiert", "en": "Head of sales informed"},
    "by.rules": {"de": "nach den Regeln", "en": "by the rules"},
    "by.clock": {"de": "Fristablauf", "en": "deadline"},
    "by.head of sales": {"de": "Vertriebsleitung", "en": "head of sales"},
    "trigger.score": {"de": "Punkteschwelle", "en": "score threshold"},
    "trigger.wish": {"de": "Anrufwunsch", "en": "wish to be called"},
    "trigger.hand": {"de": "von Hand", "en": "by hand"},
    # campaigns
    "campaign-kind.welcome": {"de": "Willkommen", "en": "Welcome"},
    "campaign-kind.follow-up": {"de": "Folgekampagne", "en": "Follow-up"},
    "campaign-kind.event": {"de": "Veranstaltung", "en": "Event"},
    "campaign-kind.wake-up": {"de": "Wiederbelebung", "en": "Wake-up"},
    "left.finished": {"de": "zu Ende", "en": "finished"},
    "left.no-consent": {"de": "keine Einwilligung", "en": "no consent"},
    "left.undeliverable": {"de": "nicht zustellbar", "en": "undeliverable"},
    "left.exit": {"de": "Ausstiegsregel", "en": "exit rule"},
    "left.lost": {"de": "Schritt entfallen", "en": "step is gone"},
}


def word(key: str, language: str, **places: object) -> str:
    """The word for ``key``; the part after the dot itself where nobody wrote one (states added by others)."""
    texts = WORDS.get(key)
    if texts is None:
        return key.partition(".")[2]
    text = texts.get(language) or texts["en"]
    return text.format(**places) if places else text
