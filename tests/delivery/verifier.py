"""An independent verifier of DKIM signatures (dkimpy), and keys for it whose other halves are published."""

from __future__ import annotations

from base64 import b64decode
from types import SimpleNamespace

import dkim
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from nurture.delivery.dkim import Sealer
from nurture.delivery.dkim_keys import record

DOMAIN = "news.example.com"
RSA = rsa.generate_private_key(65537, 2048)
OTHER = rsa.generate_private_key(65537, 2048)
ED = Ed25519PrivateKey.generate()
SEALER = Sealer(DOMAIN, [("s1", RSA)])
DUAL = Sealer(DOMAIN, [("s1", RSA), ("e1", ED)])
PUBLISHED = {
    r.name: r.value.encode() for r in (record(DOMAIN, "s1", RSA), record(DOMAIN, "e1", ED), record(DOMAIN, "s2", OTHER))
}


class _BadSignature(Exception):
    pass


class _VerifyKey:
    """What dkimpy wants of PyNaCl, by the library that is here anyway. Canonical forms and hashes stay dkimpy's own."""

    def __init__(self, key: bytes, encoder: object) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(b64decode(key))

    def verify(self, message: bytes, signature: bytes) -> None:
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            raise _BadSignature from None


dkim.nacl = SimpleNamespace(
    signing=SimpleNamespace(VerifyKey=_VerifyKey),
    encoding=SimpleNamespace(Base64Encoder=None),
    exceptions=SimpleNamespace(ValueError=ValueError, BadSignatureError=_BadSignature),
)


def verifies(raw: bytes, index: int = 0) -> bool:
    """What dkimpy says of one signature. A mail that is none any more (no From) does not verify either."""
    try:
        return bool(dkim.DKIM(raw).verify(idx=index, dnsfunc=_dns))
    except (dkim.ValidationError, dkim.ParameterError):
        return False


def _dns(name: bytes, timeout: int = 5) -> bytes | None:
    return PUBLISHED.get(name.decode().rstrip("."))


HEADERS = (
    "From: =?utf-8?q?Katrin_Br=C3=BCck?=\r\n <katrin@news.example.com>",
    "To: Anna Weber  <anna@werk.example>",
    "Reply-To: katrin@example.com",
    "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n =?utf-8?q?_aus_Dortmund?=",
    "Date: Mon, 02 Mar 2026 10:00:00 +0100",
    "Message-ID: <0123456789abcdef@news.example.com>",
    "List-Id: Nurture <nurture.news.example.com>",
    "List-Unsubscribe: <https://news.example.com/u/1.2.abc>",
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    "Feedback-ID: hello:welcome:test:nurture",
    "MIME-Version: 1.0",
    'Content-Type: multipart/alternative;\r\n boundary="=_b"',
)
BODY = "--=_b\r\n\r\nGuten Tag  Frau Weber,\t\r\n..zwei Punkte\r\nFrom hier\r\n--=_b--\r\n\r\n\r\n"


def mail(*headers: str, body: str = BODY) -> bytes:
    return ("\r\n".join(headers or HEADERS) + "\r\n\r\n" + body).encode()


MAIL = mail()
