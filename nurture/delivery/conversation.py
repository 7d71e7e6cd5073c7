"""What a client says to a mail server and what the answers mean (RFC 5321), as a machine without sockets and clock.

    banner -> EHLO -> (STARTTLS -> EHLO) -> (AUTH) -> Ready
    offer -> MAIL, RCPT, DATA -> 354 -> Waiting -> go: message and dot -> answer -> Settled -> Ready
                                            \\-> abandon: hang up, nothing was sent

Bytes go in, bytes and events come out. Where PIPELINING is offered (RFC 2920), MAIL, RCPT and DATA are one write, and
those of the next mail travel behind the final dot of the one before; otherwise each command waits for its answer. Answers
belong to commands by their order alone. Whatever does not fit ends the connection.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from enum import Enum, auto

from nurture.delivery import envelope, login
from nurture.delivery.events import Event, Manner, Over, Ready, Secure, Settled, Waiting
from nurture.delivery.outcome import Outcome, Phase, judge, lost, nonsense
from nurture.delivery.replies import Nonsense, Reply, ReplyReader
from nurture.delivery.transport import Parcel


class _Asked(Enum):
    """What an answer is to. LONE: a dot without a message, because the server wants one for nobody."""

    BANNER = auto()
    EHLO = auto()
    STARTTLS = auto()
    AUTH = auto()
    RSET = auto()
    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    LONE = auto()
    DOT = auto()
    QUIT = auto()


_PHASES = {
    _Asked.BANNER: Phase.CONNECT,
    _Asked.EHLO: Phase.GREETING,
    _Asked.STARTTLS: Phase.TLS,
    _Asked.AUTH: Phase.LOGIN,
    _Asked.RSET: Phase.MAIL,
    _Asked.MAIL: Phase.MAIL,
    _Asked.RCPT: Phase.RECIPIENT,
    _Asked.DATA: Phase.DATA,
    _Asked.LONE: Phase.DATA,
    _Asked.DOT: Phase.ANSWER,
    _Asked.QUIT: Phase.MAIL,
}


class Conversation:
    """One connection's talk.

    ``host``: put into every outcome; the rim keeps it. ``begun``: mails offered. ``useful``: whether the server has ever
    taken a sender. ``answers``: how many came, for the rim's deadlines. ``over``: nothing more will be said or heard.
    """

    def __init__(self, manner: Manner, host: str = "") -> None:
        self.host, self.begun, self.answers = host, 0, 0
        self.useful = self.over = self.encrypted = False
        self.offers: dict[str, str] = {}
        self._manner = manner
        self._reader = ReplyReader()
        self._asked: deque[tuple[_Asked, Parcel | None]] = deque([(_Asked.BANNER, None)])
        self._open: deque[Parcel] = deque()  # offered and not settled
        self._rest: dict[int, tuple[bytes, bytes]] = {}  # RCPT and DATA still to be said, where one at a time
        self._waiting: Parcel | None = None
        self._login: Iterator[str] | None = None
        self._reset = False  # a transaction the server may hold open
        self._out: list[bytes] = []
        self._behind_dot = 0

    # --- what the rim says ------------------------------------------------------------------------------------------------

    @property
    def pipelines(self) -> bool:
        """Whether the next mail may be offered before the answer to this one."""
        return self._manner.pipelining and "PIPELINING" in self.offers

    def take(self) -> bytes:
        """What is to be written now."""
        if not self._out:
            return b""
        data = b"".join(self._out)
        self._out.clear()
        return data

    def awaits(self, unsent: int = 0) -> Phase | None:
        """What the server is to answer next; None: it is our turn. ``unsent``: bytes taken that have not left yet."""
        if not self._asked or self.over:
            return None
        asked = self._asked[0][0]
        return Phase.BODY if asked is _Asked.DOT and unsent > self._behind_dot else _PHASES[asked]

    def secured(self) -> None:
        """The line is encrypted; what the server said about itself before counts for nothing (RFC 3207 4.2)."""
        self.encrypted, self.offers = True, {}
        self._ehlo()

    def offer(self, parcel: Parcel) -> None:
        """Announce a mail: after Ready, or right after ``go`` where the server ``pipelines``. Raises Unsendable."""
        mail, rcpt = envelope.commands(parcel, self.offers)
        self.begun += 1
        self._open.append(parcel)
        if self.pipelines:
            if self._reset:
                self._ask(_Asked.RSET, b"RSET\r\n", parcel)
            self._put(mail + rcpt + envelope.DATA)
            self._asked += ((_Asked.MAIL, parcel), (_Asked.RCPT, parcel), (_Asked.DATA, parcel))
        else:
            self._rest[id(parcel)] = mail, rcpt
            self._ask(*((_Asked.RSET, b"RSET\r\n") if self._reset else (_Asked.MAIL, mail)), parcel)
        self._reset = False

    def go(self) -> None:
        """Send the message the server waits for."""
        parcel, self._waiting = self._waiting, None
        if parcel is None:
            raise ValueError("no server waits for a message here")
        self._ask(_Asked.DOT, envelope.message(parcel.raw), parcel)
        self._behind_dot = 0

    def abandon(self) -> None:
        """Do not send it. After DATA the only way back is to hang up."""
        self.over = True

    def quit(self) -> None:
        """Say goodbye; after Ready."""
        self._ask(_Asked.QUIT, b"QUIT\r\n", None)

    # --- what the rim hears -----------------------------------------------------------------------------------------------

    def receive(self, data: bytes, unsent: int = 0) -> list[Event]:
        """Take what the server said."""
        events: list[Event] = []
        if self.over:
            return events
        self._reader.feed(data)
        try:
            while not self.over and (reply := self._reader.next()) is not None:
                self.answers += 1
                self._answer(reply, unsent, events)
        except Nonsense as error:
            self._end(nonsense(self._phase(unsent), str(error), self.host), events, irregular=True)
        return events

    def lost(self, what: str, unsent: int = 0) -> list[Event]:
        """The connection is gone, or the server took too long."""
        events: list[Event] = []
        if self.over:
            return events
        if self._asked and self._asked[0][0] is _Asked.QUIT:
            self.over = True
            return [Over(None)]
        in_a_group = self.pipelines and bool(self._asked) and self._asked[0][0] in (_Asked.RCPT, _Asked.DATA)
        self._end(lost(self._phase(unsent), what, self.host), events, irregular=in_a_group)
        return events

    def _phase(self, unsent: int) -> Phase:
        return self.awaits(unsent) or (Phase.DATA if self._waiting else Phase.MAIL)

    def _answer(self, reply: Reply, unsent: int, events: list[Event]) -> None:
        phase = self._phase(unsent)
        if not self._asked or phase is Phase.BODY or reply.code == 421:
            self._unasked(phase, reply, events)
            return
        asked, parcel = self._asked[0]
        _HANDLERS[asked](self, reply, parcel, events)

    def _unasked(self, phase: Phase, reply: Reply, events: list[Event]) -> None:
        """The server ends the talk (421, or a refusal in the middle of the message), or it lost count."""
        if self._asked and self._asked[0][0] is _Asked.QUIT:
            self._quitted(reply, None, events)
        elif reply.code >= 400 and (phase is Phase.BODY or reply.code == 421):
            self._end(judge(phase, reply.code, reply.text, self.host), events)
        else:
            self._end(nonsense(phase, f"{reply.code} {reply.text}", self.host), events, irregular=True)

    # --- the beginning ----------------------------------------------------------------------------------------------------

    def _banner(self, reply: Reply, _: Parcel | None, events: list[Event]) -> None:
        if reply.code != 220:
            return self._refused(reply, events)
        self._asked.popleft()
        return self._ehlo()

    def _ehlo(self) -> None:
        self._ask(_Asked.EHLO, f"EHLO {self._manner.helo}\r\n".encode(), None)

    def _greeted(self, reply: Reply, _: Parcel | None, events: list[Event]) -> None:
        if reply.code != 250:
            return self._refused(reply, events)
        self._asked.popleft()
        self.offers = _extensions(reply)
        if self.encrypted or self._manner.tls in ("none", "implicit"):
            return self._log_in(events)
        if "STARTTLS" in self.offers:
            return self._ask(_Asked.STARTTLS, b"STARTTLS\r\n", None)
        if self._manner.tls == "offered":
            return self._log_in(events)
        words = "the server offers no encryption (STARTTLS), and without it nothing is sent"
        return self._end(lost(Phase.TLS, words, self.host), events)

    def _secure(self, reply: Reply, _: Parcel | None, events: list[Event]) -> None:
        if reply.code != 220 and self._manner.tls == "offered":
            self._asked.popleft()
            return self._log_in(events)
        if reply.code != 220:
            return self._refused(reply, events)
        if not self._reader.empty:
            # somebody in between may have put answers there, to be taken for the server's own (CVE-2011-0411)
            words = "something was said in clear behind the answer to STARTTLS"
            return self._end(lost(Phase.TLS, words, self.host), events)
        self._asked.popleft()
        events.append(Secure())
        return None

    def _log_in(self, events: list[Event]) -> None:
        manner = self._manner
        if not manner.user:
            events.append(Ready())
            return
        mechanism = login.choose(manner.auth, self.offers.get("AUTH", ""))
        if mechanism is None:
            offered = self.offers.get("AUTH") or "none at all"
            words = f"the server offers no login by {manner.auth or 'plain or login'}; it offers {offered}"
            self._end(lost(Phase.LOGIN, words, self.host), events)
            return
        self._login = login.steps(mechanism, manner.user, manner.password)
        self._ask(_Asked.AUTH, f"{next(self._login)}\r\n".encode(), None)

    def _challenged(self, reply: Reply, _: Parcel | None, events: list[Event]) -> None:
        step = next(self._login, None) if self._login and reply.code == 334 else None
        if step is not None:
            self._asked.popleft()
            self._ask(_Asked.AUTH, f"{step}\r\n".encode(), None)
        elif reply.code == 235:
            self._asked.popleft()
            events.append(Ready())
        else:
            self._refused(reply, events)

    # --- a mail -----------------------------------------------------------------------------------------------------------

    def _cleared(self, reply: Reply, parcel: Parcel | None, events: list[Event]) -> None:
        if reply.code != 250:
            return self._refused(reply, events)
        self._asked.popleft()
        if parcel is not None and id(parcel) in self._rest:
            self._ask(_Asked.MAIL, self._rest[id(parcel)][0], parcel)
        return None

    def _sender(self, reply: Reply, parcel: Parcel | None, events: list[Event]) -> None:
        taken = 200 <= reply.code <= 299
        outcome = None if taken else judge(Phase.MAIL, reply.code, reply.text, self.host)
        if parcel is None or (outcome is not None and outcome.of_server):
            return self._refused(reply, events)
        self._asked.popleft()
        self.useful = True
        if outcome is not None:
            return self._refuse(parcel, outcome, events)
        return self._one_at_a_time(_Asked.RCPT, parcel)

    def _recipient(self, reply: Reply, parcel: Parcel | None, events: list[Event]) -> None:
        taken = 200 <= reply.code <= 299
        if parcel is None or (300 <= reply.code <= 399):
            return self._refused(reply, events)
        self._asked.popleft()
        if taken:
            return self._one_at_a_time(_Asked.DATA, parcel)
        if self._is_open(parcel):
            self._reset = True
            self._refuse(parcel, judge(Phase.RECIPIENT, reply.code, reply.text, self.host), events)
        return None

    def _data(self, reply: Reply, parcel: Parcel | None, events: list[Event]) -> None:
        if parcel is None or (reply.code < 400 and reply.code != 354):
            return self._refused(reply, events)
        self._asked.popleft()
        if reply.code == 354 and self._is_open(parcel):
            self._waiting = parcel
            events.append(Waiting(parcel))
        elif reply.code == 354:
            self._ask(_Asked.LONE, b".\r\n", parcel)
        elif self._is_open(parcel):
            self._reset = True
            self._refuse(parcel, judge(Phase.DATA, reply.code, reply.text, self.host), events)
        else:
            events.append(Ready())
        return None

    def _nobody(self, _: Reply, __: Parcel | None, events: list[Event]) -> None:
        """The answer to the lone dot. Whatever it says, no mail was in it."""
        self._asked.popleft()
        self._reset = False
        events.append(Ready())

    def _dot(self, reply: Reply, parcel: Parcel | None, events: list[Event]) -> None:
        if parcel is None or 300 <= reply.code <= 399:
            return self._refused(reply, events)
        self._asked.popleft()
        self._open.popleft()
        events.append(Settled(parcel, judge(Phase.ANSWER, reply.code, reply.text, self.host)))
        if not self._asked:
            events.append(Ready())
        return None

    def _quitted(self, _: Reply, __: Parcel | None, events: list[Event]) -> None:
        self.over = True
        events.append(Over(None))

    # --- parts ------------------------------------------------------------------------------------------------------------

    def _one_at_a_time(self, asked: _Asked, parcel: Parcel) -> None:
        """Say the next command, where it was not said together with the others."""
        if (rest := self._rest.get(id(parcel))) is None:
            return
        if asked is _Asked.DATA:
            del self._rest[id(parcel)]
        self._ask(asked, rest[1] if asked is _Asked.RCPT else envelope.DATA, parcel)

    def _refuse(self, parcel: Parcel, outcome: Outcome, events: list[Event]) -> None:
        """This mail is settled; the connection goes on, after the answers that are still to come."""
        self._open.popleft()
        self._rest.pop(id(parcel), None)
        events.append(Settled(parcel, outcome))
        if not self._asked:
            events.append(Ready())

    def _refused(self, reply: Reply, events: list[Event]) -> None:
        """The server does not go on, or not as it should."""
        outcome = judge(self._phase(0), reply.code, reply.text, self.host)
        self._end(outcome, events, irregular=reply.code < 400)

    def _end(self, outcome: Outcome, events: list[Event], *, irregular: bool = False) -> None:
        """Settle the mail that was talked about, if anything was said about it, and hang up."""
        self.over = True
        concerned = self._asked[0][1] if self._asked else self._waiting
        if concerned is not None and not outcome.of_server and self._is_open(concerned):
            self._open.popleft()
            events.append(Settled(concerned, outcome))
        events.append(Over(outcome, tuple(self._open), irregular))

    def _is_open(self, parcel: Parcel) -> bool:
        return bool(self._open) and self._open[0] is parcel

    def _ask(self, asked: _Asked, data: bytes, parcel: Parcel | None) -> None:
        self._put(data)
        self._asked.append((asked, parcel))

    def _put(self, data: bytes) -> None:
        self._out.append(data)
        self._behind_dot += len(data)


_HANDLERS = {
    _Asked.BANNER: Conversation._banner,
    _Asked.EHLO: Conversation._greeted,
    _Asked.STARTTLS: Conversation._secure,
    _Asked.AUTH: Conversation._challenged,
    _Asked.RSET: Conversation._cleared,
    _Asked.MAIL: Conversation._sender,
    _Asked.RCPT: Conversation._recipient,
    _Asked.DATA: Conversation._data,
    _Asked.LONE: Conversation._nobody,
    _Asked.DOT: Conversation._dot,
    _Asked.QUIT: Conversation._quitted,
}


def _extensions(reply: Reply) -> dict[str, str]:
    """Keyword -> parameters, from the lines after the first. 'AUTH=' is an old way to write AUTH."""
    found: dict[str, str] = {}
    for line in reply.lines[1:]:
        keyword, _, parameters = line.strip().replace("AUTH=", "AUTH ", 1).partition(" ")
        known = found.get(keyword.upper())
        found[keyword.upper()] = f"{known} {parameters}" if known else parameters
    return found
