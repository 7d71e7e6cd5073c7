"""Who is at the other end of a request, as far as a station may know."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import lru_cache

from crawlerdetect import CrawlerDetect

from nurture.domain.ip import parse_ip
from nurture.store.exhibits import Shown

_MAX_AGENT = 400
_detector = CrawlerDetect()


@dataclass(frozen=True, slots=True)
class Visitor:
    """One request. ``prefetch``: its headers say that nobody asked for it (Sec-Purpose, Purpose, X-Moz).

    ``shown``: the page that was answered, as everybody sees it: nothing typed, no address, no token, no stamp in it.
    """

    ip: str = ""
    user_agent: str = ""
    method: str = "GET"
    page_url: str = ""
    referrer: str = ""
    prefetch: bool = False
    shown: Shown | None = None

    @property
    def proof(self) -> tuple[str, str]:
        """(IP address, user agent) in full, as they stand beside a consent."""
        return shorten_ip(self.ip, "full"), shorten_agent(self.user_agent)


def shorten_ip(ip: str, mode: str) -> str:
    """``ip`` as it may be stored. ``mode``: 'none' -> '', 'full' -> as is, 'shortened' -> its /24 (IPv4) or /48 (IPv6)."""
    if mode == "none":
        return ""
    address = parse_ip(ip)
    if address is None:
        return ""
    if mode == "full":
        return str(address)
    prefix = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False).network_address)


def shorten_agent(user_agent: str) -> str:
    """The user agent cut to what is stored."""
    return user_agent[:_MAX_AGENT]


@lru_cache(maxsize=10_000)
def is_tool(user_agent: str) -> bool:
    """Whether the user agent names a program that is not a person's browser or mail program."""
    return bool(user_agent) and bool(_detector.isCrawler(user_agent))
