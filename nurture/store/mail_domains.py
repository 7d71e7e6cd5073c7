"""What the DNS said about recipient domains, kept while it may be believed; and mails whose domain was not looked up yet.

Nothing here commits, and nothing asks the DNS.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from nurture.domain.message import MessageState
from nurture.store import claims
from nurture.store.bulk import among, update_many
from nurture.store.messages import COLUMNS, Outgoing, literally
from nurture.store.outbox import due_lanes
from nurture.store.schema import MailDomain, Message
from nurture.store.upsert import insert_for

_KEPT = ("hosts", "fault", "expires_at", "wanted")


def known(session: Session, domains: Collection[str]) -> dict[str, MailDomain]:
    """Domain -> what was last known of it, up to date or not."""
    rows = session.scalars(select(MailDomain).where(among(session, MailDomain.domain, sorted(domains))))
    return {row.domain: row for row in rows} if domains else {}


def keep(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Remember answers: ``domain``, ``hosts``, ``fault``, ``expires_at``. One statement."""
    if not rows:
        return
    statement = insert_for(session, MailDomain)
    statement = statement.on_conflict_do_update(
        index_elements=["domain"], set_={name: statement.excluded[name] for name in _KEPT}
    )
    # always in the same order, so that no two transactions wait for each other
    values = [{**row, "wanted": False} for row in sorted(rows, key=lambda row: row["domain"])]
    session.connection().execute(statement, values)


def want(session: Session, domains: Collection[str]) -> None:
    """Mark answers that were needed although they were out of date. Those that somebody holds are being renewed."""
    free = (
        select(MailDomain.domain)
        .where(among(session, MailDomain.domain, sorted(domains)), ~MailDomain.wanted)
        .with_for_update(skip_locked=True)
        .cte("free")
    )
    session.execute(
        update(MailDomain)
        .where(MailDomain.domain == free.c.domain)
        .values(wanted=True)
        .execution_options(synchronize_session=False)
    )


def wanted(session: Session, now: datetime, limit: int) -> list[str]:
    """Domains to look up again."""
    query = select(MailDomain.domain).where(MailDomain.wanted, MailDomain.expires_at <= now)
    return list(session.scalars(query.order_by(MailDomain.expires_at).limit(limit)))


def without_lane(session: Session, lanes: Collection[str], now: datetime, limit: int) -> list[tuple[int, str]]:
    """(message, address) of due mails whose lane is none of ``lanes``, the most urgent first."""
    found: list[tuple[int, str]] = []
    for kind, lane in due_lanes(session, now):
        if lane in lanes or len(found) >= limit:
            continue
        query = select(Message.id, Message.address).where(
            literally("kind", kind.value), Message.lane == lane, Message.waiting_until <= now
        )
        rows = session.execute(query.order_by(Message.waiting_until).limit(limit - len(found)))
        found += [(id_, address) for id_, address in rows]
    return found


def stamp(session: Session, lanes: Mapping[int, str]) -> None:
    """Message -> the lane it leaves by. One statement."""
    update_many(session, Message, [{"id": id_, "lane": lane} for id_, lane in sorted(lanes.items())])


def take(session: Session, messages: Iterable[int], worker: str, until: datetime) -> list[Outgoing]:
    """Those of ``messages`` that are still in the queue, now ``worker``'s until then."""
    rows = session.execute(
        update(Message)
        .where(among(session, Message.id, sorted(messages)), Message.state == MessageState.QUEUED)
        .values(state=MessageState.CLAIMED, claimed_by=worker, claimed_until=until)
        .returning(*COLUMNS)
        .execution_options(synchronize_session=False)
    )
    taken = [Outgoing(*row) for row in rows]
    claims.begin(session, [row.id for row in taken])
    return taken


def forget(session: Session, before: datetime) -> int:
    """Remove what nobody has asked for since then. Returns how many domains."""
    result = session.execute(delete(MailDomain).where(MailDomain.expires_at < before))
    return result.rowcount if isinstance(result, CursorResult) else 0
