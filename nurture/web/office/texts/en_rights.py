"""The pages about what people may ask of us, in English."""

from __future__ import annotations

from collections.abc import Mapping

RIGHTS: Mapping[str, str] = {
    "cases.title": "Requests",
    "cases.intro": "What people ask of us (Art. 15 to 21 GDPR), and by when they need an answer.",
    "cases.open": "Open",
    "cases.settled": "Settled",
    "cases.filter": "Requests by state",
    "cases.caption": "Requests with deadline and state",
    "cases.case": "Request",
    "cases.person": "Person",
    "cases.received": "Received",
    "cases.due": "Answer by",
    "cases.state": "State",
    "cases.overdue": "overdue",
    "cases.extended": "extended",
    "cases.erased": "erased",
    "cases.empty": "No open requests",
    "cases.empty-settled": "Nothing settled yet",
    "cases.empty-text": "What people do by themselves on their preferences page stands here as settled.",
    "cases.new": "Enter a request",
    "cases.new-text": "For whatever comes by mail, letter or phone. The month begins with its receipt.",
    "cases.kind": "What it is about",
    "cases.address": "E-mail address",
    "cases.channel": "Received by",
    "cases.on": "On",
    "cases.note": "What is asked for",
    "cases.add": "Enter",
    "cases.added": "The request is on record.",
    "cases.number": "No. {n}",
    "cases.handle": "Work on it",
    "cases.handle-text": (
        "Hand out a copy, correct, restrict, object or erase: on the person's page; this request is settled by it."
    ),
    "cases.unknown": "Nobody is stored under this address. Tell the person so, and settle the request.",
    "cases.by": "Settled by",
    "cases.outcome": "Outcome",
    "cases.settle": "Settle",
    "cases.settle-label": "What was done or told",
    "cases.settle-hint": "Without names and addresses: this text outlives an erasure.",
    "cases.done": "Settle as done",
    "cases.refuse": "Settle as refused",
    "cases.settled-now": "The request is settled.",
    "cases.extend": "Extend the deadline",
    "cases.extend-label": "Reason for more time",
    "cases.extend-text": (
        "Once, by two months. The person has to learn the reason within the first month (Art. 12(3) GDPR)."
    ),
    "cases.extended-now": "The deadline is extended.",
    "cases.problem": "Please check this.",
    "cases.no-reason": "Please write why, or what was done.",
    "cases.moved-on": "The request is settled, extended or overdue already.",
    "start.cases": "Data protection requests: {n}",
    "start.cases-text": "Each has to be answered within a month.",
    "start.cases-overdue": "{n} overdue. Please answer at once.",
    "rights.title": "Rights of the person",
    "rights.link": "Rights (GDPR)",
    "rights.link-text": "Access, rectification, restriction, objection, erasure",
    "rights.for-case": "For request no. {n}: {kind}",
    "rights.export": "Hand out a copy",
    "rights.export-text": (
        "A ZIP file with everything that is stored: to read, for spreadsheets and for programs. Give it to nobody "
        "but the person."
    ),
    "rights.export-language": "Language",
    "rights.download": "Download",
    "rights.correct": "Correct",
    "rights.correct-text": (
        "What stood there before is kept as a correction. A new address is confirmed by the person, on the "
        "preferences page."
    ),
    "rights.save": "Save",
    "rights.corrected": "Corrected and on record.",
    "rights.unchanged": "Nothing changed.",
    "rights.none": "not told",
    "rights.restrict": "Restrict",
    "rights.restrict-text": "The data stay stored, and nothing else happens with them (Art. 18 GDPR).",
    "rights.restricted": "The processing is restricted.",
    "rights.restricted-since": "Restricted since {day}.",
    "rights.lift": "Lift the restriction",
    "rights.lift-text": "The person has to be told beforehand (Art. 18(3) GDPR).",
    "rights.lifted": "The restriction is lifted.",
    "rights.object": "Enter an objection",
    "rights.object-text": (
        "From now on no advertising and no evaluation; what waits does not leave any more (Art. 21 GDPR)."
    ),
    "rights.objected": "The objection holds from now on.",
    "rights.erase": "Erase",
    "rights.erase-text": (
        "For good, from all tables, stored mails and files. What stays are counts, and a keyed hash of the "
        "address so that no import takes the person in again."
    ),
    "rights.erase-type": "Type the address to confirm",
    "rights.erase-why": "Reason",
    "rights.why-asked": "The person asks for it",
    "rights.why-unlawful": "The data should not have been stored",
    "rights.why-over": "The data are needed no longer",
    "rights.erase-button": "Erase for good",
    "rights.erase-differs": "This is not the address of this person.",
    "rights.erased": "Erased.",
    "rights.erased-told": "Erased. Sales had been given data and has to be told (Art. 19 GDPR): {names}",
    "rights.erased-later": ("Erased. A mail was leaving at this moment; what it leaves behind is removed within minutes."),
}
