"""What a lead is worth to sales: a profile grade A-D and behaviour points, each point explained.

Two dimensions, never added up: *profile* is what the contact told and the company is; *points* are what its people did,
halved every ``half_life`` and capped per rule. Both are folds over what is stored and can be recomputed at any time;
every figure equals the sum of its lines.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from nurture.domain.catalogue import LeadClass, Text
from nurture.domain.condition import GRADES
from nurture.domain.pacing import local_date


@dataclass(frozen=True, slots=True)
class ProfileRule:
    """``points`` if the answer to ``field`` is one of ``values`` (empty: any answer)."""

    id: str
    label: Text
    field: str
    values: frozenset[str]
    points: float


@dataclass(frozen=True, slots=True)
class BehaviourRule:
    """``points`` for an activity of ``kind``, narrowed by content kind, item, topic, phase or form where given.

    ``cap``: at most so many points from this rule within ``cap_days`` (0: ever).
    """

    id: str
    label: Text
    kind: str
    points: float
    content_kinds: frozenset[str] = frozenset()
    content: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    phases: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    cap: float | None = None
    cap_days: int = 0


@dataclass(frozen=True, slots=True)
class Agreement:
    """Marketing and sales agree on the model; a change has a new date."""

    on: date
    by: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class ScoringModel:
    """``grades``: least profile points for A, B, C (below: D). ``thresholds``: product -> grade -> points, None: never."""

    version: str
    agreement: Agreement
    profile: tuple[ProfileRule, ...]
    grades: Mapping[str, float]
    behaviour: tuple[BehaviourRule, ...]
    half_life_days: float
    thresholds: Mapping[str, Mapping[str, float | None]]
    told: Mapping[str, Mapping[str, LeadClass]] = field(default_factory=dict)
    """What an answer says about the class of a lead: field -> value -> class."""


@dataclass(frozen=True, slots=True)
class Act:
    """One activity of a human, with what it was about. ``link`` identifies what was clicked, for the daily limit."""

    id: int
    contact: int
    kind: str
    at: datetime
    product: str | None = None
    content: str | None = None
    content_kind: str | None = None
    topic: str | None = None
    phases: tuple[str, ...] = ()
    form: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a score: ``raw`` points of ``rule`` for activity ``act``, of which ``counts`` after decay and caps."""

    rule: str
    label: Text
    act: int | None
    at: datetime | None
    raw: float
    counts: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    grade: str
    profile_points: float
    points: float
    profile_lines: tuple[Line, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a lead is ready for sales, and the sentence that says why (not)."""

    ready: bool
    reason: str


def profile_score(model: ScoringModel, answers: Mapping[str, str]) -> tuple[str, float, tuple[Line, ...]]:
    """Grade, points and lines of what is known of a contact.

    ``answers``: field -> value, with function and company facts included.
    """
    lines = tuple(
        Line(rule.id, rule.label, None, None, rule.points, rule.points, answers[rule.field])
        for rule in model.profile
        if answers.get(rule.field) and (not rule.values or answers[rule.field] in rule.values)
    )
    points = sum(line.counts for line in lines)
    grade = next((g for g in GRADES[:-1] if points >= model.grades[g]), GRADES[-1])
    return grade, points, lines


def behaviour_lines(model: ScoringModel, acts: Sequence[Act], zone: ZoneInfo, now: datetime) -> tuple[Line, ...]:
    """One line per activity and rule that fits, oldest first. Linear in ``acts``."""
    lines: list[Line] = []
    given: dict[str, deque[tuple[datetime, float]]] = defaultdict(deque)
    clicked: set[tuple[int, str | None, date]] = set()
    for act in sorted(acts, key=lambda a: (a.at, a.id)):
        if act.kind == "click":
            once = (act.contact, act.link, local_date(act.at, zone))
            if once in clicked:
                continue
            clicked.add(once)
        fitting = (rule for rule in model.behaviour if _fits(rule, act))
        lines.extend(_line(rule, act, given[rule.id], model.half_life_days, now) for rule in fitting)
    return tuple(lines)


def score(model: ScoringModel, answers: Mapping[str, str], acts: Sequence[Act], zone: ZoneInfo, now: datetime) -> Score:
    """The score of one lead: the profile of its best-known contact, the acts of all its contacts for the product."""
    grade, profile_points, profile_lines = profile_score(model, answers)
    lines = behaviour_lines(model, acts, zone, now)
    return Score(grade, profile_points, round(sum(line.counts for line in lines), 1), profile_lines, lines)


def readiness(model: ScoringModel, product: str, grade: str, points: float) -> Readiness:
    """Whether ``grade`` and ``points`` reach the agreed threshold for ``product``."""
    threshold = model.thresholds[product][grade]
    if threshold is None:
        return Readiness(False, f"grade {grade} never goes to sales by points")
    if points >= threshold:
        return Readiness(True, f"grade {grade} with {points:g} points reaches the threshold of {threshold:g}")
    return Readiness(False, f"grade {grade} needs {threshold:g} points, has {points:g}")


def _fits(rule: BehaviourRule, act: Act) -> bool:
    return (
        rule.kind == act.kind
        and (not rule.content_kinds or act.content_kind in rule.content_kinds)
        and (not rule.content or act.content in rule.content)
        and (not rule.topics or act.topic in rule.topics)
        and (not rule.phases or not rule.phases.isdisjoint(act.phases))
        and (not rule.forms or act.form in rule.forms)
    )


def _line(rule: BehaviourRule, act: Act, given: deque[tuple[datetime, float]], half_life: float, now: datetime) -> Line:
    """The line for ``act``; notes what the cap took. ``given``: what counts towards the cap, brought up to date here."""
    allowed = rule.points
    if rule.cap is not None:
        since = act.at - timedelta(days=rule.cap_days)
        while rule.cap_days and given and given[0][0] <= since:
            given.popleft()
        allowed = max(0.0, min(rule.points, rule.cap - sum(points for _, points in given)))
        if allowed:  # so that ``given`` stays as short as the cap is low
            given.append((act.at, allowed))
    age = max(0.0, (now - act.at) / timedelta(days=1))
    counts = round(allowed * 0.5 ** (age / half_life), 1)
    notes = []
    if allowed < rule.points:
        notes.append(f"cap of {rule.cap:g}" + (f" in {rule.cap_days} days" if rule.cap_days else ""))
    if counts != round(allowed, 1):
        notes.append(f"{age:.0f} days old")
    return Line(rule.id, rule.label, act.id, act.at, rule.points, counts, "; ".join(notes))
