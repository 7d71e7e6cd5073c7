"""IP addresses as requests bring them, and the network they belong to."""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_IPV4, _IPV6 = 24, 64
"""A /64 is the least an IPv6 customer gets (RFC 6177), so one machine can pick any address within it."""


def parse_ip(text: str) -> Address | None:
    """None for what is no address. IPv4 inside IPv6 is IPv4."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped) or address


def network_of(ip: str) -> str:
    """What limits count by: '203.0.113.0/24', '2001:db8:1:2::/64'; '' for what is no address."""
    address = parse_ip(ip)
    if address is None:
        return ""
    return str(ipaddress.ip_network(f"{address}/{_IPV4 if address.version == 4 else _IPV6}", strict=False))
