"""How mail leaves: lanes per group of mail providers, the plan of a new sender, and when a stream is stopped.

The file is config/delivery.yaml; without it the values here hold. Secrets (passwords, private keys) are never in it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from nurture.domain.message import MessageKind

OTHER = "other"
"""The lane of every domain that no provider names."""

RELAY = "relay"
"""The lane of everything that goes to one smart host."""

LOCAL = "local"
"""The lane of what does not leave this machine: no limits, no plan, no breakers."""

UNLIMITED = math.inf
"""A rate that only the number of connections limits."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A lane: who belongs to it and what it takes.

    ``domains``: recipient domains; ``hosts``: names of mail servers or what they end in ('.google.com').
    ``per_second``: mails on average; ``connections``: at the same time over all workers. ``pause``: how long the lane
    rests when it is asked to slow down; twice as long each time it is asked again, up to ``longest_pause``.
    """

    id: str
    name: str
    domains: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    connections: int = 2
    per_connection: int = 20
    per_second: float = 1.0
    pause: timedelta = timedelta(minutes=15)
    longest_pause: timedelta = timedelta(hours=4)


_SHIPPED = (
    Provider(
        "google",
        "Google",
        domains=("gmail.com", "googlemail.com"),
        hosts=(".google.com", ".googlemail.com"),
        connections=10,
    ),
    Provider(
        "microsoft",
        "Microsoft",
        domains=("outlook.com", "outlook.de", "hotmail.com", "hotmail.de", "live.com", "live.de", "msn.com"),
        hosts=(".protection.outlook.com", ".mx.microsoft"),
        connections=10,
    ),
    Provider(
        "yahoo",
        "Yahoo",
        domains=("yahoo.com", "yahoo.de", "ymail.com", "rocketmail.com", "aol.com", "aol.de"),
        hosts=(".yahoodns.net",),
        connections=5,
    ),
    Provider(
        "gmx",
        "GMX / web.de",
        domains=("gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.com", "web.de", "mail.com"),
        hosts=(".gmx.net", ".web.de", ".mail.com"),
        connections=3,
    ),
    Provider("t-online", "T-Online", domains=("t-online.de", "magenta.de"), hosts=(".t-online.de",)),
    Provider(
        "ionos",
        "IONOS",
        domains=("online.de", "onlinehome.de"),
        hosts=(".ionos.de", ".ionos.com", ".ionos.co.uk", ".ionos.fr", ".kundenserver.de", ".1and1.com", ".perfora.net"),
    ),
    Provider("strato", "STRATO", hosts=(".rzone.de",)),
    Provider("freenet", "freenet", domains=("freenet.de",), hosts=(".freenet.de",)),
    Provider("icloud", "Apple", domains=("icloud.com", "me.com", "mac.com"), hosts=(".mail.icloud.com",)),
    Provider("hornetsecurity", "Hornetsecurity", hosts=(".hornetsecurity.com", ".antispameurope.com")),
    Provider("proofpoint", "Proofpoint", hosts=(".pphosted.com", ".ppe-hosted.com")),
    Provider("mimecast", "Mimecast", hosts=(".mimecast.com",)),
)

SHIPPED: Mapping[str, Provider] = {provider.id: provider for provider in _SHIPPED}
"""Who is known without being told, cautious as towards strangers: a sender they know may raise the figures."""


@dataclass(frozen=True, slots=True)
class WarmUp:
    """A new sender's plan: ``first_day`` mails a day per lane, ``growth`` times as many each day that went well."""

    since: date
    first_day: int = 50
    growth: float = 2.0


@dataclass(frozen=True, slots=True)
class Breakers:
    """When a stream is stopped on a lane. Shares are of mails tried; ``sample``: so many at least are looked at.

    ``invalid_opt_in``: instead of ``invalid`` where people have just typed their addresses into a form.
    """

    sample: int = 500
    invalid: float = 0.02
    invalid_opt_in: float = 0.10
    complaints_warn: float = 0.001
    complaints_stop: float = 0.003
    policy: int = 3
    policy_within: timedelta = timedelta(minutes=10)

    def of_stream(self, stream: str) -> Breakers:
        """What holds for one kind of message."""
        return replace(self, invalid=self.invalid_opt_in) if stream == MessageKind.OPT_IN else self


@dataclass(frozen=True, slots=True)
class SoftBounces:
    """``messages`` different mails bounced softly over at least ``over``: held for ``hold``.

    The ``holds``-th time is for good.
    """

    messages: int = 3
    over: timedelta = timedelta(days=7)
    hold: timedelta = timedelta(days=30)
    holds: int = 2


@dataclass(frozen=True, slots=True)
class Dkim:
    """``domain``: the d= of signatures. ``selectors``: whose key files sign (RSA first, then perhaps Ed25519)."""

    domain: str
    selectors: tuple[str, ...]


def _relay() -> Provider:
    return Provider(
        RELAY,
        "Relay",
        connections=16,
        per_connection=100,
        per_second=UNLIMITED,
        pause=timedelta(minutes=1),
        longest_pause=timedelta(minutes=30),
    )


@dataclass(frozen=True, slots=True)
class DeliveryRules:
    """``bounce_domain``: where the envelope's return addresses live; '' while bounces go to the sender's own address.

    ``by_provider``: whether a relay is fed by lanes too; direct delivery always is.
    """

    bounce_domain: str = ""
    dkim: Dkim | None = None
    providers: Mapping[str, Provider] = field(default_factory=lambda: SHIPPED)
    other: Provider = field(default_factory=lambda: Provider(OTHER, "Other"))
    relay: Provider = field(default_factory=_relay)
    by_provider: bool = False
    warm_up: WarmUp | None = None
    breakers: Breakers = field(default_factory=Breakers)
    soft_bounces: SoftBounces = field(default_factory=SoftBounces)
    returned_kept: timedelta = timedelta(days=30)
    """How long the raw bytes of what came back are kept."""

    def provider(self, lane: str) -> Provider:
        """Whose limits hold on ``lane``; those of ``other`` for a lane that is not configured any more."""
        return self.relay if lane == RELAY else self.providers.get(lane, self.other)

    def lanes(self) -> tuple[str, ...]:
        """Every lane by provider."""
        return (*self.providers, OTHER)

    def lane_of_domain(self, domain: str) -> str | None:
        """The lane of a recipient domain (A-label, lower case) that a provider names; None: its servers decide."""
        return next((p.id for p in self.providers.values() if domain in p.domains), None)

    def lane_of(self, domain: str, hosts: Sequence[str]) -> str:
        """The lane of a domain whose mail ``hosts`` take, in the order they are tried: the first that is known decides."""
        named = self.lane_of_domain(domain)
        return named or next((lane for host in hosts if (lane := self._lane_of_host(host))), OTHER)

    def _lane_of_host(self, host: str) -> str | None:
        return next((p.id for p in self.providers.values() if any(_is_or_ends_in(host, end) for end in p.hosts)), None)


def _is_or_ends_in(host: str, name: str) -> bool:
    return host.endswith(name) if name.startswith(".") else host == name
