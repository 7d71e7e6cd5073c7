"""The schema without the way there: all tables at once, marked as up to date."""

from __future__ import annotations

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from nurture.store import migrations
from nurture.store.schema import Base


def create(engine: Engine) -> None:
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        MigrationContext.configure(connection).stamp(
            ScriptDirectory.from_config(migrations.configuration()), migrations.head()
        )
