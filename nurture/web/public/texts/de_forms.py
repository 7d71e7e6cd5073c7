"""The sentences about sending a form, in German."""

from __future__ import annotations

from collections.abc import Mapping

FORMS: Mapping[str, str] = {
    "again.embedded": (
        "Fast geschafft: Bitte prüfen Sie Ihre Angaben und drücken Sie noch einmal auf den Knopf. So stellen wir "
        "sicher, dass ein Mensch sie schickt."
    ),
    "again.spent": (
        "Dieses Formular wurde schon einmal abgeschickt, mit anderen Angaben. Wenn die neuen gelten sollen, "
        "drücken Sie bitte noch einmal auf den Knopf."
    ),
    "again.work": (
        "Das Formular bekommt gerade ungewöhnlich viele Zuschriften. Bitte warten Sie 20 Sekunden und drücken Sie "
        "dann noch einmal auf den Knopf; Ihre Angaben stehen noch da."
    ),
    "work.busy": "Ihr Browser prüft kurz, dass hier ein Mensch schreibt …",
    "work.done": "Geprüft, das Formular kann abgeschickt werden.",
    "work.noscript": (
        "Dieses Formular wird gerade vor Programmen geschützt. Ohne JavaScript können Sie es 20 Sekunden nach dem "
        "Öffnen abschicken."
    ),
    "advice.use": "Ja, bitte übernehmen",
    "advice.keep": "Meine Adresse stimmt so",
    "advice.or": "Oder ändern Sie die Adresse unten im Formular.",
    "embed.script": "Auf Wunsch: ein Knopfdruck weniger",
    "embed.script-why": (
        "Das Formular funktioniert ohne Skript: Nach dem Abschicken zeigt unsere Seite alles ausgefüllt und bittet"
        " um einen zweiten Knopfdruck. Mit dieser Zeile im Kopf Ihrer Seite entfällt er. Das Skript kommt von "
        "hier, setzt keine Cookies und fragt niemanden sonst; nach einem Update von Nurture kopieren Sie die Zeile"
        " neu, bis dahin gilt wieder der Weg ohne Skript."
    ),
}
