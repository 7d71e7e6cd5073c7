"""Signatures as an independent verifier (dkimpy) sees them, also after a relay; what was changed on the way is noticed."""

from __future__ import annotations

import asyncio
import re
import smtplib
import socket
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from delivery.verifier import DOMAIN, DUAL, ED, HEADERS, MAIL, OTHER, RSA, SEALER, mail, verifies
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.delivery.dkim import SIGNED, PrivateKey, Sealer, canonical_body
from nurture.delivery.dkim_keys import key_file, load_key, load_sealer, new_key, record, selectors
from nurture.domain.delivery_rules import Dkim
from nurture.domain.errors import InvalidInput, SettingsError


def tags(raw: bytes) -> dict[str, str]:
    """Of the first signature."""
    value = re.match(rb"DKIM-Signature:((?:.|\r\n )*)\r\n", raw)
    assert value is not None
    return {
        name.strip(): re.sub(r"\s", "", text) for name, _, text in (t.partition("=") for t in value[1].decode().split(";"))
    }


# --- what stands in it --------------------------------------------------------------------------------------------------


def test_the_tags() -> None:
    told = tags(SEALER.seal(MAIL))
    assert {name: told[name] for name in ("v", "a", "c", "d", "s", "t")} == {
        "v": "1",
        "a": "rsa-sha256",
        "c": "relaxed/relaxed",
        "d": DOMAIN,
        "s": "s1",
        "t": str(int(datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp())),
    }
    assert told["h"] == (
        "from:from:to:cc:subject:subject:date:date:reply-to:reply-to:message-id:mime-version:content-type:content-type:"
        "content-transfer-encoding:list-id:list-unsubscribe:list-unsubscribe:list-unsubscribe-post:list-unsubscribe-post:feedback-id"
    )
    assert "l" not in told and "x" not in told


def test_the_mail_stays_as_it_was_and_the_signature_is_the_same_each_time() -> None:
    sealed = DUAL.seal(MAIL)
    assert sealed.endswith(MAIL)
    assert sealed == DUAL.seal(MAIL)
    head = sealed[: -len(MAIL)]
    assert head.count(b"DKIM-Signature:") == 2 and max(map(len, head.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    "date", ["", "Date: yesterday\r\n", "Date: Thu, 01 Jan 1970 00:00:00 +0100\r\n"], ids=["no", "no time", "before 1970"]
)
def test_a_date_that_says_no_time_gives_no_time(date: str) -> None:
    sealed = SEALER.seal(f"{date}From: a@b.example\r\n\r\nx\r\n".encode())
    assert "t" not in tags(sealed)
    assert verifies(sealed)


BROKEN = {
    "no empty line": b"From: a@b.example\r\n",
    "no From": b"To: a@b.example\r\n\r\nx\r\n",
    "bare LF": b"From: a@b.example\r\n\r\nx\n",
    "bare CR": b"From: a@b.example\r\n\r\nx\ry\r\n",
    "LF before CR": b"From: a@b.example\r\n\r\nx\n\ry\r\n",
    "bare LF in the header": b"From: a@b.example\nTo: c@d.example\r\n\r\nx\r\n",
}


@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN)
def test_what_no_signature_of_would_survive_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="a mail that is signed needs"):
        SEALER.seal(raw)


# --- which keys sign ------------------------------------------------------------------------------------------------------

CHOICES = {
    "one": ([("s1", RSA)], ("s1",)),
    "the new one first": ([("s2", OTHER), ("s1", RSA)], ("s2",)),
    "Ed25519 comes second": ([("e1", ED), ("s1", RSA)], ("s1", "e1")),
    "everything": ([("s1", RSA), ("s2", OTHER), ("e1", ED)], ("s1", "e1")),
}


@pytest.mark.parametrize(("keys", "signing"), CHOICES.values(), ids=CHOICES)
def test_which_keys_sign(keys: list[tuple[str, PrivateKey]], signing: tuple[str, ...]) -> None:
    sealed = Sealer(DOMAIN, keys).seal(MAIL)
    assert tuple(s.decode() for s in re.findall(rb" s=([a-z0-9]+);", sealed)) == signing
    assert all(verifies(sealed, place) for place in range(len(signing)))


def test_ed25519_alone_does_not_do() -> None:
    with pytest.raises(ValueError, match="RSA key is needed"):
        Sealer(DOMAIN, [("e1", ED)])


# --- changes are noticed ----------------------------------------------------------------------------------------------------

THERE = [header.partition(":")[0] for header in HEADERS]
TWICE = sorted({name for name in SIGNED if SIGNED.count(name) == 2})
ABSENT = sorted({name for name in SIGNED if name not in [there.lower() for there in THERE]})


def test_every_header_of_the_mail_is_signed() -> None:
    assert {name.lower() for name in THERE} | set(ABSENT) == set(SIGNED)
    assert ABSENT == ["cc", "content-transfer-encoding"]


@pytest.mark.parametrize("place", range(len(HEADERS)), ids=THERE)
def test_a_header_that_is_changed_or_gone_breaks_both_signatures(place: int) -> None:
    sealed = DUAL.seal(MAIL)
    header = HEADERS[place].encode()
    changed = header[:-1] + (b"!" if header[-1:] != b"!" else b"?")
    for other in (sealed.replace(header, changed, 1), sealed.replace(header + b"\r\n", b"", 1)):
        assert other != sealed
        assert not verifies(other, 0) and not verifies(other, 1)


@pytest.mark.parametrize("name", [*TWICE, *ABSENT])
def test_a_header_that_is_added_breaks_both_signatures(name: str) -> None:
    sealed = DUAL.seal(MAIL)
    signatures = len(sealed) - len(MAIL)
    added = f"{name.title()}: whatever\r\n".encode()
    above = sealed[:signatures] + added + MAIL
    below = sealed[:signatures] + MAIL.replace(b"\r\n\r\n", b"\r\n" + added + b"\r\n", 1)
    for other in (above, below):
        assert not verifies(other, 0) and not verifies(other, 1)


@pytest.mark.parametrize("name", [name for name in THERE if name.lower() not in TWICE])
def test_of_a_header_signed_once_the_signed_one_counts(name: str) -> None:
    """Receivers take the lowest; one put below it is noticed."""
    header = next(h for h in HEADERS if h.startswith(f"{name}:")).encode() + b"\r\n"
    below = SEALER.seal(MAIL).replace(b"\r\n\r\n--", b"\r\n" + name.encode() + b": whatever\r\n\r\n--", 1)
    assert header in below and not verifies(below)


BODIES = {
    "a letter": ("Guten", "guten"),
    "a line less": ("From hier\r\n", ""),
    "a line more": ("--=_b--\r\n", "--=_b--\r\nmore\r\n"),
    "joined words": ("Frau Weber", "FrauWeber"),
}


@pytest.mark.parametrize(("said", "instead"), BODIES.values(), ids=BODIES)
def test_a_changed_body_breaks_both_signatures(said: str, instead: str) -> None:
    other = DUAL.seal(MAIL).replace(said.encode(), instead.encode(), 1)
    assert not verifies(other, 0) and not verifies(other, 1)


HARMLESS = {
    "white space in the body": (b"Guten Tag  Frau", b"Guten Tag \t Frau"),
    "spaces at a line's end": (b"Punkte\r\n", b"Punkte  \r\n"),
    "empty lines at the end": (b"--=_b--\r\n\r\n\r\n", b"--=_b--\r\n"),
    "folded anew": (b"Anna Weber  <anna@", b"Anna Weber\r\n\t<anna@"),
    "small letters": (b"\r\nSubject:", b"\r\nsubject:"),
    "a header of the relay": (b"", b"Received: from here\r\n\tby there; Mon, 02 Mar 2026 10:00:01 +0100\r\n"),
}


@pytest.mark.parametrize(("said", "instead"), HARMLESS.values(), ids=HARMLESS)
def test_what_servers_do_on_the_way_breaks_nothing(said: bytes, instead: bytes) -> None:
    sealed = DUAL.seal(MAIL)
    other = sealed.replace(said, instead, 1) if said else instead + sealed
    assert other != sealed
    assert verifies(other, 0) and verifies(other, 1)


def test_another_key_does_not_verify() -> None:
    assert not verifies(SEALER.seal(MAIL).replace(b"s=s1;", b"s=s2;"))


# --- any mail -------------------------------------------------------------------------------------------------------------

LINES = st.lists(st.text(st.sampled_from(" \t.=aäFrom€-"), max_size=20), max_size=12)


@settings(max_examples=150, deadline=None)
@given(LINES, st.booleans())
def test_any_body_verifies(lines: list[str], ends: bool) -> None:
    body = "\r\n".join(lines) + ("\r\n" if ends else "")
    assert canonical_body(body.encode()) == _by_the_book(body.encode())
    assert verifies(SEALER.seal(mail(body=body if ends else f"{body}\r\n")))  # on the wire the last line always ends


def _by_the_book(body: bytes) -> bytes:
    """RFC 6376 3.4.4, word by word."""
    lines = [re.sub(rb"[ \t]+$", b"", re.sub(rb"[ \t]+", b" ", line)) for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60), st.sampled_from(["Subject", "To", "X-Other"])
)
def test_any_header_verifies(value: str, name: str) -> None:
    assert verifies(SEALER.seal(mail(*HEADERS[:2], f"{name}: {value}\r\n\t {value}x", *HEADERS[4:])))


# --- a real relay ---------------------------------------------------------------------------------------------------------


class _Relay:
    """Passes on what it takes, dots and all, as a relay does."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw: Any = envelope.content
        raw = b"Received: from there by here; Mon, 02 Mar 2026 10:00:01 +0100\r\n" + raw
        await asyncio.get_running_loop().run_in_executor(None, _send, self._port, raw)
        return "250 OK"


class _Receiver:
    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content: Any = envelope.content
        self.mails.append(content)
        return "250 OK"


def _send(port: int, raw: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        smtp.sendmail("b@news.example.com", ["anna@werk.example"], raw)


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


@pytest.fixture(scope="module")
def hop() -> Iterator[Callable[[bytes], bytes]]:
    """Sends a mail through a relay to a receiver and gives what arrived there."""
    receiver, (port, behind) = _Receiver(), _free_ports()
    last = Controller(receiver, hostname="127.0.0.1", port=behind)
    last.start()
    first = Controller(_Relay(behind), hostname="127.0.0.1", port=port)
    first.start()

    def through(raw: bytes) -> bytes:
        _send(port, raw)
        return receiver.mails.pop()

    yield through
    first.stop()
    last.stop()


def test_a_relay_breaks_nothing(hop: Callable[[bytes], bytes]) -> None:
    lines = "\r\n".join([".", "..", ".x", "From here", "", "=20", "ä" * 400, " \t", "x"]) + "\r\n"
    arrived = hop(DUAL.seal(mail(body=lines)))
    assert arrived.startswith(b"Received:")
    assert verifies(arrived, 0) and verifies(arrived, 1)


# --- key files ------------------------------------------------------------------------------------------------------------


def test_a_new_key_is_for_its_owner_only(tmp_path: Path) -> None:
    key = new_key(tmp_path / "dkim", "s1")
    assert key_file(tmp_path / "dkim", "s1").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "dkim").stat().st_mode & 0o777 == 0o700
    assert isinstance(key, rsa.RSAPrivateKey) and key.key_size == 2048
    assert record(DOMAIN, "s1", load_key(tmp_path / "dkim", "s1")) == record(DOMAIN, "s1", key)
    new_key(tmp_path / "dkim", "e1", ed25519=True)
    assert selectors(tmp_path / "dkim") == ["e1", "s1"]
    before = key_file(tmp_path / "dkim", "s1").read_bytes()
    with pytest.raises(InvalidInput, match="exists and is never overwritten"):
        new_key(tmp_path / "dkim", "s1")
    assert key_file(tmp_path / "dkim", "s1").read_bytes() == before


@pytest.mark.parametrize("selector", ["", "../s1", "S1", "a b", "-a", "a.b", "ä", "a/b", "x" * 64])
def test_what_cannot_be_a_selector(selector: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is not possible"):
        new_key(tmp_path, selector)


def test_the_record_of_a_key() -> None:
    published = record(DOMAIN, "s1", RSA)
    assert published.name == "s1._domainkey.news.example.com"
    assert published.value.startswith("v=DKIM1; k=rsa; p=MII")
    assert "".join(published.strings) == published.value and len(published.strings) == 2
    assert published.zone_line == f'{published.name}. 3600 IN TXT ( "{published.strings[0]}" "{published.strings[1]}" )'
    small = record(DOMAIN, "e1", ED)
    assert (
        small.zone_line
        == f'{small.name}. 3600 IN TXT "v=DKIM1; k=ed25519; p={b64encode(ED.public_key().public_bytes_raw()).decode()}"'
    )


def _pem(key: Any, passphrase: bytes | None = None) -> bytes:
    lock = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)
    return pem


FAULTY = {
    "missing": (None, 0o600, "is missing; make one with: nurture dkim new --selector s1"),
    "for everybody": (_pem(RSA), 0o644, "others may read this key (mode 0644); run: chmod 600 "),
    "for the group": (_pem(RSA), 0o640, "others may read this key (mode 0640)"),
    "no key": (b"hello", 0o600, "no private key in PEM form"),
    "encrypted": (_pem(RSA, b"secret"), 0o600, "without a passphrase"),
    "too short": (_pem(rsa.generate_private_key(65537, 1024)), 0o600, "has 1024 bits; 2048 to 4096 bits are needed"),
    "another kind": (_pem(ec.generate_private_key(ec.SECP256R1())), 0o600, "neither RSA nor Ed25519"),
    "no RSA": (_pem(ED), 0o600, "none has an RSA key"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "mode", "said"), FAULTY.values(), ids=FAULTY)
def test_keys_that_cannot_be_used(content: bytes | None, mode: int, said: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "s1.pem").write_bytes(content)
        (tmp_path / "s1.pem").chmod(mode)
    with pytest.raises(SettingsError) as refused:
        load_sealer(Dkim(DOMAIN, ("s1",)), tmp_path)
    assert said in str(refused.value)
    assert "s1.pem" in str(refused.value) or "config/delivery.yaml" in str(refused.value)
    assert "PRIVATE" not in str(refused.value)


def test_all_faults_at_once_and_no_rules_no_sealer(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load_sealer(Dkim(DOMAIN, ("s1", "s2")), tmp_path)
    assert len(refused.value.faults) == 2
    assert load_sealer(None, tmp_path) is None
