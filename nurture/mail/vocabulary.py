"""What a mail template may say: the names in its context and the link functions, per kind of mail.

This is the documented contract between the engine (which fills contexts) and authors (who write templates); the library
checks every template against it before anything is sent.
"""

from __future__ import annotations

from collections.abc import Mapping

Names = Mapping[str, frozenset[str] | None]
"""Context name -> the attributes it has; None: a plain value, or a list whose items are not checked."""

LINK_FUNCTIONS: Mapping[str, int] = {"content": 1, "topic": 1, "form": 1, "page": 1, "questions": 1, "call_me": 0}
"""Functions that stand for a tracked link -> how many (literal) arguments they take."""

SERVICE = "service"
"""The folder of mails that are no marketing: no links to observe, no unsubscribe."""

TO_SALES = ("dossier", "handoff-reminder", "handoff-escalation", "handoff-waiting")
TO_CONFIRM = ("opt-in", "address-change")
"""What asks somebody to confirm: the only mail an address gets that nobody proved to be theirs."""
TO_CONTACT = ("preferences-link", "address-changed", "renew-consent")
"""What a known contact asked for, or has to know."""
SERVICE_MAILS = (*TO_CONFIRM, *TO_CONTACT, *TO_SALES)

LETTER, SERVICE_LETTER = "layout/letter", "layout/service_letter"
"""The layouts every nurture and every service mail extends (with .html.j2 or .txt.j2 behind)."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ORGANISATION = frozenset({"name", "website"})
_SENDER = frozenset({"name"})
_IMPRINT = _words(
    "company represented_by street postal_code city country register vat_id phone email imprint_url privacy_url"
)

NURTURE: Names = {
    "greeting": None,
    "contact": _words("first_name last_name salutation company function address language"),
    "function_name": None,
    "product": frozenset({"id", "name", "problem", "benefit"}),
    "phase": None,
    "organisation": _ORGANISATION,
    "sender": _SENDER,
    "imprint": _IMPRINT,
    "language": None,
    "interest": None,
    "interest_name": None,
    "first_content": None,
    "first_seen": None,
    "event": frozenset({"name", "place", "dates"}),
    "campaign": None,
    "step": None,
    "urls": frozenset({"unsubscribe", "preferences", "imprint", "privacy"}),
}

OPT_IN: Names = {
    "confirm_url": None,
    "code": None,
    "form_title": None,
    "offer_title": None,
    "purposes": None,
    "expires": None,
    "organisation": _ORGANISATION,
    "imprint": _IMPRINT,
    "sender": _SENDER,
    "language": None,
}

CONTACT: Names = {
    "greeting": None,
    "new_address": None,
    "organisation": _ORGANISATION,
    "imprint": _IMPRINT,
    "sender": _SENDER,
    "language": None,
    "urls": frozenset({"preferences", "unsubscribe", "renew", "imprint", "privacy"}),
}

DOSSIER = _words(
    """lead_id product product_name trigger reason name salutation address phone phone_consent function_name company
    company_size industry country language lead_class class_confirmed class_reason grade profile_points points
    profile_lines lines content answers wish activities source since"""
)

SALES: Names = {
    "dossier": DOSSIER,
    "answer_url": None,
    "organisation": _ORGANISATION,
    "salesperson": frozenset({"name"}),
    "language": None,
    "overdue_since": None,
}

RENDERED: Names = {"subject": None, "preheader": None}
"""Known in the html part only: what the text part's blocks of these names said."""

LAYOUT: Names = {**OPT_IN, **SALES, **NURTURE, **RENDERED}
"""A layout serves several kinds of mail."""


def names_for(mail: str, cell: str) -> Names:
    """The context of the mail ``mail`` (a folder); service mails are told apart by their ``cell``."""
    if mail != SERVICE:
        return NURTURE
    if cell in TO_CONTACT:
        return CONTACT
    return OPT_IN if cell in TO_CONFIRM else SALES
