"""English: whether somebody who was silent for long still wants mail."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "renew.ask.title": "Would you like to go on hearing from us?",
    "renew.ask.lead": (
        "We have not heard from each other for a long time. Please tell us whether {name} may go on sending you e-mails."
    ),
    "renew.yes": "Yes, please go on",
    "renew.yes-hint": "Everything stays as it is",
    "renew.no": "No, no more e-mails",
    "renew.no-hint": "Unsubscribe now",
    "renew.kept.title": "Thank you, we will go on writing",
    "renew.kept.lead": "You will go on getting e-mails from {name}. The link to unsubscribe is at the end of every e-mail.",
    "renew.over.title": "You get no e-mails from us",
    "renew.over.lead": "Your consent has ended. If you would like to hear from {name} again, please sign up anew.",
}
