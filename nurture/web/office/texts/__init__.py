"""Every sentence of the office and the local mailbox, per language; states and events have theirs in engine/words.py.

Each language has every key, with the same {places}.
"""

from __future__ import annotations

from nurture.web.i18n import Catalogue
from nurture.web.office.texts import de, de_delivery, de_protection, de_rights, en, en_delivery, en_protection, en_rights

TEXTS: Catalogue = {
    "de": {**de.TEXTS, **de_delivery.DELIVERY, **de_protection.PROTECTION, **de_rights.RIGHTS},
    "en": {**en.TEXTS, **en_delivery.DELIVERY, **en_protection.PROTECTION, **en_rights.RIGHTS},
}
