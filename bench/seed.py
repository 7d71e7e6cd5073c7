"""A believable stock of people, companies, consents, leads, mails and clicks, made inside the database by a few statements.

Every row comes from its number: ``INSERT … SELECT`` over a table of numbers joined with short tables of patterns (people,
places in campaigns), the same on both databases. Of ``stored`` enrollments ``due`` are due, spread evenly over all tables.
"""
# ruff: noqa: S608 - statements are put together from constants only

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Integer, MetaData, String, Table, bindparam, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from bench.house import NOW, example, runtime
from nurture.domain.campaign import Campaign, CampaignKind, MailStep, Step, WaitStep
from nurture.engine.publication import publish
from nurture.store.schema import Base
from nurture.store.types import Json, UtcDateTime

PEOPLE, PLACES = 211, 499
"""Lengths of the pattern tables; primes, so that patterns meet in all combinations."""
_FIRST = ("Anna", "Jörg", "Maria", "Thomas", "Sabine", "Ulrich", "Claire", "Peter", "Heike", "Stefan", "Katrin", "David")
_LAST = ("Weber", "Müller", "Schäfer", "Hoffmann", "Krüger", "Becker", "Vogt", "Martin", "Seidel", "Groß", "Lindner")
_FUNCTIONS = ("it-management", "commercial-management", "production-planning")

_tables = MetaData()
_numbers = Table("bench_numbers", _tables, Column("i", Integer, primary_key=True), prefixes=["TEMPORARY"])
_people = Table(
    "bench_people", _tables, Column("slot", Integer, primary_key=True),
    *(Column(name, String) for name in ("salutation", "first_name", "last_name", "function", "language", "source")),
    Column("phone", String), Column("answers", Json), Column("template", String),
    *(Column(name, UtcDateTime()) for name in ("created_at", "last_active_at", "last_mail_at")),
    prefixes=["TEMPORARY"],
)  # fmt: skip
_places = Table(
    "bench_places", _tables, Column("due", Boolean, primary_key=True), Column("slot", Integer, primary_key=True),
    *(Column(name, String) for name in ("campaign", "version", "step", "reason")),
    *(Column(name, UtcDateTime()) for name in ("step_entered_at", "entered_at", "due_at")),
    Column("priority", Integer), Column("listening", Boolean),
    prefixes=["TEMPORARY"],
)  # fmt: skip


@dataclass(frozen=True)
class Stock:
    """``stored`` enrollments of slightly fewer contacts (one in 20 is in two campaigns); ``due`` of them are due."""

    stored: int
    due: int

    @property
    def contacts(self) -> int:
        return self.stored * 20 // 21

    @property
    def units(self) -> int:
        return self.contacts // 3 + 1


def fill(url: str, stock: Stock) -> None:
    """Make all tables and fill them."""
    rt = runtime(url)
    indexes = [index for table in Base.metadata.sorted_tables for index in table.indexes]
    Base.metadata.create_all(rt.db)
    publish(rt, NOW)
    with rt.db.begin() as connection:
        for index in indexes:
            index.drop(connection)
    with rt.db.connect() as connection:
        _unchecked(connection)
        with connection.begin():
            _fill(connection, stock)
        connection.invalidate()
    with rt.db.begin() as connection:
        for index in indexes:
            index.create(connection)
    _settle(rt.db)
    rt.db.dispose()


def _unchecked(connection: Connection) -> None:
    """Foreign keys hold by construction; checking a few million of them is not what is measured."""
    try:
        if connection.dialect.name == "sqlite":
            raw: Any = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys = OFF")
            raw.execute("PRAGMA synchronous = OFF")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
            connection.commit()
    except DBAPIError:
        connection.rollback()  # not allowed to: it only takes longer


def _settle(engine: Any) -> None:
    """What autovacuum does within minutes on PostgreSQL, and a checkpoint does on SQLite."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.exec_driver_sql("CHECKPOINT")


def _fill(connection: Connection, stock: Stock) -> None:
    _tables.create_all(connection)
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many) SELECT i FROM n"
    connection.execute(text(f"INSERT INTO bench_numbers {numbers}"), {"many": stock.stored})
    connection.execute(insert(_people), list(_patterns_of_people()))
    connection.execute(insert(_places), list(_patterns_of_places()))
    bounds = {"contacts": stock.contacts, "units": stock.units, "stride": max(1, stock.stored // stock.due)}
    for statement in _STATEMENTS:
        wanted = text(statement).bindparams(bindparam("now", type_=UtcDateTime()))
        connection.execute(wanted, {"now": NOW - timedelta(days=60), **bounds} | _only(statement, bounds))
    _continue_ids(connection)


def _only(statement: str, bounds: dict[str, int]) -> dict[str, int]:
    return {name: value for name, value in bounds.items() if f":{name}" in statement}


def _continue_ids(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        return
    for table in Base.metadata.sorted_tables:
        if (column := table.autoincrement_column) is not None and (top := connection.scalar(select(func.max(column)))):
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(select(func.setval(sequence, top)))


# --- patterns -------------------------------------------------------------------------------------------------------------


def _patterns_of_people() -> Iterator[dict[str, Any]]:
    hello = {t.language: t.version for t in example().library.templates() if t.mail == "welcome-feintakt"}
    for slot in range(PEOPLE):
        language = "en" if slot % 4 == 0 else "de"
        mailed = NOW - timedelta(days=1 + slot % 40, minutes=slot)
        yield {
            "slot": slot,
            "salutation": ("ms", "mr", None)[slot % 3],
            "first_name": _FIRST[slot % len(_FIRST)],
            "last_name": _LAST[slot % len(_LAST)],
            "function": _FUNCTIONS[slot % 3] if slot % 10 else None,
            "language": language,
            "source": ("website", "trade-fair", "import")[slot % 3],
            "phone": "+49 231 555 0100" if slot % 5 == 0 else None,
            "answers": _answers(slot),
            "template": hello[language],
            "created_at": NOW - timedelta(days=200 + slot),
            "last_active_at": NOW - timedelta(days=slot % 90, minutes=slot),
            "last_mail_at": mailed if slot % 3 else None,
        }


def _answers(slot: int) -> dict[str, str]:
    answers = {"company": "Maschinenbau"}
    if slot % 2:
        answers["company_size"] = ("1-49", "50-249", "250-999")[slot % 3]
    if slot % 7 == 0:
        answers["purchase_timing"] = ("within-3-months", "later", "not-planned")[slot % 3]
    return answers


def _patterns_of_places() -> Iterator[dict[str, Any]]:
    """Where people stand: at every first step, wait and mail of the shipped campaigns."""
    places = [
        (campaign, step)
        for campaign in example().definitions.campaigns.values()
        if campaign.kind is not CampaignKind.EVENT
        for step in campaign.steps
        if step is campaign.steps[0] or isinstance(step, WaitStep | MailStep)
    ]
    for slot in range(PLACES):
        campaign, step = places[slot % len(places)]
        for due in (True, False):
            yield _place(campaign, step, slot, due=due)


def _place(campaign: Campaign, step: Step, slot: int, *, due: bool) -> dict[str, Any]:
    """Due: the wait ended, or a mail's slot came, within the last two hours; one in five listening waits was woken."""
    at = NOW - timedelta(seconds=15 * slot % 7200) if due else NOW + timedelta(days=1 + slot % 80, seconds=slot)
    entered_step = _entered(step, at)
    listening = isinstance(step, WaitStep) and step.until is not None
    if due and listening and slot % 5 == 0:
        entered_step = NOW - timedelta(days=2)
    return {
        "due": due,
        "slot": slot,
        "campaign": campaign.id,
        "version": campaign.version,
        "step": step.name,
        "reason": "waiting",
        "step_entered_at": entered_step,
        "entered_at": entered_step - timedelta(days=30),
        "due_at": at,
        "priority": campaign.priority,
        "listening": listening,
    }


def _entered(step: Step, due_at: datetime) -> datetime:
    if isinstance(step, WaitStep) and step.span is not None:
        return step.span.before(due_at, example().definitions.calendar.zone)
    return due_at - timedelta(hours=3)


# --- statements -----------------------------------------------------------------------------------------------------------

_STATEMENTS = (
    """INSERT INTO companies (id, name, domain, industry, size, country, region, created_at)
       SELECT i, 'Maschinenbau ' || i || ' GmbH', 'firma' || (10000000 + i) || '.example', 'machine-building',
              CASE i % 3 WHEN 0 THEN '50-249' WHEN 1 THEN '250-999' END, 'DE', 'NW', :now
       FROM bench_numbers WHERE i <= :units""",
    """INSERT INTO units (id, company_id, name, created_at)
       SELECT i, i, 'Maschinenbau ' || i || ' GmbH', :now FROM bench_numbers WHERE i <= :units""",
    f"""INSERT INTO contacts (id, address, address_key, unit_id, salutation, first_name, last_name, function, phone,
                              language, country, source, answers, created_at, last_active_at, last_mail_at)
       SELECT i, 'k' || (10000000 + i) || '@firma' || (10000001 + i / 3) || '.example',
              'k' || (10000000 + i) || '@firma' || (10000001 + i / 3) || '.example', 1 + i / 3,
              p.salutation, p.first_name, p.last_name, p.function, p.phone, p.language, 'DE', p.source, p.answers,
              p.created_at, p.last_active_at, p.last_mail_at
       FROM bench_numbers JOIN bench_people p ON p.slot = i % {PEOPLE} WHERE i <= :contacts AND :now IS NOT NULL""",
    """INSERT INTO suppressions (address_key, reason, since)
       SELECT 'k' || (10000000 + i) || '@firma' || (10000001 + i / 3) || '.example', 'the address does not exist', :now
       FROM bench_numbers WHERE i <= :contacts AND i % 200 = 0""",
    *(
        f"""INSERT INTO consents (contact_id, purpose, state, since)
            SELECT i, '{purpose}', CASE WHEN i % 50 = 7 THEN 'withdrawn' ELSE 'confirmed' END, :now
            FROM bench_numbers WHERE i <= :contacts AND i % 10 < {tenths}"""
        for purpose, tenths in (("nurture", 10), ("tracking", 6), ("phone", 2))
    ),
    *(
        f"""INSERT INTO leads (id, unit_id, product, lead_class, confirmed, class_since, grade, points, scored_at, source,
                               created_at)
            SELECT {offset} + i, i, '{product}',
                   CASE WHEN i % 100 < 60 THEN 'B1' WHEN i % 100 < 85 THEN 'B2' WHEN i % 100 < 95 THEN 'B3'
                        WHEN i % 100 < 98 THEN 'A' ELSE 'C' END,
                   false, :now, CASE i % 4 WHEN 0 THEN 'B' WHEN 1 THEN 'C' ELSE 'D' END, i % 60, :now, 'website', :now
            FROM bench_numbers WHERE i <= :units AND i % {every} = 0"""
        for product, offset, every in (("feintakt", "0", 1), ("servicegriff", ":units", 2))
    ),
    """INSERT INTO handoffs (lead_id, contact_id, trigger, reason, state, salesperson, dossier, opened_at, offered_at)
       SELECT i, 3 * i - 2, 'score', 'above the threshold', 'accepted', 'weber', '{}', :now, :now
       FROM bench_numbers WHERE i < :units AND i % 100 = 0""",
    f"""INSERT INTO enrollments (id, contact_id, campaign, version, number, state, step, round, step_entered_at, entered_at,
                                 due_at, priority, listening, reason)
       SELECT i, 1 + (i - 1) % :contacts, p.campaign, p.version, CASE WHEN i > :contacts THEN 2 ELSE 1 END, 'active',
              p.step, 1, p.step_entered_at, p.entered_at, p.due_at, p.priority, p.listening, p.reason
       FROM bench_numbers JOIN bench_places p ON p.slot = (i / :stride) % {PLACES} AND p.due = (i % :stride = 0)
       WHERE :now IS NOT NULL""",
    f"""INSERT INTO messages (id, kind, state, once_key, header_id, address, language, mail, template_version, context,
                              purpose, tracked, contact_id, campaign, step, round, subject, attempts, queued_at, settled_at,
                              reason)
       SELECT i, 'nurture', 'accepted', 'enrollment:earlier-' || i || ':hello:1', '<bench.' || i || '@mail.example>',
              'k' || (10000000 + i) || '@firma' || (10000001 + i / 3) || '.example', p.language, 'welcome-feintakt',
              p.template, '{{"product": "feintakt", "phase": "B1"}}', 'nurture', i % 10 < 6, i, 'welcome-feintakt', 'hello',
              1, 'Termine halten bei Losgröße 1', 1, COALESCE(p.last_mail_at, :now),
              COALESCE(p.last_mail_at, :now), '250 ok'
       FROM bench_numbers JOIN bench_people p ON p.slot = i % {PEOPLE} WHERE i <= :contacts AND i % 3 = 0""",
    """INSERT INTO activities (id, contact_id, kind, at, product, form, data)
       SELECT i, i, 'form', :now, 'feintakt', 'whitepaper-feinplanung', '{}' FROM bench_numbers WHERE i <= :contacts""",
    """INSERT INTO activities (id, contact_id, kind, at, product, topic, content, message_id, step, link, method, ip,
                               user_agent, data)
       SELECT :contacts + i, i, 'click', :now, 'feintakt',
              CASE i % 4 WHEN 0 THEN 'bottlenecks' WHEN 1 THEN 'planning-data' ELSE 'delivery-dates' END,
              NULL, i, 'hello', 'topic:bottlenecks', 'GET', '192.0.2.0', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)', '{}'
       FROM bench_numbers WHERE i <= :contacts AND i % 3 = 0""",
    """INSERT INTO hits (activity_id, message_id, verdict, reason, rules, judged_at)
       SELECT :contacts + i, i, CASE WHEN i % 5 = 0 THEN 'machine' ELSE 'human' END, 'judged', 1, :now
       FROM bench_numbers WHERE i <= :contacts AND i % 3 = 0""",
    """INSERT INTO activities (id, contact_id, kind, at, product, topic, content, method, ip, data)
       SELECT 2 * :contacts + i, i, 'download', :now, 'feintakt', 'delivery-dates', 'whitepaper-feinplanung', 'POST',
              '192.0.2.0', '{}'
       FROM bench_numbers WHERE i <= :contacts AND i % 4 = 0""",
)
