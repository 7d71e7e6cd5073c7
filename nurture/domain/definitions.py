"""All definitions together: what campaigns/ and config/ say, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nurture.domain.campaign import Campaign
from nurture.domain.catalogue import ContentItem, Function, Product, Topic
from nurture.domain.delivery_rules import DeliveryRules
from nurture.domain.form import Form, OptInLimits, Purpose
from nurture.domain.journey import Caps, Policy
from nurture.domain.networks import Networks
from nurture.domain.organisation import Organisation, Retention, Sales, Tracking
from nurture.domain.pacing import Calendar
from nurture.domain.scoring import ScoringModel


@dataclass(frozen=True, slots=True)
class Definitions:
    """``fallback``: where a template is looked for, in order; entries are patterns over {function} and {phase}.

    ``version`` is a hash over every file, for showing which state of the definitions is running.
    """

    version: str
    organisation: Organisation
    calendar: Calendar
    caps: Caps
    functions: Mapping[str, Function]
    products: Mapping[str, Product]
    content: Mapping[str, ContentItem]
    purposes: Mapping[str, Purpose]
    forms: Mapping[str, Form]
    scoring: ScoringModel
    sales: Sales
    tracking: Tracking
    retention: Retention
    fallback: tuple[str, ...]
    campaigns: Mapping[str, Campaign]
    campaign_sources: Mapping[str, str]
    """Campaign id -> its YAML text, kept with the version that people enter."""
    delivery: DeliveryRules = field(default_factory=DeliveryRules)
    networks: Networks = field(default_factory=Networks)
    opt_in: OptInLimits = field(default_factory=OptInLimits)

    @property
    def policy(self) -> Policy:
        return Policy(self.calendar, self.caps, self.content)

    @property
    def topics(self) -> Mapping[str, Topic]:
        return {topic.id: topic for product in self.products.values() for topic in product.topics.values()}

    def cells(self, function: str | None, phase: str) -> tuple[str, ...]:
        """Folders below ``mail_templates/<mail>/`` to look in for this reader, best first, without repeats."""
        filled = (p.format(function=function or "any", phase=phase.lower()) for p in self.fallback)
        return tuple(dict.fromkeys(filled))
