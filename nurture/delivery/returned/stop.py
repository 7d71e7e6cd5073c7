"""Whether a human asks for no more mail, in any informal wording.

Knows words only: whose they are, and what is a quotation, is told in human.py and reading.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nurture.delivery.returned.absence import away
from nurture.delivery.returned.subject import bare, is_answer, repeats
from nurture.domain.failure_reason import folded
from nurture.domain.phrases import phrases

_MAX = 8_000
_MAX_LINES = 400

_STOP = phrases(
    r"""
        (?:bitte|mich|uns|newsletter|verteiler|mail\w*|liste|mochten?|hiermit|wieder) .{0,60}abmeld\w* | ^abmeld\w*
        abzumelden | um abmeldung | meld\w* .{0,40}(?:mich|uns|adresse) .{0,30}\bab\b(?! (?:dem|\d|\w+tag))
        abbestell\w* | bestelle .{0,40}\bab\b | austragen | auszutragen | aus(?:getragen|tragung)
        trag\w* .{0,20}(?:mich|uns|meine|adresse) .{0,30}\baus\b | trag\w* (?:mich|uns) aus
        nehm\w* .{0,30}(?:mich|uns|meine|unsere) .{0,40}(?:aus\b|vo[nm] |raus|heraus|runter)
        (?:streich\w*|losch\w*|entfern\w*) .{0,30}(?:mich|uns|meine|unsere)\b
        (?:mich|uns|meine \S+|unsere \S+) .{0,50}(?:losch\w*|entfern\w*|streich\w*|herauszunehmen|rausnehmen)
        keine (?:weiteren |solchen )?(?:e-?mails?|mails?|werbung|newsletter|werbemails?|zusendung\w*)(?!-?\s?adress)\b
        keinen newsletter | kein interesse an (?:weiteren|ihrem newsletter|ihren mails|werbung)
        kein(?:e|en)? (?:weiteren?|werbliche[nr]?) (?:nachrichten|post|kontakt\w*) | keine kontaktaufnahme
        (?:mails?|newsletter|werbung|zusendung\w*|nachrichten) .{0,40}(?:unterlassen|einstellen|einzustellen|stoppen
          |nicht mehr)
        (?:unterlassen|stellen) sie .{0,60}(?:mail|werbung|zusendung|kontakt) | widerruf\w* | widersprech\w* | widerspruch
        (?:nicht mehr|nie wieder) .{0,50}(?:kontaktier|anschreib|angeschrieben|schreiben|schick|zusenden|senden|mail)\w*
        lass\w* (?:sie )?(?:mich|uns) (?:bitte )?in ruhe | horen sie auf | schluss mit
        unsubscribe | un-subscribe | opt[- ]?(?:me )?out | take (?:me|us|my|our) .{0,30}off
        remove (?:me|us|(?:my|our) (?:e-?mail|address|name|company|data|contact)|this (?:e-?mail|address))
        (?:delete|erase) (?:me|us|(?:my|our) (?:e-?mail|address|data|details|contact|account|record))
        stop (?:sending|e-?mailing|mailing|writing|contacting|spamming|these|the (?:mail|e-?mail|newsletter)s?|it\b)
        please stop
        no (?:more|further) (?:e-?mails?|mails?|newsletters?|messages?|contact|advertis\w*)
        (?:don't|do not|not want|not wish|never) .{0,30}(?:e-?mail|contact|write|send|mail|message|receive|hear from)\w*
          .{0,30}(?:me|us|again|any ?more|further|newsletter|mails?|from you)\b
        cease and desist | (?:withdraw|revoke) my consent | i object | leave me alone
        desabonn\w* | desinscri\w* | me desinscrire | me retirer | retire[rz]?[- ](?:moi|nous|mon|notre)
        supprim\w* .{0,30}(?:mon|ma|mes|notre|nos) .{0,20}(?:adresse|liste|mail|donnees|contact)
        ne (?:souhaite |veux |desire |souhaitons |voulons )?plus .{0,40}(?:recevoir|m'envoyer|me contacter|m'ecrire)
        (?:plus|arretez) .{0,20}(?:de mails?|vos mails?|d'e-?mails?|de m'envoyer|de courriels?)
        cancella\w* .{0,30}(?:iscrizione|indirizzo|mio) | disiscri\w* | darme de baja | dar de baja
        uitschrijven | afmelden
    """,
    before=r"\b",
)
_ONLY_STOP = phrases(
    r"""
        stop+ | abmelden | abmeldung | austragen | unsubscribe | remove | kundigen | storno | widerruf
        widerspruch | ende | genug | schluss | arret | opt out | stopp
    """,
    before=r"^\W*",
    after=r"\W*(?:bitte|please|danke|thanks|merci)?\W*$",
)
_NOT_STOP = phrases(
    r"""
        (?:nicht|don't|do not|versehentlich|aus versehen|by mistake|accidentally|ungewollt
          |par erreur) .{0,30}(?:abmeld\w*|abgemeldet|unsubscribe\w*|austragen|abbestell\w*|desinscri\w*)
        (?:webinar|termin|seminar|veranstaltung|kurs|meeting|event|workshop|messe) .{0,40}abmeld\w*
        abmeld\w* .{0,20}(?:vom|zum|von dem|fur das|fur den) (?:webinar|termin|seminar|kurs|workshop
          |veranstaltung)
        (?:wie|wo|how|where|can i|kann ich) .{0,30}(?:meine kunden|our customers|my customers|users)
        (?:abgemeldet|unsubscribed) (?:worden|by)
        kein(?:e|en)? (?:e-?mails?|mails?|nachrichten|newsletter) (?:von ihnen )?(?:erhalten|bekommen
          |angekommen|eingegangen)
        (?:haven't|have not|didn't|did not|never) (?:received?|gotten|got)
        (?:e-?mail|contact) me .{0,20}(?:don't|do not) hesitate | (?:don't|do not) hesitate | zogern sie nicht
    """
)


def wants_to_stop(said: str, subject: str = "", ours: str = "") -> bool:
    """Whether a human says, in any informal wording, that no more marketing mail is wanted.

    ``subject`` counts where it is the human's own: not where it repeats ``ours``, and behind "Re:" only where it says
    nothing but "unsubscribe" or the like.
    """
    return _stops(said) or _subject_stops(subject, ours)


def _subject_stops(subject: str, ours: str) -> bool:
    if repeats(subject, ours):
        return False
    return bool(_ONLY_STOP.match(bare(subject))) if is_answer(subject) else _stops(subject)


def says_plainly(said: str) -> bool:
    """Whether words that a responder sends say so, too: not how to leave a list of its own, nor that its owner is away."""
    return any(not _FOOTER.search(one) and (bool(_OF_A_LIST.search(one)) or not away(said)) for one in _stopping(said))


_FOOTER = phrases(
    r"""
        https?:// | \b(?:if|wenn|falls|sofern|sollten)\b | \bto (?:unsubscribe|opt out) | click | klick | you can | you may
        konnen sie | sie konnen | jederzeit | at any time | si vous | pour vous
    """
)
_OF_A_LIST = phrases(
    r"""
        abmeld | meld\w* .{0,60}\bab\b | abbestell | verteiler | newsletter | \bliste | mailing | werb | austrag
        trag\w* .{0,40}\baus\b
        einwillig | widerruf | widerspr | unsubscribe | opt[- ]?out | \blist\b | subscri | advertis | consent | remove
        desabonn | desinscri | liste | datenbank | database
    """
)


def _stops(said: str) -> bool:
    return next(_stopping(said), None) is not None


def _stopping(said: str) -> Iterator[str]:
    """The sentences that ask for no more mail, folded."""
    lines = [folded(line).strip() for line in said[:_MAX].split("\n")[:_MAX_LINES]]
    yield from (line for line in lines if _ONLY_STOP.match(line))
    for text in re.split(r"(?<=[.!?;])\s|\n\s*\n", "\n".join(lines)):
        sentence = " ".join(text.split())[:1_000]
        if _STOP.search(sentence) and not _NOT_STOP.search(sentence):
            yield sentence
