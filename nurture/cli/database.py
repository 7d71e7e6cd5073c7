"""``nurture db``: the tables."""

from __future__ import annotations

import click

from nurture.cli.house import settings
from nurture.settings import read_database_url
from nurture.store import migrations
from nurture.store.database import connect
from nurture.store.moving import move


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


@db.command(name="move", epilog="Example: nurture db move postgresql://nurture:password@db.example.com/nurture")
@click.argument("url")
def move_(url: str) -> None:
    """Copy everything from the present database to the empty one at URL.

    Stop every process before; afterwards set NURTURE_DATABASE_URL to the new one. The old one stays as it is.
    """
    configured = settings()
    source, target = connect(configured.database_url), connect(read_database_url(url))
    try:
        move(source, target, lambda table, rows: click.echo(f"{rows:>9}  {table}"))
    finally:
        source.dispose()
        target.dispose()
    click.echo("Everything is copied. Now set NURTURE_DATABASE_URL to the new database and start again.")
