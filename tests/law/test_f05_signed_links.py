"""F5: a link is good for one thing only, survives a change of keys, and nobody can make or bend one."""

from __future__ import annotations

import pytest
from web.house import House

from nurture.domain.errors import InvalidToken
from nurture.mail.signing import Signer

PURPOSES = {"click", "file", "topic", "unsubscribe", "preferences", "confirm", "renew", "answer", "form"}
OLD, NEW, OTHER = (f"{name}-key-only-for-tests-0123456789abcdef" for name in ("old", "new", "other"))


@pytest.mark.parametrize("purpose", sorted(PURPOSES))
def test_f5_a_token_for_one_thing_opens_nothing_else(purpose: str) -> None:
    signer = Signer([NEW])
    token = signer.sign(purpose, "7.9")
    assert signer.verify(purpose, token) == "7.9"
    for other in PURPOSES - {purpose}:
        with pytest.raises(InvalidToken):
            signer.verify(other, token)


def test_f5_old_tokens_work_as_long_as_their_key_is_listed() -> None:
    token = Signer([OLD]).sign("unsubscribe", "7.9")
    assert Signer([NEW, OLD]).verify("unsubscribe", token) == "7.9"
    assert Signer([NEW, OLD]).sign("unsubscribe", "7.9") == Signer([NEW]).sign("unsubscribe", "7.9"), "the newest signs"
    for keys in ([NEW], [OTHER]):
        with pytest.raises(InvalidToken):
            Signer(keys).verify("unsubscribe", token)


def test_f5_no_bit_of_a_token_can_be_bent() -> None:
    signer = Signer([NEW])
    token = signer.sign("preferences", "7.9")
    for place, letter in enumerate(token):
        bent = token[:place] + chr(ord(letter) ^ 1) + token[place + 1 :]
        with pytest.raises(InvalidToken):
            signer.verify("preferences", bent)


def test_f5_pages_take_no_token_of_another_page(house: House) -> None:
    """One capability per purpose: whoever may leave may not read, and a click opens nobody's preferences."""
    mail = house.world.arrive()
    (leave, choose), click = (mail.tokens(path)[0] for path in ("/u/", "/p/")), house.world.link(mail, "topic:")
    for path, token in (("/p/", leave), ("/u/", choose), ("/p/", click), ("/u/", click), ("/c/", leave), ("/l/", choose)):
        assert house.get(f"{path}{token}").status_code == 404, path
