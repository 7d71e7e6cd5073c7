"""What was committed survives a power cut. (The tests' own databases do not wait for the disk; these do.)"""

from __future__ import annotations

from pathlib import Path

from nurture.store import database


def test_sqlite_answers_only_when_the_disk_has_it(tmp_path: Path) -> None:
    engine = database._sqlite.__wrapped__(f"sqlite:///{tmp_path / 'nurture.db'}", None)  # type: ignore[attr-defined]
    with engine.connect() as connection:
        answers = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    engine.dispose()

    assert answers == ["wal", 2]
