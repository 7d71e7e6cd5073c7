"""Logging in to a mail server (RFC 4954): PLAIN (RFC 4616), LOGIN, and XOAUTH2 for a token instead of a password."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

MECHANISMS = ("plain", "login", "xoauth2")
_BY_ITSELF = ("plain", "login")
"""Tried where nobody chose, in this order. A token is something else than a password, so XOAUTH2 has to be chosen."""


def choose(wanted: str, offered: str) -> str | None:
    """The mechanism to use. ``wanted``: '' for the best offered; ``offered``: the server's list after AUTH."""
    names = offered.lower().split()
    return next((name for name in ((wanted,) if wanted else _BY_ITSELF) if name in names), None)


def steps(mechanism: str, user: str, password: str) -> Iterator[str]:
    """What to say, one line for the beginning and one for each 334 after it."""
    if mechanism == "plain":
        yield f"AUTH PLAIN {_base64(f'{chr(0)}{user}{chr(0)}{password}')}"
    elif mechanism == "login":
        yield "AUTH LOGIN"
        yield _base64(user)
        yield _base64(password)
    else:
        yield f"AUTH XOAUTH2 {_base64(f'user={user}{chr(1)}auth=Bearer {password}{chr(1)}{chr(1)}')}"
        yield ""  # a 334 tells what is wrong with the token; only after an empty line comes the refusal


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")
