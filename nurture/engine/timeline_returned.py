"""What came back from one person, as entries of the timeline, with what was done about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nurture.domain.definitions import Definitions
from nurture.engine import reasons
from nurture.engine.timeline_entries import Entry
from nurture.engine.words import word
from nurture.store.schema import ReturnedMail
from nurture.store.timeline import Story

_GROUP_OF = {"complaint": "consent", "unsubscribe": "consent", "reply": "reading"}
_SHOWN = 600


def returned(d: Definitions, story: Story, language: str) -> Iterator[Entry]:
    """One entry for each, and one for what holds the address now."""
    for row in story.returned:
        yield Entry(
            at=row.received_at,
            group=_GROUP_OF.get(row.kind, "mail"),
            kind=row.kind,
            title=word(f"event.{row.kind}", language),
            detail=row.subject if row.kind in ("reply", "auto-reply", "unclear") else "",
            reason=reasons.told(d, row.action, language),
            message=row.message_id,
            facts=tuple(_facts(row)),
        )
    if (hold := story.hold) is not None:
        why = reasons.told(d, hold.reason, language)
        yield Entry(hold.since, "consent", "held", word(f"event.held-{hold.kind}", language), reason=why, until=hold.until)


def _facts(row: ReturnedMail) -> Iterator[tuple[str, str]]:
    if row.said:
        yield "said", row.said if len(row.said) <= _SHOWN else f"{row.said[:_SHOWN]} …"
    yield "came-by", row.source
    if row.failure:
        yield "failure", row.failure
    recipients: list[dict[str, Any]] = row.report.get("recipients", [])
    for one in recipients[:3]:
        if told := " ".join(str(one[name]) for name in ("address", "status", "words") if one.get(name)):
            yield "told", told
