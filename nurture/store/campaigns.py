"""What was published: campaign versions that people are pinned to, template versions that were sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nurture.store.schema import CampaignVersion, Installation, TemplateVersion
from nurture.store.upsert import insert_new


def publish_campaigns(session: Session, versions: Iterable[tuple[str, str, str]], now: datetime) -> None:
    """Keep (version, campaign, YAML text); what is there already stays as it is."""
    rows = [{"id": v, "campaign": c, "source": text, "published_at": now} for v, c, text in versions]
    insert_new(session, CampaignVersion, rows)


def publish_templates(session: Session, rows: list[dict[str, Any]]) -> None:
    """Keep template versions; what is there already stays as it is."""
    insert_new(session, TemplateVersion, rows)


def campaign_source(session: Session, version: str) -> tuple[str, str] | None:
    """(campaign, YAML text) of a stored version."""
    row = session.execute(
        select(CampaignVersion.campaign, CampaignVersion.source).where(CampaignVersion.id == version)
    ).first()
    return (row[0], row[1]) if row else None


def template(session: Session, version: str) -> TemplateVersion | None:
    """The stored template whose id begins with ``version``."""
    return session.scalar(select(TemplateVersion).where(TemplateVersion.id.startswith(version, autoescape=True)).limit(1))


def latest_templates(session: Session, mail: str, language: str) -> list[TemplateVersion]:
    """What was last known of a mail that is no longer in mail_templates/; newest first."""
    return list(
        session.scalars(
            select(TemplateVersion)
            .where(TemplateVersion.mail == mail, TemplateVersion.language == language)
            .order_by(TemplateVersion.first_used_at.desc())
        )
    )


def installation_value(session: Session, key: str, default: str) -> str:
    """A fact about this installation; ``default`` is stored the first time it is asked for."""
    insert_new(session, Installation, [{"key": key, "value": default}])
    return session.scalars(select(Installation.value).where(Installation.key == key)).one()
