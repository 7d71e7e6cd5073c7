"""English: the preferences page and what stands behind it."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "preferences.title": "What would you like to get from us?",
    "preferences.lead": (
        "Settings for {address}. Everything takes effect at once, also on e-mails that are prepared already."
    ),
    "preferences.save": "Save my choice",
    "preferences.nothing": "Unsubscribe from everything",
    "preferences.nothing-hint": "One click is enough: no more marketing, no sales calls, no tracking.",
    "preferences.how": "To withdraw a consent, untick it and save.",
    "preferences.none": "You have not allowed us anything at present. You get no advertising from us.",
    "preferences.more": "If you tick another one, we send an e-mail to {address} for you to confirm it.",
    "preferences.on": "allowed",
    "preferences.off": "not allowed",
    "preferences.waiting": "waits for your confirmation in the e-mail",
    "preferences.restricted": (
        "Processing of your data is restricted at your request: we keep it and do nothing else with it."
    ),
    # what was done
    "preferences.done.saved": "Saved. Your choice is in effect from now on.",
    "preferences.done.asked": "Saved. We have sent you an e-mail about the new consent; please confirm it there.",
    "preferences.done.asked-later": (
        "We have sent several such e-mails lately and send no further one today. Please confirm one of them, or try again "
        "tomorrow."
    ),
    "preferences.done.left": "Unsubscribed from everything. From now on you get no advertising from us.",
    "preferences.done.paused": "The pause has begun.",
    "preferences.done.resumed": "The pause is over. On we go.",
    "preferences.done.corrected": "Saved. Your details are corrected.",
    "preferences.done.address": (
        "We have sent an e-mail to the new address. Once you confirm it there, it is in force; until then the "
        "present one stays."
    ),
    "preferences.done.link": "We have sent you a link. Please look into your inbox; it is valid for 24 hours.",
    "preferences.done.link-again": (
        "A link is on its way already. Please look into your inbox, and the spam folder too; after ten minutes you "
        "can ask for a new one, three a day at most."
    ),
    # consents
    "preferences.what": "What you allow us",
    "preferences.counted": "Count clicks without a name",
    "preferences.counted-hint": (
        "We count how often the links in our e-mails are opened, not by whom. If you do not want even that, untick the box."
    ),
    # how often
    "preferences.often": "How often we write to you",
    "preferences.often-hint": "This counts for all our e-mails together. What may not come yet comes later.",
    "preferences.often.usual": "As often as usual",
    "preferences.often.week": "At most one e-mail a week",
    "preferences.often.two-weeks": "At most one e-mail in two weeks",
    "preferences.often.month": "At most one e-mail a month",
    "preferences.often.quarter": "At most one e-mail in three months",
    "preferences.often-save": "Save frequency",
    "preferences.pause": "No e-mails for a while",
    "preferences.pause-hint": "Afterwards it goes on by itself. You can end the pause at any time.",
    "preferences.paused-until": "Paused until {date}. Until then you get no advertising from us.",
    "preferences.pause.2-weeks": "2 weeks",
    "preferences.pause.1-month": "1 month",
    "preferences.pause.3-months": "3 months",
    "preferences.pause.6-months": "6 months",
    "preferences.pause-start": "Pause for {span}",
    "preferences.pause-anew": "Or change the pause; it then counts from today:",
    "preferences.resume": "End the pause",
    # what about
    "preferences.topics": "What we write to you about",
    "preferences.topics-hint": "Untick what does not interest you. We do not write to you about what is not ticked.",
    "preferences.topics-save": "Save topics",
    "preferences.topics-of": "Topics of {name}",
    # what is known
    "preferences.data": "Your details",
    "preferences.data-hint": "Please correct what is not right. What stood there before stays traceable.",
    "preferences.data-save": "Save my details",
    "preferences.data-old": (
        "This e-mail is older than 30 days and may have been forwarded. So that only you see, correct, download or "
        "erase your data, we will send a new link for that to {address}."
    ),
    "preferences.link": "Send a new link",
    "preferences.field.salutation": "Form of address",
    "preferences.field.first_name": "First name",
    "preferences.field.last_name": "Last name",
    "preferences.field.function": "Area of work",
    "preferences.field.company": "Company",
    "preferences.field.phone": "Phone",
    "preferences.field.language": "Language of our e-mails",
    "preferences.field.address": "E-mail address",
    "preferences.address-hint": (
        "We send an e-mail to a new address for you to confirm it. Only then does it count; the present address is "
        "told as well."
    ),
    "preferences.address-wrong": "Please check this e-mail address; right would be e.g. name@company.com.",
    "preferences.address-waiting": "{address} still waits for its confirmation.",
    "preferences.salutation.ms": "Ms",
    "preferences.salutation.mr": "Mr",
    "preferences.language.de": "German",
    "preferences.language.en": "English",
    # everything
    "preferences.everything": "Everything we have stored",
    "preferences.everything-hint": (
        "Details, consents, e-mails, clicks, points: to read here, to take along as a ZIP file (readable, JSON and CSV)."
    ),
    "preferences.see": "See everything",
    "preferences.download": "Download everything",
    "preferences.erase": "Erase my data",
    "preferences.erase-hint": "We will ask once more.",
    "preferences.seen-purpose": "What for",
    "preferences.seen-basis": "Legal basis",
    "preferences.seen-retention": "How long",
    "preferences.seen-nothing": "Nothing is stored about:",
    "preferences.seen-source": "From where",
    "preferences.back": "Back to the preferences",
    # erasing
    "erase.title": "Erase all your data?",
    "erase.lead": "This holds for everything we have stored about {address}, and cannot be undone.",
    "erase.goes": "What is erased",
    "erase.goes-1": "your name, your address and everything we know about you",
    "erase.goes-2": "all e-mails to you, clicks, downloads, answers and points",
    "erase.goes-3": "what the proofs of your consents say about you",
    "erase.stays": "What stays",
    "erase.stays-1": (
        "A mark of your address from which the address cannot be read. Only with it can we make sure that we never "
        "write to you again."
    ),
    "erase.stays-2": "figures without names, and that something was erased on this day",
    "erase.yes": "Yes, erase everything",
    "erase.no": "No, back",
    "erased.title": "Your data is erased",
    "erased.lead": "We have nothing stored about you any more and will not write to you again.",
    "erased.again": (
        "The links in our earlier e-mails lead nowhere now. Should you ever want something from us again, one of our "
        "forms is enough."
    ),
}
