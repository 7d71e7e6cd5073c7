"""What is stored of people, column by column: what for, on what ground, how long, and what an erasure does with it.

One table says it (``personal_tables.py``): the erasure acts by it, the answer to a request for access is arranged by it,
and the record of processing is written from it. Knows no database; that no column is missing is a test.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from nurture.domain.catalogue import Text


class Category(StrEnum):
    """What a column says of a person."""

    IDENTITY = "identity"
    CONTACT = "contact"
    BEHAVIOUR = "behaviour"
    EVIDENCE = "evidence"
    OPERATION = "operation"
    """Says something of a person only together with the rest of its row: states, moments, references."""
    NONE = "none"
    """Nothing of any person."""


class Purpose(StrEnum):
    """What it is stored for; the legal basis follows from it."""

    NURTURE = "nurture"
    SCORING = "scoring"
    CONSENT = "consent"
    DELIVERY = "delivery"
    SALES = "sales"
    RIGHTS = "rights"
    BLOCKING = "blocking"
    SECURITY = "security"
    STAFF = "staff"
    HOUSE = "house"
    """To run at all; says nothing of people."""


class Keep(StrEnum):
    """How long: the name of the rule of retention (config/mailing.yaml, config/delivery.yaml)."""

    INACTIVE = "inactive"
    OPT_IN = "opt_in_expires"
    RAW_IP = "raw_ip"
    CLICKS = "clicks"
    EVIDENCE = "evidence"
    RETURNED = "returned_kept"
    FIGURES = "figures"
    COUNTERS = "counters"
    BLOCKED = "blocked"
    LETTERS = "letters"
    CASES = "cases"
    ALWAYS = "always"


class Erasing(StrEnum):
    """What becomes of a column when the person is erased."""

    ROW = "row"
    """Goes with its row."""
    BLANK = "blank"
    """Is emptied; the row stays so that counts stay right."""
    UNLINK = "unlink"
    """The reference to the person is removed."""
    MARK = "mark"
    """The address is replaced by its keyed hash (HMAC-SHA-256 under a pepper outside the database)."""
    SCRUB = "scrub"
    """Where a text quotes the person, the quote is cut out."""
    LEDGER = "ledger"
    """Is removed by an entry of the ledger that says so, so that the chain of hashes still holds."""
    KEEP = "keep"
    """Stays: it says nothing of the person (any more)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``personal``: whether it says something of a contact."""

    name: str
    category: Category
    erasing: Erasing

    @property
    def personal(self) -> bool:
        return self.category is not Category.NONE


@dataclass(frozen=True, slots=True)
class Table:
    """One table. ``about``: what it is, for people."""

    name: str
    about: Text
    purpose: Purpose
    keep: Keep
    columns: tuple[Column, ...]

    @property
    def personal(self) -> bool:
        return any(column.personal for column in self.columns)

    def erased(self, how: Erasing) -> tuple[str, ...]:
        """The columns with which an erasure does ``how``."""
        return tuple(c.name for c in self.columns if c.erasing is how)


Spelled = tuple[Category, Erasing, str]
"""Columns that are treated alike, with their names in one string."""


def table(name: str, de: str, en: str, purpose: Purpose, keep: Keep, *columns: Spelled) -> Table:
    """One line of the table as it is written down."""
    found = tuple(Column(c, category, erasing) for category, erasing, names in columns for c in names.split())
    return Table(name, {"de": de, "en": en}, purpose, keep, found)


@dataclass(frozen=True, slots=True)
class Place:
    """Something personal outside the database. ``erasing``: what an erasure does there, in words."""

    name: str
    about: Text
    keep: Text
    erasing: Text


PLACES: Sequence[Place] = (
    Place(
        "var/mailbox",
        {
            "de": "Lokales Postfach: jede E-Mail als Datei; nur wo kein Mailserver eingestellt ist",
            "en": "Local mailbox: every mail as a file; only where no mail server is configured",
        },
        {"de": "bis sie von Hand gelöscht wird", "en": "until it is deleted by hand"},
        {
            "de": "alle E-Mails an die Person und über sie werden gelöscht",
            "en": "every mail to the person and about them is deleted",
        },
    ),
    Place(
        "log",
        {
            "de": "Protokoll des Programms auf der Standardfehlerausgabe",
            "en": "The program's log on standard error",
        },
        {"de": "so lange, wie der Betreiber es aufhebt", "en": "as long as the operator keeps it"},
        {
            "de": "nichts zu tun: Adressen, Namen und Antworten kommen nicht hinein; Adressen in fremden Meldungen werden "
            "unkenntlich gemacht",
            "en": "nothing to do: addresses, names and answers never get in; addresses in what others say are masked",
        },
    ),
    Place(
        "backup",
        {"de": "Sicherungen der Datenbank", "en": "Backups of the database"},
        {
            "de": "so lange, wie der Betreiber sie aufhebt; empfohlen: höchstens 30 Tage",
            "en": "as long as the operator keeps them; advised: 30 days at most",
        },
        {
            "de": "überleben eine Löschung; nach dem Einspielen einer Sicherung sind die seither Gelöschten noch einmal zu "
            "löschen (nurture rights list --kind erasure nennt die Vorgänge)",
            "en": "outlive an erasure; after a backup was restored, whoever was erased since has to be erased again "
            "(nurture rights list --kind erasure names the cases)",
        },
    ),
    Place(
        "elsewhere",
        {
            "de": "Postfach für Rücksendungen und Mailserver, über die E-Mails laufen; Postfächer des Vertriebs",
            "en": "The mailbox for returned mail, mail servers that mails pass through, mailboxes of the sales team",
        },
        {"de": "nach den Regeln dort", "en": "by the rules there"},
        {
            "de": "liegt außerhalb; die Löschung nennt, wer im Vertrieb Daten erhalten hat und zu unterrichten ist "
            "(Art. 19 DSGVO)",
            "en": "lies outside; the erasure names who in sales was given data and has to be told (Art. 19 GDPR)",
        },
    ),
)
"""Everything personal that is no column."""

WORDS: Mapping[str, Text] = {
    "category.identity": {"de": "Identität", "en": "identity"},
    "category.contact": {"de": "Kontaktdaten", "en": "contact data"},
    "category.behaviour": {"de": "Verhalten", "en": "behaviour"},
    "category.evidence": {"de": "Nachweise", "en": "evidence"},
    "category.operation": {"de": "Betrieb", "en": "operation"},
    "category.none": {"de": "nichts Personenbezogenes", "en": "nothing personal"},
    "purpose.nurture": {
        "de": "Zusendung der gewünschten Informationen per E-Mail",
        "en": "sending the information that was asked for, by mail",
    },
    "purpose.scoring": {
        "de": "Auswertung von Klicks und Downloads, um Inhalte und Zeitpunkt der Ansprache zu wählen",
        "en": "evaluating clicks and downloads, to choose what is sent and when sales calls",
    },
    "purpose.consent": {"de": "Nachweis der Einwilligung", "en": "proving the consent"},
    "purpose.delivery": {
        "de": "Zustellung der E-Mails und Umgang mit Rücksendungen",
        "en": "delivering the mails, and dealing with what comes back",
    },
    "purpose.sales": {"de": "Beratung durch den Vertrieb", "en": "advice by sales"},
    "purpose.rights": {"de": "Erfüllung der Rechte Betroffener", "en": "fulfilling the rights of data subjects"},
    "purpose.blocking": {
        "de": "Sperre gegen unerwünschte Zusendungen und gegen die Wiederanlage nach einer Löschung",
        "en": "keeping unwanted mail away, and the person from being taken in again after an erasure",
    },
    "purpose.security": {
        "de": "Abwehr von Missbrauch, Nachvollziehbarkeit von Eingriffen",
        "en": "fending off abuse, knowing who changed what",
    },
    "purpose.staff": {"de": "Anmeldung der Mitarbeitenden", "en": "logging in of the staff"},
    "purpose.house": {"de": "Betrieb des Programms", "en": "running the program"},
    "basis.nurture": {
        "de": "Einwilligung, Art. 6 Abs. 1 lit. a DSGVO, § 7 Abs. 2 UWG",
        "en": "consent, Art. 6(1)(a) GDPR, § 7(2) UWG",
    },
    "basis.scoring": {
        "de": "Klicks und Downloads: gesonderte Einwilligung, Art. 6 Abs. 1 lit. a DSGVO, § 25 Abs. 1 TDDDG; eigene "
        "Angaben: berechtigtes Interesse, lit. f",
        "en": "clicks and downloads: separate consent, Art. 6(1)(a) GDPR, Art. 5(3) ePrivacy Directive; what somebody told "
        "us: legitimate interest, (f)",
    },
    "basis.consent": {
        "de": "rechtliche Pflicht, Art. 6 Abs. 1 lit. c mit Art. 7 Abs. 1 DSGVO",
        "en": "legal obligation, Art. 6(1)(c) with Art. 7(1) GDPR",
    },
    "basis.delivery": {
        "de": "berechtigtes Interesse, Art. 6 Abs. 1 lit. f DSGVO",
        "en": "legitimate interest, Art. 6(1)(f) GDPR",
    },
    "basis.sales": {
        "de": "vorvertragliche Maßnahmen auf Anfrage, Art. 6 Abs. 1 lit. b DSGVO, sonst berechtigtes Interesse, lit. f",
        "en": "steps before a contract at the person's request, Art. 6(1)(b) GDPR, else legitimate interest, (f)",
    },
    "basis.rights": {
        "de": "rechtliche Pflicht, Art. 6 Abs. 1 lit. c mit Art. 12 bis 22 DSGVO",
        "en": "legal obligation, Art. 6(1)(c) with Art. 12 to 22 GDPR",
    },
    "basis.blocking": {
        "de": "rechtliche Pflicht und berechtigtes Interesse, Art. 6 Abs. 1 lit. c und f mit Art. 21 Abs. 3 DSGVO",
        "en": "legal obligation and legitimate interest, Art. 6(1)(c) and (f) with Art. 21(3) GDPR",
    },
    "basis.security": {
        "de": "berechtigtes Interesse und Sicherheit der Verarbeitung, Art. 6 Abs. 1 lit. f, Art. 32 DSGVO",
        "en": "legitimate interest and security of processing, Art. 6(1)(f), Art. 32 GDPR",
    },
    "basis.staff": {"de": "Beschäftigung, Art. 6 Abs. 1 lit. b DSGVO", "en": "employment, Art. 6(1)(b) GDPR"},
    "basis.house": {
        "de": "keine nötig; wo eine Meldung jemanden nennt: berechtigtes Interesse, Art. 6 Abs. 1 lit. f DSGVO",
        "en": "none needed; where a message names somebody: legitimate interest, Art. 6(1)(f) GDPR",
    },
    "keep.inactive": {
        "de": "solange die Einwilligung besteht; bei Untätigkeit nach der Frist für inaktive Kontakte",
        "en": "as long as the consent stands; of inactive people until the period for them is over",
    },
    "keep.opt_in_expires": {
        "de": "unbestätigt bis zum Ablauf der Bestätigungsfrist, bestätigt wie der Kontakt",
        "en": "unconfirmed until the confirmation expires, confirmed as long as the contact",
    },
    "keep.raw_ip": {"de": "Frist für Netzadressen", "en": "the period for network addresses"},
    "keep.clicks": {"de": "Frist für Klicks", "en": "the period for clicks"},
    "keep.evidence": {"de": "Frist für Nachweise nach dem Widerruf", "en": "the period for evidence after the withdrawal"},
    "keep.returned_kept": {
        "de": "Inhalte nach der Frist für Rücksendungen gelöscht",
        "en": "contents until the period for returned mail is over",
    },
    "keep.figures": {"de": "Frist für Zahlen je Minute und Stunde", "en": "the period for figures per minute and hour"},
    "keep.letters": {
        "de": "Inhalte nach der Frist für Inhalte von E-Mails geleert, der Rest wie der Kontakt",
        "en": "contents until the period for contents of mails is over, the rest as long as the contact",
    },
    "keep.cases": {
        "de": "nach der Frist für abgeschlossene Anliegen gelöscht",
        "en": "until the period for settled requests is over",
    },
    "keep.counters": {"de": "Stunden bis 40 Tage", "en": "hours to 40 days"},
    "keep.blocked": {"de": "solange die Sperre gebraucht wird", "en": "as long as the block is needed"},
    "keep.always": {"de": "dauerhaft", "en": "for good"},
    "erasing.row": {"de": "gelöscht", "en": "deleted"},
    "erasing.blank": {"de": "geleert", "en": "emptied"},
    "erasing.unlink": {"de": "Bezug zur Person entfernt", "en": "reference to the person removed"},
    "erasing.mark": {"de": "durch eine Prüfsumme mit Schlüssel ersetzt", "en": "replaced by a keyed hash"},
    "erasing.scrub": {"de": "Nennungen der Person entfernt", "en": "mentions of the person cut out"},
    "erasing.ledger": {"de": "durch einen Vermerk im Nachweisbuch entfernt", "en": "removed by an entry of the ledger"},
    "erasing.keep": {"de": "bleibt, ohne Bezug zur Person", "en": "stays, without reference to the person"},
}
"""Every value in words."""


def rows() -> Iterator[tuple[Table, Column]]:
    """Every column with its table, in the order of the schema."""
    from nurture.engine.personal_tables import TABLES  # noqa: PLC0415 - the table is written with the words of this module

    for one in TABLES:
        for column in one.columns:
            yield one, column


def words(group: str, value: str, language: str) -> str:
    """``words("purpose", "nurture", "de")``."""
    text = WORDS[f"{group}.{value}"]
    return text.get(language, text["en"])
