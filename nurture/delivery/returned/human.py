"""What a human wrote: without the mail that is quoted below, and without the signature.

Only these words count. Our own footer says "Abmelden" in every mail, and every answer quotes it.
"""

from __future__ import annotations

import re

from nurture.delivery.returned.address import addresses_in
from nurture.domain.failure_reason import folded
from nurture.domain.phrases import phrases

_MAX = 8_000
_MAX_LINES = 400

_QUOTE_BEGINS = phrases(
    r"""
        -{2,}\s*(?:original|ursprungliche|urspr\.|weitergeleitete|forwarded|message d'origine|message transfere
          |messaggio originale|mensaje original|oorspronkelijk)
        begin forwarded message | anfang der weitergeleiteten | _{10,}$
    """
)
_WROTE = re.compile(r"\b(?:wrote|schrieb(?:en)?|a ecrit|ha scritto|escribio|schreef|skrev)\b")
_DATED = re.compile(r"(?:on|am|le|il|el|op|den)\b.*\d")
_FROM = re.compile(r"\*?(?:von|from|de|da|van)\s?:")
_SENT = re.compile(r"\*?(?:gesendet|sent|date|datum|envoye|inviato|enviado|verzonden|an|to|a|betreff|subject|objet)\s?:")
_SIGNATURE = phrases(
    r"""
        -- ?$ | __+\s*$
        (?:sent|gesendet|envoye|von meinem|from my|get outlook|outlook fur|diese (?:e-mail|nachricht) (?:wurde
          |enthalt|ist)|this (?:e-?mail|message) (?:is|and|may|contains))\b
    """,
    before=r"^",
)
_GREETING = phrases(
    r"""
        (?:mit )?(?:freundliche[nm]?|beste[nm]?|viele[nm]?|liebe|schone|herzliche[nm]?|sonnige) (?:gru(?:ss|sse
          |ssen)|grusse?n?)
        (?:mfg|vg|lg|bg)\b | gruss | grusse | (?:kind|best|warm|with kind|with best)? ?regards | best wishes
        sincerely | cheers | yours | many thanks and | cordialement | bien cordialement | bien a vous
        cordiali saluti | saludos | met vriendelijke
    """,
    before=r"^",
    after=r"\b",
)


def own_words(text: str) -> str:
    """What the writer says: quotation, signature and everything below them cut off."""
    lines = text[: 4 * _MAX].split("\n")[:_MAX_LINES]
    plain = [folded(line[:400]).strip() for line in lines]
    kept: list[str] = []
    for number, line in enumerate(lines):
        if _begins_quotation(plain[number : number + 4]) or (kept and _ends(plain[number])):
            break
        if not line.lstrip().startswith((">", "|")):
            kept.append(line.rstrip())
    return "\n".join(kept).strip()[:_MAX]


def _begins_quotation(lines: list[str]) -> bool:
    """Whether a quoted mail begins with the first of these lines."""
    first = lines[0]
    if _QUOTE_BEGINS.match(first):
        return True
    if _FROM.match(first):
        return any(_SENT.match(line) for line in lines[1:])
    introduced = first if first.endswith(":") else " ".join(lines[:2])
    return (
        introduced.endswith(":") and bool(_WROTE.search(introduced)) and bool("@" in introduced or _DATED.match(introduced))
    )


def _ends(line: str) -> bool:
    """Whether what stands from here on is a closing or a signature."""
    return bool(_SIGNATURE.match(line)) or _greets(line)


def _greets(line: str) -> bool:
    """A closing line; a sentence that goes on after it is none."""
    return len(line) < 60 and bool(_GREETING.match(line))


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


_ANSWER = re.compile(r"^\s*(?:re|aw|antwort|sv|wg|fwd?)\s*(?:\[\d+\])?:", re.IGNORECASE)


def wants_to_stop(said: str, subject: str = "") -> bool:
    """Whether a human says, in any informal wording, that no more marketing mail is wanted (German, English, French).

    ``subject`` counts where it is the human's own, not ours with "Re:".
    """
    return _stops(said) or (not _ANSWER.match(subject) and _stops(subject))


def _stops(said: str) -> bool:
    lines = [folded(line).strip() for line in said[:_MAX].split("\n")[:_MAX_LINES]]
    if any(_ONLY_STOP.match(line) for line in lines):
        return True
    sentences = re.split(r"(?<=[.!?;])\s|\n\s*\n", "\n".join(lines))
    return any(
        _STOP.search(one) and not _NOT_STOP.search(one) for one in (" ".join(text.split())[:1_000] for text in sentences)
    )


_LEFT = phrases(
    r"""
        (?:nicht mehr (?:fur|bei|im|in|teil|unter dieser|hier|fur die)|unternehmen verlassen|firma verlassen|ausgeschieden
          |hat unser (?:haus|unternehmen)|nicht mehr (?:tatig|beschaftigt|erreichbar|aktiv)
          |in (?:den )?(?:ruhestand|rente)|ruhestand)
        no longer (?:with|at|working|work\w*|employed|part of|an employee|be (?:monitor|check)\w*|in use|active
          |valid|monitored)
        (?:has|have) left (?:the |our )?(?:company|organi[sz]ation|firm|business)
        left the (?:company|organi[sz]ation) | (?:has|have) retired | moved on (?:from|to)
        not work(?:ing)? here | ne (?:fait|travaille|fais) plus
        a quitte (?:l'entreprise|la societe|notre|ses fonctions) | plus (?:dans|partie de|en poste)
        non lavora piu | ya no trabaja | werkt niet meer
    """
)
_NOT_LEFT = phrases(
    r"""
        (?:das buro|das haus|the office) (?:bereits |schon )?verlassen | bin .{0,30}nicht (?:im|am)
        bis (?:zum|einschl) | until | back on | zuruck am | wieder (?:da|im buro|erreichbar)
        i (?:have )?left the office | jusqu'au | de retour
    """
)
_TURN_TO = phrases(
    r"""
        nachfolg | kunftig | ab sofort | zukunft | wenden sie sich | kontaktieren | ansprechpartner
        richten sie | schreiben sie | vertret | ubernommen | ubernimmt | neue (?:e-?mail|adresse)
        erreichen sie | an (?:meine|unsere|frau|herr)
        please (?:contact|e-?mail|write|direct|send|forward|reach|refer|use) | successor | replac | instead
        from now on | new (?:e-?mail|address|contact) | took over | taken over | contact\b | veuillez
        contacter | adresse[rz] | remplac | successeur | contattare | rivolgersi | contactar | contact op
    """
)


def left_the_company(said: str) -> bool:
    """Whether a notice says that its writer is gone for good, not only away."""
    plain = " ".join(folded(said[:_MAX]).split())
    return bool(_LEFT.search(plain)) and not _NOT_LEFT.search(plain)


def successor_in(said: str, writer: str) -> str:
    """The one address such a notice names to write to from now on; '' if it names none, or several."""
    sentences = re.split(r"(?<=[a-zA-Z0-9)][.!?])\s+(?=[A-ZÄÖÜÉ])|\n\s*\n", said[:_MAX])
    named = [address for one in sentences if _TURN_TO.search(folded(one)) for address in addresses_in(one)]
    others = list(dict.fromkeys(address for address in named if address != writer))
    return others[0] if len(others) == 1 else ""
