"""Who wrote a mail: a mail server reporting, a responder, or a human. Told from headers and subject alone."""

from __future__ import annotations

import re

from nurture.delivery.returned import subject as subjects
from nurture.delivery.returned.address import addresses_in
from nurture.delivery.returned.mail import Mail
from nurture.domain.failure_reason import folded
from nurture.domain.phrases import phrases

_DAEMON = phrases(
    r"""
        mailer-?daemon | mail[- .]?delivery | post-?master | mail(?:er)?[- ]?system | system administrator
        postmeister | delivery[- ](?:sub)?system | mail administrator | maildaemon | mail-?daemon | bounce
        interscan | antispam | daemon@ | smtp server | undeliver | maild@ | microsoft exchange | notification@
        mdaemon | no-?reply@sns\.amazonaws\.com
    """
)
_FAILURE_SUBJECT = phrases(
    r"""
        undeliver | un-deliver
        delivery (?:status|failure|failed|problem|report|notification|has failed|error|warning|delayed
          |unsuccess)
        fail(?:ed|ure) (?:notice|delivery|to deliver|mail) | delivery:
        returned (?:mail|to sender|e-?mail|message) | mail (?:could not|delivery|not deliver|error)
        non[- ]?delivery | (?:could not|cannot|can't|not|unable to) be ?deliver | undelivrable
        delivery \w+ failed | nondeliverable | message delivery | could ?n[o']t deliver
        (?:wasn't|not) delivered | returning message | error sending | rejected (?:mail|message)
        mail system error | bounced? ?(?:mail|message)?\b | unzustellbar | nicht zugestellt | nicht zustellbar
        zustell(?:fehler|ung|bericht|problem|verzo) | fehlgeschlagen | fehler beim (?:senden|zustell)
        konnte nicht | non remis | echec de (?:la )?(?:remise|distribution|livraison) | non distribu
        non delivre | message non | retour de | impossible de (?:remettre|distribuer)
        no se (?:ha podido|puede|pudo) entregar | no entregado | devuelto | mancata consegna | non recapitabile
        onbestelbaar | niet (?:worden )?bezorgd | dostavle | nao entregue | falha na entrega | недоставлен
        не доставлен | 退信
        送信できません | 配信(?:エラー|不能)
    """
)
_NO_REPLY = re.compile(r"\b(?:no-?reply|do-?not-?reply|nicht-?antworten)[\w.-]{0,40}@")
_AUTO_SUBJECT = phrases(
    r"""
        auto(?:matic|matisk|matische?|mated|matica)?[- ]?(?:reply|response|respuesta|replay|antwort|svar
          |antwoord|responder)
        auto\s?: | autoreply | autoresponse | autosvar
        automatisch\w* (?:antwort|antwoord|ruckmeldung|nachricht|e-?mail|beantwortung) | auto-?antwort | abwesen
        ausser haus | nicht im (?:buro|haus|office) | bin (?:nicht|im urlaub) | urlaub | im urlaub
        ich bin (?:nicht|im|ab|bis|derzeit|momentan|ausser) | out[- ]of[- ](?:the[- ])?office | ooo\b | o\.o\.o
        away from (?:my|the) | (?:i am|i'm|im) (?:away|out|on|currently|not in)
        on (?:vacation|holiday|leave|annual) | vacation | holiday | reponse automatique | absence | absent
        en conges? | message d'absence | je suis absent | respuesta automatica | fuera de (?:la )?oficina
        ausencia | ausente | risposta automatica | fuori (?:sede|ufficio) | assenza | afwezig | niet aanwezig
        automatisk svar | franvaro | fravaer | poissa | resposta automatica | ausencia | fora do | mimo kancelar
        odpowiedz automatyczna | nieobecnosc | elternzeit | mutterschutz | (?:eingangs|empfangs)bestatigung
        ihre anfrage ist | vielen dank fur ihre (?:nachricht|e-?mail|anfrage)
        thank you for (?:your (?:e-?mail|message|inquiry)|contacting)
        ticket\b.{0,30}(?:erstellt|created|received) | we (?:have )?received your
    """,
    before=r"^\W{0,3}(?:(?:re|aw|antw|sv)\s*:\s*)?\W{0,3}",
)


def from_daemon(mail: Mail) -> bool:
    """Whether a mail server says it wrote this."""
    sender = folded(mail.header("from") + " " + mail.header("sender"))[:500]
    return (
        bool(_DAEMON.search(sender))
        or sender.strip() in ("<>", "")
        or "mailer-daemon" in folded(mail.header("return-path"))
    )


def empty_path(mail: Mail) -> bool:
    return any(value.strip() in ("<>", "") for value in mail.all("return-path")[:1])


def tells_of_failure(mail: Mail) -> bool:
    """Whether the subject is one of a report, not of an answer to it."""
    subject = folded(mail.header("subject")[:300])
    return bool(_FAILURE_SUBJECT.search(subject)) and not is_answer(mail)


def is_answer(mail: Mail) -> bool:
    return subjects.is_answer(mail.header("subject"))


def reports(mail: Mail, *, returns_a_mail: bool) -> bool:
    """Whether this may be a server's report on a mail of ours: then its text is worth reading as one.

    People write about failed deliveries, too. So without a server's name in From there must be more than the subject.
    """
    if is_answer(mail):
        return False
    mark = answers_by_itself(mail)
    no_reply = bool(_NO_REPLY.search(mail.header("from").lower()))
    told = tells_of_failure(mail) and (returns_a_mail or no_reply or bool(mark))
    return from_daemon(mail) or told or mark == "Return-Path" or (returns_a_mail and no_reply)


def answers_by_itself(mail: Mail) -> str:
    """By which mark a machine wrote this (RFC 3834 and the older customs); '' if by none."""
    return next((name for name, found in _marks(mail).items() if found), "")


def _marks(mail: Mail) -> dict[str, bool]:
    submitted = mail.header("auto-submitted").partition(";")[0].strip().lower()
    return {
        "Auto-Submitted": submitted not in ("", "no"),
        "X-Auto-Response-Suppress": bool(mail.header("x-auto-response-suppress")),
        "X-Autoreply": any(
            bool(mail.header(name)) for name in ("x-autoreply", "x-autorespond", "x-autoreply-from", "x-autoresponse")
        ),
        "X-Mail-Autoreply": any(
            bool(mail.header(name)) for name in ("x-mail-autoreply", "x-vacation", "x-away", "x-ooo", "x-autogenerated")
        ),
        "Precedence": bool(re.search(r"auto.?reply|bulk|junk|list", mail.header("precedence").lower())),
        "List-Id": bool(mail.header("list-id") or mail.header("list-unsubscribe")),
        "X-Auto-Reply": "auto" in mail.header("x-ms-exchange-inbox-rules-loop").lower(),
        "report": mail.report_type == "disposition-notification",
        "subject": bool(_AUTO_SUBJECT.match(folded(mail.header("subject")[:300]))),
        "Return-Path": empty_path(mail),
    }


def is_bulk(mail: Mail) -> bool:
    """Whether it went to many: a list's or newsletter's mail is no report, whatever its subject says."""
    return bool(
        mail.header("list-id") or mail.header("list-unsubscribe") or mail.header("precedence").lower() in ("bulk", "list")
    )


def writer(mail: Mail) -> str:
    """The address in From."""
    return next(iter(addresses_in(mail.header("from"))), "")
