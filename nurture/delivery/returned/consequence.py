"""What would follow from a report, as far as the mail alone can tell, in words.

What follows is decided by the table in ``domain/returns.py``, which the engine acts by, too. The engine acts only on an
address that equals the one in the send log, found by return path, envelope id or Message-ID; this module does not know
the log, so it says what would follow *if* it knows the mail.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nurture.delivery.returned.address import same
from nurture.delivery.returned.report import Failed, Report
from nurture.domain.failure import Failure
from nurture.domain.returns import Action, ReturnKind, follows, of_another


@dataclass(frozen=True, slots=True)
class Explanation:
    """``recipients``: the action for each of the report's recipients, in their order. ``would``: what would be done, in
    a sentence; ``why``: what in the mail says so."""

    recipients: tuple[Action, ...]
    would: str
    why: str


_SENTENCES = {
    Action.SUPPRESS: "suppress {who}",
    Action.COUNT_SOFT: "count a soft bounce of {who}",
    Action.ALARM: "raise an alarm for the sender, {who} is not touched",
    Action.NOTHING: "put it on record for {who}",
}
_KINDS = {
    "delayed": ReturnKind.DELAYED,
    "delivered": ReturnKind.DELIVERED,
    "relayed": ReturnKind.DELIVERED,
    "expanded": ReturnKind.DELIVERED,
}
"""What a report that some address failed tells of another one, by its action."""
_UNKNOWN = "whom the return path names"


def consequence(report: Report) -> Explanation:
    """What would be done with this report."""
    return _BY_KIND[report.means](report)


def counted(one: Failed) -> Failure:
    """The class that a failure has for the address we wrote to, which may have been forwarded to the one that failed."""
    return of_another(one.failure) if _forwarded(one) else one.failure


def _forwarded(one: Failed) -> bool:
    return bool(one.original) and not same(one.original, one.recipient)


def _bounce(report: Report) -> Explanation:
    found = [follows(_KINDS.get(one.action, ReturnKind.BOUNCE), counted(one)) for one in report.reports]
    if not found:
        nobody = follows(ReturnKind.BOUNCE)
        return Explanation((), _SENTENCES[nobody.action].format(who=_UNKNOWN) + _condition(report), nobody.why)
    steps = [_SENTENCES[f.action].format(who=_who(one)) for f, one in zip(found, report.reports, strict=True)]
    why = [f"{f.why} ({_said(one)})" for f, one in zip(found[:5], report.reports[:5], strict=True)]
    actions = tuple(f.action for f in found)
    return Explanation(actions, "; ".join(steps) + _condition(report), f"{report.found_by}: {'; '.join(why)}")


def _who(one: Failed) -> str:
    if _forwarded(one):
        return f"{one.original} (forwarded to {one.recipient}, whose failure proves nothing about it)"
    return one.recipient or _UNKNOWN


def _said(one: Failed) -> str:
    return f"{one.reason.value}: {_one_line(one.diagnostic) or one.status or 'no words'}"


def _complaint(report: Report) -> Explanation:
    named = report.complaint.recipients if report.complaint else ()
    kind = report.complaint.feedback_type if report.complaint else ""
    follow = follows(ReturnKind.COMPLAINT)
    would = f"suppress all marketing for {', '.join(named) or _UNKNOWN}{_condition(report)}"
    return Explanation((follow.action,) * max(1, len(named)), would, f"{follow.why}: a complaint ({kind})")


def _untouched(report: Report) -> Explanation:
    follow = follows(report.kind)
    why = "; ".join(f"{one.action}: {one.recipient}" for one in report.reports[:5])
    would = f"put it on record: {follow.why}"
    return Explanation((follow.action,) * len(report.reports), would, f"{report.found_by}: {why}")


def _auto_reply(report: Report) -> Explanation:
    follow = follows(ReturnKind.AUTO_REPLY, left=report.left, stops=report.stops)
    if follow.action is Action.TASK:
        successor = f" (named successor: {report.successor})" if report.successor else ""
        return Explanation((), f"make a task{successor}{_condition(report)}", follow.why)
    return Explanation((), "do nothing", f"{follow.why} ({report.found_by})")


def _reply(report: Report) -> Explanation:
    follow = follows(ReturnKind.REPLY, stops=report.stops)
    if follow.action is Action.PAUSE_AND_TASK:
        would = f"pause all marketing for {report.sender} and make a task{_condition(report)}"
        return Explanation((follow.action,), would, f"{follow.why}: {_one_line(report.said or report.subject)}")
    return Explanation((follow.action,), f"take it as an answer of {report.sender}{_condition(report)}", follow.why)


def _unclear(report: Report) -> Explanation:
    follow = follows(ReturnKind.UNCLEAR)
    if report.complaint is not None:
        feedback = f"feedback of type {report.complaint.feedback_type!r}"
        return Explanation((follow.action,), "put it in quarantine for a human to look at", feedback)
    return Explanation((), "put it in quarantine", report.found_by or follow.why)


_BY_KIND: dict[ReturnKind, Callable[[Report], Explanation]] = {
    ReturnKind.BOUNCE: _bounce,
    ReturnKind.COMPLAINT: _complaint,
    ReturnKind.DELAYED: _untouched,
    ReturnKind.DELIVERED: _untouched,
    ReturnKind.AUTO_REPLY: _auto_reply,
    ReturnKind.REPLY: _reply,
    ReturnKind.UNCLEAR: _unclear,
}


def _condition(report: Report) -> str:
    known = " or ".join(filter(None, (report.envelope_id and "that envelope id", report.message_id)))
    return f", if the send log has {known or 'the return path it came to, or the address'}"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:160]
