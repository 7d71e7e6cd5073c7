"""``nurture db``: the tables."""

from __future__ import annotations

import click

from nurture.cli.house import settings
from nurture.store import migrations
from nurture.store.database import connect


@click.group()
def db() -> None:
    """The database."""


@db.command(epilog="Example: nurture db upgrade   (make a backup first)")
def upgrade() -> None:
    """Bring the tables up to date; nothing happens if they are.

    `nurture run`, `web` and `worker` do the same when they start.
    """
    configured = settings()
    engine = connect(configured.database_url)
    try:
        migrations.upgrade(engine)
    finally:
        engine.dispose()
    click.echo(f"{configured.database_name} is up to date ({migrations.head()}).")
