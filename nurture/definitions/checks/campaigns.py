"""Whether a campaign fits what the other files say, and its own parts each other (its way: see ``flow.py``)."""

from __future__ import annotations

from nurture.definitions.checks.forms import check_answers, check_name
from nurture.definitions.index import Index
from nurture.definitions.piece import Piece


def check_campaigns(found: Index) -> None:
    for campaign in found.campaigns():
        check_name(campaign, "campaign")
        _purpose_is_mail(campaign, found)
        _entry_forms_ask(campaign, found)
        _event_fits(campaign)
        _no_self_enrolment(campaign)
        _conditions(campaign, found)


def _purpose_is_mail(campaign: Piece, found: Index) -> None:
    purposes = found["consent"]["purposes"]
    kind = purposes[campaign["purpose"].text or ""]["kind"].text
    if kind in (None, "mail"):
        return
    mail = [id_ for id_, purpose in purposes.items() if purpose["kind"].text == "mail"]
    campaign["purpose"].fault(
        f"'{campaign['purpose'].text}' is of kind {kind}; mails need a purpose of kind mail"
        + (f": {' or '.join(mail)}" if mail else "")
    )


def _entry_forms_ask(campaign: Piece, found: Index) -> None:
    """Who confirms through a form can only come in if that form asked for the campaign's purpose."""
    purpose = campaign["purpose"].text
    if campaign["entry"]["event"].text != "confirmed" or purpose is None:
        return
    asked = {form["form"].text: form["purposes"] for form in found.forms()}
    for form in campaign["entry"]["forms"].each():
        purposes = asked.get(form.text) if form.text else None
        if (
            purposes is not None
            and (purposes.is_list or not purposes)
            and purposes.sound
            and purpose not in purposes.texts()
        ):
            form.fault(f"the form '{form.text}' does not ask for '{purpose}', so nobody comes in through it")


def _event_fits(campaign: Piece) -> None:
    kind = campaign["kind"].text
    if kind == "event" and not campaign.has("event"):
        campaign["kind"].fault("an event campaign needs event: {name, place, starts, ends}")
        return
    if kind is not None and kind != "event" and campaign.has("event"):
        campaign["event"].fault(f"only campaigns of kind event have an event, this one is of kind {kind}", key=True)
    if campaign.has("event"):
        return
    for step in campaign["steps"].each():
        for name in ("before_event", "after_event"):
            if step["wait"].has(name):
                step["wait"][name].fault(f"{name} needs an event; add event: {{name, place, starts, ends}}", key=True)


def _no_self_enrolment(campaign: Piece) -> None:
    for step in campaign["steps"].each():
        if step["enrol"].text is not None and step["enrol"].text == campaign["campaign"].text:
            step["enrol"].fault("a campaign cannot enrol into itself; name another one, or use go")


def _conditions(campaign: Piece, found: Index) -> None:
    names = {step["step"].text: step.has("mail") for step in campaign["steps"].each()}
    for piece in campaign.walk():
        if piece.name == "clicked" and piece["step"].text and names.get(piece["step"].text) is False:
            piece["step"].fault(f"'{piece['step'].text}' sends no mail that could be clicked; name a step with mail")
        if piece.name == "answered":
            check_answers(piece["field"], piece["values"], found)
