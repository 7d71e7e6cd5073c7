"""Ways for a finished mail to leave: a mail server, a local mailbox, memory.

Knows bytes, addresses and servers' replies; knows nothing of contacts, campaigns or the database.
"""

from nurture.delivery.mailbox import MailboxTransport
from nurture.delivery.memory import MemoryTransport
from nurture.delivery.outcome import Kind, Outcome, Phase
from nurture.delivery.smtp import DirectTransport, SmtpTransport
from nurture.delivery.smtp_settings import SmtpSettings, SmtpUrlError, parse_smtp_url
from nurture.delivery.transport import Parcel, Shipment, Transport, Work

__all__ = [
    "DirectTransport",
    "Kind",
    "MailboxTransport",
    "MemoryTransport",
    "Outcome",
    "Parcel",
    "Phase",
    "Shipment",
    "SmtpSettings",
    "SmtpTransport",
    "SmtpUrlError",
    "Transport",
    "Work",
    "parse_smtp_url",
]
