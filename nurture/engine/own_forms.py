"""Forms of our own that need a double opt-in as well: a new consent, a new address; both from the preferences page.

Nobody defines them; their ids begin with an underscore, which no defined form's can.
"""

from __future__ import annotations

from nurture.domain.catalogue import LeadClass, Text
from nurture.domain.definitions import Definitions
from nurture.domain.form import Form

CONSENT, ADDRESS = "_preferences", "_address"
_TITLES: dict[str, Text] = {
    CONSENT: {"de": "Ihre Einstellungen", "en": "Your preferences"},
    ADDRESS: {"de": "Ihre neue E-Mail-Adresse", "en": "Your new e-mail address"},
}


def own_form(d: Definitions, form: str) -> Form | None:
    """The form of this id; None: it is not one of ours."""
    title = _TITLES.get(form)
    if title is None:
        return None
    return Form(
        id=form,
        version=d.version,
        product="",
        phase=LeadClass.B1,
        source="preferences",
        title=title,
        intro=title,
        points=(),
        button=title,
        fields=(),
        purposes=tuple(d.purposes) if form == CONSENT else (),
    )


def own_title(form: str) -> Text | None:
    return _TITLES.get(form)
