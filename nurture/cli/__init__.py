"""The command line: thin commands over the engine's verbs.

Exit codes: 0 it worked, 1 it did not (said in one message, without a traceback), 2 the command was written wrongly.
Each command lives in a module of its own that is imported when it is called.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click
from sqlalchemy.exc import DatabaseError, InterfaceError

from nurture.domain.errors import DefinitionError, NurtureError, SettingsError

_SECTIONS = {
    "Running it": {
        "run": "serving:run",
        "web": "serving:web",
        "worker": "serving:worker",
    },
    "Campaigns": {
        "check": "check:check",
        "simulate": "simulate:simulate",
    },
    "Contacts and mails": {
        "import": "importing:import_",
        "export": "export:export",
        "timeline": "timeline:timeline",
        "message": "message:message",
        "queue": "queue:queue",
        "bounce": "bounce:bounce",
    },
    "Data protection": {
        "consent": "consent:consent",
        "rights": "rights:rights",
        "erase": "erase:erase",
        "retention": "retention:retention",
        "audit": "audit:audit",
    },
    "Installation": {
        "doctor": "doctor:doctor",
        "dkim": "dkim:dkim",
        "user": "users:user",
        "db": "database:db",
    },
}
"""As they are listed: section -> command -> where it is."""
_COMMANDS = {name: place for section in _SECTIONS.values() for name, place in section.items()}


class Commands(click.Group):
    """Imports a command when it is asked for, and tells expected errors as messages."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        room = formatter.width - 6 - max(map(len, _COMMANDS))
        for title, names in _SECTIONS.items():
            found = [(name, self.get_command(ctx, name)) for name in names]
            with formatter.section(title):
                formatter.write_dl([(name, command.get_short_help_str(room)) for name, command in found if command])

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        if name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[name].partition(":")
        command: click.Command = getattr(import_module(f"nurture.cli.{module}"), attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except NurtureError as error:
            click.echo(_message(error), err=True)
        except (DatabaseError, InterfaceError) as error:
            click.echo(f"Error: the database does not answer: {error.orig}", err=True)
        except BrokenPipeError:
            raise  # whoever read our output has enough; click ends quietly
        except OSError as error:
            click.echo(f"Error: {error.filename or 'a file or socket'}: {error.strerror or error}", err=True)
        raise click.exceptions.Exit(1)


def _message(error: NurtureError) -> str:
    if isinstance(error, SettingsError):
        return f"The settings are faulty:\n{error}"
    if isinstance(error, DefinitionError):
        return f"{error}\nNothing was started or changed. Look again with: nurture check"
    return f"Error: {error}"


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Settings come from the environment (NURTURE_HOME, NURTURE_DATABASE_URL, …); docs/operation.md lists them.",
)
@click.version_option(package_name="nurture", message="nurture %(version)s")
def main() -> None:
    """Nurture: B2B lead nurturing from the landing page to the handover to sales.

    Start here: `nurture run`
    """
