"""The pages about data protection, in English."""

from __future__ import annotations

from collections.abc import Mapping

PROTECTION: Mapping[str, str] = {
    "menu.protection": "Data protection",
    "protection.tabs": "Parts of data protection",
    "audit.title": "Audit log",
    "audit.intro": "Who did what to people or rules, and when. No entry can be changed or removed without it showing.",
    "audit.export": "Download as CSV",
    "audit.contact": "Person concerned",
    "audit.contact-hint": "Address or number",
    "audit.who": "Who",
    "audit.action": "Action",
    "audit.object": "Object",
    "audit.since": "From",
    "audit.until": "To",
    "audit.at": "When",
    "audit.caption": "Entries of the audit log, the newest first",
    "audit.number": "no. {n}",
    "audit.total": "{n} entries",
    "audit.none": "No entries",
    "audit.none-text": "As soon as somebody does something to people or rules, it stands here.",
    "chosen.title": "Own choice",
    "chosen.paused": "Paused",
    "chosen.until": "until {day}",
    "chosen.often": "How often",
    "chosen.gap": "at most one mail in {days} days",
    "chosen.unwanted": "Not wanted",
    "chosen.clicks": "Clicks",
    "chosen.uncounted": "not to be counted even without a name",
    "chosen.restricted": "Processing restricted since {day} (Art. 18 GDPR): no mails, no campaigns, no points.",
}
