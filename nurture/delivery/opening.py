"""The beginning of a talk with a mail server, until it takes mails.

    banner -> EHLO -> (STARTTLS -> EHLO) -> (AUTH, step by step) -> Ready
               '--> unknown: HELO (RFC 5321 3.2), a server without any extension

Nothing is ever said ahead here: what comes behind STARTTLS belongs to the encrypted line (RFC 3207).
"""

from __future__ import annotations

from collections.abc import Iterator

from nurture.delivery import login
from nurture.delivery.dialogue import Dialogue
from nurture.delivery.events import Event, Manner, Ready, Secure
from nurture.delivery.outcome import Phase, lost
from nurture.delivery.replies import Reply
from nurture.delivery.transport import Parcel

_NO_EHLO = (500, 502, 504)
"""What servers say that do not know EHLO (RFC 5321 3.2, 4.1.4)."""


class Opening(Dialogue):
    """``encrypted``: since STARTTLS."""

    def __init__(self, manner: Manner, host: str = "") -> None:
        super().__init__(manner, host)
        self.encrypted = False
        self._plainly = False  # greeted by HELO
        self._login: Iterator[str] = iter(())
        self._asked.append((Phase.CONNECT, self._banner, None))

    def secured(self) -> None:
        """The line is encrypted; what the server said about itself before counts for nothing (RFC 3207 4.2)."""
        self.encrypted, self.offers = True, {}
        self._ehlo()

    def _banner(self, reply: Reply, _: Parcel | None, events: list[Event]) -> None:
        if reply.code != 220:
            return self._refused(reply, events)
        self._asked.popleft()
        return self._ehlo()

    def _ehlo(self) -> None:
        self._ask(f"EHLO {self._manner.helo}\r\n".encode(), Phase.GREETING, self._greeted)

    def _greeted(self, reply: Reply, _: Parcel | None, events: list[Event]) -> None:
        if reply.code in _NO_EHLO and not self._plainly:
            self._asked.popleft()
            self._plainly = True
            return self._ask(f"HELO {self._manner.helo}\r\n".encode(), Phase.GREETING, self._greeted)
        if reply.code != 250:
            return self._refused(reply, events)
        self._asked.popleft()
        self.offers = {} if self._plainly else _extensions(reply)
        self.pipelines = self._manner.pipelining and "PIPELINING" in self.offers
        if self.encrypted or self._manner.tls in ("none", "implicit"):
            return self._log_in(events)
        if "STARTTLS" in self.offers:
            return self._ask(b"STARTTLS\r\n", Phase.TLS, self._secure)
        if self._manner.tls == "offered":
            return self._log_in(events)
        words = "the server offers no encryption (STARTTLS), and without it nothing is sent"
        return self._end(lost(Phase.TLS, words, self.host), events)

    def _secure(self, reply: Reply, _: Parcel | None, events: list[Event]) -> None:
        if reply.code != 220 and self._manner.tls != "offered":
            return self._refused(reply, events)
        if reply.code == 220 and not self._reader.empty:
            # somebody in between may have put answers there, to be taken for the server's own (CVE-2011-0411)
            words = "something was said in clear behind the answer to STARTTLS"
            return self._end(lost(Phase.TLS, words, self.host), events)
        self._asked.popleft()
        if reply.code == 220:
            return events.append(Secure())
        return self._log_in(events)

    def _log_in(self, events: list[Event]) -> None:
        manner = self._manner
        if not manner.user:
            return events.append(Ready())
        mechanism = login.choose(manner.auth, self.offers.get("AUTH", ""))
        if mechanism is None:
            offered = self.offers.get("AUTH") or "none at all"
            words = f"the server offers no login by {manner.auth or 'plain or login'}; it offers {offered}"
            return self._end(lost(Phase.LOGIN, words, self.host), events)
        self._login = login.steps(mechanism, manner.user, manner.password)
        return self._step(next(self._login))

    def _step(self, line: str) -> None:
        self._ask(f"{line}\r\n".encode(), Phase.LOGIN, self._challenged)

    def _challenged(self, reply: Reply, _: Parcel | None, events: list[Event]) -> None:
        step = next(self._login, None) if reply.code == 334 else None
        if step is None and reply.code != 235:
            return self._refused(reply, events)
        self._asked.popleft()
        if step is not None:
            return self._step(step)
        return events.append(Ready())


def _extensions(reply: Reply) -> dict[str, str]:
    """Keyword -> parameters, from the lines after the first. 'AUTH=' is an old way to write AUTH."""
    found: dict[str, str] = {}
    for line in reply.text.split("\n")[1:]:
        keyword, _, parameters = line.strip().replace("AUTH=", "AUTH ", 1).partition(" ")
        known = found.get(keyword.upper())
        found[keyword.upper()] = f"{known} {parameters}" if known else parameters
    return found
