"""SpamAssassin, offline, scores every mail we ship at 1.0 or less, as it leaves us."""

from __future__ import annotations

import os

import pytest
from support import spamassassin

from nurture.engine.publication import Publication
from nurture.engine.specimens import USUAL, examples

_MOST = 1.0


def judged(mails: dict[str, bytes]) -> dict[str, spamassassin.Judgement]:
    try:
        return spamassassin.judge(mails)
    except spamassassin.NotInstalled as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))


def test_no_shipped_mail_looks_like_spam(example: Publication) -> None:
    mails = {letter.template.name: letter.raw for letter in examples(example, (USUAL,))}
    found = judged({**mails, "a mail that is spam": _SPAM})
    assert found.keys() == {*mails, "a mail that is spam"}
    assert found.pop("a mail that is spam").score > 5
    bad = {name: (one.score, *one.hits) for name, one in found.items() if one.score > _MOST}
    assert not bad, bad


_SPAM = b"""\
From: "WINNER" <winner@lottery>
Subject: CONGRATULATIONS, YOU HAVE WON $1,000,000 VIAGRA!!!
Content-Type: text/html

<html><body><font color="#ffffff">x</font><a href="http://203.0.113.9/viagra">CLICK HERE to claim your million dollars,
dear friend, I am Barrister Mr. John Smith of the Bank of Nigeria, next of kin, transfer</a></body></html>
"""
