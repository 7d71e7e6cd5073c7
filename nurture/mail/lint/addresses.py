"""Where links lead, and whether they say so (H7)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from nurture.mail.lint.finding import Finding, Spot
from nurture.mail.lint.page import Page
from nurture.mail.lint.rules import RULES

_SHORTENERS = frozenset({
    "bit.ly", "bitly.com", "buff.ly", "cutt.ly", "goo.gl", "is.gd", "lnkd.in", "ow.ly", "rb.gy", "rebrand.ly", "s.id",
    "shorturl.at", "t.co", "t.ly", "t1p.de", "tiny.cc", "tinyurl.com", "tr.ee", "v.gd", "x.gd",
})  # fmt: skip
_SHOWN = re.compile(r"(?:https?://|\bwww\.)[^\s,;)]+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/[^\s,;)]*", re.IGNORECASE)
_WORKING = ("https", "mailto", "tel")


def addresses(page: Page) -> Iterator[Finding]:
    for a in page.links:
        href = a.attributes["href"].strip()
        parts = _parts(href)
        if parts.scheme.lower() not in _WORKING:
            yield RULES["link-plain"].broken(f"the link “{a.text[:40]}” leads to {href[:60]!r}", href, a.text, spot=a.spot)
        yield from _host_faults(parts.hostname or "", a.text, href, a.spot)
        shown = _SHOWN.search(a.text)
        if shown and _host(shown[0]) != (parts.hostname or ""):
            said = f"the text shows {shown[0][:60]}, the link leads to {parts.hostname or href[:60]}"
            yield RULES["link-target"].broken(said, a.text, href, spot=a.spot)
    for image in page.tree.all("img"):
        src = image.attributes.get("src", "")
        if _parts(src).scheme.lower() == "http":
            yield RULES["link-plain"].broken(f"the picture {src[:60]} is not loaded by https", src, spot=image.spot)
        yield from _host_faults(_parts(src).hostname or "", "", src, image.spot)


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # such as an unfinished [IPv6]
        return SplitResult("", "", url, "", "")


def _host(shown: str) -> str:
    return _parts(shown if "//" in shown else f"//{shown}").hostname or ""


def _host_faults(host: str, text: str, href: str, spot: Spot | None) -> Iterator[Finding]:
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
