"""What mail providers report by HTTP: verified, and told as one kind of event.

    request --verify--> its events          nothing is read as an event, let alone acts, before it proved who sent it
               '------> Refused             forged, old, of another account: the reason is logged

provider   proof                                                    finds the mail by
SES        SNS signature v1/v2, pinned topics, at most an hour old   return path (mail.source)
SendGrid   ECDSA over timestamp and body, at most an hour old        Message-ID (smtp-id)
Mailgun    HMAC over timestamp and token, 5 minutes, token once      Message-ID, return path (envelope.sender)
Postmark   a shared secret (basic, bearer or header)                 address
Brevo      a shared secret (basic, bearer or header)                 Message-ID

The address is compared with the send log in any case. Knows neither the database nor what follows.
"""

from __future__ import annotations

from collections.abc import Mapping

from nurture.delivery.sources.webhooks.brevo import Brevo
from nurture.delivery.sources.webhooks.event import Event, Refused, Request, Verified, Verifier
from nurture.delivery.sources.webhooks.fetch import Fetch, NotFetched, fetch
from nurture.delivery.sources.webhooks.mailgun import Mailgun
from nurture.delivery.sources.webhooks.postmark import Postmark
from nurture.delivery.sources.webhooks.sendgrid import SendGrid
from nurture.delivery.sources.webhooks.ses import Ses


def verifiers(secrets: Mapping[str, str], fetching: Fetch = fetch) -> dict[str, Verifier]:
    """Provider -> what verifies its events, of those with a secret. ``fetching`` gets Amazon's certificates."""
    made: dict[str, Verifier] = {}
    for provider, secret in secrets.items():
        match provider:
            case "ses":
                made[provider] = Ses(frozenset(secret.replace(",", " ").split()), fetching)
            case "sendgrid":
                made[provider] = SendGrid(secret)
            case "mailgun":
                made[provider] = Mailgun(secret)
            case "postmark":
                made[provider] = Postmark(secret)
            case "brevo":
                made[provider] = Brevo(secret)
    return made


__all__ = ["Event", "Fetch", "NotFetched", "Refused", "Request", "Verified", "Verifier", "fetch", "verifiers"]
