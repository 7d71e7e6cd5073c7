"""Whatever the bytes: an answer, soon."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from returned.mails import failed, feedback, human, report
from returned.servers_words import DEAD

from nurture.delivery.returned import Report, read, wants_to_stop
from nurture.delivery.returned.consequence import consequence

HEAD = b"From: MAILER-DAEMON@example.org\nSubject: Undelivered Mail\nReturn-Path: <>\n"
REPORT = b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n"


def nested(depth: int) -> bytes:
    opened = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(depth))
    return HEAD + opened + b"\nbody"


HOSTILE = {
    "20 MB of a": b"a" * 20_000_000,
    "20 MB of one line": HEAD + b"\n" + b"a" * 20_000_000,
    "20 MB of lines": HEAD + b"\n" + b"could not be delivered to\n" * 800_000,
    "nested 100 deep": nested(100),
    "nested 2,000 deep": nested(2_000),
    "messages in messages": HEAD + b"Content-Type: message/rfc822\n\n" * 3_000,
    "10,000 parts": HEAD + REPORT + b"--x\nContent-Type: text/plain\n\nfailed <a@b.example>\n" * 10_000,
    "20,000 recipients": HEAD + REPORT + b"--x\nContent-Type: message/delivery-status\n\n" + b"Final-Recipient: rfc822; a@b.example\nStatus: 5.1.1\n\n" * 20_000,
    "10,000 failed addresses": HEAD + b"\ncould not be delivered\n" + b"".join(b"<u%d@b.example>: 550 user unknown\n" % n for n in range(10_000)),
    "at signs": HEAD + b"\n" + b"@" * 400_000,
    "half addresses": HEAD + b"\n" + b"a@" * 200_000,
    "header lines without end": b"Received: x\n" * 40_000,
    "encoded words": b"From: " + b"=?utf-8?q?=40?= " * 50_000 + b"\n\nx",
    "half ids": b"References: " + b"<a@" * 130_000 + b"\n\nx",
    "tags": HEAD + b"Content-Type: text/html\n\n" + b"<style " * 60_000,
    "comments": HEAD + b"Content-Type: text/html\n\n" + b"<!--" * 100_000,
    "brackets": b'From: a@b.example\n\n{"notificationType":' + b"[" * 100_000,
    "quotations": b"From: a@b.example\nSubject: x\n\n" + b"on am 1 le <a@<a@ wrote \n" * 20_000,
    "words": HEAD + b"\n<a@b.example>: 550 " + b"sender user address mailbox " * 20_000,
    "an unknown charset": HEAD + b'Content-Type: text/plain; charset="\xff\xfe"\nContent-Transfer-Encoding: base64\n\n\xff\xfe=',
    "NULs": b"\x00" * 400_000,
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_bounded_time(case: str) -> None:
    started = time.process_time()
    found = read(HOSTILE[case])
    wants_to_stop(found.said)
    assert time.process_time() - started < 2.0
    assert len(found.reports) <= 200


def assert_complete(found: Report) -> None:
    """Whether it is a report that can be stored: text without half characters, and a consequence for everybody."""
    for text in (found.subject, found.said, found.sender, found.message_id, *(one.diagnostic for one in found.reports)):
        text.encode()
    assert found.found_by != "it cannot be read"  # the last resort for faults of ours
    assert consequence(found).would
    if found.reports:
        assert len(consequence(found).recipients) == len(found.reports)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.binary(max_size=2_000))
def test_any_bytes(raw: bytes) -> None:
    assert_complete(read(raw))


SEEDS = [*DEAD.values(), report(failed("5.1.1", "550 no")), feedback("Feedback-Type: abuse"), human("Bitte abmelden")]


@settings(max_examples=250, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(SEEDS), st.integers(0, 3_000), st.integers(0, 200), st.binary(max_size=60))
def test_damaged_mails(raw: bytes, at: int, without: int, instead: bytes) -> None:
    assert_complete(read(raw[:at] + instead + raw[at + without :]))


def test_the_same_bytes_say_the_same() -> None:
    assert all(read(raw) == read(raw) for raw in SEEDS)
