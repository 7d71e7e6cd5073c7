"""Which class a lead is in: collect the signs, ask the rule, write the change and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from nurture.domain.campaign import Trigger
from nurture.domain.lead_class import CONTENT_SPAN, ClassChange, Evidence, Sign, classify
from nurture.engine import enrolment
from nurture.engine.links import tracking_purposes
from nurture.engine.runtime import Runtime
from nurture.store import leads
from nurture.store.schema import Lead


def reclassify(
    rt: Runtime,
    session: Session,
    lead: Lead,
    contact: int | None,
    now: datetime,
    signs: Sequence[Sign] = (),
    by: str = "rules",
) -> ClassChange | None:
    """Look at ``signs`` and at what the unit downloaded lately; joins the caller's transaction."""
    every = [*signs, *_content_signs(rt, session, lead, now)]
    change = classify(leads.class_state(session, lead), every, rt.definitions.products[lead.product], now)
    if change is None:
        return None
    leads.change_class(session, lead, change, contact, by, now)
    if contact is not None:
        enrolment.enter(rt, session, contact, Trigger.CLASS, now, product=lead.product, lead_class=change.to.value)
    return change


def told_signs(rt: Runtime, answers: Mapping[str, str], source: str, now: datetime) -> list[Sign]:
    """What the contact said about its own plans, as signs of the lead's class."""
    return [
        Sign(Evidence.TOLD, values[answers[name]], now, f"{name} = {answers[name]} in {source}")
        for name, values in rt.definitions.scoring.told.items()
        if answers.get(name) in values
    ]


def _content_signs(rt: Runtime, session: Session, lead: Lead, now: datetime) -> list[Sign]:
    """Downloads as signs. An item written for several phases speaks for the present class if that is among them."""
    signs = []
    observing = tracking_purposes(rt.definitions)
    for content, at in leads.content_signs(session, lead.unit_id, lead.product, now - CONTENT_SPAN, observing):
        item = rt.definitions.content.get(content)
        if item is not None and item.phases:
            phase = lead.lead_class if lead.lead_class in item.phases else item.phases[0]
            signs.append(Sign(Evidence.CONTENT, phase, at, item.id))
    return signs
