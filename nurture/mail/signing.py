"""Signed links: short URL-safe tokens that are good for one purpose only.

A token is ``<value>.<signature>``: HMAC-SHA-256 over the value, with a key derived per purpose, so that a token made for
one thing opens nothing else. Keys rotate: the newest signs, all listed ones verify. Says only whether a
token is ours; what it stands for, and for how long, is the caller's business.

itsdangerous defines the format and verifies; signing, done many times per mail, computes the same in one step.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32decode, b32encode
from binascii import b2a_base64
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256

import itsdangerous
from itsdangerous.encoding import base64_decode, base64_encode

from nurture.domain.errors import InvalidToken

_VALUE = re.compile(r"[A-Za-z0-9:._-]*")
_MAX_TOKEN = 1000
_SIGNATURE = 18
"""Bytes of a signature; a multiple of three, so that base64 needs no padding."""
_SPELLED = _SIGNATURE // 3 * 4
_URLSAFE = bytes.maketrans(b"+/", b"-_")
_SHORT = re.compile(r"[a-z2-7]{18,48}")
_SHORT_MAC = 10


class _ShortMac(itsdangerous.HMACAlgorithm):
    """HMAC-SHA-256 cut to 144 bits (RFC 2104 section 5 allows half): 24 characters without unused bits."""

    default_digest_method = staticmethod(sha256)

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return super().get_signature(key, value)[:_SIGNATURE]


class _Mac:
    """HMAC-SHA-256 whose key has been taken in once and for all (RFC 2104 section 4): a third of the time per value."""

    def __init__(self, key: bytes) -> None:
        padded = key.ljust(64, b"\0")
        self.copies = sha256(bytes(b ^ 0x36 for b in padded)).copy, sha256(bytes(b ^ 0x5C for b in padded)).copy

    def digest(self, value: bytes) -> bytes:
        copy_inner, copy_outer = self.copies
        inner, outer = copy_inner(), copy_outer()
        inner.update(value)
        outer.update(inner.digest())
        return outer.digest()


class Together:
    """Signs values for several purposes at once: what a mail needs, in a third of the time of one after the other."""

    def __init__(self, macs: Sequence[_Mac], before: Sequence[str]) -> None:
        self._macs = [mac.copies for mac in macs]
        # spelled all at once, too: each takes a whole number of base64's groups
        ends = range(_SPELLED, _SPELLED * (len(macs) + 1), _SPELLED)
        self._places = [(start, end - _SPELLED, end) for start, end in zip(before, ends, strict=True)]

    def sign(self, values: Sequence[str]) -> list[str]:
        """Each with its token: what ``Signer.sign`` makes, and what stands before it."""
        if not _VALUE.fullmatch("".join(values)):
            raise ValueError(f"only letters, digits and :._- can be signed, not {values!r}")
        signatures = []
        for (copy_inner, copy_outer), value in zip(self._macs, values, strict=True):
            inner, outer = copy_inner(), copy_outer()
            inner.update(value.encode("ascii"))
            outer.update(inner.digest())
            signatures.append(outer.digest()[:_SIGNATURE])
        spelled = b2a_base64(b"".join(signatures), newline=False).translate(_URLSAFE).decode("ascii")
        return [f"{start}{value}.{spelled[at:end]}" for (start, at, end), value in zip(self._places, values, strict=True)]


class _PurposeSigner(itsdangerous.Signer):
    """Signs for one salt; derives each key once."""

    def __init__(self, keys_oldest_first: Sequence[str], salt: str) -> None:
        super().__init__(
            keys_oldest_first, salt=salt, key_derivation="hmac", digest_method=sha256, algorithm=_ShortMac(sha256)
        )
        self._derived = {key: super(_PurposeSigner, self).derive_key(key) for key in self.secret_keys}

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        return self._derived[itsdangerous.want_bytes(secret_key or self.secret_key)]


class Signer:
    """Signs and verifies; one secret per line of the key list, newest first."""

    def __init__(self, keys_newest_first: Sequence[str]) -> None:
        if not keys_newest_first or not all(keys_newest_first):
            raise ValueError("a signer needs at least one secret key, and none of them empty")
        self._keys = tuple(reversed(keys_newest_first))
        self._signers: dict[str, _PurposeSigner] = {}
        self._newest: dict[str, _Mac] = {}

    def sign(self, purpose: str, value: str) -> str:
        """A token for ``value`` (letters, digits and ``:._-``) that never expires."""
        if not _VALUE.fullmatch(value):
            raise ValueError(f"only letters, digits and :._- can be signed, not {value!r}")
        mac = self._mac(f"nurture:{purpose}").digest(value.encode("ascii"))
        signature = b2a_base64(mac[:_SIGNATURE], newline=False)
        return f"{value}.{signature.translate(_URLSAFE).decode('ascii')}"

    def together(self, purposes: Sequence[str], before: Sequence[str]) -> Together:
        """Signs one value for each of ``purposes`` at once; ``before``: what is put in front of each token."""
        return Together([self._mac(f"nurture:{purpose}") for purpose in purposes], before)

    def verify(self, purpose: str, token: str) -> str:
        """The value signed for ``purpose``. Raises InvalidToken('forged')."""
        if len(token) > _MAX_TOKEN or not _VALUE.fullmatch(token) or not _is_canonical(token):
            raise InvalidToken("forged")
        try:
            return self._for(f"nurture:{purpose}").unsign(token).decode("ascii")
        except itsdangerous.BadSignature:
            raise InvalidToken("forged") from None

    def short(self, purpose: str, number: int) -> str:
        """A token for ``number`` (0 or more) in small letters and the digits 2 to 7, for where case gets lost.

        The number, then 80 bits of its HMAC: 18 to 29 characters.
        """
        return _short(number, self._mac(f"nurture-short:{purpose}").digest)

    def check_short(self, purpose: str, token: str) -> int:
        """The number a token was made for, whatever became of its case. Raises InvalidToken('forged')."""
        token = token.lower()
        if not _SHORT.fullmatch(token):
            raise InvalidToken("forged")
        try:
            number = int.from_bytes(b32decode(token.upper() + "=" * (-len(token) % 8))[:-_SHORT_MAC])
        except ValueError:  # a length that no bytes have
            raise InvalidToken("forged") from None
        signer = self._for(f"nurture-short:{purpose}")
        expected = (_short(number, partial(hmac.digest, signer.derive_key(key), digest="sha256")) for key in self._keys)
        if not any(hmac.compare_digest(one, token) for one in expected):
            raise InvalidToken("forged")
        return number

    def _mac(self, salt: str) -> _Mac:
        mac = self._newest.get(salt)
        if mac is None:
            mac = self._newest[salt] = _Mac(self._for(salt).derive_key())
        return mac

    def _for(self, salt: str) -> _PurposeSigner:
        signer = self._signers.get(salt)
        if signer is None:
            signer = self._signers[salt] = _PurposeSigner(self._keys, salt)
        return signer


def _short(number: int, digest: Callable[[bytes], bytes]) -> str:
    value = number.to_bytes(max(1, (number.bit_length() + 7) // 8))
    return b32encode(value + digest(value)[:_SHORT_MAC]).decode("ascii").rstrip("=").lower()


def _is_canonical(token: str) -> bool:
    """Whether the signature is spelled the one way we spell it; base64 decoders accept several for the same bytes."""
    spelled = token.rpartition(".")[2].encode("ascii")
    try:
        return base64_encode(base64_decode(spelled)) == spelled
    except itsdangerous.BadData:
        return False
