"""What the letters of one step in one language share beyond their frame, made once per desk.

    template, frame -> how the addresses in them are signed, imprint and privacy, sender and list as the header says them

Knows no reader: who the mail goes to, and which mail it is, comes with each letter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from nurture.domain.message import MessageKind
from nurture.engine import links
from nurture.engine.links import Addresses
from nurture.engine.runtime import Runtime
from nurture.mail.library import Template
from nurture.mail.mime import Envelope
from nurture.store.messages import Outgoing

_NURTURE = MessageKind.NURTURE
_PAGES: Mapping[MessageKind, Sequence[str]] = {
    MessageKind.NURTURE: ("unsubscribe", "preferences"),
    MessageKind.SERVICE: ("unsubscribe", "preferences", "renew"),
}
"""The pages that are for this very reader; ``renew``: where a consent is kept, for the mail that asks whether it stands."""


class Letterhead(NamedTuple):
    """``urls``: the pages that are the same for everybody. ``feedback_id``, ``list_id``: None for what is no marketing."""

    template: Template
    frame_id: str
    frame: Mapping[str, Any]
    addresses: Addresses
    links: int
    pages: Sequence[str]
    urls: Mapping[str, str]
    sender: tuple[str, str, str]
    list_id: str | None
    feedback_id: str | None

    def signed(self, row: Outgoing) -> list[str]:
        """The addresses of this mail: of its links, then of the pages that are for this very reader."""
        return self.addresses.of(row.id, row.contact_id)

    def parted(self, made: list[str]) -> tuple[list[str], dict[str, str]]:
        """(addresses of the links, addresses of all pages by name) of the addresses of a mail."""
        return made[: self.links], {**dict(zip(self.pages, made[self.links :], strict=True)), **self.urls}

    def envelope(self, row: Outgoing, to_name: str, unsubscribe: str | None) -> Envelope:
        return Envelope(
            *self.sender,
            to_name,
            row.address,
            row.header_id,
            row.queued_at,
            unsubscribe,
            self.list_id,
            self.list_id is None,
            self.feedback_id,
        )


def letterhead_for(rt: Runtime, row: Outgoing, template: Template, frame_id: str, frame: Mapping[str, Any]) -> Letterhead:
    """For ``row`` and all that are like it but for their reader."""
    nurture, sender, imprint = row.kind is _NURTURE, frame["sender"], frame["imprint"]
    pages = _PAGES.get(row.kind, ())
    return Letterhead(
        template,
        frame_id,
        frame,
        Addresses(rt, template, links.mode_of(row), pages),
        len(template.links),
        pages,
        {"imprint": imprint["imprint_url"], "privacy": imprint["privacy_url"]},
        (sender["name"], sender["address"], sender["reply_to"]),
        f"nurture.{sender['domain']}" if nurture else None,
        f"{row.step}:{row.campaign}:{rt.installation[:8]}:nurture" if nurture else None,
    )
