"""The code in the opt-in mail, for whoever a program has to be told from: six digits that stand nowhere but in the mail.

Made from the registration with the installation's pepper: the same at every retry, stored nowhere as such, and nobody who
reads the database can tell it.
"""

from __future__ import annotations

import re
from datetime import datetime

from nurture.engine.runtime import Runtime

DIGITS = 6


def code_of(rt: Runtime, registration: int, asked_at: datetime) -> str:
    """The code of this registration."""
    seal = rt.pseudonyms.seal(f"opt-in-code:{registration}:{asked_at.timestamp():.0f}")
    return f"{int(seal, 16) % 10**DIGITS:0{DIGITS}}"


def typed_code(text: str) -> str | None:
    """Six digits, however they were spaced; None: that is no code."""
    digits = re.sub(r"[\s.\-\N{NO-BREAK SPACE}\N{EN DASH}]", "", text)
    return digits if re.fullmatch(f"[0-9]{{{DIGITS}}}", digits) else None


def spaced(code: str) -> str:
    """As it is read most easily: '123 456'."""
    return f"{code[:3]} {code[3:]}"
