"""Reports in the languages of Europe and East Asia, with and without the mail they are about."""

from __future__ import annotations

import pytest
from returned.mails import ORIGINAL, mail

from nurture.delivery.returned import read
from nurture.domain.failure import Failure
from nurture.domain.returns import ReturnKind

REPORTS = {
    'Spanish': ('Undelivered', 'No se pudo entregar el mensaje a los siguientes destinatarios:\n\n  petra@example.net\n  550 El usuario no existe\n'),
    'Spanish, Exchange': ('No se ha podido entregar: Five', 'No se ha podido entregar el mensaje a estos destinatarios o grupos:\n\npetra@example.net (petra@example.net)\nNo se encontró la dirección de correo electrónico.\n'),
    'Italian, Exchange': ('Recapito non riuscito: Five', "Impossibile recapitare il messaggio ai seguenti destinatari o gruppi:\n\npetra@example.net\nL'indirizzo di posta elettronica immesso non è stato trovato.\n"),
    'Italian': ('Mancata consegna', 'Il messaggio non è stato consegnato a petra@example.net: casella inesistente\n'),
    'Portuguese, Exchange': ('Não entregue: Five', 'Não foi possível entregar a sua mensagem aos seguintes destinatários:\n\npetra@example.net\nO usuário não existe\n'),
    'Portuguese': ('Falha na entrega', 'Ocorreu um erro ao entregar a mensagem para <petra@example.net>: usuário desconhecido\n'),
    'Dutch, Exchange': ('Kan niet worden bezorgd: Five', 'Uw bericht kon niet worden bezorgd bij deze geadresseerden:\n\npetra@example.net\nHet e-mailadres kan niet worden gevonden.\n'),
    'Dutch': ('Onbestelbaar: Five', 'Bezorging aan de volgende ontvangers is mislukt:\n\n  petra@example.net\n  gebruiker onbekend\n'),
    'Russian': ('Недоставленное сообщение', 'Ваше сообщение не может быть доставлено:\n\npetra@example.net\nПользователь не найден\n'),
    'Russian, one line': ('Сообщение не доставлено', 'Не удалось доставить письмо получателю petra@example.net: такого пользователя не существует\n'),
    'Chinese': ('退信通知', '很抱歉，您发送的邮件被退回。\n收件人：petra@example.net\n退信原因：该用户不存在\n'),
    'Chinese, one line': ('系统退信', '您的邮件无法送达 petra@example.net，收件人邮件地址不存在\n'),
    'Japanese': ('配信エラー', '次の宛先への送信に失敗しました。\n\npetra@example.net\n宛先のメールアドレスが存在しません\n'),
    'Japanese, one line': ('メールを送信できませんでした', 'petra@example.net 宛のメールは届けられませんでした。\n理由: ユーザーが存在しません\n'),
    'French': ('Non remis : Five', "Votre message n'a pas pu être remis à petra@example.net : utilisateur inconnu\n"),
    'French, Exchange': ('Échec de remise', 'La remise à ces destinataires a échoué :\n\npetra@example.net\nAdresse introuvable\n'),
    'German, one line': ('Nachricht nicht zugestellt', 'Ihre Nachricht an petra@example.net konnte nicht zugestellt werden: Empfänger unbekannt\n'),
    'German': ('Zustellung fehlgeschlagen', 'Zustellung an folgende Adresse ist gescheitert:\n  petra@example.net\nGrund: Postfach existiert nicht\n'),
    'Mail Administrator': ('Mail System Error - Returned Mail', 'This Message was undeliverable due to the following reason:\n\nEach of the following recipients was rejected by a remote mail server.\n\n    Recipient: <petra@example.net>\n    Reason:    <petra@example.net>... User unknown\n'),
    'a short one': ('Mail failure', 'Your mail to petra@example.net bounced. There is no such person here.\n'),
    'only a reason': ('Warning: message', 'User mailbox petra@example.net does not exist.\n'),
    'no subject to speak of': ('Notification', 'Sorry. Your message for petra@example.net was not accepted. Reason: no mailbox by that name.\n'),
    'Spanish, one line': ('Mensaje devuelto', 'Se ha producido un error al enviar su mensaje a petra@example.net. Usuario desconocido.\n'),
    'Polish': ('Nie dostarczono', 'Nie można dostarczyć wiadomości do petra@example.net: user unknown\n'),
}  # fmt: skip


@pytest.mark.parametrize("original", [ORIGINAL, ""], ids=["with the mail", "without"])
@pytest.mark.parametrize("case", REPORTS)
def test_there_is_no_petra(case: str, original: str) -> None:
    subject, text = REPORTS[case]
    body = f"{text}\n--- Original message ---\n\n{original}" if original else text
    found = read(mail(subject, body, "Postmaster <postmaster@mx.example.net>"))
    assert found.kind is ReturnKind.BOUNCE
    assert [(one.recipient, one.failure) for one in found.reports] == [("petra@example.net", Failure.INVALID)]


UNKNOWN = {
    "Polish": "Twoja wiadomość nie mogła zostać dostarczona do: petra@example.net\nużytkownik nie istnieje",
    "Hungarian": "Az alábbi címzettnek küldött levél kézbesítése nem sikerült: petra@example.net",
    "Turkish": "İletiniz petra@example.net adresine ulaştırılamadı",
    "Greek": "Το μήνυμά σας προς petra@example.net δεν παραδόθηκε",
}


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@wp.example", "Postmaster <postmaster@mx.example.net>"])
@pytest.mark.parametrize("marks", [{}, {"Auto_Submitted": "auto-replied"}], ids=["no mark", "marked"])
@pytest.mark.parametrize("case", UNKNOWN)
def test_a_server_whose_words_nobody_knows_is_no_responder(case: str, marks: dict[str, str], sender: str) -> None:
    found = read(mail("Zwrot", UNKNOWN[case], sender, **marks))
    assert found.kind in (ReturnKind.UNCLEAR, ReturnKind.BOUNCE)
