"""Bad letters by name, each with exactly the finding it deserves; and a good one with none."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from nurture.mail.lint import RULES, Level, Specimen, lint, verdicts
from nurture.mail.render import Letter

PUBLIC, LEAVE = "https://nurture.example", "https://nurture.example/u/1.2.abc"
IMPRINT = ("Beispiel GmbH", "Hauptstraße 1", "info@example.de")

HEAD = """<!DOCTYPE html>
<html lang="de"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Liefertermine halten</title>
<style>@media (prefers-color-scheme:dark){.page{background-color:#121718 !important}.ink{color:#ece8e1 !important}
.link{color:#86d3d9 !important}}</style>
</head>"""
BODY = """<body class="page ink" style="margin:0;background-color:#ffffff;color:#27231e">
<div style="display:none;max-height:0">Womit andere beginnen</div>
<!--[if mso]><table role="presentation" width="600"><tr><td><![endif]-->
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px"><tr>
<td style="padding:20px;font-size:16px;line-height:24px">
<h1 style="font-size:26px">Liefertermine halten</h1>
<p>Guten Tag Frau Weber,</p>
<p>viele Termine kippen zwei Wochen vorher, und keiner merkt es.</p>
<!--MORE-->
<p><a class="link" href="https://nurture.example/l/1" style="color:#0f5c63;text-decoration:underline">Fallbeispiel lesen</a></p>
</td></tr></table>
<!--[if mso]></td></tr></table><![endif]-->
<p style="font-size:14px">Beispiel GmbH, Hauptstraße 1, info@example.de<br>
<a class="link" href="https://nurture.example/u/1.2.abc" style="color:#0f5c63;text-decoration:underline">Abmelden</a></p>
</body></html>
"""
TEXT = """Guten Tag Frau Weber,

viele Termine kippen zwei Wochen vorher, und keiner merkt es.
{more}
Fallbeispiel lesen:
https://nurture.example/l/1

Beispiel GmbH, Hauptstraße 1, info@example.de

Abmelden:
https://nurture.example/u/1.2.abc
"""

GOOD = Specimen(
    letter=Letter("Liefertermine halten", "Womit andere beginnen", HEAD + BODY, TEXT.replace("{more}", "")),
    size=9000,
    name="welcome/any/any/de",
    language="de",
    sources={"welcome/any/any/de.html.j2": HEAD + BODY, "welcome/any/any/de.txt.j2": TEXT},
    public_url=PUBLIC,
    unsubscribe=LEAVE,
    imprint=IMPRINT,
)


@dataclass
class Bad:
    """What is changed about the good letter: ``html`` (old -> new), ``more`` inside the body, ``says`` in its text."""

    finding: str
    html: dict[str, str] = field(default_factory=dict)
    more: str = ""
    says: str = ""
    text: dict[str, str] = field(default_factory=dict)
    letter: dict[str, str] = field(default_factory=dict)
    specimen: dict[str, Any] = field(default_factory=dict)
    also: tuple[str, ...] = ()


def _changed(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


def specimen(bad: Bad) -> Specimen:
    html, text = _changed(GOOD.letter.html, {"<!--MORE-->": bad.more, **bad.html}), _changed(TEXT, bad.text)
    text = text.replace("{more}", bad.says)
    sources = {"welcome/any/any/de.html.j2": html, "welcome/any/any/de.txt.j2": text}
    letter = replace(GOOD.letter, html=html, text=text, **bad.letter)
    return replace(GOOD, letter=letter, sources=sources, **bad.specimen)


BUTTON = """<!--[if !mso]><!--><a class="page link" href="https://nurture.example/l/2" style="display:inline-block;padding:13px 28px;
background-color:#0f5c63;color:#ffffff;line-height:24px">Lesen</a><!--<![endif]-->"""
WORDS = " ".join(f"Wort{n:03}" for n in range(40))
LINES = "\n".join(WORDS[start : start + 64] for start in range(0, len(WORDS), 64)) + "\n"
PICTURE = '<img src="https://nurture.example/bild.png" alt="Ein Plan" width="100" height="50" style="display:block">'


def with_picture(finding: str, changes: dict[str, str], *also: str) -> Bad:
    """A letter with enough text, and a picture that is not as it should be."""
    return Bad(finding, {"<p>viele": f"<p>{WORDS}<br>viele"}, more=_changed(PICTURE, changes), says=LINES, also=also)


def with_button(finding: str, changes: dict[str, str], *also: str) -> Bad:
    return Bad(finding, more=_changed(BUTTON, changes), says="\nLesen:\nhttps://nurture.example/l/2\n", also=also)


TABLE = '<table role="presentation" border="0" cellpadding="0" cellspacing="0">'


BAD = {
    # the law
    "no imprint in the html": Bad(
        "imprint error: the html does not say: Hauptstraße 1", {"GmbH, Hauptstraße 1, info": "GmbH, info"}
    ),
    "no imprint in the text": Bad(
        "imprint error: the text part does not say: Hauptstraße 1", text={"GmbH, Hauptstraße 1, info": "GmbH, info"}
    ),
    "no link to unsubscribe": Bad(
        "unsubscribe error: the html has no link to unsubscribe",
        {LEAVE: "https://nurture.example/x"},
        text={LEAVE: f"https://nurture.example/x {LEAVE}"},
        also=(f"text-links error: the html lacks the link of the text part to {LEAVE}",),
    ),
    "opt-in with a second link of ours": Bad(
        "opt-in error: there are 2 links to our pages instead of the one to confirm",
        specimen={"opt_in": True, "unsubscribe": None},
    ),
    # size
    "html near the cut": Bad("size warning: the html has 95 KB, Gmail cuts it at 102", {"<h1": f"<!--{'x' * 96_000}--><h1"}),
    "html cut": Bad("size error: the html has 105 KB, Gmail cuts it at 102", {"<h1": f"<!--{'x' * 107_000}--><h1"}),
    "html cut as it travels": Bad("size error: the html has 107 KB, Gmail cuts it at 102", specimen={"html_size": 110_000}),
    "mail too big": Bad("size warning: the whole mail has 245 KB", specimen={"size": 251_000}),
    # text part
    "text lacks a paragraph": Bad(
        f"text-part error: 62% of the words of the html are not in the text part: “{WORDS[:59]}…”", more=f"<p>{WORDS}</p>"
    ),
    "html lacks a paragraph": Bad(
        f"text-part error: 63% of the words of the text part are not in the html: “{WORDS[:59]}…”",
        says=LINES,
    ),
    "text lacks a link": Bad(
        "text-links error: the text part lacks the link “Fallbeispiel lesen”", text={"\nhttps://nurture.example/l/1": ""}
    ),
    "html lacks a link": Bad(
        "text-links error: the html lacks the link of the text part to https://nurture.example/l/2",
        says="\nhttps://nurture.example/l/2\n",
    ),
    "a long line": Bad(
        "text-lines warning: a line has 100 characters: “Guten Tag Frau Weber, viele Termine kippen zwei Wochen vorh…”",
        text={"Guten Tag Frau Weber,\n\nviele": "Guten Tag Frau Weber, viele", "vorher, und": "vorher, Woche fuer Woche und"},
    ),
    # the page
    "an element too much is closed": Bad("markup error: the html is broken: </b> closes nothing that is open", more="<p>keiner</b></p>"),
    "an element that is not closed": Bad("markup error: the html is broken: <b> is not closed before </td>", more="<b>keiner"),
    "elements in the wrong order": Bad(
        "markup error: the html is broken: <i> is not closed before </b>", more="<p><b><i>keiner</b></i></p>"
    ),
    "a table that is not closed": Bad(
        "markup error: the html is broken: <table> is not closed before </body>",
        more=f"{TABLE}<tr><td>keiner",
        also=tuple(f"markup error: the html is broken: <{tag}> is not closed before </body>" for tag in ("tr", "td")),
    ),
    "a page without an end": Bad("markup error: the html is broken: <html> is never closed", {"</html>": ""}),
    "wrong language": Bad(
        "language error: the mail is in 'de', <html> says lang=\"en\"", {'lang="de"': 'lang="en"'}
    ),
    "no language": Bad("language error: the mail is in 'de', <html> says lang=\"\"", {' lang="de"': ""}),
    "no title": Bad("title warning: there is no <title>", {"<title>Liefertermine halten</title>": ""}),
    "another title": Bad(
        "title warning: the title “Newsletter” has nothing of the subject “Liefertermine halten”",
        {"<title>Liefertermine halten": "<title>Newsletter"},
    ),
    "no charset": Bad("charset error: the head says no charset", {'<meta charset="utf-8">': ""}),
    "no viewport": Bad("viewport warning: there is no viewport of the device's width", {"device-width": "600"}),
    "no color-scheme": Bad(
        "color-scheme warning: there is no <meta name=color-scheme> for light and dark", {"light dark": "light"}
    ),
    "no dark colours": Bad(
        "color-scheme warning: there are no colours for dark", {"(prefers-color-scheme:dark)": "(max-width:400px)"}
    ),
    "a table without role": Bad(
        'layout-table error: a table lacks role="presentation"', {'<table role="presentation" width="100%"': '<table width="100%"'}
    ),
    "a table with gaps": Bad('layout-table error: a table lacks cellspacing="0"', {' cellspacing="0"': ""}),
    "as wide as the screen": Bad("container warning: nothing keeps the mail at 600 pixels", {"max-width:600px": "margin:0"}),
    "as wide as the screen in Outlook": Bad(
        "container warning: Outlook gets no table of 600 pixels", {'<table role="presentation" width="600">': "<table>"}
    ),
    "a table that is too wide": Bad(
        "container warning: <table> is 900 pixels wide",
        more=f"{TABLE.replace('>', ' width=900>')}<tr><td>keiner</td></tr></table>",
    ),
    "a style that is too wide": Bad(
        "container warning: <td> is 1000 pixels wide", {"<td style=\"": "<td style=\"width:62.5rem;"},
        also=("outlook warning: Outlook for Windows ignores it: width:62.5rem",),
    ),
    "too wide in Outlook": Bad(
        "container warning: what Outlook gets is 800 pixels wide",
        more='<!--[if mso]><table role="presentation" width="800"><tr><td></td></tr></table><![endif]-->',
    ),
    "a script": Bad("forbidden error: <script> does not work in mail programs", more="<script>alert(1)</script>"),
    "a form": Bad("forbidden error: <form> does not work in mail programs", more='<form action="https://a.example"></form>'),
    "a frame": Bad("forbidden error: <iframe> does not work in mail programs", more='<iframe src="https://a.example"></iframe>'),
    "a style sheet elsewhere": Bad(
        "forbidden error: <link> does not work in mail programs",
        {"<title>": '<link rel="stylesheet" href="https://a.example/a.css"><title>'},
    ),
    "an event attribute": Bad("forbidden error: the attribute onclick is a script", {"<h1 ": '<h1 onclick="x()" '}),
    "a data address": Bad(
        "forbidden error: a data: address in <img src>",
        more=PICTURE.replace("https://nurture.example/bild.png", "data:image/png;base64,AA"),
        says=LINES,
        html={"<p>viele": f"<p>{WORDS}<br>viele"},
    ),
    "a style block for everything": Bad(
        "inline warning: the style block sets font-size of “p”", {"<style>": "<style>p{font-size:16px}"}
    ),
    # pictures
    "a picture without alt": with_picture("alt error: the picture bild.png has no alt text", {' alt="Ein Plan"': ""}),
    "a picture named like its file": with_picture("alt error: the alt text “plan.png” is a file's name", {"Ein Plan": "plan.png"}),
    "a picture without size": with_picture("image-size warning: the picture bild.png has no width, height", {' width="100" height="50"': ""}),
    "a picture with a gap": with_picture("image-size warning: the picture bild.png has no display:block", {"display:block": "border:0"}),
    "a picture instead of text": with_picture(
        "image-text warning: 492 letters of text stand beside 1 pictures of 240,000 square pixels",
        {'width="100" height="50"': 'width="600" height="400"'},
    ),
    "a pixel": with_picture(
        "tracking-pixel error: the picture bild.png cannot be seen", {'width="100" height="50"': 'width="1" height="1"'}
    ),
    "a hidden picture": with_picture("tracking-pixel error: the picture bild.png cannot be seen", {"display:block": "display:none"}),
    "a picture that is not shown": with_picture("tracking-pixel error: the picture bild.png cannot be seen",
        {'width="100" height="50"': 'width="20" height="20"', "display:block": "display:block;opacity:0"},
        "outlook warning: Outlook for Windows shows it at full strength: opacity:0"),
    "a pixel by its style": with_picture("tracking-pixel error: the picture bild.png cannot be seen",
        {"display:block": "display:block;width:1px;height:.1em"}),
    "a drawing": with_picture("outlook warning: Outlook for Windows shows no webp pictures", {"bild.png": "bild.webp"}),
    # buttons
    "a low button": with_button("button warning: a button is 40 pixels high: “Lesen”", {"padding:13px": "padding:8px"}),
    "a button without a form for Outlook": with_button(
        "button warning: Outlook draws a button without its area: “Lesen”", {"<!--[if !mso]><!-->": "", "<!--<![endif]-->": ""},
        "outlook warning: Outlook for Windows draws no padding of <a>: padding:13px 28px",
    ),
    # reading
    "grey on white": Bad(
        "contrast error: in light, #999999 on #ffffff has a contrast of 2.8 : 1: “viele Termine kippen zwei Wochen vorher,”",
        {"<p>viele": '<p class="ink" style="color:#999999">viele'},
    ),
    "grey on white by newer names": Bad(
        "contrast error: in light, #cccccc on #ffffff has a contrast of 1.6 : 1: “viele Termine kippen zwei Wochen vorher,”",
        {"<p>viele": '<p class="ink" style="color:hsl(0 0% 80%)">viele'},
        also=("outlook warning: Outlook for Windows ignores the colour: color:hsl(0 0% 80%)",),
    ),
    "grey on white by shares": Bad(
        "contrast error: in light, #999999 on #ffffff has a contrast of 2.8 : 1: “viele Termine kippen zwei Wochen vorher,”",
        {"<p>viele": '<p class="ink" style="color:hwb(0 60% 40%)">viele'},
        also=("outlook warning: Outlook for Windows ignores the colour: color:hwb(0 60% 40%)",),
    ),
    "dark on dark": Bad(
        "contrast error: in dark, #27231e on #121718 has a contrast of 1.2 : 1: “viele Termine kippen zwei Wochen vorher,”",
        {"<p>viele": '<p style="color:#27231e">viele'},
    ),
    "small": Bad("text-size warning: text of 13 pixels: “Beispiel GmbH, Hauptstraße 1, info@examp”", {"14px": "13px"}),
    "tiny in centimetres": Bad(
        "text-size error: text of 7.55906 pixels: “Beispiel GmbH, Hauptstraße 1, info@examp”", {"14px": "2e-1cm"}
    ),
    "tiny": Bad("text-size error: text of 10 pixels: “Beispiel GmbH, Hauptstraße 1, info@examp”", {"14px": "7.5pt"}),
    "a link like text": Bad(
        "underline warning: a link is not underlined: “Fallbeispiel lesen”",
        {'underline">Fallbeispiel': 'none">Fallbeispiel'},
    ),
    "a link without text": Bad(
        "link-text error: the link to https://nurture.example/l/1 has no text",
        {">Fallbeispiel lesen</a>": "></a>"},
    ),
    "two first headings": Bad(
        "heading warning: there is a second <h1>: “Guten Tag Frau Weber,”", {"<p>Guten Tag Frau Weber,</p>": "<h1>Guten Tag Frau Weber,</h1>"}
    ),
    "no heading": Bad("heading warning: there is no <h1>", {"<h1 ": "<p ", "</h1>": "</p>"}),
    "a level left out": Bad(
        "heading warning: <h3> follows <h1>: “Guten Tag Frau Weber,”", {"<p>Guten Tag Frau Weber,</p>": "<h3>Guten Tag Frau Weber,</h3>"}
    ),
    # links
    "shows another address": Bad(
        "link-target error: the text shows www.bank.example, the link leads to nurture.example",
        {"Fallbeispiel lesen</a>": "www.bank.example</a>"},
        text={"Fallbeispiel lesen": "www.bank.example"},
    ),
    "shows another domain": Bad(
        "link-target error: the text shows Sparkasse.de, the link leads to nurture.example",
        {"Fallbeispiel lesen</a>": "Fallbeispiel bei Sparkasse.de</a>"},
        text={"Fallbeispiel lesen": "Fallbeispiel bei Sparkasse.de"},
    ),
    "shows another mailbox": Bad(
        "link-target error: the text shows info@bank.example, the link leads to x@evil.example",
        more='<p><a class="link" href="mailto:x@evil.example" style="color:#0f5c63">info@bank.example</a></p>',
        says="\ninfo@bank.example\n",
    ),
    "leads to another host than it begins with": Bad(
        "link-target error: the address begins with bank.example@ and leads to nurture.example",
        {"https://nurture.example/l/1": "https://bank.example@nurture.example/l/1"},
        text={"https://nurture.example/l/1": "https://bank.example@nurture.example/l/1"},
    ),
    "a plain link in the text alone": Bad(
        "text-links error: the html lacks the link of the text part to http://203.0.113.7/l/2",
        says="\nhttp://203.0.113.7/l/2\n",
        also=(
            "link-plain error: a link leads to 'http://203.0.113.7/l/2'",
            "link-ip error: a link to the bare address 203.0.113.7",
        ),
    ),
    "a shortened link": Bad(
        "link-shortener warning: bit.ly shortens links",
        {"https://nurture.example/l/1": "https://bit.ly/1"},
        text={"https://nurture.example/l/1": "https://bit.ly/1"},
    ),
    "a bare address": Bad(
        "link-ip error: a link to the bare address 203.0.113.7",
        {"https://nurture.example/l/1": "https://203.0.113.7/1"},
        text={"https://nurture.example/l/1": "https://203.0.113.7/1"},
    ),
    "a plain link": Bad(
        "link-plain error: the link “Fallbeispiel lesen” leads to 'http://nurture.example/l/1'",
        {"https://nurture.example/l/1": "http://nurture.example/l/1"},
        text={"https://nurture.example/l/1": "http://nurture.example/l/1"},
    ),
    "a script as a link": Bad(
        "link-plain error: the link “Fallbeispiel lesen” leads to 'javascript:alert(1)'",
        {"https://nurture.example/l/1": "javascript:alert(1)"},
        text={"https://nurture.example/l/1": ""},
    ),
    # subject
    "a long subject": Bad(
        f"subject-length error: the subject has 65 characters: “Liefertermine halten {'x' * 44}”",
        letter={"subject": "Liefertermine halten " + "x" * 44},
    ),
    "a shouting subject": Bad(
        "capitals error: the subject is all in capitals: “LIEFERTERMINE HALTEN”", letter={"subject": "LIEFERTERMINE HALTEN"}
    ),
    "an excited subject": Bad(
        "subject-signs warning: the subject shouts with signs: “Liefertermine halten!!”",
        letter={"subject": "Liefertermine halten!!"},
    ),
    "many emoji": Bad(
        "subject-signs warning: the subject shouts with signs: “🔥 Liefertermine 🔥”", letter={"subject": "🔥 Liefertermine 🔥"}
    ),
    "no preheader": Bad("preheader error: the preheader is empty", {">Womit andere beginnen<": "><"}, letter={"preheader": ""}),
    "the preheader repeats": Bad(
        "preheader error: the preheader repeats the subject",
        {"Womit andere beginnen": "Liefertermine halten"},
        letter={"preheader": "Liefertermine halten"},
    ),
    "the preheader comes late": Bad(
        "preheader error: the html does not begin with the preheader", {'<div style="display:none;max-height:0">Womit andere beginnen</div>': ""}
    ),
    "spam in the subject": Bad(
        "spam-words warning: “gratis” in the subject", letter={"subject": "Liefertermine gratis"}
    ),
    "spam in the text": Bad(
        "spam-words warning: several words of spam: gratis, rabatt, nur heute",
        more="<p>Gratis, mit Rabatt, nur heute</p>",
        says="\nGratis, mit Rabatt, nur heute\n",
    ),
    "spam in the html": Bad(
        "spam-words warning: several words of spam: gratis, jetzt kaufen, ohne risiko",
        more="<p>Gratis, <b>jetzt</b> kaufen, ohne Risiko</p>",
    ),
    "hidden words": Bad("hidden-text warning: hidden text: “Fachtagung”", more='<div style="display:none">Fachtagung</div>'),
    "words that cannot be seen": Bad(
        "hidden-text warning: hidden text: “Fachtagung”", more='<p style="visibility:hidden">Fachtagung</p>'
    ),
    "words outside of the window": Bad(
        "hidden-text warning: hidden text: “Fachtagung”", more='<p style="text-indent:-9999px">Fachtagung</p>'
    ),
    "words in a box of no height": Bad(
        "hidden-text warning: hidden text: “Fachtagung”", more='<p style="max-height:0;overflow:hidden">Fachtagung</p>'
    ),
    "words of no size": Bad(
        "text-size error: text of 0 pixels: “Fachtagung”", more='<p style="font-size:0">Fachtagung</p>', says="\nFachtagung\n"
    ),
    # programs
    "flexible boxes": Bad(
        "outlook warning: Outlook for Windows puts the columns below each other: display:flex", {"<h1 style=\"": '<h1 style="display:flex;'}
    ),
    "transparent colours": Bad(
        "outlook warning: Outlook for Windows ignores the colour: color:rgba(0,0,0,1)",
        {"<p>viele": '<p class="ink" style="color:rgba(0,0,0,1)">viele'},
    ),
    "padding of a paragraph": Bad(
        "outlook warning: Outlook for Windows draws no padding of <p>: padding:8px", {"<p>viele": '<p style="padding:8px">viele'}
    ),
    "hovering": Bad(
        "outlook warning: Outlook for Windows and all phones know no :hover: a:hover",
        {"<style>": "<style>a:hover{text-decoration:none}"},
    ),
    "a web font": Bad(
        "outlook warning: Outlook for Windows may show Times New Roman instead of a web font: @font-face",
        {"<style>": "<style>@font-face{font-family:x;src:url(https://a.example/x.woff2)}"},
    ),
    "an import": Bad(
        "gmail warning: Gmail and Outlook load no style sheets: @import",
        {"<style>": "<style>@import url(https://a.example/x.css);"},
    ),
    "a long style block": Bad(
        "gmail warning: a style block has 9144 characters; from 8192 on Gmail drops it whole",
        {"<style>": f"<style>/*{'x' * 9000}*/"},
    ),
    "a broken style block": Bad(
        "gmail warning: Gmail drops a style block with faults: EOF reached before {} block for a qualified rule.",
        {"<style>": "<style>.a{x:}.b{:y}"},
    ),
    "selectors by attribute": Bad(
        "gmail warning: Gmail ignores selectors by attribute: a[href]", {"<style>": "<style>a[href]{cursor:auto}"}
    ),
}  # fmt: skip


def told(one: Specimen) -> list[str]:
    return [f"{found.rule} {found.level}: {found.message}" for found in lint(one)]


def test_nothing_is_wrong_with_a_good_letter() -> None:
    assert told(replace(GOOD, letter=replace(GOOD.letter, html=GOOD.letter.html.replace("<!--MORE-->", "")))) == []


@pytest.mark.parametrize("name", BAD)
def test_a_bad_letter_has_just_this_fault(name: str) -> None:
    bad = BAD[name]
    assert told(specimen(bad)) == [bad.finding, *bad.also]


HONEST = (
    "Fallbeispiel lesen",
    "nurture.example",
    "www.nurture.example/l/1",
    "Bericht.pdf",
    "setup.py",
    "z.B. hier",
    "Node.js",
)


@pytest.mark.parametrize("text", HONEST)
def test_a_link_may_show_where_it_leads_and_what_is_no_address(text: str) -> None:
    old = "Fallbeispiel lesen"
    assert told(specimen(Bad("", {f"{old}</a>": f"{text}</a>"}, text={old: text}))) == []


# --- places, levels, gathering ------------------------------------------------------------------------------------------


def place(bad: Bad) -> tuple[str, int]:
    one = specimen(bad)
    (found,) = lint(one)
    return found.file, found.line


PLACES = {
    "a word in the html": ("a bare address", "welcome/any/any/de.html.j2", "https://203.0.113.7"),
    "a line of the text": ("a long line", "welcome/any/any/de.txt.j2", "Guten Tag Frau Weber, viele"),
    "a link that the text lacks": ("text lacks a link", "welcome/any/any/de.html.j2", "Fallbeispiel lesen"),
    "a word of spam": ("spam in the text", "welcome/any/any/de.txt.j2", "Gratis"),
    "a word of spam in the html": ("spam in the html", "welcome/any/any/de.html.j2", "Gratis"),
    "an attribute": ("wrong language", "welcome/any/any/de.html.j2", "<html"),
    "a sentence that begins inside a line": ("grey on white", "welcome/any/any/de.html.j2", "viele Termine"),
    "a rule of the style block": ("hovering", "welcome/any/any/de.html.j2", "a:hover"),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_finding_says_where(name: str) -> None:
    bad, file, word = PLACES[name]
    one = specimen(BAD[bad])
    lines = one.sources[file].splitlines()
    assert place(BAD[bad]) == (file, next(n for n, line in enumerate(lines, 1) if word in line))


HERE = '<a class="link" href="https://nurture.example/l/2" style="color:#0f5c63;text-decoration:underline">hier</a>'
ICON = '<img src="a.png" alt="Ein Plan" width="9" height="9" style="display:block">'
NARROW = ICON.replace(' width="9"', "")
AMONG = {
    "a link whose words stand elsewhere": (f"<p>Winzige Schrift hier</p>\n<p>Und\n{HERE} mehr</p>", "Winzige Schrift hier\nUnd hier mehr\n", {3}),
    "the second of two pictures": (f"<p>Erst\n{ICON}\ndann\n{NARROW} auch</p>", "Erst dann auch\n", {4}),
    "pictures that are alike": (f"<p>\n{NARROW}\n{NARROW}\n{NARROW}\n</p>", "", {2, 3, 4}),
    "the second of two elements": ("<p>Erst <b>eins</b>\nund\n<b>zwei</p>", "Erst eins und zwei\n", {3}),
}  # fmt: skip


@pytest.mark.parametrize("name", AMONG)
def test_of_several_places_the_elements_own_is_told(name: str) -> None:
    more, says, lines = AMONG[name]
    one = specimen(Bad("", more=more, says=says))
    first = one.letter.html.split(more)[0].count("\n")
    wanted = {"text-links", "image-size", "markup"}
    assert {(f.file, f.line - first) for f in lint(one) if f.rule in wanted} == {
        ("welcome/any/any/de.html.j2", n) for n in lines
    }


def test_what_one_template_does_not_close_is_told_there_and_not_in_the_layout() -> None:
    own = "{% extends 'layout/letter.html.j2' %}\n{% block body %}\n" + TABLE + "<tr><td>{{ name }}\n{% endblock %}"
    html = GOOD.letter.html.replace("<!--MORE-->", TABLE + "<tr><td>keiner")
    sources = {"one/any/any/de.html.j2": own, "one/any/any/de.txt.j2": TEXT, "layout/letter.html.j2": GOOD.letter.html}
    found = lint(replace(GOOD, letter=replace(GOOD.letter, html=html), name="one/any/any/de", sources=sources))
    assert {(f.rule, f.file, f.line) for f in found} == {("markup", "one/any/any/de.html.j2", 3)}


def test_a_fault_of_the_layout_is_found_there_and_told_once() -> None:
    html = GOOD.letter.html.replace('lang="de"', "")
    own, layout = "{% extends 'layout/letter.html.j2' %}", html
    found = []
    for mail in ("one/any/any/de", "two/any/any/de"):
        sources = {f"{mail}.html.j2": own, f"{mail}.txt.j2": TEXT, "layout/letter.html.j2": layout}
        one = replace(GOOD, letter=replace(GOOD.letter, html=html), name=mail, sources=sources)
        found += [(mail, finding) for finding in lint(one)]
    (verdict,) = verdicts(found)
    assert (verdict.finding.file, verdict.finding.line) == ("layout/letter.html.j2", 2)
    assert verdict.mails == ("one/any/any/de", "two/any/any/de")
    assert "(in 2 mails, such as one/any/any/de)" in str(verdict)


def test_errors_come_first() -> None:
    bad = Bad("", {'lang="de"': 'lang="en"', "device-width": "600"}, letter={"subject": "Liefertermine halten!!"})
    levels = [v.finding.level for v in verdicts(("mail", finding) for finding in lint(specimen(bad)))]
    assert levels == [Level.ERROR, Level.WARNING, Level.WARNING]


def test_with_the_longest_names_only_what_depends_on_them_is_judged() -> None:
    letter = replace(GOOD.letter, subject="Liefertermine halten " + "x" * 44, html=f"<p>{'x' * 110_000}</p>")
    assert told(replace(GOOD, letter=letter, longest=True)) == [
        "size error: the html has 107 KB with the longest names and links, Gmail cuts it at 102",
        f"subject-length warning: the subject has 65 characters with the longest names: “Liefertermine halten {'x' * 44}”",
    ]


def test_every_rule_has_its_bad_letter() -> None:
    assert {bad.finding.split()[0] for bad in BAD.values()} == RULES.keys() - {"written"}


@pytest.mark.parametrize(
    "html", ["", "<", "<p", "<!--", "</b></b>", "\x00", "<style>{{{", "<a href='//['>x", "<td style='color:'>x"]
)
def test_whatever_it_is_given_it_judges(html: str) -> None:
    assert lint(replace(GOOD, letter=replace(GOOD.letter, html=html)))
