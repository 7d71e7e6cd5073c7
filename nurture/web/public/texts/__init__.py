"""Every sentence of the public pages, per language. What the customer's definitions say is not in here.

Each language has every key, with the same {places}.
"""

from __future__ import annotations

from nurture.web.i18n import Catalogue
from nurture.web.public.texts import de, de_forms, de_preferences, de_renewal, en, en_forms, en_preferences, en_renewal

TEXTS: Catalogue = {
    "de": {**de.TEXTS, **de_forms.FORMS, **de_preferences.TEXTS, **de_renewal.TEXTS},
    "en": {**en.TEXTS, **en_forms.FORMS, **en_preferences.TEXTS, **en_renewal.TEXTS},
}
