"""What people were shown, word for word, kept under the SHA-256 of what it says: a change would show in the name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from nurture.store.bulk import among
from nurture.store.schema import Exhibit
from nurture.store.upsert import insert_new


@dataclass(frozen=True, slots=True)
class Shown:
    """``kind``: form, confirm-page, organisation … ``body``: nothing personal stands in it."""

    kind: str
    media_type: str
    body: str

    @property
    def id(self) -> str:
        return exhibit_id(self.body)


def exhibit_id(body: str) -> str:
    """SHA-256 of the body, 64 hexadecimal digits."""
    return sha256(body.encode()).hexdigest()


def keep(session: Session, shown: Shown, now: datetime) -> str:
    """Keep it unless it is kept already. Returns its id."""
    row = {"id": shown.id, "kind": shown.kind, "media_type": shown.media_type, "body": shown.body, "first_shown_at": now}
    insert_new(session, Exhibit, [row])
    return shown.id


def find(session: Session, ids: Collection[str]) -> dict[str, Exhibit]:
    """Id -> exhibit, of those there are."""
    return {row.id: row for row in session.scalars(select(Exhibit).where(among(session, Exhibit.id, ids)))}
