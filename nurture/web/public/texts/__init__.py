"""Every sentence of the public pages, per language. What the customer's definitions say is not in here.

Each language has every key, with the same {places}.
"""

from __future__ import annotations

from nurture.web.i18n import Catalogue
from nurture.web.public.texts import de, de_forms, en, en_forms

TEXTS: Catalogue = {"de": {**de.TEXTS, **de_forms.FORMS}, "en": {**en.TEXTS, **en_forms.FORMS}}
