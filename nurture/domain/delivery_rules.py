"""How mail leaves: lanes per group of mail providers, the plan of a new sender, and when a stream is stopped.

The file is config/delivery.yaml; without it the values here hold. Secrets (passwords, private keys) are never in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

OTHER = "other"
"""The lane of every domain that no provider names."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A lane: who belongs to it and what it takes.

    ``domains``: recipient domains; ``hosts``: names of mail servers or what they end in ('.google.com').
    ``per_second``: mails on average; ``connections``: at the same time over all workers.
    """

    id: str
    name: str
    domains: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    connections: int = 2
    per_connection: int = 20
    per_second: float = 1.0


@dataclass(frozen=True, slots=True)
class WarmUp:
    """A new sender's plan: ``first_day`` mails a day per lane, ``growth`` times as many each day that went well."""

    since: date
    first_day: int = 50
    growth: float = 2.0


@dataclass(frozen=True, slots=True)
class Breakers:
    """When a stream is stopped on a lane. Shares are of mails tried; ``sample``: so many at least are looked at."""

    sample: int = 500
    invalid: float = 0.02
    complaints_warn: float = 0.001
    complaints_stop: float = 0.003
    policy: int = 3
    policy_within: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class SoftBounces:
    """``messages`` different mails bounced softly over at least ``over``: no mail for ``hold``; the ``holds``-th is for good."""

    messages: int = 3
    over: timedelta = timedelta(days=7)
    hold: timedelta = timedelta(days=30)
    holds: int = 2


@dataclass(frozen=True, slots=True)
class Dkim:
    """``domain``: the d= of signatures. ``selectors``: whose key files sign (RSA first, then perhaps Ed25519)."""

    domain: str
    selectors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeliveryRules:
    """``bounce_domain``: where the envelope's return addresses live; '' while bounces go to the sender's own address.

    ``by_provider``: whether a relay is fed by lanes too; direct delivery always is.
    """

    bounce_domain: str = ""
    dkim: Dkim | None = None
    providers: Mapping[str, Provider] = field(default_factory=dict)
    other: Provider = field(default_factory=lambda: Provider(OTHER, "Other"))
    relay: Provider = field(
        default_factory=lambda: Provider("relay", "Relay", connections=16, per_connection=100, per_second=1000.0)
    )
    by_provider: bool = False
    warm_up: WarmUp | None = None
    breakers: Breakers = field(default_factory=Breakers)
    soft_bounces: SoftBounces = field(default_factory=SoftBounces)
    returned_kept: timedelta = timedelta(days=30)
    """How long the raw bytes of what came back are kept."""
