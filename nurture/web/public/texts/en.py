"""The sentences of the public pages in English."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    # the frame
    "skip": "Skip to content",
    "language": "Language",
    "imprint": "Legal notice",
    "privacy": "Privacy",
    "represented": "Represented by",
    "vat": "VAT ID",
    "phone": "Phone",
    "email": "E-mail",
    "back-home": "To the website",
    # landing page
    "optional": "optional",
    "choose": "Please choose",
    "form.head": "Your details",
    "form.required": "We need every field that is not marked “optional”.",
    "form.for": "Free of charge, no obligation",
    "form.honeypot": "Please leave this field empty",
    "form.next": "You will get an e-mail in a moment. Unless you confirm there, we delete your details after a few days.",
    "consent.head": "Your consent",
    "consent.hint": (
        "All voluntary, each on its own, and withdrawn with one click at any time. You get what you asked for "
        "without them, too."
    ),
    "consent.privacy": "How we handle your data is described in our",
    "consent.privacy-link": "privacy notice",
    "offer.get": "What you get",
    "offer.pages": "PDF to download",
    "event.when": "When",
    "event.where": "Where",
    "problem.title": "Error",
    "problem.one": "One entry is missing or does not fit",
    "problem.many": "{count} entries are missing or do not fit",
    "problem.kept": "Everything else has been kept.",
    # why a form is shown again
    "again.too-young": "That was very fast. To keep automatic entries out, please send the form once more.",
    "again.too-old": (
        "This page has been open for a long time. Your entries are still here – please check them and send the form "
        "once more."
    ),
    "again.other-site": "The form came from another site. Please check your entries and send it once more from here.",
    "again.too-many": (
        "There have been a great many requests from here just now. Please try again in {minutes} min – your entries "
        "will stay here. Or write to us at {email}."
    ),
    "again.busy": (
        "We could not save your entries just now. Please send the form again in a minute; what you filled in is still here."
    ),
    "again.once-more": (
        "Please press one of the buttons once more. This is how we make sure that a person answers and not a program."
    ),
    "again.boxes": "Please tick the consent boxes yourself once more.",
    # check your mail
    "sent.title": "Please check your inbox",
    "sent.lead": (
        "We have sent you an e-mail. It contains a button with which you confirm that the request really comes from you."
    ),
    "sent.step-1": "Open the e-mail",
    "sent.step-1-hint": "It comes from {sender}.",
    "sent.step-2": "Confirm your request",
    "sent.step-2-hint": "The link is valid until {date}.",
    "sent.step-3": "Done",
    "sent.step-3-offer": "You can then download “{offer}” right away.",
    "sent.step-3-hint": "Then we go on right away.",
    "sent.nothing": "No e-mail?",
    "sent.nothing-hint": (
        "Please look in your spam folder, too. After ten minutes you can fill in the form again; perhaps there was a "
        "typing error in the address."
    ),
    "sent.again": "Fill in the form again",
    "sent.mailbox": "This installation sends nothing out; it puts every e-mail into the local mailbox.",
    "sent.mailbox-link": "Open the local mailbox",
    # confirming
    "confirm.title": "Did you ask for this?",
    "confirm.lead": "This form was filled in with the address {address}:",
    "confirm.yes": "Yes, that was me",
    "confirm.yes-hint": "Confirm the request",
    "confirm.no": "No, that was not me",
    "confirm.no-hint": "Delete the details",
    "confirm.consents": "By confirming you consent to:",
    "confirm.nothing": "You consent to nothing else by this; we only send you what you asked for.",
    "confirm.law": "You can withdraw each consent at any time, most easily with the link at the end of every e-mail.",
    "confirmed.title": "Thank you, that is confirmed",
    "confirmed.lead": "Your request “{form}” has reached us.",
    "confirmed.offer": "Your download is ready",
    "confirmed.get": "To the download",
    "confirmed.event": "We look forward to seeing you",
    "confirmed.close": "You can close this page.",
    "code.title": "Please enter the code from the e-mail",
    "code.lead": (
        "Some programs that check e-mail also press buttons, and this time your answer looked like that. With the code we "
        "know that it is you."
    ),
    "code.lead-again": (
        "Shortly after the confirmation “This was not me” was pressed as well, perhaps by a program that checks e-mail. "
        "Until you enter the code, everything waits."
    ),
    "code.label": "The six digits in our e-mail to {address}",
    "code.button": "Confirm",
    "code.shape": "The code has six digits. You find it in the e-mail, below the button.",
    "code.wrong": "That is not the code from the e-mail about this request. You have {count} tries left.",
    "code.wrong-last": "That is not the code from the e-mail about this request. You have one try left.",
    "code.used-up": "Too many wrong codes",
    "code.used-up-hint": (
        "This request can no longer be confirmed. Please fill in the form once more; you will get a new e-mail with a new "
        "code."
    ),
    "code.new": "To the form",
    "code.not-me": "You did not ask for anything?",
    "code.not-me-hint": (
        "Then there is nothing to do. Without the code we send you nothing and delete the details on {date} at the latest."
    ),
    "kept.title": "This request is confirmed already",
    "kept.lead": (
        "The request “{form}” was confirmed a while ago. If you do not want that, you can cancel everything and withdraw "
        "your consents here:"
    ),
    "kept.button": "Open settings",
    "kept.hint": "The link at the end of every e-mail does the same at any time.",
    "declined.title": "Thank you for telling us",
    "declined.lead": (
        "We delete the details from the form within a few minutes, and you will not get another e-mail about it."
    ),
    "declined.back": "Pressed by mistake?",
    "declined.back-button": "It was me after all",
    "declined.again": "Somebody probably mistyped an address. If it happens more often, please write to us:",
    "expired.title": "This link has expired",
    "expired.lead": (
        "The request was not confirmed in time. To protect your data we have deleted everything about it. If you are "
        "still interested, simply fill in the form again:"
    ),
    # leaving
    "unsubscribe.title": "No more e-mails?",
    "unsubscribe.lead": (
        "One press of the button is enough. {name} will then send no more marketing e-mails to {address}."
    ),
    "unsubscribe.choose": "Would you rather leave only a part?",
    "unsubscribe.choose-link": "Open the preferences",
    "unsubscribe.button": "Unsubscribe",
    "unsubscribe.not-yet": "You are still subscribed. Please press the button.",
    "unsubscribed.title": "You are unsubscribed",
    "unsubscribed.lead": (
        "From now on you will get no more marketing e-mails from {name}. This includes e-mails that were already prepared."
    ),
    "unsubscribed.rest": "Whatever else you have allowed us, you can see and change here:",
    "unsubscribed.again": "It was a mistake? You can subscribe again through any of our forms.",
    # reading
    "download.get": "Download",
    "download.read": "Read in the browser",
    "topic.title": "Reading on the topic",
    "topic.lead": "What we have for you on this:",
    "topic.none": "We are just preparing something on this topic.",
    "kind.white-paper": "White paper",
    "kind.checklist": "Checklist",
    "kind.case-study": "Case study",
    "kind.data-sheet": "Data sheet",
    "kind.how-to": "How-to guide",
    "kind.calculator": "Calculator",
    "kind.video": "Video",
    "kind.webinar": "Webinar",
    "kind.article": "Article",
    "kind.study": "Study",
    "kind.report": "Report",
    "kind.brochure": "Brochure",
    # asking
    "thanks.title": "Thank you very much",
    "thanks.questions": "Your answers have reached us. We will go by them.",
    "thanks.call": "Your wish has reached us. We will call you during our office hours.",
    "call.title": "We are happy to call you",
    "call.lead": "You will talk to somebody who knows {product} from practice. Just tell us which number to call.",
    "call.phone": "Phone number",
    "call.note": "What is it about, and when does it suit you?",
    "call.note-hint": "For example: “Tuesday or Thursday from 2 p.m., it is about the roll-out.”",
    "call.button": "Please call me",
    "call.consent": "We use the number for this call.",
    # the answer of sales
    "answer.title": "Request from {name}",
    "answer.for": "For {name}",
    "answer.why": "Why you get this request",
    "answer.points": "Points",
    "answer.grade": "Profile",
    "answer.class": "Phase",
    "answer.industry": "Industry",
    "answer.size": "Employees",
    "answer.source": "Source",
    "answer.since": "Known since",
    "answer.no-phone-consent": "No consent to marketing calls: please write first.",
    "answer.company": "Company",
    "answer.function": "Function",
    "answer.score-lines": "Where the points come from",
    "answer.story": "What happened so far",
    "answer.answers": "What the contact told us",
    "answer.head": "Your answer",
    "answer.accept": "I take it",
    "answer.accept-hint": "Marketing pauses while you work with the contact.",
    "answer.return": "Give it back",
    "answer.return-hint": "With a reason, so that marketing can go on in the right way.",
    "answer.reason": "Reason",
    "answer.reason-missing": "Please choose a reason before you give the request back.",
    "answer.note": "Note",
    "answer.won": "Won",
    "answer.lost": "Lost",
    "answer.result": "What came of it?",
    "answer.moved-on": "This request has moved on in the meantime. Below you see what is possible now.",
    "answer.state.waiting": "Waiting to be assigned",
    "answer.state.offered": "Waiting for your answer",
    "answer.state.accepted": "Accepted",
    "answer.state.returned": "Given back to marketing",
    "answer.state.won": "Won",
    "answer.state.lost": "Lost",
    "answer.closed": "Nothing more to do here. Thank you!",
    # the form for other sites
    "embed.title": "Embed the form “{form}”",
    "embed.lead": (
        "Copy this piece of HTML into your own page. It needs no JavaScript and no cookies and looks the way your "
        "page wants it to."
    ),
    "embed.code": "HTML to copy",
    "embed.allowed": "Pages that may send it",
    "embed.allowed-none": (
        "None so far. Add the address of your site under “origins” of this form; until then visitors are asked to "
        "send their entries once more from here."
    ),
    "embed.example": "What it looks like on another site",
    "embed.example-open": "Open the example in a window of its own",
    "embed.source": "You can pass on where the visitor came from: change the value of “source”.",
    "example.title": "Sample page",
    "example.brand": "Your website",
    "example.text": (
        "This page stands for your own: type, colours and spacing are its own, the form is exactly the copied piece "
        "of HTML."
    ),
    # start page
    "start.title": "Welcome",
    "start.lead": "This is Nurture, running for {name}.",
    "start.public": "What we offer",
    "start.forms": "Forms",
    "start.forms-hint": "This is what a visitor sees. Fill one in and the story begins.",
    "start.embed": "Embed",
    "start.mailbox": "Local mailbox",
    "start.mailbox-hint": "Every e-mail the system sends lies here. Nothing leaves this computer.",
    "start.office": "Office",
    "start.office-hint": (
        "Contacts with their whole story, points with reasons, campaigns. Name and password were printed at the start."
    ),
    # errors
    "error.400.title": "We did not understand that",
    "error.400.text": "The request was incomplete. Please go back and try again.",
    "error.404.title": "There is no such page",
    "error.404.text": (
        "The link may have been cut off when it was copied. Please click it right in the e-mail, or copy all of it, "
        "beyond the line break as well."
    ),
    "error.405.title": "That does not work here",
    "error.405.text": (
        "This address cannot be used in this way. Please open the link again from the e-mail or the website."
    ),
    "error.410.title": "This link has expired",
    "error.410.text": (
        "It was valid for a limited time only, or it belongs to data that has been deleted since. Our latest e-mail "
        "contains a valid one."
    ),
    "error.413.title": "That is too much at once",
    "error.413.text": "What was sent is larger than this form accepts. Please go back and shorten the text.",
    "error.429.title": "One moment, please",
    "error.429.text": (
        "Those were a great many attempts in a short time. Please try again in a few minutes; nothing is lost."
    ),
    "error.500.title": "Something went wrong here",
    "error.500.text": "The fault is ours and has been recorded. Please try again in a few minutes.",
    "error.503.title": "Back in a moment",
    "error.503.text": "The system is busy right now. Please reload the page in a minute.",
    "error.help": "If you cannot get any further, we are happy to help:",
}
