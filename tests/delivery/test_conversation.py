"""The talk with a mail server as a table: what it says, what we say, what it means. No sockets, no clock."""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Callable, Sequence
from itertools import chain, cycle

import pytest
from delivery.carrier import parcels
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.delivery.conversation import Conversation
from nurture.delivery.dialogue import Dialogue
from nurture.delivery.events import Event, Manner, Over, Ready, Secure, Settled, Waiting
from nurture.delivery.outcome import Kind, Phase, enhanced, judge
from nurture.delivery.replies import LONGEST_LINE, Nonsense, ReplyReader
from nurture.domain.failure import Failure

Hear = Callable[[Conversation, bytes], list[Event]]
A, D, F, U = Kind.ACCEPTED, Kind.DEFERRED, Kind.FAILED, Kind.UNKNOWN
FIRST, SECOND = parcels(2, raw=b"Hallo\r\n", envelope_id="m+1=")


class Talk:
    """A conversation with the server's part written down. ``said``: what we said since one last looked."""

    def __init__(self, *offers: str, **manner: str) -> None:
        self.core = Conversation(Manner("out.example", **manner), "mx")
        self.events: list[object] = []
        self.hear("220 mx ESMTP")
        assert self.said == "EHLO out.example\r\n"
        lines = ["mx", *offers]
        self.hear(*[f"250-{line}" for line in lines[:-1]], f"250 {lines[-1]}")

    @property
    def said(self) -> str:
        return self.core.take().decode()

    def hear(self, *lines: str, unsent: int = 0) -> list[object]:
        self.events = list(self.core.receive("".join(f"{line}\r\n" for line in lines).encode(), unsent))
        return self.events


def _in_groups(*offers: str) -> Talk:
    talk = Talk("PIPELINING", *offers)
    talk.core.offer(FIRST)
    return talk


# --- in groups ------------------------------------------------------------------------------------------------------------


def test_the_next_mail_travels_with_the_dot() -> None:
    talk = _in_groups()
    assert talk.said == "MAIL FROM:<a@news.example>\r\nRCPT TO:<b1@werk.example>\r\nDATA\r\n"
    assert talk.hear("250 ok", "250 ok", "354 go") == [Waiting(FIRST)]
    talk.core.go()
    talk.core.offer(SECOND)
    assert talk.said == "Hallo\r\n.\r\nMAIL FROM:<a@news.example>\r\nRCPT TO:<b2@werk.example>\r\nDATA\r\n"
    settled, waiting = talk.hear("250 2.0.0 queued", "250 ok", "250 ok", "354 go")
    assert settled == Settled(FIRST, judge(Phase.ANSWER, 250, "2.0.0 queued", "mx"))
    assert waiting == Waiting(SECOND)


def test_nothing_leaves_without_permission() -> None:
    talk = _in_groups()
    talk.hear("250 ok", "250 ok", "354 go")
    _ = talk.said
    assert talk.said == ""
    talk.core.abandon()
    assert talk.core.over
    assert talk.hear("250 ok") == []
    assert talk.said == ""


GROUPS: dict[str, tuple[Sequence[str], str, Kind | None, Phase, str]] = {
    "recipient refused, DATA too: the transaction is cleared with the next mail": (
        ("250 ok", "550 5.1.1 unknown", "503 no recipients"), "RSET\r\nMAIL", F, Phase.RECIPIENT, "550 5.1.1 unknown",
    ),
    "recipient refused, DATA not: a lone dot, whose 250 accepts nothing": (
        ("250 ok", "550 5.1.1 unknown", "354 go", "250 2.0.0 queued"), ".\r\nMAIL", F, Phase.RECIPIENT, "550 5.1.1 unknown",
    ),
    "recipient put off, a lone dot that is refused": (
        ("250 ok", "450 4.2.0 later", "354 go", "554 no recipients"), ".\r\nMAIL", D, Phase.RECIPIENT, "450 4.2.0 later",
    ),
    "too big at MAIL, the rest out of order": (
        ("552 5.3.4 too big", "503 no", "503 no"), "MAIL", F, Phase.MAIL, "552 5.3.4 too big",
    ),
    "too big at MAIL, and yet 354": (
        ("552 5.3.4 too big", "250 ok", "354 go", "250 ok"), ".\r\nMAIL", F, Phase.MAIL, "552 5.3.4 too big",
    ),
    "DATA refused": (("250 ok", "250 ok", "451 4.3.0 later"), "RSET\r\nMAIL", D, Phase.DATA, "451 4.3.0 later"),
}  # fmt: skip


@pytest.mark.parametrize(("replies", "says", "kind", "phase", "reply"), GROUPS.values(), ids=GROUPS.keys())
def test_refusals_in_a_group(replies: Sequence[str], says: str, kind: Kind, phase: Phase, reply: str) -> None:
    talk = _in_groups()
    _ = talk.said
    events: list[object] = []
    for line in replies:
        events += talk.hear(line)
    settled, ready = events
    assert isinstance(settled, Settled)
    assert (settled.outcome.kind, settled.outcome.phase, settled.outcome.reply) == (kind, phase, reply)
    assert ready == Ready()
    talk.core.offer(SECOND)
    assert talk.said.startswith(says + " FROM")


ENDS: dict[str, tuple[Sequence[str], list[Kind], bool]] = {
    "421 to the dot: this mail later, the next one elsewhere": (("421 4.3.2 bye",), [D], False),
    "421 to MAIL of the next": (("250 ok", "421 4.7.0 enough"), [A], False),
    "MAIL of the next refused": (("250 ok", "452 4.5.3 enough for one connection"), [A], False),
    "421 to RCPT of the next": (("250 ok", "250 ok", "421 4.3.2 bye"), [A, D], False),
    "an answer too many after the dot": (("250 ok", "250 ok", "250 ok", "250 ok", "354 go"), [A, D], True),
    "an answer too many at the end": (("250 ok", "250 ok", "250 ok", "354 go", "250 ok"), [A, D], True),
    "a 354 to the dot": (("354 go",), [U], True),
    "garbage to the dot": (("what?",), [U], True),
    "another code within an answer to the dot": (("250-ok", "354 go"), [U], True),
}


@pytest.mark.parametrize(("replies", "kinds", "irregular"), ENDS.values(), ids=ENDS.keys())
def test_what_ends_a_connection(replies: Sequence[str], kinds: list[Kind], irregular: bool) -> None:
    talk = _in_groups()
    talk.hear("250 ok", "250 ok", "354 go")
    talk.core.go()
    talk.core.offer(SECOND)
    _ = talk.said
    events = talk.hear(*replies)
    settled = [event for event in events if isinstance(event, Settled)]
    over = events[-1]
    assert isinstance(over, Over)
    assert [event.outcome.kind for event in settled] == kinds
    assert over.irregular is irregular
    assert over.unsettled == ((SECOND,) if len(kinds) == 1 else ())
    assert talk.said == ""
    assert talk.core.over


# --- the dot ----------------------------------------------------------------------------------------------------------------


def test_a_connection_lost_before_the_dot_had_left_is_no_unknown() -> None:
    talk = _in_groups()
    _ = talk.said
    talk.hear("250 ok", "250 ok", "354 go")
    talk.core.go()
    talk.core.offer(SECOND)
    behind = len(talk.said) - len("Hallo\r\n.\r\n")
    assert talk.core.awaits(behind + 1) is Phase.BODY
    assert talk.core.awaits(behind) is Phase.ANSWER
    settled, over = talk.core.lost("gone", behind + 1)
    assert isinstance(settled, Settled)
    assert (settled.outcome.kind, settled.outcome.phase) == (D, Phase.BODY)
    assert isinstance(over, Over)
    assert over.unsettled == (SECOND,)


@pytest.mark.parametrize("dotless", [0, 1])
def test_a_connection_lost_at_the_dot(dotless: int) -> None:
    talk = _in_groups()
    talk.hear("250 ok", "250 ok", "354 go")
    talk.core.go()
    settled, _ = talk.core.lost("gone", dotless)
    assert isinstance(settled, Settled)
    assert (settled.outcome.kind, settled.outcome.phase) == ((D, Phase.BODY) if dotless else (U, Phase.ANSWER))


# --- extensions -------------------------------------------------------------------------------------------------------------

OFFERS = {
    "none": ((), "MAIL FROM:<a@news.example>", "RCPT TO:<b1@werk.example>"),
    "size": (("SIZE 1000",), "MAIL FROM:<a@news.example> SIZE=7", "RCPT TO:<b1@werk.example>"),
    "8 bits that are not needed": (("8BITMIME", "SMTPUTF8"), "MAIL FROM:<a@news.example>", "RCPT TO:<b1@werk.example>"),
    "delivery reports": (
        ("DSN",),
        "MAIL FROM:<a@news.example> RET=HDRS ENVID=m+2B1+3D",
        "RCPT TO:<b1@werk.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;b1@werk.example",
    ),
}


@pytest.mark.parametrize(("offers", "mail", "rcpt"), OFFERS.values(), ids=OFFERS.keys())
def test_extensions_are_used_where_offered(offers: tuple[str, ...], mail: str, rcpt: str) -> None:
    talk = _in_groups(*offers)
    assert talk.said == f"{mail}\r\n{rcpt}\r\nDATA\r\n"


# --- the beginning ----------------------------------------------------------------------------------------------------------


def test_what_was_offered_in_clear_counts_for_nothing() -> None:
    talk = Talk("PIPELINING", "STARTTLS", "AUTH PLAIN", tls="required", user="me", password="secret")
    assert talk.said == "STARTTLS\r\n"
    assert talk.hear("220 go") == [Secure()]
    assert talk.said == ""
    talk.core.secured()
    assert talk.said == "EHLO out.example\r\n"
    talk.hear("250-mx", "250 AUTH LOGIN")
    assert talk.said == "AUTH LOGIN\r\n"
    assert not talk.core.pipelines


@pytest.mark.parametrize("unknown", ["500 what?", "502 5.5.1 not implemented"])
def test_a_server_that_does_not_know_ehlo_is_greeted_by_helo_once(unknown: str) -> None:
    core = Conversation(Manner("out.example", tls="none"), "mx")
    assert core.receive(f"220 mx\r\n{unknown}\r\n".encode()) == []
    assert core.take() == b"EHLO out.example\r\nHELO out.example\r\n"
    assert core.receive(b"250-mx\r\n250 PIPELINING\r\n") == [Ready()]  # it promises nothing by that
    assert (core.offers, core.pipelines) == ({}, False)


def test_a_server_that_knows_neither_greeting_is_of_no_use() -> None:
    core = Conversation(Manner("out.example", tls="none"), "mx")
    (over,) = core.receive(b"220 mx\r\n502 no\r\n502 5.5.1 no\r\n")
    assert isinstance(over, Over)
    assert (over.outcome.phase, over.outcome.reply) == (Phase.GREETING, "502 5.5.1 no")


def test_without_encryption_nothing_is_sent_to_a_server_that_knows_helo_only() -> None:
    core = Conversation(Manner("out.example", tls="required"), "mx")
    (over,) = core.receive(b"220 mx\r\n502 no\r\n250 mx\r\n")
    assert isinstance(over, Over)
    assert over.outcome.phase is Phase.TLS


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


_TOKEN = "AUTH XOAUTH2 " + _b64("user=me\x01auth=Bearer grün\x01\x01")
LOGINS: dict[str, tuple[str, str, list[tuple[str, str]], bool]] = {
    "plain": ("PLAIN LOGIN", "", [(f"AUTH PLAIN {_b64(chr(0) + 'me' + chr(0) + 'grün')}", "235 in")], True),
    "plain, first part not heard": (
        "PLAIN",
        "",
        [(f"AUTH PLAIN {_b64(chr(0) + 'me' + chr(0) + 'grün')}", "334 ")],
        False,
    ),
    "login": (
        "LOGIN",
        "",
        [("AUTH LOGIN", "334 VXNlcm5hbWU6"), (_b64("me"), "334 UGFzc3dvcmQ6"), (_b64("grün"), "235 in")],
        True,
    ),
    "login where both are offered": ("PLAIN LOGIN", "login", [("AUTH LOGIN", "535 5.7.8 no")], False),
    "the old way to offer": ("=LOGIN", "", [("AUTH LOGIN", "535 no")], False),
    "token": (
        "PLAIN XOAUTH2",
        "xoauth2",
        [(_TOKEN, "235 in")],
        True,
    ),
    "token refused: the reason wants an empty line": (
        "XOAUTH2",
        "xoauth2",
        [
            (_TOKEN, "334 eyJzdGF0dXMiOiI0MDEifQ=="),
            ("", "535 5.7.8 no"),
        ],
        False,
    ),
}


@pytest.mark.parametrize(("offered", "auth", "steps", "good"), LOGINS.values(), ids=LOGINS.keys())
def test_login(offered: str, auth: str, steps: list[tuple[str, str]], good: bool) -> None:
    talk = Talk(f"AUTH {offered}".replace("AUTH =", "AUTH="), user="me", password="grün", auth=auth)
    for says, reply in steps:
        assert talk.said == f"{says}\r\n"
        talk.hear(reply)
    if good:
        assert talk.events == [Ready()]
    else:
        (over,) = talk.events
        assert isinstance(over, Over)
        assert over.outcome is not None
        assert (over.outcome.kind, over.outcome.phase) == (D, Phase.LOGIN)


# --- replies ----------------------------------------------------------------------------------------------------------------

NONSENSE = {
    "no number": b"hello\r\n",
    "an empty line": b"\r\n",
    "a number too small": b"100 wait\r\n",
    "a number too big": b"600 what\r\n",
    "something behind the number": b"250!ok\r\n",
    "different numbers": b"250-one\r\n251 two\r\n",
    "a line without end": b"250 " + b"x" * (LONGEST_LINE + 1),
    "lines without end": b"250-x\r\n" * 500,
    "another language": b"\x16\x03\x01\x02\x00\r\n",
}


@pytest.mark.parametrize("data", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense(data: bytes) -> None:
    reader = ReplyReader()
    reader.feed(data)
    with pytest.raises(Nonsense):
        deque(iter(reader.next, None))


SENSE = {
    "one line": (b"250 ok\r\n", 250, "ok"),
    "several": (b"250-one\r\n250-\r\n250 three\r\n", 250, "one\n\nthree"),
    "no text": (b"354\r\n", 354, ""),
    "bare line feeds": (b"250-one\n250 two\n", 250, "one\ntwo"),
    "not UTF-8": (b"550 gr\xfcn\x00\r\n", 550, "gr\ufffdn\ufffd"),
}


@pytest.mark.parametrize(("data", "code", "text"), SENSE.values(), ids=SENSE.keys())
def test_replies(data: bytes, code: int, text: str) -> None:
    reader = ReplyReader()
    reader.feed(data)
    reply = reader.next()
    assert reply is not None
    assert (reply.code, reply.text) == (code, text)
    assert reader.next() is None
    assert reader.empty


_REPLY = st.sampled_from(
    [
        "250 ok",
        "250-a\r\n250 b",
        "354 go",
        "550 5.1.1 no",
        "450 later",
        "421 bye",
        "552 full",
        "what?",
        "250-a\r\n251 b",
        "220 x",
    ]
)


_CUTS = st.lists(st.integers(1, 40), min_size=1, max_size=8)


@settings(max_examples=200, deadline=None)
@given(st.lists(_REPLY, max_size=14), _CUTS, st.booleans())
def test_any_chunking_of_what_the_server_says_means_the_same(replies: list[str], cuts: list[int], grouped: bool) -> None:
    assert _heard(replies, cuts, grouped=grouped) == _heard(replies, [1], grouped=grouped)


_USUAL = ["250 ok", "250 ok", "250 ok", "354 go"]
_UNUSUAL = st.sampled_from(
    ["250", "250 ", "250  2.0.0 gr\u00fcn \0 ", "250-a\r\n250 b", "250 " + "x" * 600, "251 ok", "354", "354 go\r\n250 ok"]
)
_TURNS = st.lists(st.one_of(st.just(_USUAL), st.tuples(st.integers(0, 3), st.one_of(_REPLY, _UNUSUAL)).map(
    lambda change: [*_USUAL[: change[0]], change[1], *_USUAL[change[0] + 1 :]]
)), max_size=5)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(_TURNS, st.one_of(st.just([10_000]), _CUTS))
def test_the_short_way_leads_to_the_same_as_the_long_one(turns: list[list[str]], cuts: list[int]) -> None:
    replies = [*_USUAL[1:], *chain.from_iterable(turns)]
    assert _heard(replies, cuts, grouped=True) == _heard(replies, cuts, grouped=True, hear=Dialogue.receive)


def test_the_short_way_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    talk = _in_groups()
    talk.hear("250 ok", "250 ok", "354 go")
    talk.core.go()
    talk.core.offer(SECOND)
    monkeypatch.setattr(ReplyReader, "feed", None)
    settled, waiting = talk.hear("250 2.0.0 queued as 4711", "250 2.1.0 ok", "250 2.1.5 ok", "354 go")
    assert settled == Settled(FIRST, judge(Phase.ANSWER, 250, "2.0.0 queued as 4711", "mx"))
    assert waiting == Waiting(SECOND)
    assert talk.core.answers == 2 + 3 + 4
    assert (talk.core.useful, talk.core.awaits()) == (True, None)


def test_an_acceptance_before_the_message_has_left_is_none() -> None:
    talk = _in_groups()
    talk.hear("250 ok", "250 ok", "354 go")
    talk.core.go()
    talk.core.offer(SECOND)
    unsent = len(talk.said) - 1
    (settled, over) = talk.hear("250 ok", "250 ok", "250 ok", "354 go", unsent=unsent)
    assert isinstance(settled, Settled)
    assert (settled.outcome.kind, settled.outcome.phase) == (D, Phase.BODY)
    assert isinstance(over, Over)


def _heard(
    replies: Sequence[str], cuts: Sequence[int], *, grouped: bool, hear: Hear = Conversation.receive
) -> tuple[list[object], bytes]:
    """All events and all that was said, with a leader who lets every mail go at once.

    The server gives one reply per command, the next of ``replies`` each time, in pieces of these sizes.
    """
    core = Conversation(Manner("out.example", pipelining=grouped), "mx")
    core.receive(b"220 mx\r\n250-mx\r\n250 PIPELINING\r\n")
    core.take()
    mails, events, said, coming = deque(parcels(30, raw=b"Hallo\r\n")), [], b"", b""
    left, sizes = deque(replies), cycle(cuts)
    core.offer(mails.popleft())
    while True:
        commands = core.take()
        said += commands
        owed = commands.count(b"\r\n") - commands.count(b"Hallo")
        coming += b"".join(f"{left.popleft()}\r\n".encode() for _ in range(min(owed, len(left))))
        if not coming or core.over:
            return events, said
        size = next(sizes)
        piece, coming = coming[:size], coming[size:]
        for event in hear(core, piece):
            events.append(event)
            if isinstance(event, Ready):
                core.offer(mails.popleft())
            elif isinstance(event, Waiting) and not core.over:
                core.go()
                if grouped:
                    core.offer(mails.popleft())


# --- what it means ----------------------------------------------------------------------------------------------------------

MEANINGS: dict[str, tuple[Phase, int, str, Kind, Failure | None, bool]] = {
    "a blocked address at the banner is the sender's matter": (Phase.CONNECT, 554, "IP address is block listed", D, Failure.POLICY, False),
    "a sender nobody knows is never an unknown person": (Phase.MAIL, 550, "5.1.1 user unknown", D, Failure.POLICY, False),
    "too big says nothing about a person": (Phase.MAIL, 552, "too big", F, Failure.OTHER, False),
    "no such person": (Phase.RECIPIENT, 550, "5.1.1 User unknown", F, Failure.INVALID, False),
    "no such person, without a status": (Phase.RECIPIENT, 550, "Requested action not taken: mailbox unavailable", F, None, False),
    "full": (Phase.RECIPIENT, 552, "mailbox full", D, Failure.SOFT, False),
    "full, by status": (Phase.RECIPIENT, 550, "5.2.2 over quota", D, Failure.SOFT, False),
    "spam at the dot": (Phase.ANSWER, 554, "5.7.1 looks like spam", F, Failure.POLICY, False),
    "words alone at the dot accuse nobody": (Phase.ANSWER, 550, "user unknown", F, Failure.POLICY, False),
    "a status at the dot does": (Phase.ANSWER, 550, "5.1.1 user unknown", F, Failure.INVALID, False),
    "anything else at the dot is about what was sent": (Phase.ANSWER, 554, "transaction failed", F, Failure.POLICY, False),
    "greylisting asks for patience, not for fewer mails": (Phase.RECIPIENT, 450, "4.7.1 Greylisted, try again", D, None, False),
    "too fast": (Phase.RECIPIENT, 450, "4.2.1 receiving mail at a rate that prevents", D, None, True),
    "too many": (Phase.ANSWER, 451, "too many messages", D, None, True),
    "4.7.x": (Phase.DATA, 451, "4.7.28 unusual traffic", D, None, True),
    "421": (Phase.CONNECT, 421, "not now", D, None, True),
}  # fmt: skip


@pytest.mark.parametrize(("phase", "code", "text", "kind", "failure", "slow"), MEANINGS.values(), ids=MEANINGS.keys())
def test_meaning(phase: Phase, code: int, text: str, kind: Kind, failure: Failure | None, slow: bool) -> None:
    outcome = judge(phase, code, text)
    assert (outcome.kind, outcome.slow) == (kind, slow)
    assert failure is None or outcome.failure is failure
    assert outcome.failure is not Failure.INVALID or outcome.kind is F
    assert outcome.of_server == (phase in (Phase.CONNECT, Phase.MAIL) and kind is D)
    assert (outcome.failure is None) == (code < 500)


def test_a_long_reply_is_kept_in_part() -> None:
    assert len(judge(Phase.RECIPIENT, 550, "x" * 5_000).reply) == 2_000


def test_status() -> None:
    assert enhanced("5.1.10 null MX") == "5.1.10"
    assert enhanced("127.0.0.1 is listed") is None
    assert enhanced("ok 2.0.0") is None
