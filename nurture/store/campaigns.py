"""What was published: campaign versions that people are pinned to, template versions that were sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from nurture.store.schema import CampaignVersion, Installation, TemplateVersion
from nurture.store.upsert import insert_new


def publish_campaigns(session: Session, versions: Iterable[tuple[str, str, str]], now: datetime) -> list[tuple[str, str]]:
    """Keep (version, campaign, YAML text); what is there stays as it is. Returns the new ones: (campaign, version)."""
    rows = [{"id": v, "campaign": c, "source": text, "published_at": now} for v, c, text in versions]
    known = set(session.scalars(select(CampaignVersion.id).where(CampaignVersion.id.in_([row["id"] for row in rows]))))
    insert_new(session, CampaignVersion, rows)
    return [(str(row["campaign"]), str(row["id"])) for row in rows if row["id"] not in known]


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


def took_up(session: Session, version: str) -> bool:
    """These definitions are the present ones; whether they were not so before."""
    if installation_value(session, "definitions", "") == version:
        return False
    session.execute(update(Installation).where(Installation.key == "definitions").values(value=version))
    return True


def installation_value(session: Session, key: str, default: str) -> str:
    """A fact about this installation; ``default`` is stored the first time it is asked for."""
    insert_new(session, Installation, [{"key": key, "value": default}])
    return session.scalars(select(Installation.value).where(Installation.key == key)).one()
