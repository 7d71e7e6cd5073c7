"""By which lane a mail leaves, as far as that is known without asking anybody. The rest is in ``routing.py``."""

from __future__ import annotations

from nurture.delivery.dns import a_label
from nurture.domain.address import domain_of
from nurture.domain.delivery_rules import LOCAL, RELAY
from nurture.engine.runtime import Runtime

DIRECT = "direct"
"""Name of the transport that delivers to the recipients' own servers."""


def by_provider(rt: Runtime) -> bool:
    """Whether mails leave by lanes of providers."""
    if rt.transport.idempotent:
        return False
    return rt.transport.name == DIRECT or rt.definitions.delivery.by_provider


def lane_of(rt: Runtime, address: str) -> str:
    """The lane for a mail to ``address`` as far as it is known without DNS, for stamping it as it is queued; else ''."""
    if not by_provider(rt):
        return LOCAL if rt.transport.idempotent else RELAY
    if rt.transport.name == DIRECT:
        return ""  # its servers have to be known as well
    try:
        return rt.definitions.delivery.lane_of_domain(a_label(domain_of(address))) or ""
    except ValueError:
        return ""


def present_lane(rt: Runtime, stamped: str) -> str:
    """The lane by which a mail stamped ``stamped`` leaves now; '' if it has to be looked up first (``route``).

    What was stamped when mail left in another way, or for a provider that is not configured any more, holds no longer.
    """
    if not by_provider(rt):
        return LOCAL if rt.transport.idempotent else RELAY
    return stamped if stamped in rt.definitions.delivery.lanes() else ""
