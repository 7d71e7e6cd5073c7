"""English: whether somebody who was silent for long still wants mail."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "renew.ask.title": "Would you like to go on hearing from us?",
    "renew.ask.lead": (
        "We have not heard from each other for long. Press “Yes”, and {name} goes on writing to you as "
        "before."
    ),
    "renew.yes": "Yes, please go on",
    "renew.no": "No, no more e-mails",
    "renew.kept.title": "Thank you, we will go on writing",
    "renew.kept.lead": "Your consent to {name} goes on. You can withdraw it at any time from any e-mail.",
    "renew.over.title": "You get no e-mails from us",
    "renew.over.lead": "Your consent has ended. If you would like to hear from {name} again, please sign up anew.",
}
