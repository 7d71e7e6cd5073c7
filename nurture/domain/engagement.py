"""Human or machine: what a hit on a tracked link is worth as a sign of interest.

Mail security gateways fetch links at delivery and again at click time, with browser user agents, from cloud networks,
often all links within seconds. What gives them away is the shape of a burst, not its age. A hit therefore counts only
after a verdict; what is unsure counts nothing until a human sign (a button pressed, a reply) settles it.

Verdicts are recomputed from the raw hits at any time; ``RULES_VERSION`` says by which rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

RULES_VERSION = 1

_AT_DELIVERY = timedelta(seconds=10)
_UNSURE_AFTER_DELIVERY = timedelta(seconds=60)
_CONTAGION = timedelta(minutes=15)
_LATER = timedelta(minutes=2)


class Verdict(StrEnum):
    PENDING = "pending"
    HUMAN = "human"
    MACHINE = "machine"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Hit:
    """One request for a link of one message. ``network``: the shortened address; ``tool``: the agent is a program's."""

    id: int
    at: datetime
    link: str
    method: str = "GET"
    network: str = ""
    agent: str = ""
    tool: bool = False
    prefetch: bool = False
    trap: bool = False
    """The link is one that a reader does not press for content (unsubscribe, legal, invisible)."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A sign that only a human gives: a button pressed on a page opened from this message, or a reply."""

    at: datetime
    network: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Ruling:
    verdict: Verdict
    reason: str


def verdicts(
    hits: Sequence[Hit],
    delivered: datetime | None,
    links: int,
    proofs: Sequence[Proof],
    settle_after: timedelta,
    now: datetime,
) -> dict[int, Ruling]:
    """A ruling for each hit (by id) on one message.

    ``delivered``: when the server accepted the message; ``links``: how many different links it has. A hit younger than
    ``settle_after`` stays pending unless it is plainly a machine's, or a proof from the same place settles it.
    """
    ordered = sorted(hits, key=lambda h: (h.at, h.id))
    machine = {h.id: reason for h in ordered if (reason := _alone(h, delivered) or _in_burst(h, ordered, links))}
    _spread(machine, ordered)
    return {h.id: _rule(h, machine.get(h.id), ordered, machine, delivered, proofs, settle_after, now) for h in ordered}


def _rule(
    hit: Hit,
    machine: str | None,
    hits: Sequence[Hit],
    machines: dict[int, str],
    delivered: datetime | None,
    proofs: Sequence[Proof],
    settle_after: timedelta,
    now: datetime,
) -> Ruling:
    if machine is not None:
        return Ruling(Verdict.MACHINE, machine)
    if any(p.at >= hit.at and p.network == hit.network and p.agent == hit.agent for p in proofs):
        return Ruling(Verdict.HUMAN, "the same reader then pressed a button")
    if now - hit.at < settle_after:
        return Ruling(Verdict.PENDING, "being checked for scanners")
    if delivered is not None and hit.at - delivered <= _UNSURE_AFTER_DELIVERY and not _came_back(hit, hits, machines):
        return Ruling(Verdict.UNSURE, "within a minute of delivery, and nothing since")
    return Ruling(Verdict.HUMAN, "a single click, at a reader's pace")


def _alone(hit: Hit, delivered: datetime | None) -> str | None:
    """What one hit gives away by itself."""
    if hit.method != "GET":
        return f"a {hit.method} request"
    if hit.prefetch:
        return "a prefetch by the mail program or browser"
    if not hit.agent:
        return "no user agent"
    if hit.tool:
        return "the user agent is a program's"
    if hit.trap:
        return "a link that only scanners follow"
    if delivered is not None and timedelta(0) <= hit.at - delivered <= _AT_DELIVERY:
        return "within 10 seconds of delivery"
    return None


def _in_burst(hit: Hit, hits: Sequence[Hit], links: int) -> str | None:
    """Whether ``hit`` belongs to a burst over several links."""
    most = max(4, -(-links * 6 // 10))
    for least, span in ((2, timedelta(seconds=1)), (3, timedelta(seconds=10)), (most, timedelta(seconds=60))):
        for start in hits:
            if not start.at <= hit.at <= start.at + span:
                continue
            inside = {h.link for h in hits if start.at <= h.at <= start.at + span}
            if len(inside) >= least:
                return f"{len(inside)} links within {span.total_seconds():g} s"
    return None


def _spread(machine: dict[int, str], hits: Sequence[Hit]) -> None:
    """Whoever comes from where a machine came from, around that time, is the machine."""
    sources = [h for h in hits if h.id in machine and h.method == "GET" and not h.prefetch]
    for hit in hits:
        if hit.id in machine:
            continue
        if any(_same_place(hit, s) and abs(hit.at - s.at) <= _CONTAGION for s in sources):
            machine[hit.id] = "same network and program as a scanner just before"


def _same_place(one: Hit, other: Hit) -> bool:
    return one.network == other.network and one.agent == other.agent


def _came_back(hit: Hit, hits: Sequence[Hit], machines: dict[int, str]) -> bool:
    return any(h.id not in machines and h.at - hit.at >= _LATER for h in hits)
