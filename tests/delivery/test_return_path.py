"""The address a mail returns to names that mail, and nobody else can make one up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine

from nurture.delivery import MemoryTransport
from nurture.domain.errors import InvalidToken
from nurture.engine.publication import Publication
from nurture.engine.return_path import message_of, return_path
from nurture.engine.runtime import Runtime
from nurture.mail.headers import wire_address
from nurture.mail.signing import Signer

OLD, NEW = "an-older-key-only-for-tests-0123456789", "a-newer-key-only-for-tests-0123456789"
BOUNCE = "bounce.example.com"


@pytest.fixture
def rt(example: Publication) -> Runtime:
    delivery = replace(example.definitions.delivery, bounce_domain=BOUNCE)
    publication = replace(example, definitions=replace(example.definitions, delivery=delivery))
    return Runtime(create_engine("sqlite://"), publication, Signer([OLD]), MemoryTransport(), "https://x.example", "test")


@pytest.mark.parametrize("message", [1, 255, 256, 4711, 10**9, 2**63 - 1])
def test_there_and_back(rt: Runtime, message: int) -> None:
    address = return_path(rt, message)
    local, _, domain = address.partition("@")
    assert local.startswith("b+") and len(local) <= 64 and local == local.lower() and domain == BOUNCE
    assert wire_address(address) == address
    assert return_path(rt, message) == address
    forms = (address, address.upper(), f"<{address}>", f" {address} ", local, f"<{local}@another.example>")
    assert [message_of(rt, form) for form in forms] == [message] * len(forms)


def test_without_a_domain_bounces_go_to_the_sender(rt: Runtime, example: Publication) -> None:
    rt.publication = replace(
        example, definitions=replace(example.definitions, delivery=replace(example.definitions.delivery, bounce_domain=""))
    )
    sender = example.definitions.organisation.sender.address
    assert return_path(rt, 7) == sender
    assert message_of(rt, sender) is None


def test_keys_rotate(rt: Runtime) -> None:
    before = return_path(rt, 7)
    rt.signer = Signer([NEW, OLD])
    assert message_of(rt, before) == 7
    assert return_path(rt, 7) != before
    assert message_of(rt, return_path(rt, 7)) == 7
    rt.signer = Signer([NEW])
    assert message_of(rt, before) is None


def forgeries(address: str) -> dict[str, str]:
    token = address.partition("@")[0][2:]
    other = "a" if token[-1] != "a" else "b"
    return {
        "empty": "",
        "no token": f"b+@{BOUNCE}",
        "another letter at the end": f"b+{token[:-1]}{other}@{BOUNCE}",
        "another letter in the number": f"b+{'b' if token[0] != 'b' else 'c'}{token[1:]}@{BOUNCE}",
        "shorter": f"b+{token[:-1]}@{BOUNCE}",
        "longer": f"b+{token}a@{BOUNCE}",
        "leading nought": f"b+aa{token}@{BOUNCE}",
        "far too long": f"b+{token * 100}@{BOUNCE}",
        "two at once": f"{address},{address}",
        "digits beyond base32": f"b+{token[:-1]}1@{BOUNCE}",
        "padding": f"b+{token}======@{BOUNCE}",
        "no address": "anna@werk.example",
        "another word": f"c+{token}@{BOUNCE}",
        "line break": f"b+{token}\r\n@{BOUNCE}",
    }


@pytest.mark.parametrize("name", forgeries(f"b+{'a' * 18}@x"))
def test_forgeries(rt: Runtime, name: str) -> None:
    assert message_of(rt, forgeries(return_path(rt, 4711))[name]) is None


@given(st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"), max_size=70))
def test_nobody_makes_one_up(token: str) -> None:
    with pytest.raises(InvalidToken):
        Signer([OLD]).check_short("return-path", token)


def test_a_token_is_good_for_one_purpose() -> None:
    signer = Signer([OLD])
    with pytest.raises(InvalidToken):
        signer.check_short("another", signer.short("return-path", 7))
    with pytest.raises(InvalidToken):
        signer.check_short("return-path", signer.sign("return-path", "7").replace(".", ""))
    assert len({signer.short(purpose, 7) for purpose in ("return-path", "another")}) == 2


def test_every_message_has_its_own(rt: Runtime) -> None:
    assert len({return_path(rt, message) for message in range(2000)}) == 2000
