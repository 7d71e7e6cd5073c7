"""Forms, purposes of consent, and what may be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from nurture.domain.catalogue import LeadClass, Text


class PurposeKind(StrEnum):
    MAIL = "mail"
    """Marketing mail."""
    TRACKING = "tracking"
    """Observing the individual reader (§ 25 TDDDG, EDPB guidelines 2/2023): never implied by a mail consent."""
    PHONE = "phone"
    """Marketing calls (§ 7 UWG)."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a contact can consent to. ``version`` names the wording; a changed wording needs a new version."""

    id: str
    kind: PurposeKind
    title: Text
    wording: Text
    version: str


class FieldKind(StrEnum):
    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    CHOICE = "choice"
    LONG = "long"
    CHECK = "check"


KNOWN_FIELDS = (
    "email",
    "salutation",
    "first_name",
    "last_name",
    "company",
    "function",
    "phone",
    "country",
    "call_me",
)
"""Field names with a meaning of their own; all others are answers kept under their name (progressive profiling)."""


@dataclass(frozen=True, slots=True)
class FormField:
    """``options``: value -> label, for choices. ``autocomplete``: the HTML token (WHATWG HTML 4.10.18.7)."""

    name: str
    kind: FieldKind
    label: Text
    required: bool = False
    options: Mapping[str, Text] | None = None
    hint: Text | None = None
    max_length: int = 200
    autocomplete: str = "off"


@dataclass(frozen=True, slots=True)
class FormEvent:
    """The event a landing page is about (instants in UTC)."""

    name: Text
    place: Text
    starts: datetime
    ends: datetime


class ProofOfWork(StrEnum):
    AUTO = "auto"
    """Asked for while the form is under attack."""
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Defence:
    """How a form defends itself. ``spike``: it never counts as an attack to be sent this often in an hour."""

    proof_of_work: ProofOfWork = ProofOfWork.AUTO
    spike: int = 20


@dataclass(frozen=True, slots=True)
class OptInLimits:
    """How many opt-in mails may leave within an hour: to one company, to one provider of private mailboxes, altogether."""

    company_domain: int = 20
    private_domain: int = 200
    altogether: int = 2000


@dataclass(frozen=True, slots=True)
class Form:
    """A landing page. ``offers``: the content item promised; ``phase``: the class presumed of who comes this way.

    ``profile`` True: asks a known contact more (opened from a mail with a signed link); asks neither address nor consent.
    """

    id: str
    version: str
    product: str
    phase: LeadClass
    source: str
    title: Text
    intro: Text
    points: tuple[Text, ...]
    button: Text
    fields: tuple[FormField, ...]
    purposes: tuple[str, ...]
    offers: str | None = None
    event: FormEvent | None = None
    origins: tuple[str, ...] = ()
    profile: bool = False
    defence: Defence = Defence()
