"""The detectors of flufl.bounce (GNU Mailman), for layouts our own rules do not know.

They search every line with dozens of patterns and take nearly anything for an address, so they get a short copy with
short lines, and what they find counts only if it is an address that the report's own text has (Amazon's JSON, for one,
gives them pieces of JSON).
"""

from __future__ import annotations

import logging
from email import message_from_bytes
from email.message import Message

from flufl.bounce import all_failures

from nurture.delivery.returned.address import addresses_in, is_address

_MAX_LINES = 300
_MAX_LINE = 160

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)


def detected(message: Message, said: str) -> list[str]:
    """The failed addresses it finds, checked; sorted."""
    try:
        temporary, permanent = all_failures(_short(message, said))
    except Exception:  # noqa: BLE001 - a detector may stumble over anything; then it has found nothing
        return []
    told = set(addresses_in(said[: _MAX_LINES * _MAX_LINE].replace("\n", " ")))
    found = {address.decode("utf-8", "replace").lower() for address in (*permanent, *temporary)}
    return sorted(address for address in found if is_address(address) and address in told)


def _short(message: Message, said: str) -> Message:
    names = ("From", "Subject", "Return-Path", "X-Failed-Recipients", "X-Mailer")
    header = "".join(f"{name}: {_line(message.get(name, ''))}\n" for name in names if message.get(name))
    lines = [line[:_MAX_LINE] for line in said.split("\n")[:_MAX_LINES]]
    return message_from_bytes((header + "\n" + "\n".join(lines)).encode("utf-8", "replace"))


def _line(value: object) -> str:
    return " ".join(str(value)[:300].split())
