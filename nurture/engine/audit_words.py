"""The words of the audit log in people's languages. A test finds actions that nobody translated."""

from __future__ import annotations

from collections.abc import Mapping

from nurture.domain.catalogue import Text, in_language

ACTIONS: Mapping[str, Text] = {
    "erased": {"de": "gelöscht", "en": "erased"},
    "opened": {"de": "eröffnet", "en": "opened"},
    "extended": {"de": "verlängert", "en": "extended"},
    "settled": {"de": "abgeschlossen", "en": "settled"},
    "refused": {"de": "abgelehnt", "en": "refused"},
    "handed out": {"de": "ausgehändigt", "en": "handed out"},
    "corrected": {"de": "berichtigt", "en": "corrected"},
    "restricted": {"de": "eingeschränkt", "en": "restricted"},
    "restriction lifted": {"de": "Einschränkung aufgehoben", "en": "lifted the restriction of"},
    "objected": {"de": "Widerspruch eingelegt", "en": "objected"},
    "added": {"de": "angelegt", "en": "added"},
    "removed": {"de": "entfernt", "en": "removed"},
    "set the password of": {"de": "Kennwort geändert", "en": "set the password of"},
    "logged in": {"de": "angemeldet", "en": "logged in"},
    "published": {"de": "veröffentlicht", "en": "published"},
    "imported": {"de": "importiert", "en": "imported"},
    "exported": {"de": "exportiert", "en": "exported"},
    "released": {"de": "freigegeben", "en": "released"},
    "called off": {"de": "zurückgezogen", "en": "called off"},
    "done": {"de": "erledigt", "en": "done"},
    "resumed": {"de": "fortgesetzt", "en": "resumed"},
    "closed": {"de": "geschlossen", "en": "closed"},
    "tried again": {"de": "erneut versucht", "en": "tried again"},
    "stop understood": {"de": "als Widerspruch verstanden", "en": "understood as an objection"},
    "hold lifted": {"de": "Versandpause aufgehoben", "en": "lifted the hold of"},
    "dismissed": {"de": "verworfen", "en": "dismissed"},
    "found faults in": {"de": "Unstimmigkeiten gefunden", "en": "found faults in"},
    "proved the consent of": {"de": "Einwilligung nachgewiesen", "en": "proved the consent of"},
    "suppressed": {"de": "gesperrt", "en": "suppressed"},
    "assigned": {"de": "zugeordnet", "en": "assigned"},
    "accepted": {"de": "angenommen", "en": "accepted"},
    "returned": {"de": "zurückgegeben", "en": "returned"},
    "won": {"de": "gewonnen", "en": "won"},
    "lost": {"de": "verloren", "en": "lost"},
    "confirmed": {"de": "bestätigt", "en": "confirmed"},
    "declined": {"de": "abgelehnt", "en": "declined"},
    "doubted": {"de": "angezweifelt", "en": "doubted"},
    "withdrew": {"de": "Einwilligung widerrufen", "en": "withdrew consent"},
    "chose": {"de": "Einstellungen geändert", "en": "chose preferences"},
    "asked for a link": {"de": "neuen Link angefordert", "en": "asked for a link"},
    "unguarded": {"de": "Schutz aufgehoben", "en": "lifted the guard of"},
    "discarded": {"de": "Anmeldungen verworfen", "en": "discarded registrations of"},
    "retained": {"de": "Aufbewahrungsregel angewandt", "en": "applied the retention rule"},
    "found inactive": {"de": "als inaktiv erkannt", "en": "found inactive"},
    "lapsed": {"de": "Einwilligung veraltet", "en": "let the consent lapse of"},
    "renewed": {"de": "Einwilligung erneuert", "en": "renewed the consent"},
    "reassigned": {"de": "neu zugeteilt", "en": "reassigned"},
}

OBJECTS: Mapping[str, Text] = {
    "user": {"de": "Benutzer", "en": "User"},
    "definitions": {"de": "Definitionen", "en": "Definitions"},
    "contacts": {"de": "Kontakte", "en": "Contacts"},
    "contact": {"de": "Kontakt", "en": "Contact"},
    "activities": {"de": "Aktivitäten", "en": "Activities"},
    "messages": {"de": "E-Mails", "en": "Mails"},
    "consents": {"de": "Einwilligungen", "en": "Consents"},
    "audit": {"de": "Protokoll", "en": "Audit log"},
    "message": {"de": "E-Mail", "en": "Mail"},
    "task": {"de": "Aufgabe", "en": "Task"},
    "breaker": {"de": "Versandstopp", "en": "Stop"},
    "alarm": {"de": "Alarm", "en": "Alarm"},
    "lane": {"de": "Versandweg", "en": "Lane"},
    "ledger": {"de": "Verzeichnis", "en": "Ledger"},
    "returned mail": {"de": "Rücksendung", "en": "Returned mail"},
    "registration": {"de": "Anmeldung", "en": "Registration"},
    "form": {"de": "Formular", "en": "Form"},
    "handoff": {"de": "Übergabe", "en": "Handoff"},
    "retention": {"de": "Aufbewahrung", "en": "Retention"},
    "subject": {"de": "Person (Pseudonym)", "en": "Person (pseudonym)"},
    "case": {"de": "Anliegen", "en": "Request"},
}

ACTORS: Mapping[str, Text] = {
    "user": {"de": "Back-Office", "en": "Back office"},
    "sales": {"de": "Vertrieb", "en": "Sales"},
    "contact": {"de": "Kontakt", "en": "Contact"},
    "beat": {"de": "Automatik", "en": "Automatic"},
    "cli": {"de": "Kommandozeile", "en": "Command line"},
    "api": {"de": "Schnittstelle", "en": "Interface"},
    "system": {"de": "System", "en": "System"},
}


def said(words: Mapping[str, Text], key: str, language: str) -> str:
    """The word; the key itself for one of another release."""
    return in_language(words[key], language) if key in words else key
