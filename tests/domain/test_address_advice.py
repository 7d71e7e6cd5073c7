"""What is doubtful about an address that is spelled correctly."""

from __future__ import annotations

import pytest

from nurture.domain.address_advice import Advice, Doubt, look

KNOWN = {"email.de", "live.at"}


@pytest.mark.parametrize(
    ("address", "advice"),
    [
        ("maria.weber@huber.example", None),
        ("noreply@huber.example", Advice(Doubt.UNREAD)),
        ("Postmaster@huber.example", Advice(Doubt.UNREAD)),
        ("x@mailinator.com", Advice(Doubt.DISPOSABLE)),
        ("x@any.mailinator.com", Advice(Doubt.DISPOSABLE)),
        ("Maria.W@gmial.com", Advice(Doubt.MISTYPED, "Maria.W@gmail.com")),
        ("m@gmail.co", Advice(Doubt.MISTYPED, "m@gmail.com")),
        ("m@outlok.de", Advice(Doubt.MISTYPED, "m@outlook.de")),
        ("m@hotmail.con", Advice(Doubt.MISTYPED, "m@hotmail.com")),
        ("m@email.de", None),
        ("m@live.at", None),
        ("info@huber.example", Advice(Doubt.SHARED)),
        ("sales+x@huber.example", Advice(Doubt.SHARED)),
    ],
)
def test_advice(address: str, advice: Advice | None) -> None:
    assert look(address, KNOWN) == advice


@pytest.mark.parametrize("address", ["info@huber.example", "m@gmail.co"])
def test_whoever_insists_has_the_last_word(address: str) -> None:
    assert look(address, KNOWN, insisted=True) is None
