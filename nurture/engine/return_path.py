"""Where mails come back to: an address of their own for each, which says which mail it was and cannot be made up.

    b+<token>@<bounce domain>       token: the message and its signature, safe against servers that change case

A report that comes to such an address belongs to that mail, whatever the report itself says.
"""

from __future__ import annotations

import re

from nurture.domain.errors import InvalidToken
from nurture.engine.runtime import Runtime

_PURPOSE = "return-path"
_ADDRESS = re.compile(r"<?b\+([a-z2-7]{1,62})(?:@[^@\s]*)?", re.IGNORECASE)


def return_path(rt: Runtime, message_id: int) -> str:
    """The envelope's sender of this mail; the sender's own address while there is no domain for bounces."""
    domain = rt.definitions.delivery.bounce_domain
    if not domain:
        return rt.definitions.organisation.sender.address
    return f"b+{rt.signer.short(_PURPOSE, message_id)}@{domain}"


def message_of(rt: Runtime, address: str) -> int | None:
    """The mail that went out under ``address`` (also in angle brackets, or without its domain); None if it is not ours.

    Good under any domain: mails that are out keep their address when the domain for bounces changes.
    """
    found = _ADDRESS.fullmatch(address.strip())
    if not found:
        return None
    try:
        return rt.signer.check_short(_PURPOSE, found[1])
    except InvalidToken:
        return None
