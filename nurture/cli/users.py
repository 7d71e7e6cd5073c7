"""``nurture user``: who may use the back office."""

from __future__ import annotations

import click

from nurture import app
from nurture.cli.house import existing
from nurture.engine import login


@click.group()
def user() -> None:
    """Users of the back office."""


_password = click.option(
    "--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for if it is not given."
)


@user.command(epilog="Example: nurture user add petra --language de")
@click.argument("name")
@click.option("--language", default="", help="Of the back office: de or en; the first of the organisation by default.")
@_password
def add(name: str, language: str, password: str) -> None:
    """Let NAME use the back office."""
    with existing() as rt:
        known = rt.definitions.organisation.languages
        if language and language not in known:
            raise click.BadParameter(f"choose one of {', '.join(known)}", param_hint="--language")
        login.create_user(rt, name, password, language or known[0], app.utc_now())
    click.echo(f"{name} can log in now.")


@user.command(epilog="Example: nurture user password admin")
@click.argument("name")
@_password
def password(name: str, password: str) -> None:
    """Set a new password for NAME and end every login under the old one."""
    with existing() as rt:
        login.reset_password(rt, name, password)
    click.echo(f"{name} has a new password.")
