"""Writes the next migration: ``python -m nurture.store.migrations "what changes"``."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.script import Script

from nurture.store.database import connect
from nurture.store.migrations import configuration


def main(message: str) -> None:
    """Compare an empty database after all migrations with the schema, and write the difference down."""
    number = len(list(Path(__file__).with_name("versions").glob("[0-9]*.py"))) + 1
    config = configuration()
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    engine = connect("sqlite://")
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        script = command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")
    engine.dispose()
    assert isinstance(script, Script)  # noqa: S101 - one message, one script
    _tidy(Path(script.path))


def _tidy(path: Path) -> None:
    """In the style of the house."""
    path.write_text(re.sub(r" *# ###.*\n", "", path.read_text("utf-8")), "utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(path)], check=True)  # noqa: S603 - our own path


if __name__ == "__main__":
    main(sys.argv[1])
