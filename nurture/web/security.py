"""What every answer to a browser carries, and what may be believed of a request.

Knows HTTP headers and addresses; knows nothing of forms, contacts or pages.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import Flask, Request, Response

from nurture.engine.visitor import Visitor

_POLICY = (
    "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-src 'self'; frame-ancestors {framed_by}"
)
CONTENT_SECURITY_POLICY = _POLICY.format(framed_by="'none'")
FRAMED_BY_OURSELVES = _POLICY.format(framed_by="'self'")
"""For the one page that another page of ours shows in a frame."""

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # 'same-origin', not 'no-referrer': under the latter browsers send "Origin: null" with our own forms
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_A_YEAR = "max-age=31536000"


def protect(app: Flask, *, https: bool) -> None:
    """Put the headers on every answer that does not bring its own. ``https``: the public address is an https one."""

    @app.after_request
    def _add_headers(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if https:
            response.headers.setdefault("Strict-Transport-Security", _A_YEAR)
        if not response.cache_control:
            response.cache_control.no_store = True
        return response


def client_ip(peer: str, forwarded_for: str, trusted_proxies: int) -> str:
    """The address of the visitor, or '' if there is none.

    ``X-Forwarded-For`` is read from the right: only what our own ``trusted_proxies`` proxies added is believed, and
    whatever the visitor wrote further left is not.
    """
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()] + [peer]
    return _plain_ip(hops[max(0, len(hops) - 1 - trusted_proxies)])


def _plain_ip(hop: str) -> str:
    """``hop`` without brackets and port, or '' if it is no address."""
    host = hop[1:].partition("]")[0] if hop.startswith("[") else hop
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return ""


def visitor(request: Request, public_url: str, trusted_proxies: int) -> Visitor:
    """Who asks. The page is named below ``public_url``: the Host header is the visitor's word."""
    forwarded = ",".join(request.headers.getlist("X-Forwarded-For"))
    return Visitor(
        ip=client_ip(request.remote_addr or "", forwarded, trusted_proxies),
        user_agent=request.user_agent.string,
        method=request.method,
        page_url=public_url.rstrip("/") + request.full_path.rstrip("?"),
        referrer=request.headers.get("Referer", ""),
        prefetch=_is_prefetch(request),
    )


def _is_prefetch(request: Request) -> bool:
    said = " ".join(request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")).lower()
    return any(word in said for word in ("prefetch", "preview", "prerender"))


def origin(url: str) -> str:
    """Scheme, host and port of ``url``, or '' if it names no web page."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    default = {"http": 80, "https": 443}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != default else "")


def page_origin(request: Request) -> str | None:
    """The origin of the page that sent this form: Origin, else Referer. None: the browser does not say; '': it hides it."""
    for name in ("Origin", "Referer"):
        if (value := request.headers.get(name)) is not None:
            return origin(value)
    return None


def is_web_address(url: str) -> bool:
    """Whether ``url`` may stand in a Location header: http(s) with a host, no login, no control characters."""
    if any(ord(c) < 33 or ord(c) == 127 for c in url) or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
