"""The rules of a mail that arrives, can be read by everybody and keeps the law: the list the documentation is about."""

from __future__ import annotations

from nurture.mail.lint.finding import Level, Rule, by_name

_E, _W = Level.ERROR, Level.WARNING

RULES = by_name(
    (
        Rule(
            "written",
            _E,
            "Every mail can be written for every reader.",
            "One that cannot is set aside, visibly, and reaches nobody.",
            "mend the template; put {% if … %} around what not every mail or reader has",
        ),
        # --- the law
        Rule(
            "imprint",
            _E,
            "Every mail to the outside names the sender's company, address, register and ways to reach it, in both parts.",
            "The law asks for an imprint in business mail, as text and not only as a link.",
            "print the imprint as layout/letter does",
        ),
        Rule(
            "unsubscribe",
            _E,
            "Every nurture mail has its reader's unsubscribe link, in both parts.",
            "Withdrawing a consent must be as easy as giving it; providers ask for a visible link as well.",
            "link {{ urls.unsubscribe }} as layout/letter does",
        ),
        Rule(
            "opt-in",
            _E,
            "A mail that asks to confirm has one link of ours, no pictures and no way to unsubscribe.",
            "Courts take advertising or tracking in it for advertising without consent.",
            "leave in it only what is needed to confirm",
        ),
        # --- size
        Rule(
            "size",
            _E,
            "The html has at most 90 KB with the longest names and links (error above 100 KB), the mail at most 200 KB.",
            "Gmail cuts mails at 102 KB, and with the end goes the unsubscribe link.",
            "shorten the mail or cut long values with the filter truncate",
        ),
        # --- text part
        Rule(
            "text-part",
            _W,
            "The text part says what the html says (error if it lacks more than half of the words).",
            "Spam filters compare the two; watches, voices and some companies show the text only.",
            "say it in both parts",
        ),
        Rule(
            "text-links",
            _E,
            "The text part has the same web links as the html.",
            "Who reads the text must be able to do what the others can.",
            "put the link into both parts",
        ),
        Rule(
            "text-lines",
            _W,
            "Lines of the text part have at most 78 characters, links aside.",
            "Older programs break long lines where it looks bad.",
            "break the line, or use the filter wordwrap(72) for a value",
        ),
        # --- the page
        Rule(
            "markup",
            _E,
            "Every element is closed, and closed where it should be.",
            "Each mail program repairs broken html in its own way, Outlook by moving half of the mail.",
            "mend the html",
        ),
        Rule(
            "language",
            _E,
            "<html lang> is the language of the mail.",
            "Screen readers choose their voice by it.",
            'write <html lang="{{ language }}">',
        ),
        Rule(
            "title",
            _W,
            "<title> is like the subject.",
            "Spam filters compare them; some programs show the title.",
            "write <title>{{ subject }}</title>",
        ),
        Rule(
            "charset",
            _E,
            'The head says <meta charset="utf-8">.',
            "Programs that save or forward the html lose the header that says it, and the umlauts with it.",
            'write <meta charset="utf-8"> as the first thing in <head>',
        ),
        Rule(
            "viewport",
            _W,
            "The head has a viewport of the device's width.",
            "Phones shrink the mail to an unreadable page without it.",
            'write <meta name="viewport" content="width=device-width,initial-scale=1">',
        ),
        Rule(
            "color-scheme",
            _W,
            "The head has <meta name=color-scheme> with light and dark, and colours for dark in a media query.",
            "Programs with a dark scheme otherwise invert colours as they think fit.",
            'write <meta name="color-scheme" content="light dark"> and an @media (prefers-color-scheme:dark) block',
        ),
        Rule(
            "layout-table",
            _E,
            'Tables have role="presentation", border, cellpadding and cellspacing 0.',
            "Screen readers read out rows and columns of a table that only lays out; Outlook adds gaps.",
            'write <table role="presentation" border="0" cellpadding="0" cellspacing="0">',
        ),
        Rule(
            "container",
            _W,
            "The mail and all in it have at most 600 pixels: max-width, and for Outlook a table in a conditional comment.",
            "Outlook knows no max-width and stretches the text over the whole screen.",
            "keep the body inside the container of layout/frame",
        ),
        Rule(
            "forbidden",
            _E,
            "No script, form, frame, video, external style sheet, event attribute or data: address.",
            "Mail programs remove them, and filters take the mail for an attack.",
            "leave it out; link to a page instead",
        ),
        Rule(
            "inline",
            _W,
            "Styles are inline; a <style> block is for media queries and programs' quirks.",
            "Many programs drop the style block, e.g. Gmail for addresses of other providers.",
            'move the declarations into style="…" attributes',
        ),
        # --- pictures
        Rule(
            "alt",
            _E,
            'Every picture has an alt text; alt="" if it only decorates; not empty if it is all a link consists of.',
            "Most programs block pictures at first, and some readers see none at all.",
            'write alt="what the picture says"',
        ),
        Rule(
            "image-size",
            _W,
            "Every picture has width and height as attributes, and display:block.",
            "The mail jumps while loading; Outlook shows it in full size; a gap stays below it.",
            'write width="…" height="…" style="display:block"',
        ),
        Rule(
            "image-text",
            _W,
            "The mail can be understood without pictures: enough text for their area.",
            "Spam comes as a picture with a link, and filters know that.",
            "say in text what the pictures say",
        ),
        # --- reading
        Rule(
            "contrast",
            _E,
            "Text has a contrast of at least 4.5 : 1 to its background, in light and dark (WCAG 2, 1.4.3).",
            "Less cannot be read in the sun, on old screens, or by one reader in twelve.",
            "choose a darker or lighter colour, for both schemes",
        ),
        Rule(
            "text-size",
            _W,
            "Text has at least 14 pixels (error below 12).",
            "Smaller text cannot be read on a phone.",
            "use 16 pixels, 14 for the small print",
        ),
        Rule(
            "underline",
            _W,
            "Links are underlined, unless they are buttons with a background.",
            "Colour alone is no sign for who cannot tell colours apart (WCAG 1.4.1).",
            "write text-decoration:underline",
        ),
        Rule(
            "link-text",
            _E,
            "Every link has a text.",
            "A screen reader has nothing to say about an empty link, and filters find it strange.",
            "give it a text that says where it leads",
        ),
        Rule(
            "heading",
            _W,
            "There is one <h1>, and no level of headings is left out.",
            "Screen readers jump from heading to heading; the h1 tells what the mail is about.",
            "use one part.title(…), then part.heading(…)",
        ),
        Rule(
            "button",
            _W,
            "Buttons are at least 44 pixels high, and have a form for Outlook.",
            "A thumb needs 44 pixels; Outlook draws no padding around a link.",
            "use part.button(…)",
        ),
        # --- links
        Rule(
            "link-target",
            _E,
            "A link's text shows no other address than the one it leads to, and nothing stands before its host.",
            "That is how phishing looks; programs warn of it.",
            "let the text say what the page is about instead of an address",
        ),
        Rule(
            "link-shortener",
            _W,
            "No link shorteners.",
            "Blocklists know them; nobody sees where they lead.",
            "link the real address",
        ),
        Rule(
            "link-ip",
            _E,
            "No link to a bare IP address.",
            "Filters take it for malware.",
            "link a host name",
        ),
        Rule(
            "link-plain",
            _E,
            "Links begin with https:, mailto: or tel:.",
            "http: can be changed on the way, and everything else does not work in mail programs.",
            "use an https: address",
        ),
        Rule(
            "tracking-pixel",
            _E,
            "No invisible pictures.",
            "They observe who has not agreed to it; opens are not counted here.",
            "leave it out",
        ),
        # --- subject
        Rule(
            "subject-length",
            _E,
            "The subject has at most 60 characters (with the longest names: a warning).",
            "Phones show 40 to 60.",
            "shorten it, or cut values with the filter truncate",
        ),
        Rule(
            "capitals",
            _E,
            "The subject is not all in capitals.",
            "It reads like shouting, and filters count it.",
            "write it as a sentence",
        ),
        Rule(
            "subject-signs",
            _W,
            "The subject has at most one emoji, one exclamation mark, and no rows of signs.",
            "Filters and readers know such subjects from spam.",
            "let the words speak",
        ),
        Rule(
            "preheader",
            _E,
            "There is a preheader, hidden at the top of the html, that says something else than the subject.",
            "Inboxes show it beside the subject; without it, they show whatever comes first.",
            "fill the block preheader of the text part, at best with 40 to 100 characters",
        ),
        Rule(
            "spam-words",
            _W,
            "Few words that spam lives on, in subject and text.",
            "Each weighs little; several together with a young domain may tip the scale.",
            "say it more soberly",
        ),
        Rule(
            "hidden-text",
            _W,
            "No text is hidden but the preheader.",
            "Spam hides words from readers to please filters; filters know that.",
            "show it or leave it out",
        ),
        # --- programs
        Rule(
            "outlook",
            _W,
            "Nothing that Outlook for Windows, which draws with Word, does not know and cannot do without.",
            "Its readers see the mail fall apart; in companies they are many.",
            "lay out with tables and cells",
        ),
        Rule(
            "gmail",
            _W,
            "Nothing that Gmail removes.",
            "It is the most used program of all.",
            "use what Gmail keeps",
        ),
    )
)
