"""Questions and answers with a mail server: which answer belongs to which command, and how the talk ends.

Answers belong to commands by their order alone, never by what they say. Whatever does not fit ends the connection: an
answer that nobody asked for, 421, nonsense, silence. Knows nothing of what is asked.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from nurture.delivery.events import Event, Manner, Over, Settled
from nurture.delivery.outcome import Outcome, Phase, judge, lost, nonsense
from nurture.delivery.replies import Nonsense, Reply, ReplyReader
from nurture.delivery.transport import Parcel

Handler = Callable[[Reply, Parcel | None, list[Event]], None]


# reached once: an enum's members are looked up slowly
_MAIL, _RECIPIENT, _DATA, _BODY, _ANSWER = Phase.MAIL, Phase.RECIPIENT, Phase.DATA, Phase.BODY, Phase.ANSWER

Question = tuple[Phase, Handler, Parcel | None]
"""A command that was said: its phase, who takes its answer, and the mail it is about."""


class Dialogue:
    """``host``: put into every outcome; the rim keeps it. ``answers``: how many came, for the rim's deadlines. ``over``:
    nothing more will be said or heard. ``offers``: the server's extensions and their parameters.
    """

    def __init__(self, manner: Manner, host: str = "") -> None:
        self.host, self.answers, self.over = host, 0, False
        self.offers: dict[str, str] = {}
        self.pipelines = self._grouped = False
        self._manner = manner
        self._reader = ReplyReader()
        self._asked: deque[Question] = deque()
        self._open: deque[Parcel] = deque()  # announced and not settled
        self._waiting: Parcel | None = None  # whose message the server waits for
        self._out: list[bytes] = []
        self._behind_dot = 0  # bytes said after the last final dot

    # --- what the rim says ------------------------------------------------------------------------------------------------

    @property
    def speaks(self) -> bool:
        """Whether there is something to be written."""
        return bool(self._out)

    def take(self) -> bytes:
        """What is to be written now."""
        out, self._out = self._out, []
        return b"".join(out)

    def awaits(self, unsent: int = 0) -> Phase | None:
        """What the server is to answer next; None: it is our turn. ``unsent``: bytes taken that have not left yet."""
        if not self._asked or self.over:
            return None
        phase = self._asked[0][0]
        return _BODY if phase is _ANSWER and unsent > self._behind_dot else phase

    def quit(self) -> None:
        """Say goodbye."""
        self._ask(b"QUIT\r\n", _MAIL, self._left)

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
        if self._is_leaving():
            self.over = True
            return [Over(None)]
        phase = self._phase(unsent)
        # a server that answers only a part of a group may have overlooked the rest
        self._end(lost(phase, what, self.host), events, irregular=phase in (_RECIPIENT, _DATA))
        return events

    def _answer(self, reply: Reply, unsent: int, events: list[Event]) -> None:
        too_early = unsent > 0 and self.awaits(unsent) is _BODY
        if not self._asked or too_early or reply.code == 421:
            self._unasked(self._phase(unsent), reply, events)
            return
        _, handler, parcel = self._asked[0]
        handler(reply, parcel, events)

    def _unasked(self, phase: Phase, reply: Reply, events: list[Event]) -> None:
        """The server ends the talk (421, or a refusal in the middle of the message), or it lost count."""
        if self._is_leaving():
            self._left(reply, None, events)
        elif reply.code >= 400 and (phase is _BODY or reply.code == 421):
            self._end(judge(phase, reply.code, reply.text, self.host), events)
        else:
            self._end(nonsense(phase, f"{reply.code} {reply.text}", self.host), events, irregular=True)

    def _left(self, _: Reply, __: Parcel | None, events: list[Event]) -> None:
        self.over = True
        events.append(Over(None))

    # --- parts ------------------------------------------------------------------------------------------------------------

    def _phase(self, unsent: int = 0) -> Phase:
        return self.awaits(unsent) or (_DATA if self._waiting else _MAIL)

    def _is_leaving(self) -> bool:
        return bool(self._asked) and self._asked[0][1] == self._left

    def _refused(self, reply: Reply, events: list[Event]) -> None:
        """The server does not go on, or not as it should."""
        outcome = judge(self._phase(), reply.code, reply.text, self.host)
        self._end(outcome, events, irregular=reply.code < 400)

    def _end(self, outcome: Outcome, events: list[Event], *, irregular: bool = False) -> None:
        """Settle the mail that was talked about, if anything was said about it, and hang up."""
        self.over = True
        concerned = self._asked[0][2] if self._asked else self._waiting
        if concerned is not None and not outcome.of_server and self._is_open(concerned):
            self._open.popleft()
            events.append(Settled(concerned, outcome))
        events.append(Over(outcome, tuple(self._open), irregular and self._grouped))

    def _is_open(self, parcel: Parcel) -> bool:
        return bool(self._open) and self._open[0] is parcel

    def _ask(self, command: bytes, phase: Phase, handler: Handler, parcel: Parcel | None = None) -> None:
        self._say(command)
        self._asked.append((phase, handler, parcel))

    def _say(self, data: bytes) -> None:
        self._out.append(data)
        self._behind_dot += len(data)
