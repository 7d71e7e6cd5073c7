"""Signed addresses: what each token says, and which page it opens.

Every purpose has a salt of its own, so that no token opens anything but what it was made for. What a link in a mail says of
its reader is the mode of that mail:

    individual  names the mail: only for readers who agreed to be observed
    aggregate   names the template and the position, the same for everybody: visits are counted, nobody's
    none        leads straight to the target, the same for everybody: nothing is counted

    click            message.template.position     anonymous-click  template.position
    file             contact.message.content.language  (contact and message 0: nobody's)
    topic            message.topic.language        questions        message.form
    call             message                       unsubscribe, preferences  contact.message
    confirm          registration                  answer           handoff.salesperson
    renew            contact.message
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from nurture.domain.definitions import Definitions
from nurture.domain.errors import InvalidToken, NotFound
from nurture.domain.form import PurposeKind
from nurture.mail.library import Link, Template

if TYPE_CHECKING:
    from nurture.engine.runtime import Runtime

VERSION_DIGITS = 16
"""How much of a template version stands in a link."""

_PATHS = {
    "click": "/l/",
    "anonymous-click": "/l/",
    "file": "/d/",
    "topic": "/t/",
    "questions": "/q/",
    "call": "/call/",
    "unsubscribe": "/u/",
    "preferences": "/p/",
    "confirm": "/c/",
    "renew": "/r/",
    "answer": "/h/",
}
_PERSONAL = ("questions", "call_me")


def signed_url(rt: Runtime, purpose: str, *parts: object) -> str:
    """The address that opens ``purpose`` for ``parts``."""
    return _start(rt.public_url, purpose) + rt.signer.sign(purpose, ".".join(map(str, parts)))


@lru_cache(maxsize=64)
def _start(public_url: str, purpose: str) -> str:
    return public_url.rstrip("/") + _PATHS[purpose]


def file_url(rt: Runtime, contact: int, message: int, content: str, language: str) -> str:
    return signed_url(rt, "file", contact, message, content, language)


class Mode(StrEnum):
    """What the links of a mail say of its reader."""

    INDIVIDUAL = "individual"
    AGGREGATE = "aggregate"
    NONE = "none"


UNCOUNTED = "uncounted"
"""What the context of a mail notes whose links are not even counted without a name."""


class _Mail(Protocol):
    @property
    def tracked(self) -> bool: ...
    @property
    def context(self) -> Mapping[str, Any]: ...


def mode_of(mail: _Mail) -> Mode:
    """The mode of this mail, as it was decided when it was queued, or when its reader withdrew since."""
    if mail.tracked:
        return Mode.INDIVIDUAL
    return Mode.NONE if mail.context.get(UNCOUNTED) else Mode.AGGREGATE


def link_urls(rt: Runtime, template: Template, message: int, *, mode: Mode) -> list[str]:
    """The addresses of all links in a mail, in the template's order.

    Who is not observed gets links that are the same for everybody; only pages made for one person (questions to answer, a
    call to ask for) name the mail, as the unsubscribe link does; nothing is recorded before that person presses a button.
    """
    if mode is Mode.NONE:
        nobody = Reader(language=template.language)
        return [
            target_url(rt, link, Reader(message=message) if link.kind in _PERSONAL else nobody) for link in template.links
        ]
    version = template.version[:VERSION_DIGITS]
    purpose, value = ("click", f"{message}.{version}") if mode is Mode.INDIVIDUAL else ("anonymous-click", version)
    start = _start(rt.public_url, purpose)
    tokens = rt.signer.sign_all(purpose, [f"{value}.{position}" for position in range(len(template.links))])
    if mode is Mode.INDIVIDUAL:
        return [start + token for token in tokens]
    return [
        target_url(rt, link, Reader(message=message)) if link.kind in _PERSONAL else start + token
        for link, token in zip(template.links, tokens, strict=True)
    ]


def parts(rt: Runtime, purpose: str, token: str, count: int) -> list[str]:
    """What a token says. Raises InvalidToken."""
    found = rt.signer.verify(purpose, token).split(".")
    if len(found) != count:
        raise InvalidToken("forged")
    return found


def number(text: str) -> int:
    """A number in a token. Raises InvalidToken."""
    if not text.isdecimal() or len(text) > 18:
        raise InvalidToken("forged")
    return int(text)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who follows a link, as far as that may be known: the contact and the mail, or nobody (both None)."""

    contact: int | None = None
    message: int | None = None
    language: str = "de"
    enrollment: int | None = None
    step: str | None = None


def target_url(rt: Runtime, link: Link, reader: Reader) -> str:
    """Where a tracked link leads; only places that the definitions name. Raises NotFound for content that is gone."""
    contact, message = reader.contact or 0, reader.message or 0
    match link.kind:
        case "content":
            item = rt.definitions.content.get(link.target)
            if item is None:
                raise NotFound("content item", link.target)
            if url := item.urls.get(reader.language):
                return url
            return file_url(rt, contact, message, item.id, reader.language)
        case "topic":
            return signed_url(rt, "topic", message, link.target, reader.language)
        case "form":
            return rt.url(f"/f/{link.target}?lang={reader.language}")
        case "questions":
            return signed_url(rt, "questions", message, link.target)
        case "call_me":
            return signed_url(rt, "call", message)
        case _:
            return link.target


def observed(definitions: Definitions, permitted: frozenset[str]) -> bool:
    """Whether somebody with these consents agreed to individual tracking."""
    return not tracking_purposes(definitions).isdisjoint(permitted)


def tracking_purposes(definitions: Definitions) -> frozenset[str]:
    """The purposes of individual tracking."""
    return frozenset(p.id for p in definitions.purposes.values() if p.kind is PurposeKind.TRACKING)


def mail_purposes(definitions: Definitions) -> list[str]:
    return [p.id for p in definitions.purposes.values() if p.kind is PurposeKind.MAIL]
