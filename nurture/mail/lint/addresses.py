"""Where links lead, and whether they say so (H7)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

from nurture.mail.environment import TEXT
from nurture.mail.lint.finding import Finding, Spot
from nurture.mail.lint.page import Page
from nurture.mail.lint.rules import RULES

_SHORTENERS = frozenset({
    "bit.ly", "bitly.com", "buff.ly", "cutt.ly", "goo.gl", "is.gd", "lnkd.in", "ow.ly", "rb.gy", "rebrand.ly", "s.id",
    "shorturl.at", "t.co", "t.ly", "t1p.de", "tiny.cc", "tinyurl.com", "tr.ee", "v.gd", "x.gd",
})  # fmt: skip
_NAME = r"[^\W_](?:[\w-]*[^\W_])?"
_ENDS = (
    "(?!(?:cs|hs|js|md|ps|py|sh|ts)\\b)[a-z]{2}"
    "|app|bank|berlin|biz|cloud|com|dev|digital|edu|example|gmbh|gov|hamburg|info|koeln|mil|mobi|net|online|org|page|pro"
    "|shop|site|store|swiss|test|wien|xn--[a-z0-9-]+"
)
"""What domains end with; not what files do as well, such as .py, for most texts are no addresses."""
_SHOWN = re.compile(
    r"(?:https?://|\bwww\.)[^\s,;)]+"
    rf"|(?<![\w@.-])(?:{_NAME}\.)+[a-z]{{2,}}/[^\s,;)]*"
    rf"|(?<![\w@.-])(?:{_NAME}\.)+(?:{_ENDS})(?![\w@-]|\.\w)",
    re.IGNORECASE,
)
_MAILBOX = re.compile(rf"[\w.+-]+@(?:{_NAME}\.)+[a-z]{{2,}}", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_WORKING = ("https", "mailto", "tel")


def addresses(page: Page) -> Iterator[Finding]:
    for a in page.links:
        href = a.attributes["href"].strip()
        yield from _link(href, a.text, a.spot)
    for image in page.tree.all("img"):
        src = image.attributes.get("src", "")
        if _parts(src).scheme.lower() == "http":
            yield RULES["link-plain"].broken(f"the picture {src[:60]} is not loaded by https", src, spot=image.spot)
        yield from _host_faults(src, "", image.spot)
    told = {a.attributes["href"].strip() for a in page.links}
    for found in _URL.finditer(page.specimen.letter.text):
        url = found[0].rstrip(".,;:)")
        if url not in told:
            yield from _link(url, "", Spot(TEXT, found.start()))


def _link(href: str, text: str, spot: Spot | None) -> Iterator[Finding]:
    parts = _parts(href)
    if parts.scheme.lower() not in _WORKING:
        said = f"the link “{text[:40]}” leads to {href[:60]!r}" if text else f"a link leads to {href[:60]!r}"
        yield RULES["link-plain"].broken(said, href, text, spot=spot)
    yield from _host_faults(href, text, spot)
    if (shown := _shown(text, parts)) is not None:
        said = f"the text shows {shown[:60]}, the link leads to {parts.hostname or parts.path[:60] or href[:60]}"
        yield RULES["link-target"].broken(said, text, href, spot=spot)


def _shown(text: str, leads: SplitResult) -> str | None:
    """The address in the text of a link that leads elsewhere; None: none."""
    if leads.scheme.lower() == "mailto":
        boxes = _MAILBOX.findall(text)
        return next((box for box in boxes if box.casefold() != unquote(leads.path).casefold()), None)
    shown = _SHOWN.search(text)
    return shown[0] if shown and _host(shown[0]) != (leads.hostname or "").removeprefix("www.") else None


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url.replace("\\", "/"))  # as browsers read it
    except ValueError:  # such as an unfinished [IPv6]
        return SplitResult("", "", url, "", "")


def _host(shown: str) -> str:
    return (_parts(shown if "//" in shown else f"//{shown}").hostname or "").removeprefix("www.")


def _host_faults(href: str, text: str, spot: Spot | None) -> Iterator[Finding]:
    parts = _parts(href)
    host = parts.hostname or ""
    if parts.scheme.lower() != "mailto" and "@" in parts.netloc:
        said = f"the address begins with {parts.netloc.rpartition('@')[0][:60]}@ and leads to {host}"
        yield RULES["link-target"].broken(said, href, text, spot=spot, remedy="leave out what stands before the @")
    if host.removeprefix("www.") in _SHORTENERS:
        yield RULES["link-shortener"].broken(f"{host} shortens links", href, text, spot=spot)
    if _is_ip(host):
        yield RULES["link-ip"].broken(f"a link to the bare address {host}", href, text, spot=spot)


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return re.fullmatch(r"\d+|0x[0-9a-f]+", host) is not None
    return True
