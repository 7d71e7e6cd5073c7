"""Which icon and colour something has. Colour never stands alone: the word is always beside it."""

from __future__ import annotations

ICONS = {
    "form": "forms", "confirmed": "circle-check", "declined": "circle-x", "doubted": "shield-question",
    "expired": "hourglass", "click": "click",
    "download": "download", "answer": "message-reply", "call-wish": "phone-call", "reply": "message-reply",
    "unsubscribed": "ban", "preferences": "checklist", "inactive": "clock", "unobserved": "shield-x",
    "imported": "upload", "sales-answer": "heart-handshake",
    "bounce": "mail-off", "complaint": "ban", "unsubscribe": "ban", "delayed": "clock", "delivered": "circle-check",
    "auto-reply": "message-reply", "unclear": "info-circle", "held": "clock",
    "note": "note", "enrolled": "login-2", "left": "door-exit", "class": "target-arrow", "task": "checklist",
    "task-done": "check", "suppressed": "ban", "mail-nurture": "mail", "mail-opt-in": "mail-opened",
    "mail-service": "mail-opened",
    "mail-sales": "mail-fast", "decision-wait": "clock", "decision-skip": "player-skip-forward",
    "decision-go": "arrow-right", "decision-enrol": "login-2", "decision-call": "checklist",
    "decision-leave": "door-exit", "decision-parked": "alert-triangle", "consent-asked": "shield-question",
    "consent-confirmed": "shield-check", "consent-imported": "shield-check", "consent-declined": "shield-x",
    "consent-expired": "shield-x", "consent-withdrawn": "shield-x", "consent-objected": "shield-x", "mail": "mail",
    "wait": "clock", "branch": "arrows-split-2", "enrol": "login-2", "leave": "flag",
}  # fmt: skip

COLOURS = {
    # messages
    "message.accepted": "green", "message.queued": "azure", "message.claimed": "azure", "message.sending": "azure",
    "message.failed": "red", "message.undelivered": "red", "message.unknown": "orange", "message.parked": "orange",
    "message.cancelled": "secondary",
    # clicks
    "verdict.human": "green", "verdict.machine": "secondary", "verdict.unsure": "orange", "verdict.pending": "azure",
    # people
    "person.active": "green", "person.inactive": "yellow", "person.with-sales": "purple", "person.pending": "azure",
    "person.withdrawn": "secondary",
    "person.suppressed": "red", "person.no-consent": "secondary",
    # consents
    "consent.confirmed": "green", "consent.pending": "azure", "consent.withdrawn": "red", "consent.none": "secondary",
    # delivery
    "outcome.accepted": "green", "outcome.deferred": "orange", "outcome.failed": "red", "outcome.unknown": "orange",
    "lane-state.running": "green", "lane-state.slowed": "orange", "lane-state.paused": "orange",
    "lane-state.used-up": "azure",
    "returned.bounce": "orange", "returned.complaint": "red", "returned.unsubscribe": "red", "returned.reply": "green",
    "returned.unclear": "azure", "returned-state.quarantine": "azure", "returned-state.done": "green",
    # sales
    "handoff.waiting": "orange", "handoff.offered": "azure", "handoff.accepted": "purple", "handoff.returned": "secondary",
    "handoff.won": "green", "handoff.lost": "secondary",
    # classes and grades
    "class.C": "secondary", "class.B1": "azure", "class.B2": "blue", "class.B3": "indigo", "class.A": "purple",
}  # fmt: skip

_GROUPS = {"mail": "blue", "reading": "green", "form": "teal", "decision": "secondary", "lead": "purple", "consent": "cyan"}


_BAD_NEWS = frozenset(
    ("bounce", "complaint", "unsubscribe", "held", "suppressed", "declined", "consent-withdrawn", "consent-objected")
)


def icon(kind: str) -> str:
    """The icon of an entry or step."""
    return ICONS.get(kind) or ("heart-handshake" if kind.startswith("handoff-") else "info-circle")


def colour(key: str) -> str:
    """The colour of a state, named as in the vocabulary of words."""
    return COLOURS.get(key, "secondary")


def entry_colour(entry: object) -> str:
    """The colour of a timeline entry's icon: grey for machines and quiet decisions, red for what failed."""
    kind, group, state = getattr(entry, "kind", ""), getattr(entry, "group", ""), getattr(entry, "state", "")
    if group == "mail" and state in ("failed", "undelivered", "unknown", "parked"):
        return COLOURS[f"message.{state}"]
    if kind == "click" and state != "human":
        return COLOURS.get(f"verdict.{state}", "secondary")
    if kind in _BAD_NEWS:
        return "red"
    return _GROUPS.get(group, "secondary")


def initials(name: str, address: str) -> str:
    """Two letters for the round picture."""
    parts = name.split() or [address]
    return (parts[0][:1] + (parts[-1][:1] if len(parts) > 1 else "")).upper()
