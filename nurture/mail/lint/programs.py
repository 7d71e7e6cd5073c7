"""What Outlook for Windows (which draws with Word) and Gmail do not know of CSS, and what breaks without it.

Only what a mail suffers from: that Outlook draws corners square and shadows not at all harms nobody and is not listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nurture.mail.lint.css import Declaration, Sheet, StyleRule, declarations
from nurture.mail.lint.finding import Finding, Spot
from nurture.mail.lint.page import Page
from nurture.mail.lint.rules import RULES
from nurture.mail.lint.tree import Element

_SHEET_MAX = 8192


@dataclass(frozen=True, slots=True)
class Gap:
    """A declaration that ``rule``'s program does not know: property and value (patterns), what happens, what works."""

    rule: str
    property: str
    value: str
    breaks: str
    instead: str


GAPS = (
    Gap("outlook", "display", r"(inline-)?(flex|grid)", "puts the columns below each other", "lay out with tables"),
    Gap("outlook", "grid.*|flex.*|gap|order", r".*", "ignores it", "lay out with tables"),
    Gap("outlook", "position", r"absolute|fixed|sticky", "leaves it where it stands in the text", "lay out with tables"),
    Gap("gmail", "position", r"absolute|fixed|sticky", "removes it", "lay out with tables"),
    Gap("outlook", "float", r"left|right", "often ignores it", "lay out with tables"),
    Gap("outlook", "background(-image)?", r".*url\(.*", "shows no background picture", "set a background colour as well"),
    Gap("outlook", "background(-image)?", r".*gradient\(.*", "shows no gradient", "set a background colour as well"),
    Gap(
        "outlook",
        "(background-|border-.*)?color|background",
        r"(rgba|hsla?|hwb|lab|lch|oklab|oklch|color)\(.*",
        "ignores the colour",
        "write #rrggbb",
    ),
    Gap("outlook", ".*", r".*\bcalc\(.*", "ignores the declaration", "write a fixed size"),
    Gap("outlook", ".*", r".*\bvar\(.*", "ignores the declaration", "write the value itself"),
    Gap("gmail", ".*", r".*\bvar\(.*", "ignores the declaration", "write the value itself"),
    Gap(
        "outlook", "font-size|line-height|margin.*|padding.*|width|height", r".*\d(rem|vw|vh)\b.*", "ignores it", "write px"
    ),
    Gap("outlook", "min-(width|height)", r".*", "ignores it", "set width or height of a cell"),
    Gap("outlook", "opacity", r"0?\.\d+|0", "shows it at full strength", "choose a lighter colour"),
    Gap("outlook", "margin.*", r"(.* )?-\d.*", "ignores negative margins", "give the neighbour less padding"),
    Gap("gmail", "margin.*", r"(.* )?-\d.*", "removes negative margins", "give the neighbour less padding"),
    Gap("outlook", "transform|animation.*|transition.*|clip-path|filter", r".*", "ignores it", "do without"),
    Gap("outlook", "object-fit", r".*", "stretches the picture", "cut the picture itself"),
)
_COMPILED = [(gap, re.compile(gap.property), re.compile(gap.value, re.IGNORECASE)) for gap in GAPS]
_PROGRAMS = {"outlook": "Outlook for Windows", "gmail": "Gmail"}


def elements(page: Page) -> Iterator[Finding]:
    for element in page.tree.all():
        for declared in declarations(element.attributes.get("style", "")):
            for gap in _gaps(declared):
                if gap.rule != "outlook" or element.outlook:
                    yield _finding(gap, declared, element.spot)
        if element.outlook:
            yield from _box(page, element)
        yield from _picture_kind(element)


def _gaps(declared: Declaration) -> Iterator[Gap]:
    for gap, name, value in _COMPILED:
        if name.fullmatch(declared.name) and value.fullmatch(declared.value):
            yield gap


def _finding(gap: Gap, declared: Declaration, spot: Spot | None) -> Finding:
    said = f"{_PROGRAMS[gap.rule]} {gap.breaks}: {declared}"
    return RULES[gap.rule].broken(said, str(declared), declared.name, spot=spot, remedy=gap.instead)


def _box(page: Page, element: Element) -> Iterator[Finding]:
    """Padding and width of what is no cell."""
    if element.tag not in ("div", "p", "span", "a", "h1", "h2", "h3") or not page.seen(element):
        return
    for declared in declarations(element.attributes.get("style", "")):
        if declared.name.startswith("padding") and re.search(r"[1-9]", declared.value) and not _mended(element):
            yield RULES["outlook"].broken(
                f"Outlook for Windows draws no padding of <{element.tag}>: {declared}", str(declared),
                spot=element.spot, remedy="give the padding to the cell around it, or to the cell as mso-padding-alt",
            )  # fmt: skip


def _mended(element: Element) -> bool:
    """Whether the cell around it has padding for Outlook alone."""
    cell = next((e for e in element.ancestors if e.tag == "td"), None)
    return cell is not None and "mso-padding-alt" in cell.attributes.get("style", "")


def _picture_kind(element: Element) -> Iterator[Finding]:
    src = element.attributes.get("src", "").partition("?")[0].lower()
    if element.tag == "img" and src.endswith((".svg", ".webp", ".avif")):
        kind = src.rpartition(".")[2]
        yield RULES["outlook"].broken(
            f"Outlook for Windows shows no {kind} pictures", src, "<img", spot=element.spot, remedy="use png or jpeg"
        )
        if kind == "svg":
            yield RULES["gmail"].broken(
                "Gmail shows no svg pictures", src, "<img", spot=element.spot, remedy="use png or jpeg"
            )


def style_blocks(page: Page) -> Iterator[Finding]:
    for sheet in page.sheets:
        yield from _limits(sheet)
        for rule in sheet.rules:
            yield from _selector(rule)
            if not rule.media:
                yield from (_finding(gap, declared, None) for declared in rule.declarations for gap in _gaps(declared))


def _limits(sheet: Sheet) -> Iterator[Finding]:
    if len(sheet.text) > _SHEET_MAX:
        yield RULES["gmail"].broken(
            f"a style block has {len(sheet.text)} characters; from {_SHEET_MAX} on Gmail drops it whole", "<style",
            remedy="split it in two, the important one first",
        )  # fmt: skip
    for fault in sheet.faults:
        yield RULES["gmail"].broken(
            f"Gmail drops a style block with faults: {fault}", "<style", remedy="mend it; each block stands alone"
        )
    for name in sheet.at_rules:
        if name in _AT_RULES:
            program, breaks, instead = _AT_RULES[name]
            yield RULES[program].broken(breaks, f"@{name}", "@media", remedy=instead)


_AT_RULES = {
    "import": ("gmail", "Gmail and Outlook load no style sheets: @import", "write the styles into the mail"),
    "font-face": (
        "outlook",
        "Outlook for Windows may show Times New Roman instead of a web font: @font-face",
        "put it into a style block of its own behind <!--[if !mso]><!-->, and name fonts that everybody has",
    ),
    "media-in-media": ("gmail", "Gmail drops a style block with @media inside of @media", "write the queries side by side"),
    "supports": ("gmail", "Gmail ignores @supports", "do without"),
}


def _selector(rule: StyleRule) -> Iterator[Finding]:
    if ":hover" in rule.selector:
        yield RULES["outlook"].broken(
            f"Outlook for Windows and all phones know no :hover: {rule.selector}", rule.selector,
            remedy="say nothing by hovering",
        )  # fmt: skip
    if "[" in rule.selector and not re.match(r"\[data-og|a\[x-apple|\[x-apple", rule.selector):
        yield RULES["gmail"].broken(
            f"Gmail ignores selectors by attribute: {rule.selector}", rule.selector, remedy="use a class"
        )
