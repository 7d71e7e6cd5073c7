"""Migrations lead to the schema, on both databases, from nothing and with several processes at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from nurture.store import migrations
from nurture.store.database import connect, transaction
from nurture.store.schema import Base, Company


@pytest.fixture
def empty_db(empty_url: str) -> Iterator[Engine]:
    engine = connect(empty_url)
    yield engine
    engine.dispose()


# PostgreSQL spells derived columns in its own way, and Alembic cannot tell; on SQLite they are compared
@pytest.mark.filterwarnings("ignore:Computed default on messages:UserWarning")
def test_the_migrations_end_at_the_schema(empty_db: Engine) -> None:
    migrations.upgrade(empty_db)
    with empty_db.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
    assert migrations.is_current(empty_db)


def test_an_empty_database_is_not_current(empty_db: Engine) -> None:
    assert not migrations.is_current(empty_db)
    with pytest.raises(migrations.WrongSchema, match="nurture db upgrade"):
        migrations.require_current(empty_db)


def test_upgrading_again_changes_nothing(empty_db: Engine, now: datetime) -> None:
    migrations.upgrade(empty_db)
    with transaction(empty_db) as session:
        session.add(Company(name="Werk", created_at=now))
    migrations.upgrade(empty_db)
    with transaction(empty_db) as session:
        assert session.get_one(Company, 1).name == "Werk"


@pytest.mark.parametrize("version", sorted(migrations._revisions() - {migrations.head()}))
def test_what_is_stored_stays_when_an_older_version_is_upgraded(empty_db: Engine, version: str) -> None:
    with migrations._exclusive(empty_db) as connection:
        config = migrations.configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        connection.execute(text("INSERT INTO companies (name, created_at) VALUES ('Werk', '2026-01-01 00:00:00+00:00')"))
    migrations.upgrade(empty_db)
    assert migrations.is_current(empty_db)
    with transaction(empty_db) as session:
        assert session.get_one(Company, 1).name == "Werk"
    assert "ix_messages_marked" in {index["name"] for index in inspect(empty_db).get_indexes("messages")}


def test_processes_that_start_together_upgrade_once(empty_url: str) -> None:
    engines = [connect(empty_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrations.upgrade, engines))
    assert all(migrations.is_current(engine) for engine in engines)
    for engine in engines:
        engine.dispose()


def test_a_database_of_a_newer_version_is_left_alone(empty_db: Engine) -> None:
    migrations.upgrade(empty_db)
    with empty_db.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(migrations.WrongSchema, match="newer Nurture"):
        migrations.upgrade(empty_db)


def test_a_failing_upgrade_leaves_nothing_behind(empty_db: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("alembic.runtime.migration.HeadMaintainer.update_to_step", break_down)
        with pytest.raises(RuntimeError, match="the disk is full"):
            migrations.upgrade(empty_db)
    assert inspect(empty_db).get_table_names() == []
    migrations.upgrade(empty_db)
    assert migrations.is_current(empty_db)


def test_foreign_keys_hold_again_after_an_upgrade(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'new.db'}")
    migrations.upgrade(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


def test_the_newest_migration_is_known_without_alembic() -> None:
    """Only a database that has to be changed costs the time to load it."""
    scripts = ScriptDirectory.from_config(migrations.configuration())
    assert migrations.head() == scripts.get_current_head()
    code = "import sys, nurture.app, nurture.cli.timeline; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
