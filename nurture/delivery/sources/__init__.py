"""Ways in for what comes back: an IMAP folder, a Maildir, a listener of our own, webhooks of providers.

    mail --> source --> take(raw, to) --committed--> the source lets go of it
                             '-- NotNow --> it stays where it is and comes again

Knows how mail is fetched and what may be believed of who brings it; knows neither the database nor what a mail means.
"""

from nurture.delivery.sources.imap import ImapSource
from nurture.delivery.sources.listener import Listener, PortTaken
from nurture.delivery.sources.maildir import MaildirSource
from nurture.delivery.sources.settings import (
    WEBHOOK_VARIABLES,
    ImapSettings,
    ListenSettings,
    ReturnsSettings,
    imap_url,
    listen_at,
    maildir_path,
    webhook_secret,
)
from nurture.delivery.sources.source import MAX_READ, Fate, NotNow, Source, SourceTrouble, Take

__all__ = [
    "MAX_READ",
    "WEBHOOK_VARIABLES",
    "Fate",
    "ImapSettings",
    "ImapSource",
    "ListenSettings",
    "Listener",
    "MaildirSource",
    "NotNow",
    "PortTaken",
    "ReturnsSettings",
    "Source",
    "SourceTrouble",
    "Take",
    "imap_url",
    "listen_at",
    "maildir_path",
    "webhook_secret",
]
