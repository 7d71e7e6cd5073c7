"""What people write back, in the words of ten languages: who asks for no more mail is understood, who says anything else too.

One wording a line. The two lists were written in turns: half of each before the phrases, half after, to see what they
miss. To add one, write it down before looking at the phrases.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from nurture.delivery.returned import wants_to_stop

HERE = Path(__file__).parent
SAYS_STOP = (HERE / "says_stop.txt").read_text().splitlines()
SAYS_SOMETHING_ELSE = (HERE / "says_something_else.txt").read_text().splitlines()


@pytest.mark.parametrize("said", SAYS_STOP)
def test_whoever_asks_for_no_more_mail_is_understood(said: str) -> None:
    assert wants_to_stop(f"Guten Tag,\n\n{said}\n\nPetra Muster")
    assert wants_to_stop(said.lower())


@pytest.mark.parametrize("said", SAYS_SOMETHING_ELSE)
def test_ordinary_answers_stop_nothing(said: str) -> None:
    assert not wants_to_stop(f"Guten Tag,\n\n{said}\n\nPetra Muster")


def test_an_ordinary_sentence_hides_no_wish_to_stop() -> None:
    ordinary = " ".join(SAYS_SOMETHING_ELSE[:20])
    assert wants_to_stop(f"{ordinary} Bitte nehmen Sie mich aus dem Verteiler.")


WORDS = (
    "bitte ",
    "keine weiteren ",
    "nicht mehr ",
    "do not ",
    "remove me ",
    "no ",
    "ne plus ",
    "mail-",
    "von ",
    "e-",
    "nie ",
)


@pytest.mark.parametrize("word", WORDS)
def test_time_is_bounded(word: str) -> None:
    started = time.process_time()
    wants_to_stop(word * 20_000)
    assert time.process_time() - started < 1.0
