"""``nurture bounce``: what came back."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from nurture import app
from nurture.cli.house import existing
from nurture.delivery.returned import Report, read
from nurture.delivery.returned.consequence import consequence, counted
from nurture.delivery.sources import MAX_READ
from nurture.domain.returns import Action, ReturnKind
from nurture.engine.returns import take_in

_JSON = (
    "For scripts: a list of {file, kind, recipients: [{address, status, reason, class, action}], message_id, would, why}. "
    "kind: bounce, complaint, delayed, delivered, auto-reply, reply, unclear; "
    "class: invalid, soft, policy, other, complaint."
)
_MAX_BYTES = 50_000_000
EX_TEMPFAIL = 75
"""Of sysexits.h: mail servers keep the mail and come again."""


@click.group(
    invoke_without_command=True,
    epilog='Example, in /etc/aliases:   bounces: "|/srv/nurture/.venv/bin/nurture bounce"',
)
@click.option("--to", metavar="ADDRESS", help="Whom the envelope named, where the mail server knows: ${recipient}.")
@click.pass_context
def bounce(context: click.Context, to: str | None) -> None:
    """Take in a mail that came back, from standard input: a bounce, a complaint, an automatic or a human reply.

    For the pipe of a mail server. Ends with 0 once the mail is on record, with 75 (try again later) if that cannot be at
    present, so that the mail server keeps it, and with 2 if nothing was piped in.
    """
    if context.invoked_subcommand is not None:
        return
    raw = b"" if sys.stdin.isatty() else sys.stdin.buffer.read(MAX_READ)
    if not raw.strip():
        raise click.UsageError("no mail came in; pipe one into standard input, as in: nurture bounce < mail.eml")
    try:
        with existing() as rt:
            taken = take_in(rt, raw, "pipe", app.utc_now(), to=to)
    except Exception as error:  # noqa: BLE001 - whatever it is, the mail server has to keep the mail
        click.echo(f"not on record, try again later: {error}", err=True)
        raise click.exceptions.Exit(EX_TEMPFAIL) from None
    click.echo(f"{taken.kind}: {taken.action}")


@bounce.command(epilog="Example: nurture bounce explain returned.eml ~/Maildir --json")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help=_JSON)
def explain(files: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001 - click's form
    """Tell of each mail in FILE... what it is and what would be done about it. Nothing is touched or sent.

    FILE is a mail, a folder of mails, a Maildir, or - for standard input. No database is needed; whether a mail is one of
    ours is known to the send log only, so it says what would be done if it is. Exits with 1 if a file cannot be read,
    or a folder has no mail.
    """
    found: list[dict[str, Any]] = []
    failed = False
    for given in files:
        names = list(_names(given))
        if not names:
            failed = True
            click.echo(f"Error: there is no mail in {_written(given)}", err=True)
        for name in names:
            try:
                found.append(_explained(name, read(_bytes(name))))
            except OSError as error:
                failed = True
                click.echo(f"Error: {_written(name)}: {error.strerror or error}", err=True)
    if as_json or found:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2) if as_json else "\n\n".join(map(_told, found)))
    if failed:
        raise click.exceptions.Exit(1)


def _names(given: str) -> Iterator[str]:
    """The mails: a folder's files in order, those of a Maildir from its cur and new."""
    path = Path(given)
    if given == "-" or not path.is_dir():
        yield given
        return
    folders = [path / part for part in ("cur", "new") if (path / part).is_dir()] or [path]
    yield from sorted(str(mail) for folder in folders for mail in folder.iterdir() if _is_mail(mail))


def _written(name: str) -> str:
    """A file's name as text: what is no UTF-8 in it is escaped."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _is_mail(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".")


def _bytes(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(_MAX_BYTES)
    with Path(name).open("rb") as file:
        return file.read(_MAX_BYTES)


def _explained(name: str, report: Report) -> dict[str, Any]:
    follows = consequence(report)
    return {
        "file": _written(name),
        "kind": report.kind.value,
        "recipients": list(_recipients(report, follows.recipients)),
        "message_id": report.message_id,
        "would": follows.would,
        "why": follows.why,
    }


def _recipients(report: Report, actions: tuple[Action, ...]) -> Iterator[dict[str, Any]]:
    if report.kind is ReturnKind.COMPLAINT and report.complaint:
        for address in report.complaint.recipients:
            reason = report.complaint.feedback_type
            yield {"address": address, "status": None, "reason": reason, "class": "complaint", "action": actions[0].value}
    for one, action in zip(report.reports, actions, strict=False):
        yield {
            "address": one.recipient,
            "status": one.status,
            "reason": one.reason.value,
            "class": counted(one).value,
            "action": action.value,
        }


def _told(mail: dict[str, Any]) -> str:
    lines = [f"{mail['file']}: {mail['kind']}"]
    for one in mail["recipients"]:
        status = f" {one['status']}" if one["status"] else ""
        lines.append(
            f"  {one['address'] or '(nobody is named)'}:{status} {one['reason']} ({one['class']}) -> {one['action']}"
        )
    return "\n".join((*lines, f"  would {mail['would']}", f"  because: {mail['why']}"))
