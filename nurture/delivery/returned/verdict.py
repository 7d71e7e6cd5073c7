"""From what a report says about one recipient to a ``Failed``: which words count when several are there.

The machine-readable diagnostic comes first; where it leaves the reason open (a bare "4.4.7", "5.0.0"), what the report
says to humans about this recipient decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nurture.delivery.returned.address import addresses_in
from nurture.delivery.returned.report import Failed
from nurture.domain.failure import FAILURE_OF, Failure, enhanced_status, reason
from nurture.domain.failure_reason import Reason, reason_in
from nurture.domain.phrases import phrases

_OPEN = frozenset(
    {Reason.UNKNOWN, Reason.SYSTEM, Reason.EXPIRED, Reason.SYNTAX, Reason.FILTERED, Reason.POLICY, Reason.NETWORK}
)
_SAID = frozenset({Reason.FILTERED, Reason.NETWORK})
"""Open only where the status alone says so."""
_REPLY = re.compile(r"(?<![\d.\[-])([45]\d\d)(?=[ :;#-]|$)")
_SURE = phrases(
    r"""
        \brcpt\b | does not like recipient | recipient command | table | >: user unknown | \baccount | mailbox
        invalid recipient | recipient (?:not found|unknown|invalid|does not exist)
        usuari | destinat | utente | indirizzo | gebruiker | ontvanger | nutzer | empf | postfach | utilisateur
        compte | cuenta | [^\x00-\x7f]
    """,
    flags=re.IGNORECASE,
)
_ADDRESS_STATUS = re.compile(r"5\.1\.\d|5\.5\.0|5\.4\.1")
_MOMENT = re.compile(r"\(?in reply to end of data|after end of data|smtp command data\b", re.IGNORECASE)
_MAX_DIAGNOSTIC = 2_000
_ARRIVED = ("delivered", "relayed", "expanded")


@dataclass(frozen=True, slots=True)
class Words:
    """What a report says to humans, without the message it returns."""

    text: str
    subject: str = ""

    def about(self, recipient: str) -> str:
        """The lines from the recipient's address to the next one's; '' if the address is not in the text."""
        lines = self.text.split("\n")
        places = [number for number, line in enumerate(lines) if recipient in line.lower()] if recipient else []
        return "\n".join(_block(lines, places[-1], recipient)) if places else ""

    @property
    def commands(self) -> str:
        """The SMTP commands a transcript shows (">>> RCPT To:<…>")."""
        return "\n".join(line for line in self.text.split("\n")[:200] if line.lstrip().startswith(">>>"))

    def moment(self, recipient: str) -> str:
        """When in the conversation the server refused, where the text says so: the machine-readable part never does."""
        found = _MOMENT.search(" ".join(self.about(recipient).split()))
        return f" {found[0]}" if found else ""


def _block(lines: list[str], first: int, recipient: str) -> list[str]:
    block = [lines[first]]
    for line in lines[first + 1 : first + 25]:
        others = addresses_in(line)
        if others and recipient not in others and _begins_with(line, others[0]):
            break
        block.append(line)
    return block


def _begins_with(line: str, address: str) -> bool:
    """Whether another recipient's lines begin here: the address stands alone, or first on a line that is not indented."""
    alone = line.strip().strip("<>:\"'").lower() == address
    return alone or (line[:1] not in " \t" and line.lstrip("<\"'").lower().startswith(address))


def failed(*, recipient: str, action: str, status: str | None, diagnostic: str, words: Words, original: str = "") -> Failed:
    """The recipient's entry, with the most telling words."""
    if action in _ARRIVED:  # what else is said in the text is said of others
        return Failed(
            recipient, action, status, diagnostic.strip()[:_MAX_DIAGNOSTIC], Failure.OTHER, Reason.UNKNOWN, original
        )
    why = reason(reply_code(diagnostic), status, diagnostic + words.moment(recipient))
    if why in _OPEN and not (why in _SAID and reason_in(diagnostic)):
        why, diagnostic = _from_text(why, status, diagnostic, words, recipient)
    if why is Reason.USER_UNKNOWN and _may_be_a_filter(status, diagnostic, words.about(recipient) + words.commands):
        why = Reason.FILTERED
    told = enhanced_status(diagnostic)
    status = told if told and (status is None or status.endswith(".0.0")) else status
    return Failed(recipient, action, status, diagnostic.strip()[:_MAX_DIAGNOSTIC], _failure(action, why), why, original)


def _may_be_a_filter(status: str | None, diagnostic: str, about: str) -> bool:
    """Whether "user unknown" came from a remote server that gave no precise status, nobody knows when.

    At RCPT such words mean what they say; after the content has been seen, filters use them, too. A status that says
    nothing (5.0.0) over words of no server's reply is a gateway's own account of the matter.
    """
    if reply_code(diagnostic) is None:
        return status == "5.0.0" and enhanced_status(diagnostic) in (None, "5.0.0")
    if _SURE.search(diagnostic) or _SURE.search(about):
        return False
    precise = (enhanced_status(diagnostic) or "", status or "")
    return not any(_ADDRESS_STATUS.match(one) for one in precise)


def _from_text(why: Reason, status: str | None, diagnostic: str, words: Words, recipient: str) -> tuple[Reason, str]:
    for text in (words.about(recipient), words.text[:6_000], words.subject):
        if text:
            told = reason(reply_code(text), status, text)
            if told not in _OPEN or (why is Reason.UNKNOWN and told is not Reason.UNKNOWN):
                return told, diagnostic or text
    return why, diagnostic or words.about(recipient)


def _failure(action: str, why: Reason) -> Failure:
    """A delay is never final: what looks dead now may be answered tomorrow."""
    found = FAILURE_OF[why]
    return Failure.SOFT if action == "delayed" and found is Failure.INVALID else found


def reply_code(text: str) -> int | None:
    """The SMTP reply code in a server's words."""
    found = _REPLY.search(text[:_MAX_DIAGNOSTIC])
    return int(found[1]) if found else None
