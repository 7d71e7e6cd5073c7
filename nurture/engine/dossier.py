"""What sales is told of a lead: who it is, what they read and asked for, and every point of the score with its reason.

The dossier is kept with the handoff as it was then; all dates are words in the salesperson's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from babel.dates import format_date, format_datetime
from sqlalchemy import select
from sqlalchemy.orm import Session

from nurture.domain.catalogue import in_language
from nurture.domain.definitions import Definitions
from nurture.domain.form import PurposeKind
from nurture.domain.scoring import Line
from nurture.engine import naming, reasons
from nurture.engine.links import tracking_purposes
from nurture.engine.runtime import Runtime
from nurture.engine.scoring import LeadScore
from nurture.engine.submission import choices
from nurture.store import activities, consents, contacts
from nurture.store.schema import Activity, ClassChangeRow, Contact, Lead

_LATEST = 12
_WORDS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "form": "Formular „{form}“ ausgefüllt",
        "confirmed": "E-Mail-Adresse bestätigt",
        "click": "Link angeklickt: {what}",
        "download": "„{what}“ heruntergeladen",
        "answer": "Fragen beantwortet",
        "call-wish": "um einen Anruf gebeten",
        "reply": "auf eine Mail geantwortet",
        "sales-answer": "Antwort des Vertriebs",
        "imported": "importiert",
        "yes": "ja",
    },
    "en": {
        "form": "filled in the form “{form}”",
        "confirmed": "confirmed the e-mail address",
        "click": "clicked: {what}",
        "download": "downloaded “{what}”",
        "answer": "answered questions",
        "call-wish": "asked to be called",
        "reply": "replied to a mail",
        "sales-answer": "answer of sales",
        "imported": "imported",
        "yes": "yes",
    },
}


def build(
    rt: Runtime, session: Session, result: LeadScore, contact: Contact, trigger: str, reason: str, language: str
) -> dict[str, Any]:
    """The dossier of a lead, about ``contact`` first of all."""
    d = rt.definitions
    lead = session.get_one(Lead, result.lead)
    company = contacts.companies(session, [lead.unit_id]).get(lead.unit_id)
    permitted = consents.confirmed(session, [contact.id])[contact.id]
    change = session.scalar(
        select(ClassChangeRow).where(ClassChangeRow.lead_id == lead.id).order_by(ClassChangeRow.id.desc()).limit(1)
    )
    story = _story(d, session, [person.id for person in contacts.of_units(session, [lead.unit_id])[lead.unit_id]])
    acts = {a.id: a for a in story}
    wish = next((a.data.get("wish", "") for a in story if a.kind == "call-wish"), "")
    return {
        "lead_id": lead.id,
        "product": lead.product,
        "product_name": in_language(d.products[lead.product].name, language),
        "trigger": trigger,
        "reason": reasons.told(d, reason, language),
        "name": " ".join(filter(None, (contact.first_name, contact.last_name))) or contact.address,
        "salutation": contact.salutation or "",
        "address": contact.address,
        "phone": contact.phone or "",
        "phone_consent": any(p in d.purposes and d.purposes[p].kind is PurposeKind.PHONE for p in permitted),
        "function_name": naming.function_name(d, contact.function, language),
        "company": company.name if company else "",
        "company_size": _answer(d, "company_size", company.size, language) if company and company.size else "",
        "industry": _answer(d, "industry", company.industry, language) if company and company.industry else "",
        "country": contact.country or (company.country if company else "") or "",
        "language": contact.language,
        "lead_class": lead.lead_class.value,
        "class_confirmed": lead.confirmed,
        "class_reason": reasons.told(d, change.reason, language) if change else "",
        "grade": result.score.grade,
        "profile_points": result.score.profile_points,
        "points": result.score.points,
        "profile_lines": [_profile_line(d, line, language) for line in result.score.profile_lines],
        "lines": [_line(d, line, acts.get(line.act or 0), language) for line in result.score.lines],
        "content": [_content(d, a, a.content, language) for a in story if a.kind == "download" and a.content],
        "answers": [
            {"label": naming.field_label(d, field, language), "value": _answer(d, field, str(value), language)}
            for field, value in contact.answers.items()
            if field not in ("message", "company")
        ],
        "wish": wish or contact.answers.get("message", ""),
        "activities": [{"at": _when(d, a.at, language), "text": _text(d, a, language)} for a in story[:_LATEST]],
        "source": lead.source or contact.source or "",
        "since": day(d, contact.created_at, language),
    }


def _story(d: Definitions, session: Session, people: list[int]) -> list[Activity]:
    """Human activities of the unit's people, newest first; what was observed only of those who agree to it now."""
    query = activities.human([Activity], tracking_purposes(d)).where(Activity.contact_id.in_(people))
    return [row[0] for row in session.execute(query.order_by(Activity.at.desc(), Activity.id.desc()))]


def _line(d: Definitions, line: Line, act: Activity | None, language: str) -> dict[str, Any]:
    """A line of the score; its note: what the activity was about, and what lessens its points."""
    about = naming.about(d, act, language) if act else ""
    at = day(d, line.at, language) if line.at else ""
    return {
        "label": in_language(line.label, language),
        "points": line.counts,
        "note": " · ".join(filter(None, (about, reasons.in_language(line.note, language)))),
        "at": at,
    }


def _profile_line(d: Definitions, line: Line, language: str) -> dict[str, Any]:
    """The same of what was told: the note is the answer, in words."""
    field = next((rule.field for rule in d.scoring.profile if rule.id == line.rule), "")
    return {**_line(d, line, None, language), "note": _answer(d, field, line.note, language)}


def _content(d: Definitions, activity: Activity, content: str, language: str) -> dict[str, str]:
    item = d.content.get(content)
    title = naming.content_title(d, content, language)
    return {"at": day(d, activity.at, language), "title": title, "kind": item.kind if item else ""}


def _text(d: Definitions, activity: Activity, language: str) -> str:
    words = _WORDS.get(language, _WORDS["en"])
    about = naming.about(d, activity, language)
    return words.get(activity.kind, activity.kind).format(what=about or activity.link or "", form=about)


def _answer(d: Definitions, name: str, value: str, language: str) -> str:
    """The label of a chosen value, in the reader's language."""
    for form in d.forms.values():
        for field in form.fields:
            if field.name == name and value in (options := choices(d, form, field)):
                return in_language(options[value], language)
    return _WORDS.get(language, _WORDS["en"])["yes"] if value == "yes" else value


def day(d: Definitions, moment: datetime, language: str) -> str:
    """The date in the calendar's zone, in words of the language."""
    return format_date(moment.astimezone(d.calendar.zone).date(), format="medium", locale=language)


def _when(d: Definitions, moment: datetime, language: str) -> str:
    return format_datetime(moment.astimezone(d.calendar.zone), format="short", locale=language)
