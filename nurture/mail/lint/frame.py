"""What surrounds the words: head, tables, container, and what does not belong into a mail at all (H3)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nurture.mail.environment import HTML
from nurture.mail.lint.colour import pixels
from nurture.mail.lint.finding import Finding, Spot
from nurture.mail.lint.page import Page
from nurture.mail.lint.rules import RULES
from nurture.mail.lint.tree import Element
from nurture.mail.unusable import ELEMENTS

_QUIRK = re.compile(r":root|\[data-og|#outlook|#MessageViewBody|\.ExternalClass|u ?[+~]|\[x-apple|\.msw|@-ms-viewport")
_LOOKS = frozenset({
    "color", "background", "background-color", "font", "font-size", "font-family", "line-height", "padding", "margin",
    "width", "text-align", "border",
})  # fmt: skip
_WIDTH = 600
_NAMED = re.compile(r"(?<![\w-])width\s*[=:]\s*[\"']?\s*(\d+)(?!\d*%)")


def markup(page: Page) -> Iterator[Finding]:
    for fault in page.tree.faults:
        tag = re.match(r"</?[\w:-]+", fault.tag)
        yield RULES["markup"].broken(
            f"the html is broken: {fault.message}", *((fault.tag, tag[0]) if tag else ()), spot=Spot(HTML, fault.at)
        )


def language(page: Page) -> Iterator[Finding]:
    html, wanted = page.tree.root, page.specimen.language
    said = html.attributes.get("lang", "")
    if said.split("-")[0].lower() != wanted.split("-")[0].lower():
        yield RULES["language"].broken(f"the mail is in '{wanted}', <html> says lang=\"{said}\"", "<html")


def title(page: Page) -> Iterator[Finding]:
    element, subject = page.tree.first("title"), page.specimen.letter.subject
    said = element.text if element else ""
    if not said:
        yield RULES["title"].broken("there is no <title>", "<head>")
    elif not set(re.findall(r"\w+", said.casefold())) & set(re.findall(r"\w+", subject.casefold())):
        yield RULES["title"].broken(f"the title “{said}” has nothing of the subject “{subject}”", "<title>")


def head(page: Page) -> Iterator[Finding]:
    metas = {meta.attributes.get("name", "").lower(): meta.attributes.get("content", "") for meta in page.tree.all("meta")}
    charsets = [meta.attributes["charset"].lower() for meta in page.tree.all("meta") if "charset" in meta.attributes]
    if charsets != ["utf-8"]:
        yield RULES["charset"].broken(f"the head says {charsets[0] if charsets else 'no charset'}", "charset", "<head>")
    if "width=device-width" not in metas.get("viewport", "").replace(" ", ""):
        yield RULES["viewport"].broken("there is no viewport of the device's width", "viewport", "<head>")
    if not {"light", "dark"} <= set(metas.get("color-scheme", "").split()):
        yield RULES["color-scheme"].broken("there is no <meta name=color-scheme> for light and dark", "<head>")
    elif not page.has_dark:
        yield RULES["color-scheme"].broken("there are no colours for dark", "color-scheme")


def tables(page: Page) -> Iterator[Finding]:
    for table in page.tree.all("table"):
        if any(True for th in page.tree.all("th") if table in th.ancestors):
            continue  # a table of data
        wanted = {"role": "presentation", "border": "0", "cellpadding": "0", "cellspacing": "0"}
        lacks = [f'{name}="{value}"' for name, value in wanted.items() if table.attributes.get(name) != value]
        if table.attributes.get("role") == "none":
            lacks = [one for one in lacks if not one.startswith("role")]
        if lacks:
            yield RULES["layout-table"].broken(f"a table lacks {', '.join(lacks)}", *table.needles, spot=table.spot)


def container(page: Page) -> Iterator[Finding]:
    limits = [_width(page, element) for element in page.tree.all("table", "div", "td")]
    if not any(0 < width <= _WIDTH for width in limits):
        yield RULES["container"].broken("nothing keeps the mail at 600 pixels", "<body")
    elif not any("mso" in comment and re.search(r'width="?[456]\d\d\b', comment) for comment in page.tree.comments):
        yield RULES["container"].broken("Outlook gets no table of 600 pixels", "max-width", "<body")
    yield from _wide(page)


def _wide(page: Page) -> Iterator[Finding]:
    """What is wider than the mail, and makes it so: by an attribute, by a style, for Outlook alone."""
    for element in page.tree.all():
        style = page.light.of(element)
        named = {name: style.get(name, "") for name in ("width", "min-width", "max-width")}
        sizes = {name: pixels(said, 0.0) or 0.0 for name, said in named.items()}
        sizes["width"] = max(sizes["width"], pixels(element.attributes.get("width", ""), 0.0) or 0.0)
        narrow = not element.outlook and (named["max-width"].endswith("%") or 0 < sizes["max-width"] <= _WIDTH)
        widest = sizes["min-width"] if narrow else max(sizes.values())
        if widest > _WIDTH:
            said = f"<{element.tag}> is {widest:g} pixels wide"
            yield RULES["container"].broken(said, *element.needles, spot=element.spot)
    for comment in page.tree.comments:
        for size in _NAMED.findall(comment) if "mso" in comment else ():
            if int(size) > _WIDTH:
                yield RULES["container"].broken(f"what Outlook gets is {size} pixels wide", f'width="{size}"', size)


def _width(page: Page, element: Element) -> int:
    said = page.light.of(element).get("max-width") or page.light.of(element).get("width", "")
    said = said or element.attributes.get("width", "")
    found = re.fullmatch(r"(\d{3,4})(px)?", said)
    return int(found[1]) if found and int(found[1]) >= 300 else 0


def forbidden(page: Page) -> Iterator[Finding]:
    for element in page.tree.all():
        if element.tag in ELEMENTS:
            yield RULES["forbidden"].broken(
                f"<{element.tag}> does not work in mail programs", *element.needles, spot=element.spot
            )
        if element.tag == "meta" and element.attributes.get("http-equiv", "").lower() == "refresh":
            yield RULES["forbidden"].broken(
                "<meta http-equiv=refresh> leads readers away", *element.needles, spot=element.spot
            )
        for name, value in element.attributes.items():
            if name.startswith("on"):
                yield RULES["forbidden"].broken(f"the attribute {name} is a script", f"{name}=", spot=element.spot)
            if "data:" in value.lower() and name in ("src", "href", "style", "background"):
                yield RULES["forbidden"].broken(f"a data: address in <{element.tag} {name}>", "data:", spot=element.spot)


def inline(page: Page) -> Iterator[Finding]:
    for found in page.sheets:
        for rule in found.rules:
            looks = [declared.name for declared in rule.declarations if declared.name in _LOOKS]
            if not rule.media and looks and not _QUIRK.search(rule.selector):
                yield RULES["inline"].broken(
                    f"the style block sets {', '.join(looks)} of “{rule.selector}”", f"{rule.selector}{{", rule.selector
                )
