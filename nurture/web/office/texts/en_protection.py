"""The pages about data protection, in English."""

from __future__ import annotations

from collections.abc import Mapping

PROTECTION: Mapping[str, str] = {
    "menu.protection": "Data protection",
    "protection.tabs": "Parts of data protection",
    "guards.title": "Forms",
    "guards.intro": "Forms that are sent unusually often, and requests that somebody has to decide about.",
    "guards.on": "Guarded until {time}: browsers have to work first, opt-in mails wait.",
    "guards.over": "The guard is over, ended {when}.",
    "guards.crowded": "More opt-in mails to one company, or altogether, than may leave within an hour.",
    "guards.traffic": "Sent {sent} times this hour; up to {allowed} is usual.",
    "guards.held": "Requests waiting: {n}, different addresses: {people}, the oldest since {when}.",
    "guards.release": "Send the mails",
    "guards.discard": "Discard the requests",
    "guards.end": "End the guard",
    "guards.hint": (
        "What is held is discarded after 14 days if nobody decides. No address ever gets more than three of these mails a "
        "day; the time to confirm begins when the mail leaves."
    ),
    "guards.none": "All quiet",
    "guards.none-text": "No form is guarded, and no request waits.",
    "guards.released": "The mails leave now.",
    "guards.discarded": "The requests are discarded.",
    "guards.ended": "The guard has ended. If the form goes on being sent as often, it begins again.",
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
    "audit.total": "Entries: {n}",
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
