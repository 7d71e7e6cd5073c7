"""What notices of absence say: that their writer is away, or gone for good, and whom to write to instead.

Knows words only. Whether a responder or a human wrote them is told from the header, in machine.py.
"""

from __future__ import annotations

import re

from nurture.delivery.returned.address import addresses_in
from nurture.domain.failure_reason import folded
from nurture.domain.phrases import phrases

_MAX = 8_000

_AWAY = phrases(
    r"""
        abwesen | (?:nicht|kaum) (?:im|am|in meinem) (?:buro|haus|hause|office|arbeitsplatz|dienst) | ausser haus
        (?:im|in|aus dem) (?:urlaub|elternzeit|mutterschutz) | urlaubs | nicht (?:am platz|erreichbar)
        out[- ]of[- ](?:the[- ])?office | away from | (?:on|annual|parental|maternity) (?:vacation|holidays?|leave)
        (?:i am|i'm|i will be) (?:away|out|absent|travel) | not in the office | limited access
        absen[ct] | en conges? | en vacances | fuera de (?:la )?oficina | ausen[tc] | de vacaciones | fuori (?:sede|ufficio)
        assen[tz] | in ferie | afwezig | met vakantie | niet (?:aanwezig|op kantoor) | nieobecn | na urlopie
    """
)


def away(said: str) -> bool:
    """Whether the words are those of a notice of absence."""
    return bool(_AWAY.search(" ".join(folded(said[:_MAX]).split())))


_LEFT = phrases(
    r"""
        (?:nicht mehr (?:fur|bei|im|in|teil|unter dieser|hier|fur die)|unternehmen verlassen|firma verlassen|ausgeschieden
          |hat unser (?:haus|unternehmen)|nicht mehr (?:tatig|beschaftigt|erreichbar|aktiv)
          |in (?:den )?(?:ruhestand|rente)|ruhestand)
        (?:adresse|postfach|konto) (?:ist|existiert|wird) (?:\w+ )?nicht mehr (?:gultig|aktiv|verwendet|genutzt)?
        (?:adresse|postfach) .{0,30}existiert nicht mehr
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
