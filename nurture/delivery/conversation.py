"""What a client says to a mail server and what the answers mean (RFC 5321), as a machine without sockets and clock.

    (opening) -> Ready
    offer -> MAIL, RCPT, DATA -> 354 -> Waiting -> go: message and dot -> answer -> Settled -> Ready (withdraw: Over)
                  |       |     |                \\-> abandon: hang up, nothing was sent
                  \\-------+-----+-> refused: Settled; where a 354 comes all the same, a lone dot -> Ready

Bytes go in, bytes and events come out. Where PIPELINING is offered (RFC 2920), MAIL, RCPT and DATA are one write, and
those of the next mail travel behind the final dot of the one before; otherwise each command waits for its answer.
"""

from __future__ import annotations

from nurture.delivery import envelope
from nurture.delivery.events import Event, Manner, Over, Ready, Settled, Waiting
from nurture.delivery.opening import Opening
from nurture.delivery.outcome import Outcome, Phase, accepted, judge
from nurture.delivery.replies import Reply, all_taken
from nurture.delivery.transport import Parcel

# reached once: an enum's members are looked up slowly
_MAIL, _RECIPIENT, _DATA, _ANSWER = Phase.MAIL, Phase.RECIPIENT, Phase.DATA, Phase.ANSWER

_RSET_LINE, _DATA_LINE, _DOT_LINE = b"RSET\r\n", b"DATA\r\n", b".\r\n"


class Conversation(Opening):
    """One connection's talk. ``begun``: mails offered. ``useful``: whether the server has ever taken a sender."""

    def __init__(self, manner: Manner, host: str = "") -> None:
        super().__init__(manner, host)
        self.begun, self.useful = 0, False
        self._dirty = False  # the server may still hold the transaction of a mail that was refused
        self._unsaid: tuple[bytes, bytes] | None = None  # MAIL and RCPT, where one at a time
        self._last = False  # what is announced was taken back, so nothing can follow

    def offer(self, parcel: Parcel) -> None:
        """Announce a mail: after Ready, or right after ``go`` where the server ``pipelines``. Raises Unsendable."""
        mail, rcpt = envelope.commands(parcel, self.offers)
        self.begun += 1
        self._open.append(parcel)
        dirty, self._dirty = self._dirty, False
        if dirty:
            self._ask(_RSET_LINE, _MAIL, self._cleared, parcel)
        if self.pipelines:
            self._grouped = True
            self._say(f"{mail}{rcpt}DATA\r\n".encode())
            self._asked += (
                (_MAIL, self._sender, parcel),
                (_RECIPIENT, self._recipient, parcel),
                (_DATA, self._data, parcel),
            )
            return
        self._unsaid = mail.encode(), rcpt.encode()
        if not dirty:
            self._ask(self._unsaid[0], _MAIL, self._sender, parcel)

    def go(self) -> None:
        """Send the message the server waits for."""
        parcel, self._waiting = self._waiting, None
        if parcel is None:
            raise ValueError("no server waits for a message here")
        self._out += envelope.message(parcel)
        self._asked.append((_ANSWER, self._answered, parcel))
        self._behind_dot = 0

    def abandon(self) -> None:
        """Do not send it. After DATA the only way back is to hang up."""
        self.over = True

    def withdraw(self) -> Parcel | None:
        """Take back the mail that is announced behind a final dot, while the answer to that dot does not come; if any.

        Nothing of it was sent but its name. The mail in front gets its answer as ever; then the only way back is to hang
        up, and a server delivers nothing without a dot.
        """
        if len(self._open) < 2 or not self._asked or self._asked[0][0] is not _ANSWER:
            return None
        self._last = True
        while len(self._asked) > 1:
            self._asked.pop()
        return self._open.pop()

    def receive(self, data: bytes, unsent: int = 0) -> list[Event]:
        """Take what the server said."""
        return (None if unsent else self._one_for_the_next(data)) or super().receive(data, unsent)

    def _one_for_the_next(self, data: bytes) -> list[Event] | None:
        """What nearly every turn brings, in one step: this mail is accepted, the server waits for the next. Else None.

        Only a shorter way to the same events: answer by answer, this takes five times as long.
        """
        asked = self._asked
        if len(asked) != 4 or asked[0][0] is not _ANSWER or self.over or not self._reader.empty:
            return None
        parcel, following = asked[0][2], asked[3][2]
        if parcel is None or following is None or (words := all_taken(data)) is None:
            return None
        asked.clear()
        self._open.popleft()
        self.answers += 4
        self.useful, self._waiting = True, following
        return [Settled(parcel, accepted(250, words, self.host)), Waiting(following)]

    # --- answers ----------------------------------------------------------------------------------------------------------

    def _cleared(self, reply: Reply, parcel: Parcel | None, events: list[Event]) -> None:
        if reply.code != 250:
            return self._refused(reply, events)
        self._asked.popleft()
        if self._unsaid:
            self._ask(self._unsaid[0], _MAIL, self._sender, parcel)
        return None

    def _sender(self, reply: Reply, parcel: Parcel | None, events: list[Event]) -> None:
        if 200 <= reply.code <= 299:
            self._asked.popleft()
            self.useful = True
            if self._unsaid:
                self._ask(self._unsaid[1], _RECIPIENT, self._recipient, parcel)
            return
        outcome = judge(_MAIL, reply.code, reply.text, self.host)
        if outcome.of_server or parcel is None:
            self._refused(reply, events)
            return
        self._asked.popleft()
        self._settle(parcel, outcome, events)

    def _recipient(self, reply: Reply, parcel: Parcel | None, events: list[Event]) -> None:
        if parcel is None or 300 <= reply.code <= 399:
            return self._refused(reply, events)
        self._asked.popleft()
        if reply.code <= 299:
            if self._unsaid:
                self._ask(_DATA_LINE, _DATA, self._data, parcel)
        elif self._is_open(parcel):
            self._dirty = True
            self._settle(parcel, judge(_RECIPIENT, reply.code, reply.text, self.host), events)
        return None

    def _data(self, reply: Reply, parcel: Parcel | None, events: list[Event]) -> None:
        if parcel is None or (reply.code <= 399 and reply.code != 354):
            return self._refused(reply, events)
        self._asked.popleft()
        self._unsaid = None
        if reply.code == 354 and self._is_open(parcel):
            self._waiting = parcel
            events.append(Waiting(parcel))
        elif reply.code == 354:
            self._dirty = False
            self._ask(_DOT_LINE, _DATA, self._nobody, parcel)
        elif self._is_open(parcel):
            self._dirty = True
            self._settle(parcel, judge(_DATA, reply.code, reply.text, self.host), events)
        else:
            events.append(Ready())
        return None

    def _nobody(self, _: Reply, __: Parcel | None, events: list[Event]) -> None:
        """The answer to a lone dot. Whatever it says, there was no mail in front of it."""
        self._asked.popleft()
        events.append(Ready())

    def _answered(self, reply: Reply, parcel: Parcel | None, events: list[Event]) -> None:
        if parcel is None or 300 <= reply.code <= 399:
            return self._refused(reply, events)
        self._asked.popleft()
        return self._settle(parcel, judge(_ANSWER, reply.code, reply.text, self.host), events)

    def _settle(self, parcel: Parcel, outcome: Outcome, events: list[Event]) -> None:
        """This mail is over and the connection goes on, after the answers that are still to come."""
        self._open.popleft()
        self._unsaid = None
        events.append(Settled(parcel, outcome))
        if self._last:
            self.over = True
            events.append(Over(None))
        elif not self._asked:
            events.append(Ready())
