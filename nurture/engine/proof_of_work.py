"""Work that a browser does before a form is taken, and the slower way for those without a script.

    challenge --solved in the browser--> proof --checked--> good once, for one form, for 10 minutes
    waiting ticket --20 s--> good once; few per network and hour

The protocol is ALTCHA's second version (PBKDF2, signed parameters): what is bound stands inside what is signed, so no part
can be taken from one challenge and put into another. Keeps nothing; what was spent is told by ``nonce``.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import altcha

from nurture.domain.errors import InvalidToken
from nurture.engine.runtime import Runtime

LASTS = timedelta(minutes=10)
_ALGORITHM, _COST = "PBKDF2/SHA-256", 5_000
_USUAL, _HARD = 100, 800
"""Most keys a browser derives; half of them on average. A key takes about 2 ms."""
_LONGEST = 4_000

WAIT = timedelta(seconds=20)
_WAIT_LASTS = timedelta(hours=1)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ticket:
    """``nonce``: what may be spent once; '' if it is no good. ``until``: when it is no good anyway."""

    nonce: str = ""
    until: datetime = _NEVER
    early: bool = False
    """Whether it will be good in a while."""


def challenge(rt: Runtime, form: str, now: datetime, *, hard: bool) -> dict[str, Any]:
    """What the browser has to solve, as JSON."""
    made = altcha.create_challenge(
        _ALGORITHM,
        _COST,
        counter=secrets.randbelow(_HARD if hard else _USUAL) + 1,
        data={"form": form, "until": int((now + LASTS).timestamp())},  # not expires_at: the library would ask its own clock
        hmac_secret=_secret(rt),
    )
    told: dict[str, Any] = made.to_dict()
    return told


def check(rt: Runtime, form: str, proof: str, now: datetime) -> Ticket:
    """Whether ``proof`` (base64 of JSON) solves a challenge of ours for ``form`` that is still good."""
    try:
        payload = altcha.Payload.from_base64(proof[:_LONGEST])
        solved = altcha.verify_solution(payload, _secret(rt)).verified
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Ticket()  # not what a browser of ours sends
    bound = payload.challenge.parameters.data or {}
    if not solved or bound.get("form") != form:
        return Ticket()
    until = datetime.fromtimestamp(bound["until"], UTC)
    return Ticket(f"proof-{payload.challenge.parameters.nonce}", until) if now < until else Ticket()


def _secret(rt: Runtime) -> str:
    return rt.signer.sign("proof-of-work", "key")


# --- without a script --------------------------------------------------------------------------------------------------


def waiting(rt: Runtime, form: str, now: datetime) -> str:
    """A ticket that is good after ``WAIT``."""
    return rt.signer.sign("wait", f"{form}:{round(now.timestamp() * 1000)}:{secrets.token_hex(8)}")


def waited(rt: Runtime, form: str, ticket: str, now: datetime) -> Ticket:
    """Whether ``ticket`` is ours, for ``form``, and old enough."""
    try:
        name, moment, nonce = rt.signer.verify("wait", ticket).split(":")
        since = datetime.fromtimestamp(int(moment) / 1000, UTC)
    except (InvalidToken, ValueError, OverflowError, OSError):
        return Ticket()
    if name != form or now - since > _WAIT_LASTS:
        return Ticket()
    return Ticket(early=True) if now - since < WAIT else Ticket(f"wait-{nonce}", since + _WAIT_LASTS)
