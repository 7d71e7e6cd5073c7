"""What follows from what came back, once it is known whose it is. One function per consequence, one table.

Joins the caller's transaction. Every function returns what was done, in a sentence that is kept and shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from nurture.domain.address import address_key
from nurture.domain.breaker import Figures
from nurture.domain.failure import Failure
from nurture.domain.message import MessageKind
from nurture.domain.returns import Action, Consequence, ReturnKind, SoftVerdict, follows, soft_verdict
from nurture.engine.objection import object_to_mail
from nurture.engine.returns_came import Came
from nurture.engine.returns_match import Match
from nurture.engine.runtime import Runtime
from nurture.engine.tracking import human_act
from nurture.store import activities, contacts, enrollments, evidence, holds, returned
from nurture.store.alarms import policy_key, raise_alarm, sales_mail_key
from nurture.store.breakers import check_breakers
from nurture.store.delivery_counts import RETURNS, Count, count
from nurture.store.evidence import Sent
from nurture.store.schema import Contact

_MAX_WORDS = 300
_NOT_YET = re.compile(r"4\.\d|4\d\d\b")

_NOT_ARRIVED = f"on record: {follows(ReturnKind.BOUNCE, Failure.SOFT).why}"


@dataclass(frozen=True, slots=True)
class Case:
    """What is decided on. ``id``: of the returned mail."""

    rt: Runtime
    session: Session
    id: int
    came: Came
    found: Match
    now: datetime

    @property
    def sent(self) -> Sent:
        assert self.found.sent is not None  # noqa: S101 - asked for only where a mail was found
        return self.found.sent

    @property
    def key(self) -> str:
        """Of the address it is about: the one we wrote to, or that of the contact found by it."""
        if self.found.sent is not None:
            return address_key(self.found.sent.address)
        return self.session.get_one(Contact, self.found.contact).address_key

    @property
    def failure(self) -> Failure:
        recipient = self.found.recipient
        return (recipient.failure if recipient else None) or Failure.OTHER

    @property
    def follows(self) -> Consequence:
        return follows(self.came.kind, self.failure, left=self.came.left, stops=self.came.stops)

    @property
    def words(self) -> str:
        """The server's words, on one line."""
        recipient = self.found.recipient
        said = (recipient.words or recipient.status) if recipient else ""
        return " ".join((said or self.came.subject).split())[:_MAX_WORDS]


def act(case: Case) -> str:
    """Do what follows. Only for what was matched without a doubt."""
    return _BY_KIND[case.came.kind](case)


# --- reports on a mail ------------------------------------------------------------------------------------------------


def _bounce(case: Case) -> str:
    """What failed for others may have arrived at the address we wrote to: one report tells of all of them."""
    told = case.found.recipient.action if case.found.recipient else ""
    if told not in ("", "failed"):
        news = ReturnKind.DELAYED if told == "delayed" else ReturnKind.DELIVERED
        return act(replace(case, came=replace(case.came, kind=news)))
    return _failed(case)


def _failed(case: Case) -> str:
    failure = case.failure
    if evidence.came_back(case.session, case.sent.id, failure.value, f"came back: {case.words}", case.now):
        _count(case, failure)  # each mail once, by however many reports and ways it comes back
    if case.sent.kind is MessageKind.SALES:
        text = f"a mail to {case.sent.address} of our own sales team came back: {case.words}"
        raise_alarm(case.session, sales_mail_key(case.sent.address), text, case.now)
        return "an alarm: a mail to our own sales team came back"
    return _ON_BOUNCE[case.follows.action](case)


def _invalid(case: Case) -> str:
    reason = f"{case.follows.why}: {case.words}"
    contacts.suppress(case.session, address_key(case.sent.address), reason, case.now)
    return f"suppressed: {reason}"


def _soft(case: Case) -> str:
    if case.sent.contact_id is None:
        return _NOT_ARRIVED
    return bounced_softly(case.rt, case.session, case.sent.contact_id, case.sent.id, case.now)


def bounced_softly(rt: Runtime, session: Session, contact: int, message: int, now: datetime) -> str:
    """This mail to the contact came to a soft end, on record already: hold or suppress the address when it is time."""
    person = session.get(Contact, contact, with_for_update=True)
    if person is None:
        return _NOT_ARRIVED
    rules = rt.definitions.delivery.soft_bounces
    times, bounced = _soft_run(session, person, message)
    match soft_verdict(rules, bounced, times):
        case SoftVerdict.WATCH:
            return f"{_NOT_ARRIVED} ({len(bounced)} in a row)"
        case SoftVerdict.HOLD:
            reason = f"{len(bounced)} mails in a row did not arrive"
            holds.hold(session, person.address_key, holds.SOFT, reason, now, until=now + rules.hold, times=times + 1)
            enrollments.look_again(session, contact, now)
            return f"held for {rules.hold.days} days: {reason}"
        case SoftVerdict.SUPPRESS:
            reason = f"{len(bounced)} mails in a row did not arrive, again after a pause"
            contacts.suppress(session, person.address_key, reason, now)
            return f"suppressed: {reason}"


def _soft_run(session: Session, person: Contact, message: int) -> tuple[int, list[datetime]]:
    """How often the address was held, and when mails failed softly up to ``message``: since the last sign of life."""
    arrived_id, arrived_at = evidence.last_arrival(session, person.id, message)
    hold = holds.find(session, person.address_key)
    since = person.last_active_at
    times = 0
    if hold is not None and max((at for at in (since, arrived_at) if at), default=hold.since) <= hold.since:
        times, since = hold.times, hold.since
    return times, evidence.soft_failures(session, person.id, arrived_id, message, since)


def _policy(case: Case) -> str:
    refused_us(case.rt, case.session, case.sent.lane, case.words, case.now)
    return f"an alarm for the sender: {case.words}"


def refused_us(rt: Runtime, session: Session, lane: str, words: str, now: datetime) -> None:
    """A refusal for our reputation, our DNS or what we wrote. It says nothing about the person."""
    name = rt.definitions.delivery.provider(lane).name if lane else "a provider"
    raise_alarm(session, policy_key(lane), f"{name} refuses our mail: {words}", now)


def _on_record(case: Case) -> str:
    return f"on record: {case.follows.why}"


def _complaint(case: Case) -> str:
    why = case.follows.why
    contacts.suppress(case.session, case.key, why, case.now)
    if case.found.contact is not None:
        object_to_mail(case.rt, case.session, case.found.contact, why, _proof(case, "complaint"), case.now)
    if case.found.sent is None:
        return f"suppressed: {why}"
    evidence.arrived(case.session, case.sent.id, "arrived: the reader complained about it")
    if not returned.on_record(case.session, case.sent.id, ReturnKind.COMPLAINT, but=case.id):
        _count(case, None)
    return f"suppressed: {why}"


def _unsubscribed(case: Case) -> str:
    why = case.follows.why
    if case.found.contact is None:
        contacts.suppress(case.session, case.key, why, case.now)
    else:
        object_to_mail(case.rt, case.session, case.found.contact, why, _proof(case, "provider"), case.now)
    return why


def _proof(case: Case, via: str) -> dict[str, Any]:
    message = case.sent.id if case.found.sent is not None else None
    return {"via": via, "returned": case.id, "message": message, "source": case.came.source}


def _delivered(case: Case) -> str:
    evidence.arrived(case.session, case.sent.id, "arrived: its server said so")
    return _on_record(case)


# --- what somebody wrote ----------------------------------------------------------------------------------------------


def _auto_reply(case: Case) -> str:
    """A program wrote it: nothing counts, wakes or ends by it; at most there is something for a human to do."""
    if case.found.sent is not None:
        evidence.arrived(case.session, case.sent.id, "arrived: an automatic reply came")
    if case.found.contact is None or case.follows.action is not Action.TASK:
        return f"on record: {follows(ReturnKind.AUTO_REPLY).why}"
    if case.came.stops and not case.came.left:
        _task(case, "stop", _WANTS_NO_MORE)
        return f"a task: {case.follows.why}"
    _task(case, "left", {"de": "Abwesenheitsnotiz sagt: nicht mehr im Unternehmen. Nachfolge klären: {subject}",
                         "en": "Automatic reply: has left the company. Find the successor: {subject}"})  # fmt: skip
    return f"a task: {case.follows.why}"


def _reply(case: Case) -> str:
    if case.found.sent is not None:
        evidence.arrived(case.session, case.sent.id, "arrived: the reader answered")
    if case.follows.action is Action.PAUSE_AND_TASK:
        return hold_for_stop(case)
    if case.found.contact is None:
        return "on record: an answer of somebody who is not a contact yet"
    _answered(case, case.session.get_one(Contact, case.found.contact))
    return f"a task: {case.follows.why}"


_WANTS_NO_MORE = {"de": "Will keine Mails mehr? Antwort lesen und entscheiden: {subject}",
                  "en": "Wants no more mail? Read the answer and decide: {subject}"}  # fmt: skip


def hold_for_stop(case: Case) -> str:
    """Nothing is mailed until a human decided what was meant."""
    contact, why = case.found.contact, case.follows.why
    person = case.session.get(Contact, contact) if contact is not None else None
    key = person.address_key if person else address_key(case.sent.address)
    holds.hold(case.session, key, holds.STOP, why, case.now)
    if person is not None:
        _task(case, "stop", _WANTS_NO_MORE)
        enrollments.look_again(case.session, person.id, case.now)
    return f"held until somebody decides: {why}"


def _answered(case: Case, person: Contact) -> None:
    """An act of a human: it counts, wakes or ends campaigns as they say, and somebody should read it."""
    sent = case.found.sent
    product = str(sent.context.get("product") or "") if sent else ""
    facts: dict[str, Any] = {"product": product or None, "data": {"returned": case.id, "subject": case.came.subject[:200]}}
    if sent is not None:
        facts |= {"message_id": sent.id, "enrollment_id": sent.enrollment_id, "step": sent.step}
    activities.record(case.session, person.id, "reply", case.now, **facts)
    _task(case, "reply", {"de": "Hat geantwortet, bitte lesen: {subject}", "en": "Replied, please read: {subject}"})
    if product in case.rt.definitions.products:
        human_act(case.rt, case.session, person, product, sent.id if sent else None, case.now)
    else:
        contacts.active(case.session, person.id, case.now)
    enrollments.look_again(case.session, person.id, case.now)


def _task(case: Case, kind: str, titles: dict[str, str]) -> None:
    language = case.rt.definitions.organisation.languages[0]
    title = titles.get(language, titles["en"]).format(subject=case.came.subject[:120] or "–")
    row = {"contact_id": case.found.contact, "once_key": f"returned:{case.id}:{kind}", "title": title, "product": None,
           "due_at": None, "created_at": case.now}  # fmt: skip
    enrollments.open_tasks(case.session, [row])


def _count(case: Case, failure: Failure | None) -> None:
    """Into the figures of the lane the mail left by; a stream whose figures are bad is stopped. ``None``: a complaint."""
    sent = case.sent
    figures = Figures(complaints=1) if failure is None else _FIGURES[_counted(case, failure)]
    count(case.session, RETURNS, case.now, [Count(sent.lane, sent.kind.value, figures)])
    check_breakers(case.session, case.rt.definitions.delivery, case.now, {(sent.kind.value, sent.lane)})


def _counted(case: Case, failure: Failure) -> Failure:
    """Servers that only wanted less or later (4xx) do not count among those that refuse us."""
    said = case.found.recipient
    given_up = said is not None and bool(_NOT_YET.match(said.status or said.words))
    return Failure.OTHER if failure is Failure.POLICY and given_up else failure


_FIGURES = {Failure.INVALID: Figures(invalid=1), Failure.SOFT: Figures(failed=1),
            Failure.POLICY: Figures(policy=1), Failure.OTHER: Figures(failed=1)}  # fmt: skip


_ON_BOUNCE: dict[Action, Callable[[Case], str]] = {
    Action.SUPPRESS: _invalid,
    Action.COUNT_SOFT: _soft,
    Action.ALARM: _policy,
    Action.NOTHING: _on_record,
}
_BY_KIND: dict[ReturnKind, Callable[[Case], str]] = {
    ReturnKind.BOUNCE: _bounce,
    ReturnKind.COMPLAINT: _complaint,
    ReturnKind.UNSUBSCRIBE: _unsubscribed,
    ReturnKind.DELAYED: _on_record,
    ReturnKind.DELIVERED: _delivered,
    ReturnKind.AUTO_REPLY: _auto_reply,
    ReturnKind.REPLY: _reply,
}
