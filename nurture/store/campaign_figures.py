"""How many are where in a campaign, and what each step did. Counts only, no names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nurture.domain.message import MessageState
from nurture.store.schema import CampaignVersion, DecisionRow, EnrollmentRow, Message

E = EnrollmentRow


def states(session: Session) -> Sequence[Any]:
    """(campaign, state, count) over all campaigns."""
    return session.execute(select(E.campaign, E.state, func.count()).group_by(E.campaign, E.state)).all()


def sent(session: Session) -> dict[str, int]:
    """Campaign -> mails sent."""
    query = select(Message.campaign, func.count()).where(
        Message.campaign.is_not(None), Message.state == MessageState.ACCEPTED
    )
    return {campaign: count for campaign, count in session.execute(query.group_by(Message.campaign)) if campaign}


def versions(session: Session, campaign: str) -> Sequence[Any]:
    """(version, published at, inside, in all), the latest first."""
    inside = func.count(E.id).filter(E.state != "left")
    return session.execute(
        select(CampaignVersion.id, CampaignVersion.published_at, inside.label("inside"), func.count(E.id).label("total"))
        .outerjoin(E, E.version == CampaignVersion.id)
        .where(CampaignVersion.campaign == campaign)
        .group_by(CampaignVersion.id, CampaignVersion.published_at)
        .order_by(CampaignVersion.published_at.desc(), CampaignVersion.id)
    ).all()


def positions(session: Session, campaign: str, version: str | None) -> Sequence[Any]:
    """(step, state, left kind, count): where people stand, or where they left."""
    query = select(E.step, E.state, E.left_kind, func.count()).group_by(E.step, E.state, E.left_kind)
    return session.execute(_of(query, campaign, version)).all()


def outcomes(session: Session, campaign: str, version: str | None) -> Sequence[Any]:
    """(step, outcome, people): how many a step decided for in this way, each counted once."""
    query = (
        select(DecisionRow.step, DecisionRow.outcome, func.count(DecisionRow.enrollment_id.distinct()))
        .join(E, E.id == DecisionRow.enrollment_id)
        .group_by(DecisionRow.step, DecisionRow.outcome)
    )
    return session.execute(_of(query, campaign, version)).all()


def mails(session: Session, campaign: str, version: str | None) -> Sequence[Any]:
    """(step, state, count) of the campaign's mails."""
    query = (
        select(Message.step, Message.state, func.count())
        .join(E, E.id == Message.enrollment_id)
        .group_by(Message.step, Message.state)
    )
    return session.execute(_of(query, campaign, version)).all()


def _of(query: Any, campaign: str, version: str | None) -> Any:
    query = query.where(E.campaign == campaign)
    return query.where(E.version == version) if version else query
