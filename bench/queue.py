"""A queue of mails of the letter that is measured with, each to a reader of its own who agreed: made in PostgreSQL."""
# ruff: noqa: S608 - statements are put together from constants only

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, text

from bench import letter
from bench.house import HOME, NOW, runtime
from nurture.domain.delivery_rules import RELAY
from nurture.engine.publication import publish
from nurture.store.schema import Base

LANGUAGE, PRODUCT, CAMPAIGN = "de", "feintakt", "welcome-feintakt"
"""Of all mails; what their letters share."""
_SERIES = "generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS i"
_ADDRESS = "'reader' || i || '@werk' || i % 5000 || '.example'"
_STATEMENTS = (
    f"""INSERT INTO companies (id, name, created_at)
        SELECT i, 'Werk ' || i || ' GmbH', :now FROM {_SERIES} WHERE i % 10 = 0""",
    f"""INSERT INTO units (id, company_id, name, created_at)
        SELECT i, i, 'Werk ' || i, :now FROM {_SERIES} WHERE i % 10 = 0""",
    f"""INSERT INTO contacts (id, unit_id, address, address_key, language, salutation, first_name, last_name, function,
                              answers, created_at, last_active_at)
        SELECT i, i - i % 10, {_ADDRESS}, {_ADDRESS}, 'de', CASE i % 2 WHEN 0 THEN 'ms' ELSE 'mr' END, 'Anna',
               'Weber' || i % 997, 'it-management', '{{}}', :now, :now
        FROM {_SERIES}""",
    f"""INSERT INTO consents (contact_id, purpose, state, since)
        SELECT i, 'nurture', 'confirmed', :now FROM {_SERIES}""",
    f"""INSERT INTO messages (id, kind, state, lane, once_key, header_id, address, language, mail, template_version,
                              context, purpose, tracked, contact_id, campaign, step, round, attempts, due_at, queued_at,
                              reason)
        SELECT i, 'nurture', 'queued', '{RELAY}', 'bench:' || i || ':hello:1', '<' || md5(i::text) || '@mail.example>',
               {_ADDRESS}, '{LANGUAGE}', '{letter.MAIL}', :template,
               '{{"product": "{PRODUCT}", "phase": "B1"}}', 'nurture', true, i, '{CAMPAIGN}', 'hello', 1, 0,
               :due, :now, ''
        FROM {_SERIES}""",
)


def create(url: str) -> None:
    """All tables, and what is published."""
    rt = runtime(url)
    Base.metadata.create_all(rt.db)
    publish(rt, NOW)
    rt.db.dispose()


def fill(engine: Engine, first: int, count: int) -> None:
    """``count`` more mails that are due now; ``first``: the number of the first of them, from 10 on."""
    version = letter.template(HOME / "mail_templates").version
    given: dict[str, Any] = {"now": NOW - timedelta(hours=1), "due": NOW - timedelta(minutes=1), "template": version}
    first += -first % 10
    with engine.begin() as connection:
        for statement in _STATEMENTS:
            connection.execute(text(statement), {**given, "first": first, "last": first + count - 1})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
