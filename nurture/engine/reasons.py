"""Reasons in people's languages.

Stations write the reason of a decision, verdict or state as one English sentence, and it is stored as written. Here it
is read again: each rule knows one form of sentence. A sentence that no rule knows is shown as it is (a server's reply,
a note somebody typed, a reason from a campaign file). ``told`` also puts titles in the place of ids.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial

from nurture.domain.definitions import Definitions
from nurture.engine import naming
from nurture.engine.reasons_delivery import DELIVERY

_EXIT = (
    r"(.+) \(((?:clicked|downloaded|replied|interest|used form|class|at least|grade|function|language|source|answered"
    r"|consent|not)\b.*)\)"
)

_GERMAN: tuple[tuple[str, str], ...] = (
    # journey
    (r"no confirmed consent for '(.+)'", "keine bestätigte Einwilligung für „{0}“"),
    (r"the address gets no mail: (.+)", "die Adresse bekommt keine Post: {0!t}"),
    (r"the address is held: (.+)", "die Adresse pausiert: {0!t}"),
    (r"processing is restricted at the person's request", "die Verarbeitung ist auf Wunsch der Person eingeschränkt"),
    (r"the restriction was lifted", "die Einschränkung wurde aufgehoben"),
    (r"paused by the reader until (\d+)-(\d+)-(\d+)", "von der Person pausiert bis {2}.{1}.{0}"),
    (r"the reader ended the pause", "die Person hat die Pause beendet"),
    (r"the reader wants at most one mail in (\d+) days", "die Person möchte höchstens eine Mail in {0} Tagen"),
    (r"the reader wants no mail about '(.+)'", "die Person möchte keine Mails zu „{0}“"),
    (r"the reader wants nothing on the topic '(.+)'", "die Person möchte nichts zum Thema „{0}“"),
    (r"(.+); after (\d+) days the mail is out of date", "{0!t}; nach {1} Tagen ist die Mail überholt"),
    (r"the hold was lifted by (.+)", "die Pause wurde aufgehoben von {0}"),
    (r"released by (.+)", "noch einmal gesendet von {0}"),
    (r"cancelled by (.+)", "abgesagt von {0}"),
    (r"sales is working on this lead", "der Vertrieb arbeitet an diesem Lead"),
    (r"sales gave the lead back", "der Vertrieb hat den Lead zurückgegeben"),
    (r"only for: (.+)", "nur für: {0!c}"),
    (r"already has '(.+)'", "hat „{0}“ schon"),
    (r"too soon after the mail of (.+) UTC", "zu früh nach der E-Mail vom {0} (UTC)"),
    (r"too soon", "zu früh nach der letzten E-Mail"),
    (r"outside the send window", "außerhalb der Versandzeiten"),
    (r"due, permitted and inside the window", "fällig, erlaubt und innerhalb der Versandzeiten"),
    (r"no need to wait longer: (.+)", "muss nicht länger warten: {0!c}"),
    (r"the wait is over", "die Wartezeit ist um"),
    (r"waiting until (.+) before the event, or until (.+)", "wartet bis {0!d} vor der Veranstaltung oder bis: {1!c}"),
    (r"waiting until (.+) after the event, or until (.+)", "wartet bis {0!d} nach der Veranstaltung oder bis: {1!c}"),
    (r"waiting until (.+) before the event", "wartet bis {0!d} vor der Veranstaltung"),
    (r"waiting until (.+) after the event", "wartet bis {0!d} nach der Veranstaltung"),
    (r"waiting (\d+ \w+), or until (.+)", "wartet {0!d} oder bis: {1!c}"),
    (r"waiting (\d+ \w+)", "wartet {0!d}"),
    (r"none of the cases holds", "keiner der Fälle trifft zu"),
    (r"enrolled in (.+)", "aufgenommen in {0}"),
    (r"a task for marketing", "eine Aufgabe für das Marketing"),
    (r"finished|end", "zu Ende"),
    (r"just enrolled", "gerade aufgenommen"),
    (r"version (\S+) has no step '(.+)'", "in der Fassung {0} gibt es den Schritt „{1}“ nicht"),
    (r"there is no template of '(.+)' for (.+)", "für {1} gibt es keine Vorlage von „{0}“"),
    (r"no template for this reader", "keine Vorlage für diese Person"),
    (r"unsubscribed", "abgemeldet"),
    (r"no mail and no contact for too long", "zu lange keine Mail und kein Kontakt"),
    (r"in the local mailbox", "im lokalen Posteingang"),
    # what came back
    (r"suppressed: (.+)", "gesperrt: {0!t}"),
    (r"the address does not exist: (.*)", "die Adresse gibt es nicht: {0}"),
    (r"reported as unwanted mail \(spam\)", "als unerwünscht (Spam) gemeldet"),
    (r"unsubscribed at the mail provider", "beim Mailanbieter abgemeldet"),
    (r"held for (\d+) days: (.+)", "pausiert für {0} Tage: {1!t}"),
    (r"held until somebody decides: (.+)", "pausiert, bis jemand entscheidet: {0!t}"),
    (r"asked in words for no more mail", "hat geschrieben, keine Mails mehr zu wollen"),
    (r"by (.+), after reading what came back", "von {0}, nach Lesen der Rücksendung"),
    (r"asks for no more mail", "bittet darum, keine Mails mehr zu bekommen"),
    (r"(\d+) mails in a row did not arrive", "{0} Mails hintereinander kamen nicht an"),
    (r"(\d+) mails in a row did not arrive, again after a pause",
     "{0} Mails hintereinander kamen nicht an, wieder nach einer Pause"),
    (r"came back: (.*)", "kam zurück: {0}"),
    (r"on record: (.+)", "vermerkt: {0!t}"),
    (r"did not arrive this time", "kam diesmal nicht an"),
    (r"did not arrive this time \((\d+) in a row\)", "kam diesmal nicht an ({0} hintereinander)"),
    (r"refused, and nobody can tell why", "abgelehnt, ohne erkennbaren Grund"),
    (r"still on its way", "noch unterwegs"),
    (r"arrived", "angekommen"),
    (r"arrived: (.+)", "angekommen: {0!t}"),
    (r"its server said so", "der Server des Empfängers sagt es"),
    (r"the reader (?:answered|complained about it)", "es kam eine Antwort darauf"),
    (r"a link in it was followed", "ein Link darin wurde geöffnet"),
    (r"an automatic reply came", "eine automatische Antwort kam"),
    (r"an automatic reply", "eine automatische Antwort"),
    (r"an alarm for the sender: (.*)", "Alarm für den Absender: {0}"),
    (r"an alarm: a mail to our own sales team came back", "Alarm: eine Mail an den eigenen Vertrieb kam zurück"),
    (r"a task: an answer to read", "Aufgabe: eine Antwort lesen"),
    (r"a task: an automatic reply asks for no more mail", "Aufgabe: eine automatische Antwort bittet um keine Mails mehr"),
    (r"a task: an automatic reply says that this person has left the company",
     "Aufgabe: laut automatischer Antwort nicht mehr im Unternehmen"),
    (r"an answer of somebody who is not a contact yet", "Antwort von jemandem, der noch kein Kontakt ist"),
    (r"it belongs to no mail of ours", "gehört zu keiner Mail von uns"),
    (r"it belongs to no mail of ours, and we do not know who wrote it",
     "gehört zu keiner Mail von uns, und der Absender ist unbekannt"),
    (r"nobody can tell what it is", "niemand kann sagen, was es ist"),
    (r"only an address in it fits; anybody could have written that",
     "nur eine Adresse darin passt; das hätte jeder schreiben können"),
    (r"it is about (.+), but the mail went to another address",
     "es geht um {0}, die Mail ging aber an eine andere Adresse"),
    (r"an answer to our mail, but written by (.+)", "eine Antwort auf unsere Mail, aber geschrieben von {0}"),
    (r"the address (.+) is not one of ours: its signature is wrong",
     "die Adresse {0} ist keine von uns: ihre Signatur stimmt nicht"),
    (r"could not be worked on: (.+)", "konnte nicht verarbeitet werden: {0}"),
    (r"dismissed by (.+)", "verworfen von {0}"),
    *DELIVERY,
    # sales
    (r"asked to be called", "bittet um einen Anruf"),
    (r"to (.+)", "an {0}"),
    (r"sales: won", "Vertrieb: gewonnen"),
    (r"sales: lost", "Vertrieb: verloren"),
    (r"sales: returned", "Vertrieb: zurückgegeben"),
    # engagement
    (r"the same reader then pressed a button", "dieselbe Person hat danach einen Knopf gedrückt"),
    (r"being checked for scanners", "wird auf Scanner geprüft"),
    (r"within a minute of delivery, and nothing since", "innerhalb einer Minute nach Zustellung, danach nichts mehr"),
    (r"a single click, at a reader's pace", "ein einzelner Klick im Lesetempo"),
    (r"a (\w+) request", "eine {0}-Anfrage"),
    (r"a prefetch by the mail program or browser", "Vorabruf durch Mailprogramm oder Browser"),
    (r"no user agent", "ohne Programmkennung"),
    (r"the user agent is a program's", "die Programmkennung gehört zu einem Automaten"),
    (r"a link that only scanners follow", "ein Link, dem nur Scanner folgen"),
    (r"within 10 seconds of delivery", "innerhalb von 10 Sekunden nach Zustellung"),
    (r"(\d+) links within ([\d.]+) s", "{0} Links innerhalb von {1} s"),
    (r"same network and program as a scanner just before", "gleiches Netz und Programm wie ein Scanner kurz davor"),
    # opt-in
    (r"both buttons were pressed within a minute", "beide Knöpfe innerhalb einer Minute gedrückt"),
    (r"one page gave two answers", "dieselbe Seite gab zwei Antworten"),
    (r"a field that nobody can see was filled in", "ein unsichtbares Feld war ausgefüllt"),
    (r"pressed sooner than a person can read", "schneller gedrückt, als ein Mensch lesen kann"),
    (r"within a minute of delivery, from a network of machines \((.+)\)",
     "innerhalb einer Minute nach Zustellung, aus einem Netz von Maschinen ({0})"),
    (r"within a minute of delivery, by a program", "innerhalb einer Minute nach Zustellung, von einem Programm"),
    (r"the confirmation is doubted", "die Bestätigung ist angezweifelt"),
    (r"confirmed with the code", "mit dem Code bestätigt"),
    # lead class
    (r"a talk showed it \((.*)\)", "ein Gespräch hat es gezeigt ({0})"),
    (r"the contact said so \((.*)\)", "eigene Angabe ({0})"),
    (r"reads what is written for (\w+): (.+)", "liest, was für {0} geschrieben ist: {1}"),
    (r"came by (.+)", "kam über {0}"),
    # scoring
    (r"cap of ([\d.]+) in (\d+) days", "Obergrenze {0!n} in {1} Tagen"),
    (r"cap of ([\d.]+)", "Obergrenze {0!n}"),
    (r"1 days old", "1 Tag alt"),
    (r"(\d+) days old", "{0} Tage alt"),
    (r"grade (\w) never goes to sales by points", "mit Note {0} geht es nie allein nach Punkten an den Vertrieb"),
    (r"grade (\w) with ([\d.]+) points reaches the threshold of ([\d.]+)",
     "Note {0} mit {1!n} Punkten erreicht die Schwelle von {2!n}"),
    (r"grade (\w) needs ([\d.]+) points, has ([\d.]+)", "Note {0} braucht {1!n} Punkte, hat {2!n}"),
    # campaigns' exits carry their condition in brackets
    (_EXIT, "{0} ({1!c})"),
)  # fmt: skip

_GERMAN_CONDITIONS: tuple[tuple[str, str], ...] = (
    (r"not (.+)", "nicht {0!c}"),
    (r"clicked step (\S+)(.*)", "Klick in „{0}“{1}"),
    (r"clicked topic (\S+)(.*)", "Klick zum Thema {0}{1}"),
    (r"clicked content (\S+)", "Klick auf {0}"),
    (r"clicked", "ein Klick"),
    (r"downloaded anything", "irgendein Download"),
    (r"downloaded topic (\S+)", "Download zum Thema {0}"),
    (r"downloaded content (\S+)", "Download von {0}"),
    (r"replied to step (\S+)", "Antwort auf „{0}“"),
    (r"replied", "eine Antwort"),
    (r"interest in (.+)", "Interesse an {0}"),
    (r"used form (.+)", "Formular {0} genutzt"),
    (r"class (.+)", "Klasse {0!o}"),
    (r"at least ([\d.]+) points", "mindestens {0!n} Punkte"),
    (r"grade (\w) or better", "Note {0} oder besser"),
    (r"function (.+)", "Funktion {0!o}"),
    (r"language (.+)", "Sprache {0!o}"),
    (r"source (.+)", "Herkunft {0!o}"),
    (r"answered (\S+) with (.+)", "Antwort auf {0}: {1!o}"),
    (r"answered (\S+)", "{0} beantwortet"),
    (r"consent for (.+)", "Einwilligung für {0}"),
)
_UNITS = {
    "minute": "Minute", "minutes": "Minuten", "hour": "Stunde", "hours": "Stunden", "day": "Tag", "days": "Tage",
    "week": "Woche", "weeks": "Wochen", "month": "Monat", "months": "Monate", "year": "Jahr", "years": "Jahre",
}  # fmt: skip
_JOINS = ((" and ", " und "), (" or ", " oder "))

_IDS: tuple[tuple[re.Pattern[str], Callable[[Definitions, str, str], str]], ...] = (
    (re.compile(r"(?:came by|used form) ([\w-]+)"), naming.form_title),
    (re.compile(r"(?:(?:clicked|downloaded) topic|interest in) ([\w-]+)"), naming.topic_name),
    (re.compile(r"(?:clicked|downloaded) content ([\w-]+)|already has '([\w-]+)'"), naming.content_title),
    (re.compile(r"reads what is written for \w+: ([\w-]+)"), naming.content_title),
    (re.compile(r"answered (\w+)"), naming.field_label),
    (re.compile(r"enrolled in ([\w-]+)"), naming.campaign_title),
    (re.compile(r"wants no mail about '([\w-]+)'"), naming.product_name),
    (re.compile(r"wants nothing on the topic '([\w-]+)'"), naming.topic_name),
    (re.compile(r"no confirmed consent for '([\w-]+)'|consent for ([\w-]+)"), naming.purpose_title),
)
_QUOTES = {"de": "„{}“", "en": "“{}”"}
_IN_MAILBOX = re.compile(r"in the mailbox as \S+")


def told(d: Definitions, reason: str, language: str) -> str:
    """``reason`` for people to read: in ``language``, with the title of what it names by an id that is defined."""
    return _with_titles(d, _IN_MAILBOX.sub("in the local mailbox", reason), language, in_language)


def told_condition(d: Definitions, text: str, language: str) -> str:
    """The same of a condition, as ``domain.condition.describe`` words it."""
    return _with_titles(d, text, language, condition)


def _with_titles(d: Definitions, text: str, language: str, translate: Callable[[str, str], str]) -> str:
    """Ids are marked first and named last: the rules know the sentences by their single words."""
    titles: list[str] = []

    def mark(name: Callable[[Definitions, str, str], str], match: re.Match[str]) -> str:
        id_ = next(filter(None, match.groups()))
        if (title := name(d, id_, language)) == id_:
            return match[0]
        titles.append(title)
        return match[0].replace(id_, f"<{len(titles) - 1}>")

    for pattern, name in _IDS:
        text = pattern.sub(partial(mark, name), text)
    quoted = _QUOTES.get(language, _QUOTES["en"])
    return re.sub(r"[„“']?<(\d+)>[“”']?", lambda m: quoted.format(titles[int(m[1])]), translate(text, language))


@lru_cache(maxsize=4096)
def in_language(reason: str, language: str) -> str:
    """``reason`` in ``language``; as it is where no rule knows it. Several notes are divided by semicolons."""
    if language != "de" or not reason:
        return reason
    if (german := _first(_GERMAN, reason)) is not None:
        return german
    return "; ".join(_first(_GERMAN, part) or _condition(part) for part in reason.split("; "))


def condition(text: str, language: str) -> str:
    """A condition, as ``domain.condition.describe`` words it."""
    return _condition(text) if language == "de" else text


def duration(text: str, language: str) -> str:
    """A duration, as ``str(Duration)`` words it."""
    return _duration(text) if language == "de" else text


def _first(rules: tuple[tuple[str, str], ...], text: str) -> str | None:
    for pattern, german in rules:
        if match := re.fullmatch(pattern, text):
            return _fill(german, match.groups())
    return None


def _fill(template: str, groups: tuple[str | None, ...]) -> str:
    """``{0}`` as it is; ``{0!c}``: a condition; ``!t``: a reason; ``!d``: a duration; ``!n``: a number; ``!o``: a or b."""

    def place(match: re.Match[str]) -> str:
        value = groups[int(match[1])] or ""
        return _AS[match[2]](value) if match[2] else value

    return re.sub(r"\{(\d)(?:!(\w))?\}", place, template)


def _condition(text: str) -> str:
    """A condition in German: split at its and/or outside brackets, each part by its rule."""
    if text.startswith("(") and text.endswith(")"):
        return f"({_condition(text[1:-1])})"
    for english, german in _JOINS:
        parts = _outside_brackets(text, english)
        if len(parts) > 1 and all(_known(part) for part in parts):
            return german.join(_condition(part) for part in parts)
    return _first(_GERMAN_CONDITIONS, text) or text


def _known(part: str) -> bool:
    return part.startswith("(") or _first(_GERMAN_CONDITIONS, part) is not None


def _outside_brackets(text: str, joint: str) -> list[str]:
    parts, depth, start, i = [], 0, 0, 0
    while i < len(text):
        depth += (text[i] == "(") - (text[i] == ")")
        if depth == 0 and text.startswith(joint, i):
            parts.append(text[start:i])
            start = i = i + len(joint)
            continue
        i += 1
    return [*parts, text[start:]]


def _duration(text: str) -> str:
    count, _, unit = text.partition(" ")
    return f"{count} {_UNITS.get(unit, unit)}"


_AS: dict[str, Callable[[str], str]] = {
    "c": _condition,
    "d": _duration,
    "n": lambda text: text.replace(".", ","),
    "o": lambda text: text.replace(" or ", " oder "),
    "t": lambda text: in_language(text, "de"),
}
