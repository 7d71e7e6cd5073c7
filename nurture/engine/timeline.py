"""Everything that happened with one address, and why: the answer to "why did (or didn't) this person get this mail?".

Reads only. The number of queries does not depend on how much happened. The back office page, the command line and its
JSON all show this one value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from nurture.domain.address import address_key
from nurture.domain.errors import NotFound
from nurture.engine import timeline_cards as cards
from nurture.engine.plain import plain
from nurture.engine.runtime import Runtime
from nurture.engine.scoring import LeadScore, lead_scores
from nurture.engine.timeline_cards import ConsentFact, ContactFacts, HandoffFact, LeadFact, MessageFact, TaskFact
from nurture.engine.timeline_entries import Entry, entries
from nurture.engine.timeline_returned import returned
from nurture.store import timeline as store
from nurture.store.database import reading
from nurture.store.timeline import Story


@dataclass(frozen=True, slots=True)
class Timeline:
    """``entries``: newest first. ``language``: that of every text in it."""

    language: str
    contact: ContactFacts
    consents: tuple[ConsentFact, ...]
    leads: tuple[LeadFact, ...]
    handoffs: tuple[HandoffFact, ...]
    tasks: tuple[TaskFact, ...]
    messages: tuple[MessageFact, ...]
    entries: tuple[Entry, ...]
    chosen: cards.ChosenFacts | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain dicts, lists, strings and numbers; instants as ISO 8601 in UTC."""
        made: dict[str, Any] = plain(self)
        return made


def timeline(rt: Runtime, address: str, language: str, now: datetime | None = None) -> Timeline:
    """What happened with ``address``. Raises NotFound, with a sentence that says where to look.

    ``now``: for which moment points are counted, since they decay; None: as of when the leads were last counted.
    """
    with reading(rt.db) as session:
        story = store.story(session, address_key(address))
        if story is None:
            raise NothingKnown(address)
        scores, as_of = _scores(rt, session, story, now)
        acts = store.acts(session, _act_ids(scores))
        d, counted = rt.definitions, [lead for lead in story.leads if lead.id in scores]
        return Timeline(
            language=language,
            contact=cards.contact_facts(d, story, language),
            consents=cards.consent_facts(d, story, language),
            leads=tuple(cards.lead_fact(d, story, acts, lead, scores[lead.id], language, as_of) for lead in counted),
            handoffs=cards.handoff_facts(d, story, language),
            tasks=cards.task_facts(story),
            messages=cards.message_facts(d, story, language),
            entries=entries(d, story, language, returned(d, story, language)),
            chosen=cards.chosen_facts(d, story, language),
        )


class NothingKnown(NotFound):
    """Neither a contact nor a registration has this address."""

    def __init__(self, address: str) -> None:
        super().__init__("contact or registration with the address", address)
        self.args = (
            f"nothing is known of {address}; check the spelling, or search by name or company on the office's people page",
        )


def _scores(rt: Runtime, session: Session, story: Story, now: datetime | None) -> tuple[dict[int, LeadScore], datetime]:
    counted = [lead.scored_at or lead.created_at for lead in story.leads]
    as_of = now or max(counted, default=story.since)
    return lead_scores(rt, session, [lead.id for lead in story.leads], as_of), as_of


def _act_ids(scores: Mapping[int, LeadScore]) -> set[int]:
    return {line.act for result in scores.values() for line in result.score.lines if line.act is not None}
