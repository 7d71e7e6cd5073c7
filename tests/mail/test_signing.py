"""A token opens the one thing it was made for, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.errors import InvalidToken
from nurture.mail.signing import Signer

PURPOSES = ("confirm", "unsubscribe", "preferences", "click", "anonymous-click", "file", "open-file", "form", "questions",
            "call", "answer", "session-csrf")  # fmt: skip
VALUES = st.text("ABCXYZabcxyz0189:._-", max_size=60)


@pytest.fixture
def signer() -> Signer:
    return Signer(["newest-secret", "older-secret"])


def forged(signer: Signer, token: str, purpose: str = "click") -> str:
    with pytest.raises(InvalidToken) as caught:
        signer.verify(purpose, token)
    return caught.value.reason


@given(VALUES, st.sampled_from(PURPOSES))
def test_what_was_signed_comes_back(value: str, purpose: str) -> None:
    signer = Signer(["secret"])
    assert signer.verify(purpose, signer.sign(purpose, value)) == value


@given(VALUES, st.sampled_from(PURPOSES), st.text(min_size=1, max_size=100))
def test_a_token_is_what_itsdangerous_makes(value: str, purpose: str, key: str) -> None:
    """Tokens in old mails were signed by it."""
    signer = Signer([key.encode("utf-8", "replace").decode(), "older"])
    theirs = signer._for(f"nurture:{purpose}").sign(value).decode()
    assert signer.sign(purpose, value) == theirs
    assert signer.verify(purpose, theirs) == value


def test_a_token_of_the_first_release() -> None:
    assert (
        Signer(["first-secret"]).sign("click", "12.0123456789abcdef.3") == "12.0123456789abcdef.3.oxxbYyHDv6EEuFM2SZZi7aqJ"
    )


def test_a_token_is_short_and_fits_into_a_url(signer: Signer) -> None:
    token = signer.sign("click", "123456:4")
    assert len(token) == len("123456:4") + 25
    assert all(c.isalnum() or c in ":._-" for c in token)


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("other", PURPOSES)
def test_a_token_is_good_for_its_own_purpose_only(signer: Signer, purpose: str, other: str) -> None:
    token = signer.sign(purpose, "7")
    if purpose == other:
        assert signer.verify(other, token) == "7"
    else:
        assert forged(signer, token, other) == "forged"


def test_keys_rotate() -> None:
    before = Signer(["old"]).sign("click", "7")
    assert Signer(["new", "old"]).verify("click", before) == "7"
    assert Signer(["new", "old"]).sign("click", "7") == Signer(["new"]).sign("click", "7")
    assert forged(Signer(["new"]), before) == "forged"


@pytest.mark.parametrize("keys", [[], [""], ["good", ""]])
def test_an_empty_key_is_refused(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="secret key"):
        Signer(keys)


def test_every_flipped_bit_is_noticed(signer: Signer) -> None:
    good = signer.sign("click", "77:3")
    for position in range(len(good)):
        for bit in range(8):
            token = good[:position] + chr(ord(good[position]) ^ (1 << bit)) + good[position + 1 :]
            assert forged(signer, token) == "forged"


def test_every_added_or_lost_character_is_noticed(signer: Signer) -> None:
    good = signer.sign("click", "77:3")
    for position in range(len(good) + 1):
        for extra in "A-_.:=!\n é":
            assert forged(signer, good[:position] + extra + good[position:]) == "forged"
        if position < len(good):
            assert forged(signer, good[:position] + good[position + 1 :]) == "forged"


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "7", "7.", ".abc", "7.=", "7.AAAA", "ü.ß", "7.\ud800", "7.\x00", "7.abc\n", "%2e%2e/", "A" * 100_000],
    ids=lambda token: repr(token[:12]),
)
def test_rubbish_is_forged_and_nothing_worse(signer: Signer, token: str) -> None:
    assert forged(signer, token) == "forged"


@given(st.text(max_size=200))
def test_no_text_at_all_raises_anything_else(token: str) -> None:
    with pytest.raises(InvalidToken):
        Signer(["secret"]).verify("click", token)


@pytest.mark.parametrize("value", ["a b", "a/b", "ü", "a\n", "a\x00", "<"])
def test_only_plain_values_are_signed(signer: Signer, value: str) -> None:
    with pytest.raises(ValueError, match="can be signed"):
        signer.sign("click", value)


def test_signed_together_is_signed_one_by_one() -> None:
    signer = Signer(["first-secret"])
    given = [
        ("click", "https://x.example/l/", "12.0123456789abcdef.3"),
        ("click", "/l/", ""),
        ("unsubscribe", "/u/", "7.12"),
    ]
    purposes, before, values = (list(column) for column in zip(*given, strict=True))
    assert signer.together(purposes, before).sign(values) == [start + signer.sign(p, value) for p, start, value in given]
    assert signer.together([], []).sign([]) == []


def test_what_no_token_may_say_is_not_signed_together_either() -> None:
    with pytest.raises(ValueError, match="only letters"):
        Signer(["first-secret"]).together(["click", "click"], ["", ""]).sign(["7", "a b"])
