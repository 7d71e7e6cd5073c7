"""The organisation that runs Nurture: who sends, what the law wants printed, whom sales consists of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from nurture.domain.catalogue import LeadClass, Text
from nurture.domain.durations import Duration


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the mails come from. ``domain`` is the right-hand side of Message-IDs; ``reply_to`` is read by a human."""

    name: str
    address: str
    reply_to: str
    domain: str


@dataclass(frozen=True, slots=True)
class Imprint:
    """The duties of § 5 DDG and § 35a GmbHG: printed as text in every mail and on every page."""

    company: str
    represented_by: tuple[str, ...]
    street: str
    postal_code: str
    city: str
    country: Text
    register: str
    vat_id: str
    phone: str
    email: str
    imprint_url: str
    privacy_url: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """``languages``: those every text exists in; the first is the default."""

    name: str
    website: str
    languages: tuple[str, ...]
    sender: Sender
    imprint: Imprint
    privacy_version: str


@dataclass(frozen=True, slots=True)
class Salesperson:
    """``open_leads``: how many handoffs this person can work at a time (requirement of the head of sales, not a guess)."""

    id: str
    name: str
    email: str
    phone: str
    language: str
    products: tuple[str, ...]
    open_leads: int


@dataclass(frozen=True, slots=True)
class ReturnReason:
    """Why sales gives a lead back. ``lead_class``: what the talk showed. ``nurture``: whether marketing may go on."""

    id: str
    name: Text
    lead_class: LeadClass | None
    nurture: bool


@dataclass(frozen=True, slots=True)
class Sales:
    """The team and its service level: office time until an answer is due, until a reminder, until the head is told."""

    head: str
    team: Mapping[str, Salesperson]
    answer_within: timedelta
    remind_after: timedelta
    return_reasons: Mapping[str, ReturnReason]


@dataclass(frozen=True, slots=True)
class Tracking:
    """How reading is observed.

    ``ip``: 'none', 'shortened' (/24, /48) or 'full'. ``settle_after``: when clicks are judged. ``aggregate``: whether
    visits of links by readers without consent to individual tracking are counted, without any name.
    """

    ip: str = "shortened"
    settle_after: timedelta = timedelta(minutes=10)
    aggregate: bool = True


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is kept; what each begins with and what is done then is told by ``engine/retention_rules.py``."""

    opt_in_expires: Duration = field(default_factory=partial(Duration, 7, "days"))
    raw_ip: Duration = field(default_factory=partial(Duration, 30, "days"))
    clicks: Duration = field(default_factory=partial(Duration, 13, "months"))
    inactive_warn: Duration = field(default_factory=partial(Duration, 12, "months"))
    inactive_block: Duration = field(default_factory=partial(Duration, 24, "months"))
    ask_again: bool = False
    people: Duration = field(default_factory=partial(Duration, 24, "months"))
    evidence: Duration = field(default_factory=partial(Duration, 3, "years"))
    letters: Duration = field(default_factory=partial(Duration, 24, "months"))
    cases: Duration = field(default_factory=partial(Duration, 3, "years"))
    figures: Duration = field(default_factory=partial(Duration, 90, "days"))
