"""German: whether somebody who was silent for long still wants mail."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "renew.ask.title": "Möchten Sie weiter von uns hören?",
    "renew.ask.lead": (
        "Wir haben lange nichts voneinander gehört. Bitte sagen Sie uns, ob Ihnen {name} weiter E-Mails schicken darf."
    ),
    "renew.yes": "Ja, gern weiter",
    "renew.yes-hint": "Es bleibt, wie es ist",
    "renew.no": "Nein, keine E-Mails mehr",
    "renew.no-hint": "Sofort abmelden",
    "renew.kept.title": "Danke, wir schreiben Ihnen weiter",
    "renew.kept.lead": "Sie bekommen weiter E-Mails von {name}. Der Link zum Abmelden steht am Ende jeder E-Mail.",
    "renew.over.title": "Sie bekommen keine E-Mails von uns",
    "renew.over.lead": (
        "Ihre Einwilligung besteht nicht mehr. Möchten Sie wieder von {name} hören, tragen Sie sich bitte neu ein."
    ),
}
