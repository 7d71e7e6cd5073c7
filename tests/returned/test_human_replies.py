"""What humans write: their own words without the quotation, and whether they ask to be left alone."""

from __future__ import annotations

import pytest
from returned.mails import OURS, OUTLOOK_QUOTED, QUOTED, human

from nurture.delivery.returned import read, wants_to_stop
from nurture.domain.returns import ReturnKind

STOP = """\
Bitte melden Sie mich ab.
Bitte nehmen Sie mich aus Ihrem Verteiler.
Bitte streichen Sie mich von der Liste
Abmelden
abmelden!
Ich möchte mich vom Newsletter abmelden
Hiermit widerrufe ich meine Einwilligung.
Ich widerspreche der Nutzung meiner Daten zu Werbezwecken.
Bitte keine weiteren Mails mehr.
Keine Werbung!
Bitte senden Sie mir keine E-Mails mehr
Schicken Sie mir bitte nicht mehr solche Mails, ich will nicht mehr angeschrieben werden
Bitte tragen Sie mich aus.
Bitte um Austragung aus dem Verteiler
Löschen Sie meine Daten!
Lassen Sie mich in Ruhe
Ich bestelle den Newsletter ab
unsubscribe
Please unsubscribe me.
STOP
Stop emailing me
Please remove me from your list
Take me off this list please
No more emails please.
I do not want to receive these emails any more
Don't contact me again
I would like to opt out
Veuillez me désabonner
Merci de me retirer de votre liste
Je ne souhaite plus recevoir vos mails
Désinscription svp
Arrêtez de m'envoyer des mails""".splitlines()

GO_ON = """\
Danke, sehr interessant! Rufen Sie mich an.
Können Sie mir mehr Informationen schicken?
Ich habe keine Mails von Ihnen erhalten, bitte noch einmal senden.
Bitte nicht abmelden, ich lese gern mit.
Ich wurde versehentlich abgemeldet, bitte wieder anmelden.
Ich muss mich leider vom Webinar am Dienstag abmelden.
Wie stoppen wir die Maschine im Notfall?
Unsere Stop-Taste klemmt, haben Sie Ersatz?
Thanks, please call me tomorrow.
Please don't hesitate to contact me.
I have not received the whitepaper yet.
How can our customers unsubscribe in your product?
Bitte senden Sie mir das Angebot.
Merci, je souhaite recevoir la documentation.
Bitte nehmen Sie mich in die Liste der Teilnehmer auf.
Melden Sie sich gern bei mir ab Montag.
Die Kosten tragen wir aus eigener Tasche.
Wie lösche ich die Daten auf der Maschine?
Ich habe leider keine E-Mail-Adresse von Herrn Klein.
Wir haben noch keinen Kontakt zu Ihrem Vertrieb.
How do I remove this error message?
Never mind, we will send the order today.
Wir haben kein Interesse an Produkt A, aber an Produkt B.""".splitlines()


@pytest.mark.parametrize("said", STOP)
def test_any_wording_stops_the_mails(said: str) -> None:
    assert wants_to_stop(f"Guten Tag,\n\n{said}\n")


@pytest.mark.parametrize("said", GO_ON)
def test_other_words_do_not(said: str) -> None:
    assert not wants_to_stop(f"Guten Tag,\n\n{said}\n")


@pytest.mark.parametrize(
    "quoted", [QUOTED, OUTLOOK_QUOTED, QUOTED.replace("> ", "")], ids=["marked", "Outlook", "unmarked"]
)
def test_the_footer_in_the_quotation_stops_nothing(quoted: str) -> None:
    found = read(human(f"Danke, rufen Sie mich gern an.\n\nViele Grüße\nPetra Muster\n{quoted}"))
    assert (found.kind, found.said) == (ReturnKind.REPLY, "Danke, rufen Sie mich gern an.")
    assert not wants_to_stop(found.said)


INTRODUCTIONS = {
    "German": "Am 12.11.2026 um 09:00 schrieb Nurture <hello@nurture.example>:",
    "English": "On Thu, 12 Nov 2026 at 09:00, Nurture <hello@nurture.example> wrote:",
    "English on two lines": "On Thu, 12 Nov 2026 at 09:00, Nurture\n<hello@nurture.example> wrote:",
    "French": "Le jeu. 12 nov. 2026 à 09:00, Nurture <hello@nurture.example> a écrit :",
    "original message": "-----Original Message-----",
    "German original": "-----Ursprüngliche Nachricht-----",
    "header lines": "Von: Nurture\nGesendet: Donnerstag\nAn: Petra",
    "Apple forwards": "Begin forwarded message:",
    "phone": "Von meinem iPhone gesendet",
    "signature": "-- ",
}


@pytest.mark.parametrize("case", INTRODUCTIONS)
def test_where_the_quotation_begins(case: str) -> None:
    assert read(human(f"Gern am Montag.\n\n{INTRODUCTIONS[case]}\nAbmelden")).said == "Gern am Montag."


ATTRIBUTION = "Am 02.11.2026 um 10:00 schrieb News <news@house.example>:"
ABOVE_AND_BELOW = {
    "below": f"{ATTRIBUTION}\n> Hallo\n> Abmelden\n\nBitte keine Mails.",
    "below, with an empty line": f"{ATTRIBUTION}\n\n> Hallo\n> Abmelden\n\nBitte keine Mails.\n\nMfG\nPetra Muster",
    "below a quotation of quotations": f"{ATTRIBUTION}\n>> Hallo\n> Abmelden\nBitte keine Mails.\n-- \nPetra Muster",
    "between": f"{ATTRIBUTION}\n> Hallo\nBitte keine Mails.\n> Abmelden\n> https://nurture.example/u/1",
    "introduced on two lines": "On Thu, 12 Nov 2026 at 09:00, Nurture\n<hello@nurture.example> wrote:\n> Abmelden\nBitte keine Mails.",
    "introduced in another language": "12. marrask. 2026 klo 9.00 Nurture (<hello@nurture.example>):\n> Abmelden\nBitte keine Mails.",
    "original message, marked": "-----Original Message-----\n> From: Nurture\n> Abmelden\n\nBitte keine Mails.",
    "not introduced": "> Abmelden\n\nBitte keine Mails.",
    "a line broken off the quotation": f"{ATTRIBUTION}\n> Sie wollen keine Mails mehr? Hier\nabmelden: https://nurture.example/u/1\n\nBitte keine Mails.",
    "below a signature and the quotation": f"Bitte\n\nMfG\nPetra Muster, Einkauf\n\n{ATTRIBUTION}\n> Abmelden\n\nkeine Mails.",
    "right above": f"Bitte keine Mails.\n{ATTRIBUTION}\n> Abmelden",
    "right above, with a date": f"Bitte\n2026 keine Mails.\n{ATTRIBUTION}\n> Abmelden",
    "right above an unmarked one": f"Bitte keine Mails.\n{ATTRIBUTION}\nAbmelden",
    "an unmarked one below": f"Bitte keine Mails.\n{OUTLOOK_QUOTED}\n> Hallo\n\nAbmelden",
}


@pytest.mark.parametrize("case", ABOVE_AND_BELOW)
def test_words_around_a_marked_quotation_count(case: str) -> None:
    assert " ".join(read(human(ABOVE_AND_BELOW[case])).said.split()).replace("2026 ", "") == "Bitte keine Mails."


def test_a_postscript_counts() -> None:
    said = read(human(f"Danke.\n\nViele Grüße\nPetra Muster\n\nPS: Bitte keine Mails mehr.\n{OUTLOOK_QUOTED}")).said
    assert said == "Danke.\n\nPS: Bitte keine Mails mehr."


HTML = {
    "Gmail": '<p>Gern.</p><div class="gmail_quote"><div>On 2 Nov, x@y.example wrote:<br></div><blockquote><p>Abmelden</p></blockquote></div>',
    "Gmail, below": '<div class="gmail_quote"><div>On 2 Nov, x@y.example wrote:<br></div><blockquote>Abmelden<br>Hier</blockquote></div><p>Gern.</p>',
    "Gmail passes on": '<p>Gern.</p><div class="gmail_quote"><p>Abmelden</p></div>',
    "Thunderbird, below": '<div class="moz-cite-prefix">Am 2.11.2026 schrieb x@y.example:<br></div><blockquote type="cite"><p>Abmelden</p><blockquote>Hallo</blockquote>x</blockquote><p>Gern.</p>',
    "Apple, above": '<p>Gern.</p><blockquote type="cite"><div>Am 2.11.2026 schrieb x@y.example:</div><div>Abmelden</div></blockquote>',
    "Outlook": '<p>Gern.</p><div id="divRplyFwdMsg">Von: x</div><blockquote>Abmelden</blockquote><p>Abmelden</p>',
}


@pytest.mark.parametrize("case", HTML)
def test_a_quotation_in_html(case: str) -> None:
    body = f"<html><style>p{{}}</style><body>{HTML[case]}</body></html>"
    assert read(human(body, Content_Type="text/html; charset=utf-8")).said == "Gern."


def test_an_answer_says_what_it_answers() -> None:
    found = read(human("Ja gern."))
    assert (found.message_id, found.references, found.sender) == (OURS, (OURS,), "petra@example.net")


STOPPED_BY_SUBJECT = (
    "Abmelden",
    "unsubscribe",
    "STOP",
    "Austragen!",
    "remove",
    "AW: Abmelden",
    "Bitte abmelden",
)
"""Mail programs without a word in the body: the commonest way to unsubscribe by mail."""


@pytest.mark.parametrize("body", ["", "\n \n", QUOTED, OUTLOOK_QUOTED], ids=["empty", "blank", "marked quote", "Outlook's"])
@pytest.mark.parametrize("subject", STOPPED_BY_SUBJECT)
def test_a_subject_alone_stops_the_mails(subject: str, body: str) -> None:
    found = read(human(body, subject))
    assert (found.kind, found.said) == (ReturnKind.REPLY, "")
    assert wants_to_stop(found.said, found.subject)


@pytest.mark.parametrize("subject", ["Re: Five ways to cut downtime", "", "Re: Stop: five ways to save"])
def test_an_empty_mail_that_says_nothing_is_for_a_human_to_look_at(subject: str) -> None:
    found = read(human("", subject))
    assert (found.kind, found.found_by) == (ReturnKind.UNCLEAR, "no text")


def test_our_own_subject_stops_nothing() -> None:
    assert not wants_to_stop("Gern.", "Re: Schluss!", "Schluss!")
    assert not wants_to_stop("Gern.", "WG: AW[2]: [EXT] Unsubscribe rates explained", "Unsubscribe rates explained")


WEAKLY_MARKED: dict[str, dict[str, str]] = {
    "our subject looks like an absence": {"subject": "AW: Urlaub planen trotz Eilauftrag"},
    "English, too": {"subject": "Re: Holiday planning whitepaper"},
    "ours, a word for absence first": {"subject": "Antwort: Abwesenheit im Griff"},
    "a group's address": {"List_Id": "<sales.example.net>"},
    "a mailing list": {"Precedence": "list", "List_Unsubscribe": "<mailto:leave@example.net>"},
    "a gateway's bulk": {"Precedence": "bulk"},
    "Exchange's wish": {"X_Auto_Response_Suppress": "OOF, AutoReply"},
    "no return path": {"Return_Path": "<>"},
    "no return path, in other words": {"Return_Path": "<MAILER-DAEMON>"},
    "a firm against spam": {"From": "Petra <petra@antispameurope.example>"},
    "a firm for mail systems": {"From": "x@mail-systems.example"},
    "a firm for bounces": {"From": "Hans <hans@bounceless.example>"},
    "a Mr Bounce": {"From": '"Bernd Bounce" <b@x.example>'},
    "an administrator": {"From": "System Administrator <it@kunde.example>"},
    "a postmaster": {"From": "Postmaster <postmaster@kunde.example>"},
    "an address for notices": {"From": "notification@kunde.example"},
    "sent by a list": {"Sender": "Kunden <kunden-bounces@lists.example>"},
}


@pytest.mark.parametrize("case", WEAKLY_MARKED)
def test_a_wish_to_stop_is_not_lost_for_a_weak_mark_of_a_machine(case: str) -> None:
    headers = {"subject": "Re: Five ways to cut downtime", **WEAKLY_MARKED[case]}
    found = read(human(f"Bitte nehmen Sie mich aus dem Verteiler.\n{OUTLOOK_QUOTED}", headers.pop("subject"), **headers))
    assert (found.kind, found.stops) == (ReturnKind.REPLY, True)


PEOPLE = ("our subject looks like an absence", "ours, a word for absence first", "a firm against spam", "a firm for mail systems", "a firm for bounces", "a Mr Bounce", "an address for notices", "sent by a list")  # fmt: skip


@pytest.mark.parametrize("case", PEOPLE)
def test_people_whose_names_or_subjects_look_like_a_machines_are_people(case: str) -> None:
    headers = {"subject": "Re: Five ways to cut downtime", **WEAKLY_MARKED[case]}
    found = read(human("Gern, rufen Sie mich an.", headers.pop("subject"), **headers))
    assert (found.kind, found.stops) == (ReturnKind.REPLY, False)


def test_who_repeats_our_subject_says_nothing_by_it() -> None:
    ours, said = "Urlaub planen trotz Eilauftrag", "Ich bin gerade im Urlaub, rufen Sie mich bitte am Montag an."
    for subject in (
        f"AW: {ours}",
        f"Re: AW[3]: {ours}",
        f"[EXTERN] AW: [sales] {ours}",
        ours,
        "Re: Urlaub planen trotz Eil…",
    ):
        assert read(human(said, subject)).kind is ReturnKind.AUTO_REPLY
        assert read(human(said, subject), ours).kind is ReturnKind.REPLY
    assert read(human(said, f"Automatische Antwort: {ours}"), ours).kind is ReturnKind.AUTO_REPLY
