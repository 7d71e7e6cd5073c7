"""DKIM keys: files that only their owner may read, and the DNS records that publish their other half.

``<folder>/<selector>.pem`` holds one private key (PKCS 8, not encrypted: the folder may be a mounted secret, and whoever
runs the process could read its passphrase as well). What is private never leaves here as text.
"""

from __future__ import annotations

import os
import re
import stat
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from nurture.delivery.dkim import PrivateKey, Sealer, signing
from nurture.domain.delivery_rules import Dkim
from nurture.domain.errors import InvalidInput, SettingsError

BITS = 2048
_MOST_BITS = 4096
"""Verifiers need not read longer keys (RFC 8301 section 3.2)."""
_STRING = 255
"""Octets in one string of a TXT record (RFC 1035 section 3.3)."""
_SELECTOR = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


@dataclass(frozen=True, slots=True)
class Record:
    """What to publish for a key. ``name``: where; ``value``: the text, which DNS carries in ``strings``."""

    name: str
    value: str

    @property
    def strings(self) -> tuple[str, ...]:
        return tuple(self.value[place : place + _STRING] for place in range(0, len(self.value), _STRING))

    @property
    def zone_line(self) -> str:
        """As a zone file has it."""
        quoted = " ".join(f'"{part}"' for part in self.strings)
        return f"{self.name}. 3600 IN TXT {f'( {quoted} )' if len(self.strings) > 1 else quoted}"


def load_sealer(rules: Dkim | None, folder: Path) -> Sealer | None:
    """What signs by these rules; None without any. Raises SettingsError with everything that is wrong with the keys."""
    if rules is None:
        return None
    keys: list[tuple[str, PrivateKey]] = []
    faults: list[tuple[str, str]] = []
    for selector in rules.selectors:
        try:
            keys.append((selector, load_key(folder, selector)))
        except SettingsError as error:
            faults += error.faults
    if not faults and not tuple(signing(keys)):
        hint = "none has an RSA key, and few providers check Ed25519 alone; make one with: nurture dkim new"
        faults.append(("dkim.selectors in config/delivery.yaml", hint))
    if faults:
        raise SettingsError(faults)
    return Sealer(rules.domain, keys)


def load_key(folder: Path, selector: str) -> PrivateKey:
    """The key of ``selector``. Raises SettingsError that names the file and says what to do."""
    path = key_file(folder, selector)
    try:
        with path.open("rb") as file:
            mode, pem = stat.S_IMODE(os.fstat(file.fileno()).st_mode), file.read()
    except FileNotFoundError:
        hint = f"make one with: nurture dkim new --selector {selector}; or take the selector out of config/delivery.yaml"
        raise SettingsError([(str(path), f"this key is missing; {hint}")]) from None
    except OSError as error:
        raise SettingsError([(str(path), f"this key cannot be read: {error.strerror}")]) from None
    if mode & 0o077:
        raise SettingsError([(str(path), f"others may read this key (mode {mode:04o}); run: chmod 600 {path}")])
    return _parse(path, pem)


def _parse(path: Path, pem: bytes) -> PrivateKey:
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: it is encrypted
        raise SettingsError([(str(path), "this is no private key in PEM form without a passphrase")]) from None
    if isinstance(key, RSAPrivateKey):
        if not BITS <= key.key_size <= _MOST_BITS:
            limits = f"{BITS} to {_MOST_BITS} bits are needed"
            raise SettingsError([(str(path), f"this RSA key has {key.key_size} bits; {limits} (RFC 8301)")])
        return key
    if isinstance(key, Ed25519PrivateKey):
        return key
    raise SettingsError([(str(path), "this key is neither RSA nor Ed25519")])


def key_file(folder: Path, selector: str) -> Path:
    """Where the key of ``selector`` lies. Raises InvalidInput for what cannot be a selector."""
    if not _SELECTOR.fullmatch(selector):
        raise InvalidInput({"selector": f"'{selector}' is not possible; write small letters, digits and hyphens"})
    return folder / f"{selector}.pem"


def selectors(folder: Path) -> list[str]:
    """Those that have a key file."""
    return sorted(path.stem for path in folder.glob("*.pem") if _SELECTOR.fullmatch(path.stem))


def new_key(folder: Path, selector: str, *, ed25519: bool = False) -> PrivateKey:
    """Make a key and keep it for its owner only. Raises InvalidInput if there is one already."""
    path = key_file(folder, selector)
    if path.exists():
        raise InvalidInput({"selector": f"{path} exists and is never overwritten; choose another with --selector"})
    key = Ed25519PrivateKey.generate() if ed25519 else rsa.generate_private_key(65537, BITS)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key


def kind(key: PrivateKey) -> str:
    """'rsa' or 'ed25519', as in k= of its record."""
    return "rsa" if isinstance(key, RSAPrivateKey) else "ed25519"


def public_part(key: PrivateKey) -> str:
    """p= of its record: SubjectPublicKeyInfo for RSA (RFC 6376 3.6.1), the bare key for Ed25519 (RFC 8463 section 4)."""
    if isinstance(key, RSAPrivateKey):
        return b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    return b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def record(domain: str, selector: str, key: PrivateKey) -> Record:
    """What to publish so that others can check what ``key`` signed for ``domain``."""
    return Record(f"{selector}._domainkey.{domain}", f"v=DKIM1; k={kind(key)}; p={public_part(key)}")
