"""How long a mail server is waited for (RFC 5321 4.5.3.2)."""

from __future__ import annotations

from dataclasses import dataclass

from nurture.delivery.outcome import Phase

# reached once: an enum's members are looked up slowly
_CONNECT, _DATA, _BODY, _ANSWER = Phase.CONNECT, Phase.DATA, Phase.BODY, Phase.ANSWER


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds per phase (RFC 5321 4.5.3.2). Impatience at the final dot would deliver a mail twice.

    Each is for a whole answer, however slowly it drips; ``body`` is from one part that leaves to the next.
    """

    connect: float = 30
    banner: float = 300
    command: float = 300
    data: float = 120
    body: float = 180
    answer: float = 600
    quit: float = 5

    def of(self, phase: Phase) -> float:
        if phase is _ANSWER:
            return self.answer
        if phase is _BODY:
            return self.body
        if phase is _DATA:
            return self.data
        return self.banner if phase is _CONNECT else self.command
