"""``nurture user``: who may use the back office."""

from __future__ import annotations

import sys

import click

from nurture import app
from nurture.cli.house import existing, operator
from nurture.engine import login


@click.group()
def user() -> None:
    """Users of the back office."""


def _ask_password() -> str:
    """Asked for twice at a terminal; else the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password


@user.command(epilog="Example: nurture user add petra --language de")
@click.argument("name")
@click.option("--language", default="", help="Of the back office: de or en; the first of the organisation by default.")
def add(name: str, language: str) -> None:
    """Let NAME use the back office. The password is asked for, or read from standard input."""
    with existing() as rt:
        known = rt.definitions.organisation.languages
        if language and language not in known:
            raise click.BadParameter(f"choose one of {', '.join(known)}", param_hint="--language")
        login.create_user(rt, name, _ask_password(), language or known[0], app.utc_now(), actor=operator())
    click.echo(f"{name} can log in now.")


@user.command(epilog="Example: nurture user password admin")
@click.argument("name")
def password(name: str) -> None:
    """Set a new password for NAME and end every login under the old one.

    The password is asked for, or read from standard input.
    """
    with existing() as rt:
        login.reset_password(rt, name, _ask_password(), app.utc_now(), actor=operator())
    click.echo(f"{name} has a new password.")


@user.command(epilog="Example: nurture user remove petra")
@click.argument("name")
@click.option("--force", is_flag=True, help="Even the last one; the next start of nurture run then makes a new first user.")
def remove(name: str, force: bool) -> None:  # noqa: FBT001 - click's form
    """Take the back office away from NAME, at once. What NAME did stays on record, under that name."""
    with existing() as rt:
        try:
            gone = login.remove_user(rt, name, app.utc_now(), last=force, actor=operator())
        except login.LastUser as error:
            raise click.ClickException(f"{error} (to do it all the same: --force)") from None
    click.echo(f"{gone} can no longer log in.")
