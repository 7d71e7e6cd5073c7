"""Names that tell nothing to whoever does not hold the pepper: what stays of a person who was erased.

A plain hash of a mail address can be found by trying addresses; a keyed one cannot (HMAC, RFC 2104; recital 26 GDPR: it
stays personal data for whoever holds the key, so the key lies outside the database).
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

PEPPER_LENGTH = 32
"""Characters of a pepper at least."""
_MARK = "hmac:"


class Pseudonyms:
    """Keyed hashes under one pepper, which must stay the same for as long as its marks are to be recognised."""

    def __init__(self, pepper: str) -> None:
        if len(pepper) < PEPPER_LENGTH:
            raise ValueError(f"a pepper needs at least {PEPPER_LENGTH} characters")
        self._pepper = pepper.encode()

    @classmethod
    def throwaway(cls) -> Pseudonyms:
        """For a house that keeps nothing, such as a simulation's."""
        return cls(secrets.token_hex(PEPPER_LENGTH))

    def mark(self, address_key: str) -> str:
        """What stands for an address in the suppression list and in ledgers: 'hmac:' and 64 hexadecimal digits."""
        return _MARK + self._mac(f"address:{address_key}")

    def seal(self, text: str) -> str:
        """A signature of ``text``, 64 hexadecimal digits: made by whoever holds the pepper, and by nobody else."""
        return self._mac(f"seal:{text}")

    def _mac(self, text: str) -> str:
        return hmac.digest(self._pepper, text.encode(), sha256).hex()


def is_mark(key: str) -> bool:
    """Whether ``key`` is such a mark, and no address."""
    return key.startswith(_MARK)
