"""By which lane a mail leaves, and to which servers.

    mailbox, memory   everything by LOCAL, no DNS
    smtp              everything by RELAY, no DNS; with ``by_provider`` a lane per provider
    direct            a lane per provider, to the servers that the DNS names

    queued, no lane --route: DNS, outside any transaction--> stamped with its lane
                           |-- null MX, no such domain (MX and address) --> failed: invalid
                           +-- the DNS could not be asked --> tried again later, as after any temporary failure

What the DNS said is kept in ``mail_domains`` for as long as it asks for (5 minutes to a day), and that it said nothing for
a few minutes, so that a name server that hangs does not hold up each mail anew. A relay knows more domains than we do, so
with a relay nothing fails here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from nurture.delivery import Kind, Outcome, Phase
from nurture.delivery.dns import DnsTrouble, Resolver, a_label
from nurture.delivery.mail_hosts import NO_SUCH_DOMAIN, MailHosts, who_takes
from nurture.domain.address import domain_of
from nurture.domain.delivery_rules import OTHER
from nurture.domain.failure import Failure
from nurture.domain.message import MessageState
from nurture.engine.delivery_record import Record
from nurture.engine.delivery_result import Result
from nurture.engine.lanes import DIRECT, by_provider
from nurture.engine.runtime import Runtime
from nurture.store import mail_domains
from nurture.store.database import reading, transaction
from nurture.store.schema import MailDomain

_BATCH = 1_000
"""Mails looked at in one call."""
_LOOKUPS = 64
"""Domains asked for in one call."""
_AT_ONCE = 8
_PATIENCE = 5.0
"""Seconds of a call after which no further domain is asked for, so that dead name servers do not hold up delivery for
long; the others come with the next call."""
_TROUBLE = timedelta(minutes=3)
"""How long nobody asks again for a domain whose servers did not answer; shorter than any mail waits for its next try."""
_SHORTEST, _LONGEST, _LONGEST_FAULT = timedelta(minutes=5), timedelta(days=1), timedelta(hours=1)
"""How long an answer is believed, whatever its time to live."""
_WORKER = "routing"
_LEASE = timedelta(minutes=5)


def hosts(rt: Runtime, session: Session, domains: Collection[str], now: datetime) -> dict[str, MailDomain]:
    """Domain (as given) -> who takes its mail, from the cache; {} unless mail goes to the recipients' own servers.

    What is out of date is used once more and looked up again by the next ``route``. A domain that is missing, or has no
    hosts (any more), is nothing to send to: give its mails back with the lane '' and ``route`` decides about them.
    """
    if rt.transport.name != DIRECT:
        return {}
    labels = {domain: label for domain in domains if (label := _label(domain))}
    found = mail_domains.known(session, set(labels.values()))
    if stale := [row.domain for row in found.values() if row.expires_at <= now and not row.wanted]:
        mail_domains.want(session, stale)
    return {domain: found[label] for domain, label in labels.items() if label in found}


def _label(domain: str) -> str | None:
    try:
        return a_label(domain)
    except ValueError:
        return None


# --- looked up ----------------------------------------------------------------------------------------------------------


@dataclass
class _Batch:
    """Mails without a lane, by domain, and what is known of these domains. ``again``: answers that are out of date."""

    messages: dict[str, list[int]] = field(default_factory=dict)
    no_domain: dict[int, str] = field(default_factory=dict)
    fresh: dict[str, MailDomain] = field(default_factory=dict)
    stale: dict[str, MailDomain] = field(default_factory=dict)
    again: list[str] = field(default_factory=list)


def route(
    rt: Runtime,
    now: datetime,
    *,
    wait: Callable[[float], None] = time.sleep,
    stopwatch: Callable[[], float] = time.monotonic,
) -> int:
    """Give due mails without a lane one, or settle them. Returns how many; call again until there are none.

    Asks the DNS outside of any transaction; two processes may do so at the same time.
    """
    if not by_provider(rt):
        return 0
    batch = _due(rt, now)
    answers = _ask(rt, _to_ask(rt, batch), batch.stale, stopwatch)
    with transaction(rt.db) as session:
        mail_domains.keep(session, [_row(domain, answer, now) for domain, answer in sorted(answers.items())])
        lanes, faults = _decided(rt, batch, answers)
        mail_domains.stamp(session, lanes)
    later = {message: fault for message, fault in faults.items() if _is_trouble(fault)}
    faults = {message: fault for message, fault in faults.items() if message not in later}
    _settle(rt, faults, later, now, wait)
    return len(lanes) + len(faults) + len(later)


def _due(rt: Runtime, now: datetime) -> _Batch:
    batch = _Batch()
    with reading(rt.db) as session:
        for message, address in mail_domains.without_lane(session, rt.definitions.delivery.lanes(), now, _BATCH):
            if (label := _label(domain_of(address))) is None:
                batch.no_domain[message] = address
            else:
                batch.messages.setdefault(label, []).append(message)
        again = mail_domains.wanted(session, now, _LOOKUPS)
        for domain, row in mail_domains.known(session, {*batch.messages, *again}).items():
            (batch.fresh if row.expires_at > now else batch.stale)[domain] = row
        batch.again = again
    return batch


def _to_ask(rt: Runtime, batch: _Batch) -> list[str]:
    """Domains that nothing (fresh) is known of; those of waiting mails first."""
    unknown = [domain for domain in batch.messages if domain not in batch.fresh]
    if rt.transport.name != DIRECT:
        unknown = [domain for domain in unknown if rt.definitions.delivery.lane_of_domain(domain) is None]
    return list(dict.fromkeys([*unknown, *batch.again]))[:_LOOKUPS]


def _ask(
    rt: Runtime, domains: list[str], stale: Mapping[str, MailDomain], stopwatch: Callable[[], float]
) -> dict[str, MailHosts]:
    """Domain -> answer, of those there was time for. While the DNS cannot be asked, what it said last holds on."""
    answers: dict[str, MailHosts] = {}
    if not domains:
        return answers
    until = stopwatch() + _PATIENCE
    with ThreadPoolExecutor(min(_AT_ONCE, len(domains)), thread_name_prefix="dns") as pool:
        found = pool.map(lambda name: _answer(rt.resolver, name) if stopwatch() < until else None, domains)
        for domain, answer in zip(domains, found, strict=True):
            if answer is None:
                continue
            held_on = _is_trouble(answer.fault) and domain in stale and stale[domain].hosts
            answers[domain] = MailHosts(tuple(stale[domain].hosts), 0) if held_on else answer
    return answers


def _answer(resolver: Resolver, domain: str) -> MailHosts:
    try:
        return who_takes(resolver, domain)
    except DnsTrouble as trouble:
        return MailHosts((), 0, f"{_UNTOLD} {trouble}")


_UNTOLD = "4.4.3"


def _is_trouble(fault: str) -> bool:
    """Whether nobody could tell; any other fault is final."""
    return fault.startswith(_UNTOLD)


def _row(domain: str, answer: MailHosts, now: datetime) -> dict[str, object]:
    longest = _LONGEST_FAULT if answer.fault else _LONGEST
    believed = min(max(timedelta(seconds=answer.ttl), _SHORTEST), longest)
    if _is_trouble(answer.fault):
        believed = _TROUBLE
    return {
        "domain": domain,
        "hosts": list(answer.hosts),
        "fault": answer.fault,
        "expires_at": now + believed,
    }


def _decided(rt: Runtime, batch: _Batch, answers: Mapping[str, MailHosts]) -> tuple[dict[int, str], dict[int, str]]:
    """(message -> lane, message -> why nobody takes it, or why nobody can tell)."""
    rules, direct = rt.definitions.delivery, rt.transport.name == DIRECT
    lanes: dict[int, str] = {}
    faults = dict.fromkeys(batch.no_domain, NO_SUCH_DOMAIN) if direct else {}
    lanes |= {} if direct else dict.fromkeys(batch.no_domain, OTHER)
    said = {domain: (tuple(row.hosts), row.fault) for domain, row in batch.fresh.items()}
    said |= {domain: (answer.hosts, answer.fault) for domain, answer in answers.items()}
    for domain, messages in batch.messages.items():
        servers, fault = said.get(domain, ((), ""))
        if fault and direct:
            faults |= dict.fromkeys(messages, fault)
        elif servers or fault or (not direct and rules.lane_of_domain(domain)):
            lanes |= dict.fromkeys(messages, rules.lane_of(domain, servers))
    return lanes, faults


def _settle(
    rt: Runtime, faults: Mapping[int, str], later: Mapping[int, str], now: datetime, wait: Callable[[float], None]
) -> None:
    """Record what became of mails that have nowhere to go, as if a server had said so."""
    if not faults and not later:
        return
    with transaction(rt.db) as session:
        rows = mail_domains.take(session, [*faults, *later], _WORKER, now + _LEASE)
    record = Record(rt, _WORKER, wait)
    for row in rows:
        outcome = _nobody(faults[row.id]) if row.id in faults else _trouble(later[row.id])
        record.pending.results.append(Result(row, OTHER, MessageState.CLAIMED, outcome, now))
    record.commit(now)


def _nobody(fault: str) -> Outcome:
    return Outcome(Kind.FAILED, Phase.RECIPIENT, fault, Failure.INVALID, fault.partition(" ")[0])


def _trouble(what: str) -> Outcome:
    return Outcome(Kind.DEFERRED, Phase.CONNECT, what, Failure.SOFT, _UNTOLD)
