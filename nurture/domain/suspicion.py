"""Whether a program may have pressed a button of the confirmation page. The first rule that answers is the reason.

Mail security gateways open the links of a mail, run the scripts of the page and press its buttons, with browser names and
from cloud networks, most of them within a minute of delivery. None of these signs proves anything, and people share each
of them now and then; so a sign refuses nobody. It asks for the code that stands in the mail and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

BOTH_WITHIN = timedelta(seconds=60)
"""Both buttons within this time were pressed by a program, or by somebody who changed their mind."""
AFTER_DELIVERY = timedelta(seconds=60)
"""A gateway looks at a mail around its delivery; a person may do so from the same network later."""
WRONG_CODES = 5
"""After so many wrong codes only a new registration helps: one in 200 000 would be guessed."""


class Answer(StrEnum):
    CONFIRM = "confirm"
    DECLINE = "decline"

    @property
    def other(self) -> Answer:
        return Answer.DECLINE if self is Answer.CONFIRM else Answer.CONFIRM


@dataclass(frozen=True, slots=True)
class Press:
    """One press of a button, and what is known around it.

    ``delivered``: when the opt-in mail was accepted; None: nobody has said so yet. ``other``: when the other button was
    last pressed. ``network``: whose machines the visitor's address belongs to; ''. ``tool``: the user agent is missing or a
    program's. ``hurried``: its page was younger than a person needs. ``trapped``: the field that nobody sees was filled in.
    ``reused``: its page had given another answer before.
    """

    at: datetime
    delivered: datetime | None = None
    other: datetime | None = None
    network: str = ""
    tool: bool = False
    hurried: bool = False
    trapped: bool = False
    reused: bool = False

    @property
    def at_delivery(self) -> bool:
        return self.delivered is None or self.at - self.delivered < AFTER_DELIVERY


def _both(p: Press) -> str | None:
    return "both buttons were pressed within a minute" if p.other and p.at - p.other <= BOTH_WITHIN else None


def _reused(p: Press) -> str | None:
    return "one page gave two answers" if p.reused else None


def _trapped(p: Press) -> str | None:
    return "a field that nobody can see was filled in" if p.trapped else None


def _hurried(p: Press) -> str | None:
    return "pressed sooner than a person can read" if p.hurried else None


def _network(p: Press) -> str | None:
    return f"within a minute of delivery, from a network of machines ({p.network})" if p.network and p.at_delivery else None


def _tool(p: Press) -> str | None:
    return "within a minute of delivery, by a program" if p.tool and p.at_delivery else None


RULES: tuple[Callable[[Press], str | None], ...] = (_both, _reused, _trapped, _hurried, _network, _tool)
"""In order; what says most comes first."""


def suspicion(press: Press) -> str | None:
    """Why a program may have pressed; None: nothing says so."""
    return next((reason for rule in RULES if (reason := rule(press)) is not None), None)
