"""Absence notices and other machines' answers, with the marks of RFC 3834 and without; and who left for good."""

from __future__ import annotations

import pytest
from returned.mails import OUTLOOK_QUOTED, human, mail

from nurture.delivery.returned import read
from nurture.domain.returns import ReturnKind

NOTICES: dict[str, tuple[str, dict[str, str]]] = {
    "marked auto-replied": ("Re: Five ways", {"Auto_Submitted": "auto-replied"}),
    "marked with parameters": ("Re: Five ways", {"Auto_Submitted": 'auto-replied; owner-email="petra@example.net"'}),
    "marked auto-generated": ("Ihre Nachricht", {"Auto_Submitted": "auto-generated (vacation)"}),
    "Exchange": (
        "Automatische Antwort: Five ways",
        {"X_Auto_Response_Suppress": "All", "Auto_Submitted": "auto-generated"},
    ),
    "Exchange by its mark alone": ("Five ways", {"X_Auto_Response_Suppress": "All"}),
    "X-Autoreply": ("Re: Five ways", {"X_Autoreply": "yes"}),
    "X-Autorespond": ("Re: Five ways", {"X_Autorespond": "vacation"}),
    "Precedence auto_reply": ("Re: Five ways", {"Precedence": "auto_reply"}),
    "Precedence bulk": ("Five ways", {"Precedence": "bulk"}),
    "no return path": ("Re: Five ways", {"Return_Path": "<>"}),
    "German, no mark": ("Abwesenheitsnotiz: Five ways", {}),
    "German, Outlook": ("Automatische Antwort: Five ways", {}),
    "German, by hand": ("Ich bin im Urlaub", {}),
    "German, office": ("Nicht im Büro bis 30.11.", {}),
    "German, out of the house": ("Außer Haus: Five ways", {}),
    "English, no mark": ("Out of Office: Five ways", {}),
    "English, automatic": ("Automatic reply: Five ways", {}),
    "English, auto": ("Auto: Five ways", {}),
    "English, vacation": ("On vacation until Monday", {}),
    "French, no mark": ("Réponse automatique : Five ways", {}),
    "French, absence": ("Absence du bureau", {}),
    "Italian": ("Risposta automatica: Five ways", {}),
    "Spanish": ("Respuesta automática: Five ways", {}),
    "Dutch": ("Automatisch antwoord: Five ways", {}),
    "Portuguese": ("Resposta automática: Five ways", {}),
    "Czech": ("Automatická odpověď: Five ways", {}),
    "Turkish": ("Otomatik Yanıt: Five ways", {}),
    "Russian": ("Автоматический ответ: Five ways", {}),
    "Russian, absence": ("Отсутствую на рабочем месте", {}),
    "Hungarian": ("Automatikus válasz: Five ways", {}),
    "Finnish": ("Automaattinen vastaus: Five ways", {}),
    "Swedish": ("Autosvar: Five ways", {}),
    "Swedish, long": ("Automatiskt svar: Five ways", {}),
    "Danish": ("Automatisk svar: Five ways", {}),
    "Danish, absence": ("Ikke til stede: Five ways", {}),
    "Norwegian": ("Fraværende: Five ways", {}),
    "Polish": ("Odpowiedź automatyczna: Five ways", {}),
    "Slovak": ("Automatická odpoveď: Five ways", {}),
    "Romanian": ("Răspuns automat: Five ways", {}),
    "Greek": ("Αυτόματη απάντηση: Five ways", {}),
    "Ukrainian": ("Автоматична відповідь: Five ways", {}),
    "Bulgarian": ("Автоматичен отговор: Five ways", {}),
    "Croatian": ("Automatski odgovor: Five ways", {}),
    "Slovenian": ("Samodejni odgovor: Five ways", {}),
    "Estonian": ("Automaatvastus: Five ways", {}),
    "Lithuanian": ("Automatinis atsakymas: Five ways", {}),
    "Latvian": ("Automātiskā atbilde: Five ways", {}),
    "Catalan": ("Resposta automàtica: Five ways", {}),
    "Japanese": ("自動応答: Five ways", {}),
    "Japanese, reply": ("自動返信：Five ways", {}),
    "Chinese": ("自动答复: Five ways", {}),
    "Chinese, reply": ("自动回复：Five ways", {}),
    "Chinese, traditional": ("自動回覆: Five ways", {}),
    "Korean": ("자동 회신: Five ways", {}),
    "Hebrew": ("תשובה אוטומטית: Five ways", {}),
    "Arabic": ("رد تلقائي: Five ways", {}),
    "encoded subject": ("=?utf-8?q?R=C3=A9ponse_automatique?=", {}),
}
ABSENT = "Vielen Dank für Ihre Nachricht. Ich bin bis zum 30.11. nicht im Büro. I am out of the office until 30 November."


@pytest.mark.parametrize("case", NOTICES)
def test_a_machines_answer_is_no_human_reply(case: str) -> None:
    subject, headers = NOTICES[case]
    found = read(human(ABSENT + OUTLOOK_QUOTED, subject, **headers))
    assert (found.kind, found.left) == (ReturnKind.AUTO_REPLY, False)


def test_auto_submitted_no_is_a_humans_mail() -> None:
    assert read(human("Gern, rufen Sie mich an.", Auto_Submitted="no")).kind is ReturnKind.REPLY


def test_an_absence_that_speaks_of_undeliverable_mail_is_no_bounce() -> None:
    said = "I am away. Mails that could not be delivered to petra@example.net are sent again on Monday."
    assert (
        read(human(said, "Automatic reply: Five ways", Auto_Submitted="auto-replied", Return_Path="<>")).kind
        is ReturnKind.AUTO_REPLY
    )


def test_a_read_receipt_is_no_reply() -> None:
    body = "--p\nContent-Type: text/plain\n\nYour message was read.\n--p\nContent-Type: message/disposition-notification\n\nDisposition: manual-action; displayed\n--p--"
    receipt = 'multipart/report; report-type=disposition-notification; boundary="p"'
    assert read(mail("Read: Five ways", body, "petra@example.net", Content_Type=receipt)).kind is ReturnKind.AUTO_REPLY


LEFT = {
    "German": (
        "Ich bin nicht mehr im Unternehmen tätig. Bitte wenden Sie sich künftig an jan.neu@example.net.",
        "jan.neu@example.net",
    ),
    "German, a house": (
        "Frau Muster hat unser Haus verlassen. Ihre Nachfolgerin ist Ute Alt (ute.alt@example.net).",
        "ute.alt@example.net",
    ),
    "German, an address of before": (
        "Diese E-Mail-Adresse ist nicht mehr gültig. Meine neue Adresse: jan.neu@example.net",
        "jan.neu@example.net",
    ),
    "German, it exists no more": ("Diese E-Mail-Adresse existiert nicht mehr.", ""),
    "German, retired": ("Ich bin seit Juli im Ruhestand. Mein Nachfolger: jan.neu@example.net", "jan.neu@example.net"),
    "English": ("I no longer work at Example Ltd. Please contact jan.new@example.net instead.", "jan.new@example.net"),
    "English, left": ("Petra Muster has left the company. For all questions contact info@example.net.", "info@example.net"),
    "French": ("Je ne travaille plus chez Exemple. Veuillez contacter jean@example.net.", "jean@example.net"),
    "nobody is named": ("Petra Muster is no longer with the company.", ""),
    "two are named, so none": ("I no longer work here. Please contact a@example.net or b@example.net.", ""),
}


@pytest.mark.parametrize("case", LEFT)
def test_who_left_for_good_and_whom_to_write_to(case: str) -> None:
    said, successor = LEFT[case]
    found = read(human(said, "Automatic reply: Five ways", Auto_Submitted="auto-replied"))
    assert (found.kind, found.left, found.successor) == (ReturnKind.AUTO_REPLY, True, successor)


@pytest.mark.parametrize(
    "said",
    [
        "Ich habe das Büro bereits verlassen und bin morgen wieder da. Vertretung: jan@example.net",
        "I have left the office and will be back on Monday. In urgent cases contact jan@example.net.",
        "Ich bin bis zum 3.12. nicht im Büro. Bitte wenden Sie sich an jan@example.net.",
        "Je suis absente jusqu'au 3 décembre. Veuillez contacter jean@example.net.",
    ],
)
def test_who_is_only_away_has_not_left(said: str) -> None:
    found = read(human(said, "Abwesenheitsnotiz"))
    assert (found.left, found.successor) == (False, "")


PLAIN = {
    "off the list": ("Bitte nehmen Sie mich aus dem Verteiler.", True),
    "off the list while away": ("Ich bin in Elternzeit. Bitte nehmen Sie mich aus Ihrem Verteiler.", True),
    "no mails": ("Bitte senden Sie keine weiteren Mails an diese Adresse.", True),
    "no mails while away": ("Ich bin bis Montag nicht im Büro. Bitte keine Mails!", False),
    "a footer of its own": ("Thank you for contacting us. To unsubscribe from these notices, click here.", False),
    "a footer with a link": ("Ihr Ticket wurde angelegt. Abmelden: https://desk.example/u/1", False),
    "nothing": ("Vielen Dank für Ihre Nachricht.", False),
}


@pytest.mark.parametrize("case", PLAIN)
def test_a_responder_that_plainly_asks_for_no_more_mail(case: str) -> None:
    said, stops = PLAIN[case]
    found = read(human(said, Auto_Submitted="auto-replied"))
    assert (found.kind, found.stops) == (ReturnKind.AUTO_REPLY, stops)


@pytest.mark.parametrize(
    ("said", "marks"),
    [
        (
            "Ihr Ticket wurde angelegt.\n\nSie möchten keine E-Mails mehr? Unsubscribe: https://x.example/u",
            {"Precedence": "bulk"},
        ),
        ("In dieser Zeit werden keine E-Mails gelesen oder weitergeleitet.", {"X_Auto_Response_Suppress": "All"}),
    ],
)
def test_a_footer_and_an_absence_ask_nothing_of_us(said: str, marks: dict[str, str]) -> None:
    found = read(human(said, **marks))
    assert (found.kind, found.stops) == (ReturnKind.AUTO_REPLY, False)


def test_what_answers_no_mail_asks_nothing_of_us() -> None:
    newsletter = mail(
        "News", "Unsubscribe now!", "news@example.org", List_Id="<n.example.org>", Return_Path="<x@y.example>"
    )
    assert not read(newsletter).stops
