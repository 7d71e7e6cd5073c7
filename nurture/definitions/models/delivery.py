"""config/delivery.yaml: how mail leaves, how fast, and when it stops. The file may be left out."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema, model_validator

from nurture.definitions.models.lists import AtLeastOne, NoRepeats
from nurture.definitions.models.shape import Shape, several, wrong
from nurture.definitions.models.values import Date, Domain, Elapsed, Id, Line, Share, Term, did_you_mean
from nurture.domain import delivery_rules as rules

_RESERVED = {
    rules.OTHER: "is set by the key 'other' of the file",
    rules.RELAY: "is set by the key 'relay' of the file",
    rules.LOCAL: "is what mail that stays on this machine leaves by; choose another id",
}
_ID_LENGTH = 40


def _host(value: str) -> str:
    if re.fullmatch(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)+", value):
        return value
    raise ValueError(
        f"'{value}' is no name of a mail server; write it in lower case, or with a dot in front what such names end in, "
        "such as .google.com"
    )


def _selector(value: str) -> str:
    if re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", value) and len(value) <= 63:
        return value
    raise ValueError(f"'{value}' is no selector; write lower-case letters, digits and hyphens, such as n2026a")


def _rate(value: Any) -> float:
    if value == "unlimited":
        return rules.UNLIMITED
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"'{value}' is no rate; write mails per second such as 0.5, or unlimited")
    if not 0.001 <= value <= 100_000:
        raise ValueError(f"{value} mails per second are not possible; write 0.001 to 100000, or unlimited")
    return float(value)


Host = Annotated[str, AfterValidator(_host), Field(json_schema_extra={"x-type": "mail server or what it ends in"})]
Selector = Annotated[str, AfterValidator(_selector), Field(json_schema_extra={"x-type": "selector"})]
Rate = Annotated[
    float,
    PlainValidator(_rate),
    WithJsonSchema({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"const": "unlimited"}]}),
]


class Dkim(Shape):
    """How mails are signed. `nurture dkim new` makes the keys."""

    domain: Domain
    """The domain that signs (d=); that of the sender's address or above it, or DMARC does not see it as yours."""
    selectors: Annotated[list[Selector], AtLeastOne, NoRepeats, Field(max_length=4)]
    """The first with an RSA key signs, the first with an Ed25519 key adds a signature; the others wait. To change a key put
    the new one in front, and take out the old one a week later. Example: `[n2026a]`."""


class Limits(Shape):
    """What a lane takes. A key that is left out keeps its value."""

    connections: int | None = Field(default=None, ge=1, le=1000)
    """Connections at the same time, over all workers."""
    per_connection: int | None = Field(default=None, ge=1, le=100_000)
    """Mails after which a connection is closed."""
    per_second: Rate | None = None
    """Mails per second on average, over all workers."""
    pause: Elapsed | None = None
    """How long the lane rests when a server wants less; twice as long each time it says so again. Default: 15 minutes."""
    longest_pause: Elapsed | None = None
    """The longest such rest. Default: 4 hours."""

    def over(self, known: rules.Provider) -> rules.Provider:
        """``known`` with what is said here."""
        names = ("connections", "per_connection", "per_second", "pause", "longest_pause")
        return replace(known, **{name: value for name in names if (value := getattr(self, name)) is not None})


class Provider(Limits):
    """A group of mail servers with limits of its own. For one that is known already, what is said here is added."""

    name: Line | None = None
    """Shown in the back office. Default: the id."""
    domains: Annotated[list[Domain], NoRepeats] = Field(default_factory=list)
    """Recipient domains that belong to it, whoever their servers are. Example: `[gmail.com]`."""
    hosts: Annotated[list[Host], NoRepeats] = Field(default_factory=list)
    """Its mail servers (MX), by name or by what their names end in. Example: `[.google.com]`."""

    def build(self, id_: str) -> rules.Provider:
        known = rules.SHIPPED.get(id_, rules.Provider(id_, id_))
        return replace(
            self.over(known),
            name=self.name or known.name,
            domains=tuple(dict.fromkeys((*self.domains, *known.domains))),
            hosts=tuple(dict.fromkeys((*self.hosts, *known.hosts))),
        )


class WarmUp(Shape):
    """The plan of a sender whom nobody knows yet: so many mails a day and lane, more after each day that went well
    (below 5 % put off, 2 % without such an address, 0.1 % complaints). Opt-in mails count but do not wait for it."""

    since: Date
    """The day on which the plan begins."""
    first_day: int = Field(default=50, ge=1, le=100_000)
    """Mails on the first day."""
    growth: float = Field(default=2.0, ge=1, le=10)
    """How many times as many on the next day."""


class Breakers(Shape):
    """When mail of a kind is stopped on a lane, until somebody lets it go on."""

    sample: int = Field(default=500, ge=10, le=1_000_000)
    """How many of the newest mails are looked at."""
    invalid: Share = Field(default=0.02, json_schema_extra={"default": "2 %"})
    """More than this share without such an address stops it."""
    invalid_opt_in: Share = Field(default=0.10, json_schema_extra={"default": "10 %"})
    """The same for opt-in mails: people mistype when they sign up, and that must not keep out everybody else."""
    complaints_warn: Share = Field(default=0.001, json_schema_extra={"default": "0.1 %"})
    """From this share of complaints on there is an alarm."""
    complaints_stop: Share = Field(default=0.003, json_schema_extra={"default": "0.3 %"})
    """This share of complaints stops it."""
    policy: int = Field(default=3, ge=1, le=10_000)
    """So many refusals for reputation, authentication or content stop it."""
    policy_within: Elapsed = Field(default=timedelta(minutes=10), json_schema_extra={"default": "10 minutes"})
    """The time within which they come."""

    @model_validator(mode="after")
    def _warns_first(self) -> Self:
        if self.complaints_warn > self.complaints_stop:
            at = "complaints_warn" if "complaints_warn" in self.model_fields_set else "complaints_stop"
            raise wrong("the alarm would come after the stop; complaints_warn must not be above complaints_stop", at)
        return self

    def build(self) -> rules.Breakers:
        return rules.Breakers(**{name: getattr(self, name) for name in type(self).model_fields})


class SoftBounces(Shape):
    """When an address that keeps bouncing for a passing reason (full, suspended) gets no more mail."""

    messages: int = Field(default=3, ge=1, le=100)
    """So many different mails that bounced …"""
    over: Term = Field(default=timedelta(days=7), json_schema_extra={"default": "7 days"})
    """… over at least this time, with nothing delivered between them, …"""
    hold: Term = Field(default=timedelta(days=30), json_schema_extra={"default": "30 days"})
    """… mean no mail for so long."""
    holds: int = Field(default=2, ge=1, le=100)
    """The time it comes to that so often, it is for good."""

    def build(self) -> rules.SoftBounces:
        return rules.SoftBounces(self.messages, self.over, self.hold, self.holds)


class DeliveryFile(Shape):
    """How mail leaves, how fast, and when it stops. The file may be left out; then the defaults hold."""

    bounce_domain: Domain | None = None
    """The domain whose mail comes back to Nurture; undeliverable mail returns to `b+…@` it.
    Default: bounces go to the sender's address."""
    dkim: Dkim | None = None
    """How mails are signed. Default: they are not."""
    by_provider: bool = False
    """Whether a relay (`NURTURE_TRANSPORT=smtp`) gets its mail by the lanes of the providers, too; direct delivery does."""
    relay: Limits = Field(default_factory=Limits)
    """What the relay takes. Default: 16 connections, 100 mails per connection, unlimited, pauses of 1 to 30 minutes."""
    providers: dict[Id, Provider] = Field(default_factory=dict)
    """id: group of mail servers. Known already: google, microsoft, yahoo, gmx (with web.de), t-online, ionos, strato,
    freenet, icloud, hornetsecurity, proofpoint, mimecast."""
    other: Limits = Field(default_factory=Limits)
    """What all the others take together. Default: 2 connections, 20 mails per connection, 1 mail per second."""
    warm_up: WarmUp | None = None
    """The plan of a sender whom nobody knows yet. Default: no plan."""
    breakers: Breakers = Field(default_factory=Breakers)
    """When mail of a kind is stopped on a lane."""
    soft_bounces: SoftBounces = Field(default_factory=SoftBounces)
    """When an address that keeps bouncing for a passing reason gets no more mail."""
    returned_kept: Term = Field(default=timedelta(days=30), json_schema_extra={"default": "30 days"})
    """How long returned mails are kept as they came."""

    @model_validator(mode="after")
    def _providers_make_sense(self) -> Self:
        faults = [*self._unknown(), *self._twice(), *self._pauses()]
        if faults:
            raise several(faults)
        return self

    def _unknown(self) -> list[tuple[tuple[str | int, ...], str]]:
        faults: list[tuple[tuple[str | int, ...], str]] = []
        for id_, provider in self.providers.items():
            at = ("providers", id_)
            if id_ in _RESERVED:
                faults.append((at, f"'{id_}' {_RESERVED[id_]}"))
            elif len(id_) > _ID_LENGTH:
                faults.append((at, f"the id is longer than {_ID_LENGTH} characters"))
            elif id_ not in rules.SHIPPED and not (provider.domains or provider.hosts):
                hint = did_you_mean(id_, tuple(rules.SHIPPED))
                hint = hint if hint.startswith("; did") else "; give at least one of them"
                faults.append((at, f"'{id_}' is a new provider without domains and hosts, so no mail is its{hint}"))
        return faults

    def _twice(self) -> list[tuple[tuple[str | int, ...], str]]:
        seen: dict[str, str] = {}
        faults: list[tuple[tuple[str | int, ...], str]] = []
        for id_, provider in self.providers.items():
            for key, names in (("domains", provider.domains), ("hosts", provider.hosts)):
                for position, name in enumerate(names):
                    if seen.setdefault(name, id_) != id_:
                        faults.append((("providers", id_, key, position), f"'{name}' belongs to '{seen[name]}' already"))
        return faults

    def _pauses(self) -> list[tuple[tuple[str | int, ...], str]]:
        built: list[tuple[tuple[str, ...], rules.Provider]]
        built = [(("providers", id_), provider.build(id_)) for id_, provider in self.providers.items()]
        built += [(("other",), self._other()), (("relay",), self._relay())]
        return [
            (at, "the first pause is longer than longest_pause; set both")
            for at, provider in built
            if provider.pause > provider.longest_pause
        ]

    def _other(self) -> rules.Provider:
        return self.other.over(rules.DeliveryRules().other)

    def _relay(self) -> rules.Provider:
        return self.relay.over(rules.DeliveryRules().relay)

    def build(self) -> rules.DeliveryRules:
        """Providers named here come before the others, so that they may take a domain or server from them."""
        named = {id_: provider.build(id_) for id_, provider in self.providers.items()}
        return rules.DeliveryRules(
            bounce_domain=self.bounce_domain or "",
            dkim=rules.Dkim(self.dkim.domain, tuple(self.dkim.selectors)) if self.dkim else None,
            providers=named | {id_: provider for id_, provider in rules.SHIPPED.items() if id_ not in named},
            other=self._other(),
            relay=self._relay(),
            by_provider=self.by_provider,
            warm_up=self._warm_up(),
            breakers=self.breakers.build(),
            soft_bounces=self.soft_bounces.build(),
            returned_kept=self.returned_kept,
        )

    def _warm_up(self) -> rules.WarmUp | None:
        plan = self.warm_up
        return rules.WarmUp(plan.since, plan.first_day, plan.growth) if plan else None
