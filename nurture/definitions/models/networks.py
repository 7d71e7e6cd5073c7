"""config/networks.yaml: whose networks are machines', not readers'. The file may be left out."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, Field

from nurture.definitions.models.lists import NoRepeats
from nurture.definitions.models.shape import Shape
from nurture.definitions.models.values import Line
from nurture.domain import networks as domain


def _network(value: str) -> str:
    try:
        network = ipaddress.ip_network(value)
    except ValueError:
        raise ValueError(
            f"'{value}' is no network; write one such as 198.51.100.0/24 or 2001:db8::/32{_meant(value)}"
        ) from None
    if network.prefixlen < (8 if network.version == 4 else 16):
        raise ValueError(f"{value} is too large a part of the internet; write a smaller network")
    return value


def _meant(value: str) -> str:
    """An address inside a network where the network itself belongs is the usual slip."""
    try:
        return f"; did you mean {ipaddress.ip_network(value, strict=False)}?"
    except ValueError:
        return ""


Network = Annotated[str, AfterValidator(_network), Field(json_schema_extra={"x-type": "network"})]


class NetworksFile(Shape):
    """Where security gateways and rented servers sit. Who presses the button of an opt-in mail from there within a minute
    of its delivery is asked for the code that stands in the mail. The file may be left out; then the shipped list holds."""

    shipped: bool = True
    """Whether the shipped list (gateways of Microsoft, Proofpoint, Mimecast, Barracuda, Cisco, Hornetsecurity …; the large
    clouds) holds as well."""
    machines: dict[Line, Annotated[list[Network], NoRepeats]] = Field(default_factory=dict)
    """name: more networks of machines. Example: `{Our gateway: [198.51.100.0/24]}`."""
    readers: Annotated[list[Network], NoRepeats] = Field(default_factory=list)
    """Networks that are never machines', such as an office behind a cloud's VPN. Example: `[203.0.113.0/24]`."""

    def build(self) -> domain.Networks:
        shipped = domain.parsed(domain.SHIPPED) if self.shipped else ()
        exempt = tuple(network for _, network in domain.parsed({"": self.readers}))
        return domain.Networks((*domain.parsed(self.machines), *shipped), exempt)
