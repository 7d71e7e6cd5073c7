"""Every sentence of the office and the local mailbox, per language; states and events have theirs in engine/words.py.

Each language has every key, with the same {places}.
"""

from __future__ import annotations

from nurture.web.i18n import Catalogue
from nurture.web.office.texts import de, en

TEXTS: Catalogue = {"de": de.TEXTS, "en": en.TEXTS}
