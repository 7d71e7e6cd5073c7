"""German: whether somebody who was silent for long still wants mail."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "renew.ask.title": "Möchten Sie weiter von uns hören?",
    "renew.ask.lead": (
        "Wir haben lange nichts voneinander gehört. Drücken Sie auf „Ja“, schreibt Ihnen {name} weiter "
        "wie bisher."
    ),
    "renew.yes": "Ja, gern weiter",
    "renew.no": "Nein, keine E-Mails mehr",
    "renew.kept.title": "Danke, wir schreiben Ihnen weiter",
    "renew.kept.lead": "Ihre Einwilligung an {name} gilt weiter. Sie können sie jederzeit in jeder E-Mail widerrufen.",
    "renew.over.title": "Sie bekommen keine E-Mails von uns",
    "renew.over.lead": (
        "Ihre Einwilligung besteht nicht mehr. Möchten Sie wieder von {name} hören, tragen Sie sich "
        "bitte neu ein."
    ),
}
