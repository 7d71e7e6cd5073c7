"""Human or machine: what a hit on a tracked link is worth as a sign of interest.

Mail security gateways fetch links at delivery and again at click time, with browser user agents, from cloud networks,
often all links within seconds. What gives them away is the shape of a burst, not its age. A hit therefore counts only
after a verdict; what is unsure counts nothing until a human sign (a button pressed, a reply) settles it.

Verdicts are recomputed from the raw hits at any time; ``RULES_VERSION`` says by which rules.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

RULES_VERSION = 1

_BEFORE_DELIVERY = timedelta(seconds=60)  # a gateway may look while the server has yet to say yes
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
    """No reader can see this link."""


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
    machines = _bursts(ordered, links) | {h.id: reason for h in ordered if (reason := _alone(h, delivered))}
    machines |= _contagion(machines, ordered)
    last_seen = {_place(h): h.at for h in ordered if h.id not in machines}

    def rule(hit: Hit) -> Ruling:
        if hit.id in machines:
            return Ruling(Verdict.MACHINE, machines[hit.id])
        if any(p.at >= hit.at and _place(p) == _place(hit) for p in proofs):
            return Ruling(Verdict.HUMAN, "the same reader then pressed a button")
        if now - hit.at < settle_after:
            return Ruling(Verdict.PENDING, "being checked for scanners")
        came_back = last_seen[_place(hit)] - hit.at >= _LATER
        if not came_back and _around_delivery(hit, delivered, _UNSURE_AFTER_DELIVERY):
            return Ruling(Verdict.UNSURE, "within a minute of delivery, and nothing since")
        return Ruling(Verdict.HUMAN, "a single click, at a reader's pace")

    return {hit.id: rule(hit) for hit in ordered}


def _place(sign: Hit | Proof) -> tuple[str, str]:
    """Where a request came from, as closely as can be told: network and program."""
    return sign.network, sign.agent


def _around_delivery(hit: Hit, delivered: datetime | None, until: timedelta) -> bool:
    return delivered is not None and -_BEFORE_DELIVERY <= hit.at - delivered <= until


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
    if _around_delivery(hit, delivered, _AT_DELIVERY):
        return "within 10 seconds of delivery"
    return None


def _bursts(hits: Sequence[Hit], links: int) -> dict[int, str]:
    """The hits (ascending) that belong to a burst over several links, with the narrowest burst as the reason."""
    most = max(4, -(-links * 6 // 10))
    found: dict[int, str] = {}
    for least, span in ((2, timedelta(seconds=1)), (3, timedelta(seconds=10)), (most, timedelta(seconds=60))):
        for hit, distinct in _crowded(hits, least, span):
            found.setdefault(hit.id, f"{distinct} links within {span.total_seconds():g} s")
    return found


def _crowded(hits: Sequence[Hit], least: int, span: timedelta) -> Iterator[tuple[Hit, int]]:
    """Each hit that has ``least`` different links around it within ``span``, and how many. Linear: one sliding window."""
    inside: Counter[str] = Counter()
    end = told = 0
    for start, first in enumerate(hits):
        while end < len(hits) and hits[end].at <= first.at + span:
            inside[hits[end].link] += 1
            end += 1
        if len(inside) >= least:
            yield from ((hit, len(inside)) for hit in hits[max(start, told) : end])
            told = end
        inside[first.link] -= 1
        if not inside[first.link]:
            del inside[first.link]


def _contagion(machines: Mapping[int, str], hits: Sequence[Hit]) -> dict[int, str]:
    """Whoever comes from where a machine came from, around that time, is the machine; but it is not handed on.

    HEAD requests and prefetches taint nobody: the reader's own mail program makes them, too.
    """
    seen: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for hit in hits:
        if hit.id in machines and hit.method == "GET" and not hit.prefetch:
            seen[_place(hit)].append(hit.at)
    return {
        hit.id: "same network and program as a scanner just before"
        for hit in hits
        if hit.id not in machines and _has_within(seen[_place(hit)], hit.at, _CONTAGION)
    }


def _has_within(moments: Sequence[datetime], moment: datetime, span: timedelta) -> bool:
    """Whether one of ``moments`` (ascending) is at most ``span`` away from ``moment``."""
    nearest = bisect_left(moments, moment - span)
    return nearest < len(moments) and moments[nearest] <= moment + span
