"""The rules of retention in words (``retention_rules.py``): what, since when, what is done, why."""

from __future__ import annotations

from collections.abc import Mapping

from nurture.domain.catalogue import Text

WORDS: Mapping[str, Mapping[str, Text]] = {
    "opt_in_expires": {
        "what": {
            "de": "unbestätigte Anmeldungen",
            "en": "registrations nobody confirmed",
        },
        "since": {
            "de": "Versand der Bestätigungsmail",
            "en": "the opt-in mail left",
        },
        "done": {
            "de": "alle Angaben gelöscht, jede Minute; es bleibt, dass ein Formular gesandt wurde",
            "en": "everything told is deleted, every minute; that a form was sent stays",
        },
        "why": {
            "de": "Wer nicht bestätigt, hat nicht eingewilligt (Art. 6, Art. 5 Abs. 1 lit. c und e DSGVO)",
            "en": "who does not confirm has not consented (Art. 6, Art. 5(1)(c) and (e) GDPR)",
        },
    },
    "raw_ip": {
        "what": {
            "de": "Netzadressen und Browser bei Klicks, Downloads, Antworten",
            "en": "network addresses and browsers of clicks, downloads, answers",
        },
        "since": {
            "de": "Zeitpunkt der Aktivität",
            "en": "the activity",
        },
        "done": {
            "de": "geleert",
            "en": "emptied",
        },
        "why": {
            "de": "nur nötig, um Programme von Menschen zu unterscheiden (Art. 5 Abs. 1 lit. e DSGVO)",
            "en": "needed only to tell programs from people (Art. 5(1)(e) GDPR)",
        },
    },
    "clicks": {
        "what": {
            "de": "Klicks mit Einwilligung in die Auswertung",
            "en": "clicks of people who agreed to be observed",
        },
        "since": {
            "de": "Zeitpunkt des Klicks",
            "en": "the click",
        },
        "done": {
            "de": "gelöscht; ohne Einwilligung oder nach ihrem Widerruf gibt es keine",
            "en": "deleted; without consent, or once it is withdrawn, there are none",
        },
        "why": {
            "de": "Altes Verhalten sagt nichts mehr über das Interesse (Art. 5 Abs. 1 lit. e DSGVO)",
            "en": "old behaviour says nothing about interest any more (Art. 5(1)(e) GDPR)",
        },
    },
    "inactive_warn": {
        "what": {
            "de": "Kontakte mit Einwilligung ohne Kontakt",
            "en": "people with a consent and without contact",
        },
        "since": {
            "de": "letzte E-Mail oder letzte Handlung der Person, die spätere",
            "en": "the last mail or the person's last act, the later one",
        },
        "done": {
            "de": "im Back-Office als inaktiv geführt; auf Wunsch fragt eine E-Mail nach (retention.ask_again)",
            "en": "listed as inactive in the back office; if wanted a mail asks them (retention.ask_again)",
        },
        "why": {
            "de": "Eine ungenutzte Einwilligung veraltet (AG München 161 C 12736/22)",
            "en": "an unused consent becomes stale (AG München 161 C 12736/22)",
        },
    },
    "inactive_block": {
        "what": {
            "de": "Einwilligungen ohne Kontakt",
            "en": "consents without contact",
        },
        "since": {
            "de": "letzte E-Mail oder letzte Handlung der Person, die spätere",
            "en": "the last mail or the person's last act, the later one",
        },
        "done": {
            "de": (
                "Einwilligungen veralten, Kampagnen enden, wartende E-Mails werden zurückgezogen; nur ein neues "
                "Double-Opt-in lässt sie aufleben"
            ),
            "en": "the consents lapse, campaigns end, waiting mails are called off; only a new double opt-in revives them",
        },
        "why": {
            "de": (
                "Nach Jahren ohne Kontakt rechnet niemand mehr mit Werbung (AG München 161 C 12736/22, AG Bonn 104 "
                "C 227/15)"
            ),
            "en": "after years of silence nobody expects advertising (AG München 161 C 12736/22, AG Bonn 104 C 227/15)",
        },
    },
    "evidence": {
        "what": {
            "de": "Nachweise beendeter Einwilligungen",
            "en": "evidence of consents that ended",
        },
        "since": {
            "de": "Widerruf, Widerspruch oder Veralten, wenn danach nicht neu eingewilligt wurde",
            "en": "withdrawal, objection or lapse, unless consent was given again",
        },
        "done": {
            "de": "Nachweis entfernt; das Nachweisbuch bleibt lückenlos prüfbar",
            "en": "the evidence is removed; the ledger can still be verified without a gap",
        },
        "why": {
            "de": "Ansprüche verjähren drei Jahre nach Jahresende (§§ 195, 199 BGB; Art. 17 Abs. 3 lit. e DSGVO)",
            "en": "claims become time-barred three years after the end of the year (§§ 195, 199 BGB; Art. 17(3)(e) GDPR)",
        },
    },
    "returned_kept": {
        "what": {
            "de": "Inhalte zurückgekommener E-Mails",
            "en": "contents of returned mails",
        },
        "since": {
            "de": "Eingang",
            "en": "when it came",
        },
        "done": {
            "de": "geleert; Art und Folge der Rücksendung bleiben",
            "en": "emptied; what it was and what followed stays",
        },
        "why": {
            "de": "nach der Zuordnung nicht mehr nötig (Art. 5 Abs. 1 lit. e DSGVO)",
            "en": "not needed once it was understood (Art. 5(1)(e) GDPR)",
        },
    },
    "letters": {
        "what": {
            "de": "Inhalte gesendeter E-Mails und Antworten der Mailserver",
            "en": "contents of mails that were sent, and what mail servers replied",
        },
        "since": {
            "de": "Zeitpunkt, zu dem die E-Mail eingereiht wurde",
            "en": "when the mail was queued",
        },
        "done": {
            "de": "geleert; dass, wann und mit welcher Vorlage gesendet wurde, bleibt",
            "en": "emptied; that it was sent, when, and from which template stays",
        },
        "why": {
            "de": "Zählungen kommen ohne Inhalte aus (Art. 5 Abs. 1 lit. c und e DSGVO)",
            "en": "counting needs no contents (Art. 5(1)(c) and (e) GDPR)",
        },
    },
    "cases": {
        "what": {
            "de": "abgeschlossene Anliegen Betroffener",
            "en": "settled requests of data subjects",
        },
        "since": {
            "de": "Abschluss",
            "en": "when it was settled",
        },
        "done": {
            "de": "gelöscht",
            "en": "deleted",
        },
        "why": {
            "de": "Nachweis der fristgerechten Antwort (Art. 12 DSGVO, § 31 OWiG)",
            "en": "proves that it was answered in time (Art. 12 GDPR)",
        },
    },
    "figures": {
        "what": {
            "de": "Zahlen je Minute und Stunde, Mailserver fremder Domänen",
            "en": "figures per minute and hour, mail servers of other domains",
        },
        "since": {
            "de": "die gezählte Minute oder Stunde",
            "en": "the minute or hour that was counted",
        },
        "done": {
            "de": "gelöscht; Summen bleiben",
            "en": "deleted; totals stay",
        },
        "why": {
            "de": "nicht personenbezogen; älter sagen sie nichts",
            "en": "nothing personal; older ones say nothing",
        },
    },
    "counters": {
        "what": {
            "de": "Zähler gegen Missbrauch (Adressen nur als Prüfsumme), Sitzungen",
            "en": "counters against abuse (addresses only as keyed hashes), sessions",
        },
        "since": {
            "de": "Ablauf des Zählers, höchstens 30 Tage nach dem letzten Formular",
            "en": "when the counter runs out, 30 days after the last form at most",
        },
        "done": {
            "de": "gelöscht",
            "en": "deleted",
        },
        "why": {
            "de": "Schutz vor Formularmissbrauch (Art. 6 Abs. 1 lit. f DSGVO)",
            "en": "keeping forms from being abused (Art. 6(1)(f) GDPR)",
        },
    },
    "inactive": {
        "what": {
            "de": "Personen ohne bestätigte Einwilligung, um die sich der Vertrieb nicht kümmert",
            "en": "people without a confirmed consent, and without sales working on it",
        },
        "since": {
            "de": "letzte E-Mail, letzte Handlung oder Ende der letzten Einwilligung, die späteste",
            "en": "the last mail, last act or end of the last consent, the latest one",
        },
        "done": {
            "de": (
                "gelöscht wie auf Verlangen; Nachweise bleiben bis zu ihrer Frist, die Adresse als verschlüsselte Prüfsumme"
            ),
            "en": "erased as if asked for; evidence stays for its own period, the address as a keyed hash",
        },
        "why": {
            "de": "ohne Einwilligung fehlt der Zweck (Art. 5 Abs. 1 lit. b und e, Art. 17 Abs. 1 lit. a und b DSGVO)",
            "en": "without a consent there is no purpose (Art. 5(1)(b) and (e), Art. 17(1)(a) and (b) GDPR)",
        },
    },
    "blocked": {
        "what": {
            "de": "Sperrliste",
            "en": "suppression list",
        },
        "since": {
            "de": "–",
            "en": "–",
        },
        "done": {
            "de": "bleibt, bis die Person selbst per Double-Opt-in zurückkommt",
            "en": "stays until the person comes back by their own double opt-in",
        },
        "why": {
            "de": "damit ein Widerspruch dauerhaft wirkt (Art. 21 Abs. 3 DSGVO)",
            "en": "so that an objection holds (Art. 21(3) GDPR)",
        },
    },
}
