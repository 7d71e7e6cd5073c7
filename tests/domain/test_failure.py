"""What may be concluded from a refusal: its code, its status, its words."""

from __future__ import annotations

import time

import pytest

from nurture.domain.failure import FAILURE_OF, Failure, classify, enhanced_status, reason
from nurture.domain.failure_reason import Reason, folded, reason_in

Case = tuple[int | None, str | None, str, Failure, Reason]

AT_RCPT: dict[str, Case] = {
    "GMX, no such mailbox": (550, None, "Requested action not taken: mailbox unavailable", Failure.INVALID, Reason.USER_UNKNOWN),
    "GMX, busy": (450, None, "Requested mail action not taken: mailbox unavailable. Mail rate limit exceeded.", Failure.POLICY, Reason.RATE),
    "GMX, policy": (554, None, "Transaction failed. Reject due to policy restrictions.", Failure.POLICY, Reason.POLICY),
    "GMX, sender's DNS": (550, None, "Requested action not taken: mailbox unavailable. Sender address has invalid DNS MX or A/AAAA resource record", Failure.POLICY, Reason.SENDER),
    "GMX, full": (552, None, "Requested mail action aborted: exceeded storage allocation. Quota exceeded. The recipient mailbox is full.", Failure.SOFT, Reason.MAILBOX_FULL),
    "T-Online, unknown": (550, None, "user unknown", Failure.INVALID, Reason.USER_UNKNOWN),
    "T-Online, dial-up": (554, None, "IP=192.0.2.7 - Dialup/transient IP not allowed. Use a mailgateway/smarthost.", Failure.POLICY, Reason.BLOCKED),
    "German words": (550, None, "Empfänger unbekannt", Failure.INVALID, Reason.USER_UNKNOWN),
    "German words, other spelling": (550, None, "Unbekannter Empfaenger", Failure.INVALID, Reason.USER_UNKNOWN),
    "German, full": (552, None, "Postfach ist voll", Failure.SOFT, Reason.MAILBOX_FULL),
    "French words": (550, None, "5.1.1 Adresse d au moins un destinataire invalide", Failure.INVALID, Reason.USER_UNKNOWN),
    "Orange, spam": (550, "5.2.0", "Mail rejete. Mail rejected. OFR_506", Failure.POLICY, Reason.SPAM),
    "Postfix, unknown": (550, "5.1.1", "<x@y.example>: Recipient address rejected: User unknown in virtual mailbox table", Failure.INVALID, Reason.USER_UNKNOWN),
    "Postfix, relay": (554, "5.7.1", "<x@y.example>: Relay access denied", Failure.POLICY, Reason.RELAY),
    "Postfix, greylisted": (450, "4.2.0", "<x@y.example>: Recipient address rejected: Greylisted", Failure.SOFT, Reason.EXPIRED),
    "Postfix, sender's domain": (450, "4.1.8", "<a@b.example>: Sender address rejected: Domain not found", Failure.POLICY, Reason.SENDER),
    "Exim, unrouteable": (550, None, "Unrouteable address", Failure.INVALID, Reason.USER_UNKNOWN),
    "Gmail, unknown": (550, "5.1.1", "The email account that you tried to reach does not exist. Please try double-checking", Failure.INVALID, Reason.USER_UNKNOWN),
    "Gmail, disabled": (550, "5.2.1", "The email account that you tried to reach is disabled.", Failure.SOFT, Reason.SUSPENDED),
    "Gmail, over quota": (452, "4.2.2", "The recipient's inbox is out of storage space.", Failure.SOFT, Reason.MAILBOX_FULL),
    "Gmail, rate": (421, "4.7.28", "Gmail has detected an unusual rate of unsolicited mail originating from your IP address.", Failure.POLICY, Reason.RATE),
    "Outlook.com, unknown": (550, "5.5.0", "Requested action not taken: mailbox unavailable", Failure.INVALID, Reason.USER_UNKNOWN),
    "Exchange Online, edge": (550, "5.4.1", "Recipient address rejected: Access denied. AS(201806281)", Failure.INVALID, Reason.USER_UNKNOWN),
    "Exchange, members only": (550, "5.7.1", "RESOLVER.RST.AuthRequired; authentication required", Failure.POLICY, Reason.SENDER),
    "Yahoo, deferred": (421, "4.7.0", "[TSS04] Messages from 192.0.2.7 temporarily deferred due to unexpected volume or user complaints", Failure.POLICY, Reason.RATE),
    "IronPort": (550, None, "#5.1.0 Address rejected.", Failure.INVALID, Reason.USER_UNKNOWN),
    "not yet, so not dead": (450, "4.1.1", "unverified address: Address lookup failed", Failure.SOFT, Reason.EXPIRED),
    "temporarily unknown": (451, None, "user unknown, try again later", Failure.SOFT, Reason.EXPIRED),
    "takes no mail at all": (521, None, "mx.example.net does not accept mail", Failure.INVALID, Reason.NOT_ACCEPT),
    "takes no mail, no words": (556, None, "", Failure.INVALID, Reason.NOT_ACCEPT),
    "only a status": (None, "5.1.1", "", Failure.INVALID, Reason.USER_UNKNOWN),
    "only a persistent status": (None, "5.2.2", "", Failure.SOFT, Reason.MAILBOX_FULL),
    "only a temporary status": (None, "4.1.1", "", Failure.SOFT, Reason.EXPIRED),
    "only a link to a list": (553, "5.1.3", "http://www.spamhaus.org/query/bl?ip=192.0.2.7", Failure.POLICY, Reason.BLOCKED),
    "a name that looks like a reason": (550, None, "<spam.virus@blocked.example> user unknown", Failure.INVALID, Reason.USER_UNKNOWN),
    "a host that looks like a reason": (550, None, "host antispam.example [192.0.2.9] said: no such user", Failure.INVALID, Reason.USER_UNKNOWN),
    "policy, though a plain unknown user": (550, "5.7.1", "No such user!", Failure.INVALID, Reason.USER_UNKNOWN),
    "qmail's list": (553, None, "sorry, that recipient is not in my validrcptto list (#5.7.1)", Failure.INVALID, Reason.USER_UNKNOWN),
    "Domino, German": (550, None, "Benutzer petra (petra@werk.example) nicht im Domino-Verzeichnis aufgeführt", Failure.INVALID, Reason.USER_UNKNOWN),
    "Domino, German, its own name": (None, None, "User petra nicht im Domino Directory aufgeführt", Failure.INVALID, Reason.USER_UNKNOWN),
    "too much for one connection": (421, None, "too many messages in this connection", Failure.POLICY, Reason.RATE),
    "no such domain, under a temporary status": (None, "4.0.0", "DNS type 'mx' lookup of firma.example responded with code NXDOMAIN", Failure.SOFT, Reason.NETWORK),
    "policy, whatever the words": (550, "5.7.1", "recipient not found", Failure.POLICY, Reason.POLICY),
    "too big": (552, "5.3.4", "Message size exceeds fixed limit", Failure.OTHER, Reason.TOO_BIG),
    "nothing": (None, None, "", Failure.OTHER, Reason.UNKNOWN),
}  # fmt: skip


@pytest.mark.parametrize("case", AT_RCPT)
def test_what_servers_say(case: str) -> None:
    code, status, text, failure, why = AT_RCPT[case]
    assert (reason(code, status, text), classify(code, status, text)) == (why, failure)


def test_every_reason_has_a_class() -> None:
    assert set(FAILURE_OF) == set(Reason)


NO_SUCH_ADDRESS = """\
No one here by that name
nobody here with that name
that user is not known here
not a local user
recipient not in directory
we do not host this mailbox
sorry, but petra isn't one of our users
couldn't find any mailbox with that name
cannot locate user petra
recipient address does not resolve to a mailbox
the address you tried to reach is not in use
this address has been discontinued
the mailbox petra has been removed
the user you are trying to contact has left
user_unknown
Unroutable address
Teilnehmer nicht bekannt
Ein Postfach mit diesem Namen ist nicht eingerichtet
Das Postfach wurde gelöscht
Mitarbeiter ist ausgeschieden
Unbekannter Host
Boîte mail inconnue
Aucun utilisateur de ce nom
Compte supprimé
Buzón inexistente
No se encontró la dirección
El dominio no existe
Casella inesistente
Nessun utente con questo nome
Impossibile trovare l'indirizzo
Usuário desconhecido
Conta não existe
Gebruiker onbekend
Het e-mailadres kan niet worden gevonden
Пользователь не найден
Нет такого пользователя
Домен не существует
該用戶不存在
没有此用户
域名不存在
宛先のメールアドレスが見つかりません
該当するユーザは登録されていません
このメールアドレスは現在使われておりません
ドメインが見つかりません
No mail server for that domain exists
recipient domain has null MX""".splitlines()

DID_NOT_ARRIVE = """\
User has exhausted allowed storage space
Benutzer hat zuviele Mails auf dem Server
mailbox has reached its limit
too many messages in this mailbox
message size exceeds remaining quota
Speicherlimit des Postfachs erreicht
El buzón está lleno
La casella postale è piena
Caixa de correio cheia
De mailbox zit vol
Почтовый ящик переполнен
收件人空间不足
メールボックスがいっぱいです
mailbox has been blocked due to inactivity
account is overdue
this mailbox is dormant and currently disabled
Benutzerkonto ist stillgelegt
Cuenta suspendida
Casella non attiva
Аккаунт заблокирован
该账户已被冻结
アカウントが停止されています
the recipient has blocked you
host did not answer for three days
temporary DNS failure, domain not found, will retry
Сервер получателя не отвечает""".splitlines()

ABOUT_THE_SENDER = """\
invalid return path: no such mailbox
sender callout verify failed: user unknown
HELO argument does not resolve: unknown host
invalid HELO name
your server's hostname does not exist
the return address cannot be found
no MX record for sender domain
your e-mail address does not exist at the origin
domain in MAIL FROM does not exist
access from unknown host denied
no such address in From
IP does not exist in our whitelist
too many non-existent recipients from your IP
directory harvest attack detected: unknown recipients
sender frequency limited
reached your daily limit for sending
members only: you are not a subscriber
Absenderadresse existiert nicht
IP-Adresse steht auf einer Sperrliste
Adresse de l'expéditeur inconnue
Votre adresse IP est bloquée
El dominio del remitente no existe
Mittente rifiutato
Отправитель неизвестен
Письмо отклонено как спам
发件人不存在
疑似垃圾邮件
送信元ドメインが存在しません
迷惑メールと判定されました
connection frequency limited
message refused
we do not relay""".splitlines()


@pytest.mark.parametrize("words", NO_SUCH_ADDRESS)
def test_any_wording_says_that_there_is_no_such_address(words: str) -> None:
    assert classify(550, None, words) is Failure.INVALID
    assert classify(450, None, words) is not Failure.INVALID


@pytest.mark.parametrize("words", DID_NOT_ARRIVE)
def test_full_closed_and_unreachable_is_soft(words: str) -> None:
    assert classify(None, None, words) is Failure.SOFT


@pytest.mark.parametrize("words", ABOUT_THE_SENDER)
def test_what_is_about_us_never_costs_an_address(words: str) -> None:
    assert classify(550, None, words) is Failure.POLICY


@pytest.mark.parametrize("words", ["the recipient was not found", "no such user here"])
@pytest.mark.parametrize("before", ["Returned to sender.", "The response from the remote server was: 550"])
def test_a_sentence_about_somebody_else_does_not_hide_it(before: str, words: str) -> None:
    assert reason_in(f"{before} {words}") is Reason.USER_UNKNOWN


NOTHING_SAID = """\
I'm sorry to have to inform you that your message could not be delivered. For further assistance, please send mail to postmaster.
A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.
I wasn't able to deliver your message to the following addresses. I've given up. Sorry it didn't work out.
The original message was received. The following addresses had permanent fatal errors. Transcript of session follows.
Your message did not reach some or all of the intended recipients. The following recipient(s) could not be reached:
Delivery has failed to these recipients or groups. Diagnostic information for administrators. Original message headers.
Mail delivery failed: returning message to sender
Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen. Diagnoseinformationen für Administratoren.
Le message n'a pas pu être remis aux destinataires suivants
No se pudo entregar el mensaje a los siguientes destinatarios
Il messaggio non è stato recapitato ai seguenti destinatari
Uw bericht kon niet worden bezorgd bij de volgende ontvangers
Ваше сообщение не может быть доставлено одному или нескольким получателям
以下のメールアドレスへの送信に失敗しました
很抱歉，您的邮件未能送达以下收件人""".splitlines()


@pytest.mark.parametrize("words", NOTHING_SAID)
def test_what_every_report_says_is_no_reason(words: str) -> None:
    assert reason_in(words) is None


@pytest.mark.parametrize("code", [421, 450, 451, 452])
@pytest.mark.parametrize("text", ["user unknown", "no such mailbox", "host not found", "moved"])
def test_a_temporary_refusal_never_kills_an_address(code: int, text: str) -> None:
    assert classify(code, None, text) is not Failure.INVALID


def test_the_status_that_says_more_counts() -> None:
    assert enhanced_status("550 5.0.0 said: 550 5.2.2 full") == "5.2.2"
    assert enhanced_status("from 10.5.1.1 and 5.1.1.7") is None
    assert reason(None, "5.0.0", "550 5.1.1 no") is Reason.USER_UNKNOWN


def test_spelling_does_not_matter() -> None:
    assert folded("EMPFÄNGER größer, don’t") == "empfanger grosser, don't"
    assert reason_in("Boîte aux lettres pleine") is reason_in("BOITE AUX LETTRES PLEINE") is Reason.MAILBOX_FULL


@pytest.mark.parametrize(
    "word", ["user ", "sender address ", "mailbox ", "message ", "domain name ", "5.1.1 ", "a", "no such "]
)
def test_time_is_bounded(word: str) -> None:
    started = time.process_time()
    reason(550, None, word * 200_000)
    assert time.process_time() - started < 0.5
