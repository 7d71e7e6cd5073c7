"""What would follow from a report, as far as the mail alone can tell.

The engine acts only on an address that equals the one in the send log, found by return path, envelope id or
Message-ID; this module does not know the log, so it says what would follow *if* it knows the mail.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from nurture.delivery.returned.human import wants_to_stop
from nurture.delivery.returned.report import Kind, Report
from nurture.domain.failure import Failure


class Action(StrEnum):
    SUPPRESS = "suppress"
    COUNT_SOFT = "count-soft"
    """Several of them over days hold the address for a while."""
    ALARM = "alarm"
    """For the sender; the person is not touched."""
    PAUSE_AND_TASK = "pause-and-task"
    TASK = "task"
    ANSWERED = "answered"
    """A human's answer: the campaign ends or wakes as its definition says."""
    NOTHING = "nothing"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Consequence:
    """``recipients``: the action for each of the report's recipients, in their order. ``would``: what would be done, in
    a sentence; ``why``: what in the mail says so."""

    recipients: tuple[Action, ...]
    would: str
    why: str


_OF_FAILURE = {
    Failure.INVALID: Action.SUPPRESS,
    Failure.SOFT: Action.COUNT_SOFT,
    Failure.POLICY: Action.ALARM,
    Failure.OTHER: Action.NOTHING,
}
_SENTENCES = {
    Action.SUPPRESS: "suppress {who}",
    Action.COUNT_SOFT: "count a soft bounce of {who}",
    Action.ALARM: "raise an alarm for the sender, {who} is not touched",
    Action.NOTHING: "put it on record for {who}",
}
_UNKNOWN = "whom the return path names"


def consequence(report: Report) -> Consequence:
    """What would be done with this report."""
    return _BY_KIND[report.kind](report)


def _bounce(report: Report) -> Consequence:
    actions = tuple(_OF_FAILURE[one.failure] for one in report.reports)
    if not actions:
        return Consequence((), "put it in quarantine", "a bounce that names nobody")
    steps = [
        _SENTENCES[action].format(who=one.recipient or _UNKNOWN)
        for action, one in zip(actions, report.reports, strict=True)
    ]
    why = "; ".join(
        f"{one.reason.value}: {_one_line(one.diagnostic) or one.status or 'no words'}" for one in report.reports[:5]
    )
    return Consequence(actions, "; ".join(steps) + _condition(report), f"{report.found_by}: {why}")


def _complaint(report: Report) -> Consequence:
    complaint = report.complaint
    if complaint is None or not complaint.blames:
        kind = complaint.feedback_type if complaint else ""
        return Consequence(
            (Action.QUARANTINE,), "put it in quarantine for a human to look at", f"feedback of type {kind!r}"
        )
    who = ", ".join(complaint.recipients) or _UNKNOWN
    actions = (Action.SUPPRESS,) * max(1, len(complaint.recipients))
    return Consequence(
        actions, f"suppress all marketing for {who}{_condition(report)}", f"a complaint ({complaint.feedback_type})"
    )


def _untouched(report: Report) -> Consequence:
    why = "; ".join(f"{one.action}: {one.recipient}" for one in report.reports[:5])
    return Consequence((Action.NOTHING,) * len(report.reports), "put it on record", f"{report.found_by}: {why}")


def _auto_reply(report: Report) -> Consequence:
    if report.left:
        successor = f" (named successor: {report.successor})" if report.successor else ""
        return Consequence(
            (), f"make a task{successor}{_condition(report)}", "a responder says that its writer left the company"
        )
    return Consequence((), "do nothing", f"a machine wrote it ({report.found_by})")


def _reply(report: Report) -> Consequence:
    if wants_to_stop(report.said):
        would = f"pause all marketing for {report.sender} and make a task{_condition(report)}"
        return Consequence((Action.PAUSE_AND_TASK,), would, f"a human asks for no more mail: {_one_line(report.said)}")
    would = f"take it as an answer of {report.sender}{_condition(report)}"
    return Consequence((Action.ANSWERED,), would, "a human wrote it")


def _unclear(report: Report) -> Consequence:
    return Consequence((), "put it in quarantine", report.found_by or "nothing in it is known")


_BY_KIND: dict[Kind, Callable[[Report], Consequence]] = {
    Kind.BOUNCE: _bounce,
    Kind.COMPLAINT: _complaint,
    Kind.DELAYED: _untouched,
    Kind.DELIVERED: _untouched,
    Kind.AUTO_REPLY: _auto_reply,
    Kind.REPLY: _reply,
    Kind.UNCLEAR: _unclear,
}


def _condition(report: Report) -> str:
    known = " or ".join(filter(None, (report.envelope_id and "that envelope id", report.message_id)))
    return f", if the send log has {known or 'the return path it came to, or the address'}"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:160]
