"""Who wrote a mail: a mail server reporting, a responder, or a human. Told from header and subject; the text decides
only where a subject speaks of absence behind "Re:", since that may be the subject of the mail that is answered.
"""

from __future__ import annotations

import re

from nurture.delivery.returned import subject as subjects
from nurture.delivery.returned.absence import away
from nurture.delivery.returned.address import addresses_in, is_address
from nurture.delivery.returned.human import own_words
from nurture.delivery.returned.mail import Mail
from nurture.domain.failure_reason import folded
from nurture.domain.phrases import phrases

_DAEMON_LOCAL = phrases(
    r"""
        (?:mail-?(?:er)?[-.]?)?daemon | mdaemon | maild | post-?master | postmeister | bounces?(?:[+=].*)?
        mail[-.]?delivery(?:[-.](?:sub)?system)? | mail(?:er)?[-.]?system | undeliver\w* | microsoftexchange\w*
    """,
    before=r"\A",
    after=r"\Z",
)
"""Whole local parts that only mail servers write by."""
_DAEMON_NAME = phrases(
    r"""
        (?:mail-?(?:er)?[- ]?)?daemon | mdaemon | post-?master | postmeister | undeliver\w* | interscan(?: \w+)? | bounces?
        (?:e-?mail|mail|message)[- .]?deliver\w*(?:[- .](?:sub)?systems?| service| agent| notification| status| report)?
        delivery[- ](?:(?:sub)?system|notification|status notification|report)
        mail(?:er)?[- ]?(?:system|administrator|admin|server|gateway|robot)
        (?:system|server) administrator | (?:smtp|mail transport) (?:server|agent|gateway) | microsoft exchange
        returned mail | anti-?spam(?: \w+)?
    """,
    before=r"\A(?:the |internet |microsoft |system )?",
    after=r"\Z",
)
"""Whole names that mail servers give themselves. People's and firms' names may well hold such words."""
_NO_PATH = re.compile(r"<?(?:mailer-daemon(?:@.*)?)?>?")
_OF_AMAZON = re.compile(r"no-?reply@sns\.amazonaws\.com")
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
_SMTP = re.compile(
    r"(?<![\d.])[45]\d\d[ -]#?[45]\.\d{1,3}\.\d|\(#[45]\.\d\.\d\)"
    r"|(?:said|reason|error|returned|replied|code):? ?'?[45]\d\d\b|rcpt to:|final-recipient:|diagnostic-code:"
    r"|status: [45]\.\d|remote (?:mail )?server|smtp (?:error|server)|\bhost \S{1,200} ?\[",
    re.IGNORECASE,
)
"""What only mail servers say."""
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
        automatisk\w* svar | autosvar | franvaro | frav(?:ae|æ)r | ikke (?:til stede|pa kontoret)
        inte pa kontoret | poissa | resposta automatica | ausencia | fora do | mimo kancelar
        odpowiedz automatyczna | autoodpowiedz | nieobecno | automatick\w+ (?:odpoved|reakce) | otomatik (?:yan[iı]t|cevap)
        автоматическ\w+ ответ | автоответ | отсутству | вне офиса | автоматична відповідь | автоматичен отговор
        automatikus valasz | hazon kivul | automaattinen vastaus | raspuns automat | αυτοματη απαντηση | αποντ
        automatsk\w+ odgovor | samodejni odgovor | automaatvastus | automatinis atsakymas | automatiska atbilde
        自動(?:応答|返信|回覆|答覆) | 自动(?:答复|回复) | 자동 ?(?:회신|응답) | תשובה אוטומטית
        رد تلقائي | (?:الرد|رد) التلقائي
        不在(?:通知|のお知らせ)
        elternzeit | mutterschutz | (?:eingangs|empfangs)bestatigung
        ihre anfrage ist | vielen dank fur ihre (?:nachricht|e-?mail|anfrage)
        thank you for (?:your (?:e-?mail|message|inquiry)|contacting)
        ticket\b.{0,30}(?:erstellt|created|received) | we (?:have )?received your
    """,
    before=r"^\W{0,3}",
)


def from_daemon(mail: Mail) -> bool:
    """Whether a mail server says it wrote this."""
    return any(
        _is_daemon(folded(mail.header(name)[:500])) for name in ("from", "sender") if mail.all(name) or name == "from"
    )


def _is_daemon(sender: str) -> bool:
    if sender.strip() in ("<>", "") or _OF_AMAZON.search(sender):
        return True
    addresses = addresses_in(sender)
    if any(_DAEMON_LOCAL.match(address.rpartition("@")[0]) for address in addresses):
        return True
    names = (re.sub(r"\(.*", "", re.sub(r"<[^<>]*>?", "", sender)), *re.findall(r"\(([^()]*)\)", sender))
    return any(_DAEMON_NAME.match(name.strip(" \t\"'")) for name in names)


def empty_path(mail: Mail) -> bool:
    """Whether it went without a return path, or by what some servers write in its place."""
    return any(_NO_PATH.fullmatch(value.strip().lower()) for value in mail.all("return-path")[:1])


def tells_of_failure(mail: Mail) -> bool:
    """Whether the subject is one of a report, not of an answer to it."""
    subject = folded(mail.header("subject")[:300])
    return bool(_FAILURE_SUBJECT.search(subject)) and not is_answer(mail)


def is_answer(mail: Mail) -> bool:
    return subjects.is_answer(mail.header("subject"))


def reports(mail: Mail, *, returns_a_mail: bool) -> bool:
    """Whether this may be a server's report on a mail of ours: then its text is worth reading as one.

    People write about failed deliveries, too, and so do parcel services' machines. So without a server's name in From there
    must be more than the subject: the mail that was returned, no return path, or what servers say to each other.
    """
    if is_answer(mail):
        return False
    mark = answers_by_itself(mail)
    no_reply = bool(_NO_REPLY.search(mail.header("from").lower()))
    by_machine = (no_reply or bool(mark)) and bool(_SMTP.search(mail.text[:20_000]))
    told = tells_of_failure(mail) and (returns_a_mail or by_machine)
    return from_daemon(mail) or told or mark == "Return-Path" or (returns_a_mail and no_reply)


def answers_by_itself(mail: Mail, ours: str = "") -> str:
    """By which mark a machine wrote this (RFC 3834 and the older customs); '' if by none. ``ours``: our mail's subject."""
    return is_marked(mail, ours) or next((name for name, found in _weak_marks(mail, ours).items() if found), "")


def is_marked(mail: Mail, ours: str = "") -> str:
    """The mark by which a responder says what it is; '' if there is none that people's mails never carry."""
    return next((name for name, found in _marks(mail, ours).items() if found), "")


def _marks(mail: Mail, ours: str) -> dict[str, bool]:
    submitted = mail.header("auto-submitted").partition(";")[0].strip().lower()
    return {
        "Auto-Submitted": submitted not in ("", "no"),
        "X-Autoreply": any(
            bool(mail.header(name)) for name in ("x-autoreply", "x-autorespond", "x-autoreply-from", "x-autoresponse")
        ),
        "X-Mail-Autoreply": any(
            bool(mail.header(name)) for name in ("x-mail-autoreply", "x-vacation", "x-away", "x-ooo", "x-autogenerated")
        ),
        "Precedence": bool(re.search(r"auto.?reply", mail.header("precedence").lower())),
        "X-Auto-Response-Suppress": mail.header("x-auto-response-suppress").strip().lower() == "all",
        "X-Auto-Reply": "auto" in mail.header("x-ms-exchange-inbox-rules-loop").lower(),
        "report": mail.report_type == "disposition-notification",
        "subject": not is_answer(mail) and _is_notice(mail, ours),
    }


def _weak_marks(mail: Mail, ours: str) -> dict[str, bool]:
    """Marks that mailing lists, groups and gateways put on people's mails, too."""
    return {
        "X-Auto-Response-Suppress": bool(mail.header("x-auto-response-suppress")),
        "Precedence": bool(re.search(r"bulk|junk|list", mail.header("precedence").lower())),
        "List-Id": bool(mail.header("list-id") or mail.header("list-unsubscribe")),
        "subject": is_answer(mail) and _is_notice(mail, ours) and away(own_words(mail.text)),
        "Return-Path": empty_path(mail),
    }


def _is_notice(mail: Mail, ours: str) -> bool:
    """Whether the subject is one of a notice of absence. What repeats our own says nothing of who repeats it."""
    subject = mail.header("subject")
    return not subjects.repeats(subject, ours) and bool(_AUTO_SUBJECT.match(subjects.bare(subject)))


def may_be_a_humans_answer(mail: Mail) -> bool:
    """Whether a human may have answered a mail by this, whatever lists, gateways and names have put on it."""
    answers = mail.header("in-reply-to") or mail.header("references")
    if mail.report_type or mail.header("x-failed-recipients") or tells_of_failure(mail) or not is_address(writer(mail)):
        return False
    return bool(answers) and is_answer(mail) if from_daemon(mail) or empty_path(mail) else bool(answers) or is_answer(mail)


def is_bulk(mail: Mail) -> bool:
    """Whether it went to many: a list's or newsletter's mail is no report, whatever its subject says."""
    return bool(
        mail.header("list-id") or mail.header("list-unsubscribe") or mail.header("precedence").lower() in ("bulk", "list")
    )


def writer(mail: Mail) -> str:
    """The address in From."""
    return next(iter(addresses_in(mail.header("from"))), "")
