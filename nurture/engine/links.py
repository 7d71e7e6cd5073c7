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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

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
    """The addresses of all links in a mail, in the template's order."""
    return Addresses(rt, template, mode).of(message)


class Addresses:
    """The addresses in mails of one template and one mode: of its links, in its order, then of the pages in ``own``, which
    are for this very reader (``unsubscribe``, ``preferences``, ``renew``).

    Who is not observed gets links that are the same for everybody; only pages made for one person (questions to answer, a
    call to ask for) name the mail, as the unsubscribe link does; nothing is recorded before that person presses a button.
    """

    def __init__(self, rt: Runtime, template: Template, mode: Mode, own: Sequence[str] = ()) -> None:
        asked = [_address(rt, template, mode, position) for position in range(len(template.links))]
        named = [address for address in asked if isinstance(address, _Named)]
        self._same = [None if isinstance(address, _Named) else address for address in asked]
        self._ends = [address.end for address in named]
        self._own = len(own)
        purposes = [*(address.purpose for address in named), *own]
        self._signing = rt.signer.together(purposes, [_start(rt.public_url, purpose) for purpose in purposes])

    def of(self, message: int, contact: int | None = None) -> list[str]:
        """Of this mail, to this contact."""
        number = str(message)
        values = [number + end for end in self._ends]
        values += [f"{contact}.{number}"] * self._own
        signed = self._signing.sign(values)
        if len(self._ends) == len(self._same):
            return signed
        left = iter(signed)
        return [next(left) if address is None else address for address in self._same] + list(left)


class _Named(NamedTuple):
    """An address that names the mail: its token says the message, and then ``end``."""

    purpose: str
    end: str


def _address(rt: Runtime, template: Template, mode: Mode, position: int) -> str | _Named:
    """Where this link of a template leads; an address that is the same for everybody, wherever the mode wants it."""
    link, version = template.links[position], template.version[:VERSION_DIGITS]
    if mode is Mode.INDIVIDUAL:
        return _Named("click", f".{version}.{position}")
    if link.kind == "questions":
        return _Named("questions", f".{link.target}")
    if link.kind == "call_me":
        return _Named("call", "")
    if mode is Mode.NONE:
        return target_url(rt, link, Reader(language=template.language))
    return signed_url(rt, "anonymous-click", version, position)


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
