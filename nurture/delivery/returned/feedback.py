"""Complaints: abuse reports (RFC 5965) and Amazon's notifications of them sent as mail.

Providers black out whom they speak of, so every place that may still name the recipient is looked at; where none does,
the message's id and the return path of the reported mail must tell.
"""

from __future__ import annotations

from nurture.delivery.returned.address import addresses_in, is_address, plain
from nurture.delivery.returned.fields import Fields, blocks, merged
from nurture.delivery.returned.mail import Mail
from nurture.delivery.returned.original import Original
from nurture.delivery.returned.report import Complaint
from nurture.domain.failure_reason import folded


def complaint_in(mail: Mail, original: Original) -> Complaint | None:
    """The feedback report in this mail, or None."""
    parts = mail.of_type("message/feedback-report")
    if not parts and mail.report_type != "feedback-report":
        return _hotmail(mail, original)
    source = parts[0].text if parts else mail.text
    return _complaint(merged(list(blocks(source))), original)


def _complaint(fields: Fields, original: Original) -> Complaint:
    named = [plain(value) for name in ("original-rcpt-to", "removal-recipient") for value in fields.get(name, ())]
    return Complaint(
        feedback_type=fields.first("feedback-type").split(" ")[0].strip().lower() or "abuse",
        recipients=tuple(dict.fromkeys(filter(None, named))) or _of_original(original),
        user_agent=fields.first("user-agent"),
        reported_domain=fields.first("reported-domain").lower(),
        source_ip=fields.first("source-ip"),
        arrival=fields.first("arrival-date") or fields.first("received-date"),
    )


def _of_original(original: Original) -> tuple[str, ...]:
    return tuple(address for address in original.recipients if is_address(address))


def opt_out(mail: Mail) -> Complaint | None:
    """A mail program's or provider's own mail to a List-Unsubscribe address (RFC 2369), sent for its user."""
    submitted = mail.header("auto-submitted").lower()
    asks = folded(mail.header("subject")).strip() in (
        "unsubscribe",
        "abmelden",
    ) or "sent this email to unsubscribe" in folded(mail.text)
    if not asks or submitted in ("", "no") or mail.parts[1:]:
        return None
    return Complaint("opt-out", tuple(addresses_in(mail.header("from"))[:1]), mail.header("user-agent")[:200])


def _hotmail(mail: Mail, original: Original) -> Complaint | None:
    """Outlook.com's junk mail reports come without a feedback part: the complaint is the whole returned mail."""
    about = original.fields.first("x-hmxmroriginalrecipient")
    if not about or not mail.header("from").lower().count("hotmail.com"):
        return None
    return Complaint("abuse", tuple(addresses_in(about)), "Hotmail JMRP")
