"""The network a request comes from, as limits see it: what one household or office is given by its provider."""

from __future__ import annotations

import ipaddress

_IPV4, _IPV6 = 24, 64
"""A /64 is the least an IPv6 customer gets (RFC 6177), so one machine can pick any address within it."""


def network_of(ip: str) -> str:
    """'203.0.113.0/24', '2001:db8:1:2::/64'; '' for what is no address. IPv4 inside IPv6 counts as IPv4."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return str(ipaddress.ip_network(f"{address}/{_IPV4 if address.version == 4 else _IPV6}", strict=False))
