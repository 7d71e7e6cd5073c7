"""What the engine says to templates: usual readers, and such as only strangers and accidents make."""

from __future__ import annotations

from typing import Any

from nurture.mail.vocabulary import TO_CONFIRM, TO_CONTACT

IMPRINT = {
    "company": "Beispiel GmbH",
    "represented_by": ["Anna Müller", "Jörg Weber"],
    "street": "Hauptstraße 1",
    "postal_code": "44137",
    "city": "Dortmund",
    "country": "Deutschland",
    "register": "Amtsgericht Dortmund, HRB 1",
    "vat_id": "DE000000000",
    "phone": "+49 221 4710 100",
    "email": "info@example.de",
    "imprint_url": "https://www.example.de/impressum",
    "privacy_url": "https://www.example.de/datenschutz",
}
ORGANISATION = {"name": "Beispiel", "website": "https://www.example.de"}

NAMES = {
    "usual": "Andrea Weber",
    "empty": "",
    "80 characters": "Wolfeschlegelsteinhausenbergerdorffvoralternwarengewissenhaftschaferswessenschafewa"[:80],
    "quotes": '"O\'Brien" „Weber“ \\ `x`',
    "script": '<script>alert(1)</script>"><img src=x onerror=alert(1)>',
    "template": "{{ organisation.name }}{% raw %}",
    "emoji": "Weber 👩‍🔧🏭",
    "right to left": "שלום ويبر",
}


def nurture_context(name: str, language: str) -> dict[str, Any]:
    return {
        "greeting": f"Guten Tag {name}," if name else "Guten Tag,",
        "contact": {
            "first_name": name,
            "last_name": name,
            "salutation": "ms" if name else "",
            "company": name,
            "function": "it-management" if name else "",
            "address": "andrea.weber@kunde.example",
            "language": language,
        },
        "function_name": "IT-Leitung" if name else "",
        "product": {"id": "feintakt", "name": "Feintakt", "problem": name, "benefit": name},
        "phase": "B1",
        "organisation": ORGANISATION,
        "sender": {"name": "Anna Müller | Beispiel"},
        "imprint": IMPRINT,
        "language": language,
        "interest": "delivery-dates" if name else "",
        "interest_name": name,
        "first_content": name,
        "first_seen": "2. März 2026",
        "event": {"name": "Messe", "place": "Hannover", "dates": "20.–23. April 2027"},
        "campaign": "welcome",
        "step": "hello",
        "urls": {
            "unsubscribe": "https://nurture.example.de/u/1.2.abc",
            "preferences": "https://nurture.example.de/p/1.2.abc",
            "imprint": IMPRINT["imprint_url"],
            "privacy": IMPRINT["privacy_url"],
        },
    }


def opt_in_context(name: str, language: str) -> dict[str, Any]:
    purposes = (
        [{"title": f"Fachinformationen {name}", "wording": f"Beispiel GmbH darf mir schreiben. {name}"}] if name else []
    )
    return {
        "confirm_url": "https://nurture.example.de/c/1.abc",
        "code": "042 137",
        "form_title": name,
        "offer_title": name,
        "purposes": purposes,
        "expires": "9. März 2026",
        "organisation": ORGANISATION,
        "imprint": IMPRINT,
        "sender": {"name": "Anna Müller | Beispiel"},
        "language": language,
    }


def sales_context(name: str, language: str) -> dict[str, Any]:
    texts = dict.fromkeys(
        ["salutation", "phone", "function_name", "company", "company_size", "industry", "country", "class_reason", "wish",
         "source", "since"],
        name,
    )  # fmt: skip
    line = {"at": "24.02.2026" if name else "", "label": "Fallbeispiel gelesen", "points": 4.5, "note": name}
    dossier = {
        **texts,
        "lead_id": 7,
        "product": "feintakt",
        "product_name": "Feintakt",
        "trigger": "score" if name else "wish",
        "reason": "Profil A mit 46,5 Punkten erreicht die Schwelle von 40",
        "name": name or "andrea.weber@kunde.example",
        "address": "andrea.weber@kunde.example",
        "phone_consent": bool(name),
        "language": language,
        "lead_class": "B2",
        "class_confirmed": bool(name),
        "grade": "A",
        "profile_points": 70.0,
        "points": 46.5,
        "profile_lines": [line] if name else [],
        "lines": [line, line] if name else [],
        "content": [{"at": "24.02.2026", "title": name, "kind": "case-study"}] if name else [],
        "answers": [{"label": "Zeitrahmen", "value": name}] if name else [],
        "activities": [{"at": "24.02.26, 09:40", "text": name}] if name else [],
    }
    return {
        "dossier": dossier,
        "answer_url": "https://nurture.example.de/h/5.jonas.abc",
        "organisation": ORGANISATION,
        "salesperson": {"name": "Jonas Reimer"},
        "language": language,
        "overdue_since": "2. März 2026, 14:30",
    }


def context_for(mail: str, cell: str, language: str, name: str = NAMES["usual"]) -> dict[str, Any]:
    """What the engine would say to the template of ``mail`` and ``cell``."""
    if mail != "service":
        return nurture_context(name, language)
    if cell in TO_CONTACT:
        return contact_context(name, language)
    return opt_in_context(name, language) if cell in TO_CONFIRM else sales_context(name, language)


def contact_context(name: str, language: str) -> dict[str, Any]:
    nurture, opt_in = nurture_context(name, language), opt_in_context(name, language)
    kept = {key: opt_in[key] for key in ("organisation", "imprint", "sender", "language") if key in opt_in}
    urls = {**nurture["urls"], "renew": "https://nurture.example.de/r/1.2.abc"}
    return {**kept, "greeting": nurture["greeting"], "new_address": "n…@huber.example", "urls": urls}
