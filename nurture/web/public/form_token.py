"""What a form carries so that it can be sent: when it was shown, in which version, and a number of its own. Signed.

    shown --2 s--> can be sent --4 h--> too old
                        |-- sent: spent, good for nothing else (the very same again is answered like the first time)

No cookie and no row in the database before it is sent. A token is bound to one form and one version of it, so nobody agrees
to words that were not shown.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from nurture.domain.errors import InvalidToken
from nurture.domain.form import Form
from nurture.mail.signing import Signer
from nurture.web.public.stamp import OLDEST, YOUNGEST, Age

_VERSION = 12
"""Digits of the version: enough to tell two apart."""


@dataclass(frozen=True, slots=True)
class FormToken:
    """``nonce``: what is spent. ``until``: when it is too old anyway. ``genuine``: made by us for this form and version."""

    age: Age
    nonce: str = ""
    until: datetime | None = None

    @property
    def genuine(self) -> bool:
        return bool(self.nonce)


def issue(signer: Signer, form: Form, now: datetime) -> str:
    moment = round(now.timestamp() * 1000)
    return signer.sign("form", f"{form.id}:{form.version[:_VERSION]}:{moment}:{secrets.token_hex(8)}")


def read(signer: Signer, form: Form, token: str, now: datetime) -> FormToken:
    """What ``token`` is worth for ``form`` now."""
    try:
        name, version, moment, nonce = signer.verify("form", token).split(":")
        shown = datetime.fromtimestamp(int(moment) / 1000, UTC)
    except (InvalidToken, ValueError, OverflowError, OSError):
        return FormToken(Age.TOO_OLD)
    if (name, version) != (form.id, form.version[:_VERSION]):
        return FormToken(Age.TOO_OLD)
    passed = now - shown
    age = Age.TOO_YOUNG if passed < YOUNGEST else Age.GOOD if passed <= OLDEST else Age.TOO_OLD
    return FormToken(age, nonce, shown + OLDEST)
