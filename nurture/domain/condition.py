"""Conditions on what is known of a contact, as campaigns write them, and whether they hold.

``holds(condition, facts, since=…)`` is the only reader; ``describe`` says in words what was asked. What somebody clicked
who did not agree to be observed is *unknown*, neither yes nor no: "clicked" does not hold for them, and "not clicked" does
not either, so that nobody is treated as uninterested because of having said no to tracking.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from nurture.domain.catalogue import LeadClass

GRADES = "ABCD"


@dataclass(frozen=True, slots=True)
class Seen:
    """One activity of a human, reduced to what conditions may ask.

    ``kind``: click, download, form, answer, reply, call-wish.
    """

    kind: str
    at: datetime
    topic: str | None = None
    content: str | None = None
    form: str | None = None
    enrollment: int | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What a condition may look at."""

    function: str | None = None
    language: str = "de"
    source: str | None = None
    lead_class: LeadClass = LeadClass.B1
    grade: str = "D"
    points: float = 0.0
    purposes: frozenset[str] = frozenset()
    answers: Mapping[str, str] = field(default_factory=dict)
    seen: tuple[Seen, ...] = ()
    enrollment: int | None = None
    observed: bool = True
    """Whether clicks and downloads would be known; False: nobody knows whether there were any."""


@dataclass(frozen=True, slots=True)
class Clicked:
    """A human clicked: in a mail of ``step`` of this campaign, on ``topic``, on ``content``.

    ``ever``: also before this campaign.
    """

    step: str | None = None
    topic: str | None = None
    content: str | None = None
    ever: bool = False


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A human downloaded ``content``, or anything on ``topic``, or (neither named) anything at all."""

    content: str | None = None
    topic: str | None = None
    ever: bool = False


@dataclass(frozen=True, slots=True)
class Replied:
    """A human answered a mail (of ``step`` of this campaign); automatic replies never count. ``ever``: also before."""

    step: str | None = None
    ever: bool = False


@dataclass(frozen=True, slots=True)
class Interested:
    """A human clicked on or downloaded anything on ``topic``, at any time."""

    topic: str


@dataclass(frozen=True, slots=True)
class Registered:
    """The contact used this form, at any time."""

    form: str


@dataclass(frozen=True, slots=True)
class InClass:
    classes: tuple[LeadClass, ...]


@dataclass(frozen=True, slots=True)
class ScoreAtLeast:
    points: float


@dataclass(frozen=True, slots=True)
class GradeAtLeast:
    grade: str


@dataclass(frozen=True, slots=True)
class HasFunction:
    functions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Speaks:
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CameFrom:
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """The contact answered ``field``; with ``values``, one of these."""

    field: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Permits:
    """A confirmed consent for ``purpose``."""

    purpose: str


@dataclass(frozen=True, slots=True)
class All:
    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    of: Condition


Condition = (
    Clicked | Downloaded | Replied | Interested | Registered | InClass | ScoreAtLeast | GradeAtLeast | HasFunction | Speaks
    | CameFrom | Answered | Permits | All | AnyOf | Not
)  # fmt: skip


def holds(condition: Condition, known: Known, since: datetime | None = None) -> bool:
    """Whether ``condition`` is known to hold.

    ``since``: clicks, downloads and replies before it count only where the condition says ``ever``.
    """
    return _truth(condition, known, since) is True


def _truth(condition: Condition, known: Known, since: datetime | None) -> bool | None:
    """Yes, no, or None: unknown (Kleene's logic)."""
    return _CHECKS[type(condition)](condition, known, since)


def _clicked(c: Clicked, known: Known, since: datetime | None) -> bool | None:
    return _observed(known, any(
        s.kind == "click"
        and (c.topic is None or s.topic == c.topic)
        and (c.content is None or s.content == c.content)
        and (c.step is None or (s.step == c.step and s.enrollment == known.enrollment))
        and (c.ever or since is None or s.at >= since)
        for s in known.seen
    ))  # fmt: skip


def _downloaded(c: Downloaded, known: Known, since: datetime | None) -> bool | None:
    return _observed(known, any(
        s.kind == "download"
        and (c.topic is None or s.topic == c.topic)
        and (c.content is None or s.content == c.content)
        and (c.ever or since is None or s.at >= since)
        for s in known.seen
    ))  # fmt: skip


def _interested(c: Interested, known: Known, since: datetime | None) -> bool | None:  # noqa: ARG001 - one form for all
    return _observed(known, any(s.topic == c.topic and s.kind in ("click", "download") for s in known.seen))


def _observed(known: Known, seen: bool) -> bool | None:  # noqa: FBT001 - the answer itself
    return seen or (False if known.observed else None)


def _replied(c: Replied, known: Known, since: datetime | None) -> bool:
    return any(
        s.kind == "reply"
        and (c.step is None or (s.step == c.step and s.enrollment == known.enrollment))
        and (c.ever or since is None or s.at >= since)
        for s in known.seen
    )


def _all(c: All, known: Known, since: datetime | None) -> bool | None:
    truths = [_truth(part, known, since) for part in c.of]
    return False if False in truths else None if None in truths else True


def _any(c: AnyOf, known: Known, since: datetime | None) -> bool | None:
    truths = [_truth(part, known, since) for part in c.of]
    return True if True in truths else None if None in truths else False


def _not(c: Not, known: Known, since: datetime | None) -> bool | None:
    truth = _truth(c.of, known, since)
    return None if truth is None else not truth


_CHECKS: dict[type, Callable[..., bool | None]] = {
    Clicked: _clicked,
    Downloaded: _downloaded,
    Replied: _replied,
    Interested: _interested,
    Registered: lambda c, k, _: any(s.form == c.form and s.kind == "form" for s in k.seen),
    InClass: lambda c, k, _: k.lead_class in c.classes,
    ScoreAtLeast: lambda c, k, _: k.points >= c.points,
    GradeAtLeast: lambda c, k, _: GRADES.index(k.grade) <= GRADES.index(c.grade),
    HasFunction: lambda c, k, _: k.function in c.functions,
    Speaks: lambda c, k, _: k.language in c.languages,
    CameFrom: lambda c, k, _: k.source in c.sources,
    Answered: lambda c, k, _: c.field in k.answers and (not c.values or k.answers[c.field] in c.values),
    Permits: lambda c, k, _: c.purpose in k.purposes,
    All: _all,
    AnyOf: _any,
    Not: _not,
}


def describe(condition: Condition) -> str:
    """The condition in plain words, for reasons in timelines and simulations."""
    return _WORDS[type(condition)](condition)


def _about(c: Clicked | Downloaded) -> str:
    parts = [f"{name} {value}" for name in ("step", "topic", "content") if (value := getattr(c, name, None))]
    return " ".join(parts)


_WORDS: dict[type, Callable[..., str]] = {
    Clicked: lambda c: f"clicked {_about(c)}".strip(),
    Downloaded: lambda c: f"downloaded {_about(c) or 'anything'}",
    Replied: lambda c: f"replied to step {c.step}" if c.step else "replied",
    Interested: lambda c: f"interest in {c.topic}",
    Registered: lambda c: f"used form {c.form}",
    InClass: lambda c: f"class {' or '.join(c.classes)}",
    ScoreAtLeast: lambda c: f"at least {c.points:g} points",
    GradeAtLeast: lambda c: f"grade {c.grade} or better",
    HasFunction: lambda c: f"function {' or '.join(c.functions)}",
    Speaks: lambda c: f"language {' or '.join(c.languages)}",
    CameFrom: lambda c: f"source {' or '.join(c.sources)}",
    Answered: lambda c: f"answered {c.field}" + (f" with {' or '.join(c.values)}" if c.values else ""),
    Permits: lambda c: f"consent for {c.purpose}",
    All: lambda c: " and ".join(_bracket(part) for part in c.of),
    AnyOf: lambda c: " or ".join(_bracket(part) for part in c.of),
    Not: lambda c: f"not {_bracket(c.of)}",
}


def _bracket(condition: Condition) -> str:
    return f"({describe(condition)})" if isinstance(condition, All | AnyOf) else describe(condition)
