"""Consent per contact and purpose: a state machine, and nothing else may change a consent.

            asked                      confirmed
    none ----------> pending ----------------------> confirmed --renewed--> confirmed
      ^  ^             ^  | expired / declined         |  |  | withdrawn / objected
      |  |             |  v                            |  |  v
      |  +-------------|--+           doubted          |  |  withdrawn --confirmed--> confirmed (only by the person)
      |                +-------------------------------+  |
      +---------------------------------------------------+ lapsed

Asking never weakens what is confirmed, and never hides that somebody withdrew (anybody can type an address into a form):
only the button in the opt-in mail revives a withdrawn consent, an import never does. An import with proof goes from none
to confirmed; a withdrawal or an objection is heard in every state. That the opt-in mail left (mailed) is written down and
changes nothing.
"""

from __future__ import annotations

from enum import StrEnum

from nurture.domain.errors import IllegalTransition


class ConsentState(StrEnum):
    NONE = "none"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class ConsentEvent(StrEnum):
    ASKED = "asked"
    """The box was ticked on a form; the opt-in mail is on its way."""
    MAILED = "mailed"
    """The opt-in mail had left when the button was pressed: changes no state, proves what was asked by mail."""
    CONFIRMED = "confirmed"
    """The button on the confirmation page was pressed (POST)."""
    DECLINED = "declined"
    """'This was not me' was pressed."""
    EXPIRED = "expired"
    """Not confirmed in time."""
    IMPORTED = "imported"
    """A file proved an earlier confirmed consent (date, source, wording)."""
    WITHDRAWN = "withdrawn"
    """The contact unsubscribed or changed the preferences."""
    OBJECTED = "objected"
    """Art. 21 GDPR, or a complaint."""
    DOUBTED = "doubted"
    """Both buttons of the confirmation page were pressed within a minute: a program may have pressed them."""
    RENEWED = "renewed"
    """A consent that had become old was confirmed once more, by a button (POST)."""
    LAPSED = "lapsed"
    """Too long without any contact: it no longer carries mail (AG München 161 C 12736/22)."""


_S, _E = ConsentState, ConsentEvent
TRANSITIONS: dict[ConsentState, dict[ConsentEvent, ConsentState]] = {
    _S.NONE: {
        _E.MAILED: _S.NONE,
        _E.ASKED: _S.PENDING,
        _E.CONFIRMED: _S.CONFIRMED,
        _E.DECLINED: _S.NONE,
        _E.EXPIRED: _S.NONE,
        _E.IMPORTED: _S.CONFIRMED,
        _E.WITHDRAWN: _S.WITHDRAWN,
        _E.OBJECTED: _S.WITHDRAWN,
        _E.DOUBTED: _S.NONE,
        _E.LAPSED: _S.NONE,
    },
    _S.PENDING: {
        _E.MAILED: _S.PENDING,
        _E.ASKED: _S.PENDING,
        _E.CONFIRMED: _S.CONFIRMED,
        _E.DECLINED: _S.NONE,
        _E.EXPIRED: _S.NONE,
        _E.IMPORTED: _S.CONFIRMED,
        _E.WITHDRAWN: _S.WITHDRAWN,
        _E.OBJECTED: _S.WITHDRAWN,
        _E.DOUBTED: _S.PENDING,
        _E.LAPSED: _S.PENDING,
    },
    _S.CONFIRMED: {
        _E.MAILED: _S.CONFIRMED,
        _E.ASKED: _S.CONFIRMED,
        _E.CONFIRMED: _S.CONFIRMED,
        _E.DECLINED: _S.CONFIRMED,
        _E.EXPIRED: _S.CONFIRMED,
        _E.IMPORTED: _S.CONFIRMED,
        _E.WITHDRAWN: _S.WITHDRAWN,
        _E.OBJECTED: _S.WITHDRAWN,
        _E.DOUBTED: _S.PENDING,
        _E.RENEWED: _S.CONFIRMED,
        _E.LAPSED: _S.NONE,
    },
    _S.WITHDRAWN: {
        _E.MAILED: _S.WITHDRAWN,
        _E.ASKED: _S.WITHDRAWN,
        _E.CONFIRMED: _S.CONFIRMED,
        _E.DECLINED: _S.WITHDRAWN,
        _E.EXPIRED: _S.WITHDRAWN,
        _E.WITHDRAWN: _S.WITHDRAWN,
        _E.OBJECTED: _S.WITHDRAWN,
        _E.DOUBTED: _S.WITHDRAWN,
        _E.LAPSED: _S.WITHDRAWN,
    },
}


def after(state: ConsentState, event: ConsentEvent) -> ConsentState:
    """The state that follows. Raises IllegalTransition: an import revives nothing, only what is confirmed is renewed."""
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        raise IllegalTransition("consent", state, event) from None
