"""What a simulation shows: the calendar of mails, what each step did and why, handoffs per week.

All figures are read from the simulation's database; nothing is counted along the way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nurture.domain.message import MessageKind, MessageState
from nurture.domain.pacing import local_date
from nurture.engine.runtime import Runtime
from nurture.store.database import reading
from nurture.store.schema import Contact, DecisionRow, EnrollmentRow, Handoff, HandoffEventRow, Hit, Message, Registration


@dataclass(frozen=True, slots=True)
class Week:
    """``mails``: campaign -> accepted mails."""

    monday: str
    mails: dict[str, int]
    handoffs: int
    returned: int


@dataclass(frozen=True, slots=True)
class StepFigures:
    """``sent``, ``skipped`` and the rest by reason: how often."""

    campaign: str
    step: str
    kind: str
    sent: int
    skipped: dict[str, int]
    waited: dict[str, int]
    went: dict[str, int]
    left: dict[str, int]


@dataclass(frozen=True, slots=True)
class Report:
    """One simulation, whole."""

    seed: int
    contacts: int
    start: str
    end: str
    people: dict[str, int]
    messages: dict[str, int]
    clicks: dict[str, int]
    weeks: tuple[Week, ...]
    steps: tuple[StepFigures, ...]
    handoffs: dict[str, int]
    undecided: dict[str, int]
    """Why enrollments are where they are at the end: reason -> how many."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def as_text(self) -> str:
        """Tables for a terminal, at most 110 columns."""
        return "\n\n".join(part for part in (_head(self), _calendar(self), _steps(self), _sales(self)) if part) + "\n"


def report(rt: Runtime, *, seed: int, contacts: int, start: datetime, end: datetime) -> Report:
    """Read everything that came of a simulation."""
    with reading(rt.db) as session:
        return Report(
            seed=seed,
            contacts=contacts,
            start=local_date(start, rt.definitions.calendar.zone).isoformat(),
            end=local_date(end, rt.definitions.calendar.zone).isoformat(),
            people=_people(session),
            messages=_by(session, Message.state, Message.kind == MessageKind.NURTURE),
            clicks=_by(session, Hit.verdict),
            weeks=_weeks(rt, session, start, end),
            steps=_figures(rt, session),
            handoffs=_by(session, Handoff.state),
            undecided=_by(session, EnrollmentRow.reason, EnrollmentRow.left_at.is_(None)),
        )


def _people(session: Session) -> dict[str, int]:
    states = _by(session, Registration.state)
    return {
        "forms sent": sum(states.values()),
        "confirmed": states.get("confirmed", 0),
        "expired": states.get("expired", 0),
        "contacts": session.scalar(select(func.count()).select_from(Contact)) or 0,
    }


def _by(session: Session, column: Any, *where: Any) -> dict[str, int]:
    rows = session.execute(select(column, func.count()).where(*where).group_by(column).order_by(column))
    return {str(getattr(value, "value", value)): count for value, count in rows}


def _weeks(rt: Runtime, session: Session, start: datetime, end: datetime) -> tuple[Week, ...]:
    zone = rt.definitions.calendar.zone

    def monday(moment: datetime) -> date:
        day = local_date(moment, zone)
        return day - timedelta(days=day.weekday())

    accepted = (Message.kind == MessageKind.NURTURE, Message.state == MessageState.ACCEPTED)
    mails: Counter[tuple[date, str]] = Counter(
        (monday(at), campaign or "")
        for at, campaign in session.execute(select(Message.settled_at, Message.campaign).where(*accepted))
        if at
    )
    opened = Counter(monday(at) for at in session.scalars(select(Handoff.opened_at)))
    returned = Counter(
        monday(at) for at in session.scalars(select(HandoffEventRow.at).where(HandoffEventRow.event == "returned"))
    )
    first, last = monday(start), monday(end - timedelta(seconds=1))
    weeks = [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
    return tuple(
        Week(
            week.isoformat(),
            {c: mails[week, c] for c in sorted(rt.definitions.campaigns) if mails[week, c]},
            opened[week],
            returned[week],
        )
        for week in weeks
    )


def _figures(rt: Runtime, session: Session) -> tuple[StepFigures, ...]:
    counts: dict[tuple[str, str], dict[str, Counter[str]]] = {}
    rows = session.execute(
        select(EnrollmentRow.campaign, DecisionRow.step, DecisionRow.outcome, DecisionRow.reason, func.count())
        .join(EnrollmentRow, EnrollmentRow.id == DecisionRow.enrollment_id)
        .group_by(EnrollmentRow.campaign, DecisionRow.step, DecisionRow.outcome, DecisionRow.reason)
    )
    for campaign, step, outcome, reason, count in rows:
        by_outcome = counts.setdefault((campaign, step), {})
        by_outcome.setdefault(outcome, Counter())[_short(reason)] += count
    return tuple(
        _step(
            campaign.id,
            step.name,
            type(step).__name__.removesuffix("Step").lower(),
            counts.get((campaign.id, step.name), {}),
        )
        for campaign in sorted(rt.definitions.campaigns.values(), key=lambda c: c.id)
        for step in campaign.steps
    )


def _short(reason: str) -> str:
    """Reasons that differ in a date only are one."""
    return "too soon after another mail" if reason.startswith("too soon") else reason


def _step(campaign: str, step: str, kind: str, found: dict[str, Counter[str]]) -> StepFigures:
    def of(*outcomes: str) -> dict[str, int]:
        total: Counter[str] = Counter()
        for outcome in outcomes:
            total.update(found.get(outcome, {}))
        return dict(sorted(total.items(), key=lambda pair: (-pair[1], pair[0])))

    sent = sum(found.get("send", {}).values())
    return StepFigures(campaign, step, kind, sent, of("skip"), of("wait"), of("go", "enrol", "call"), of("leave"))


# --- text ---------------------------------------------------------------------------------------------------------------


def _head(r: Report) -> str:
    people = ", ".join(f"{count} {name}" for name, count in r.people.items())
    mails = ", ".join(f"{count} {state}" for state, count in r.messages.items()) or "none"
    clicks = ", ".join(f"{count} {verdict}" for verdict, count in r.clicks.items()) or "none"
    return f"{r.start} to {r.end}, seed {r.seed}\n\n  people  {people}\n  mails   {mails}\n  clicks  {clicks}"


def _calendar(r: Report) -> str:
    campaigns = sorted({campaign for week in r.weeks for campaign in week.mails})
    header = ["week of", *campaigns, "handoffs", "returned"]
    rows = [
        [week.monday, *(_number(week.mails.get(c, 0)) for c in campaigns), _number(week.handoffs), _number(week.returned)]
        for week in r.weeks
    ]
    return "Mails and handoffs per week\n" + table(header, rows)


def _steps(r: Report) -> str:
    blocks = []
    for campaign in dict.fromkeys(figures.campaign for figures in r.steps):
        rows = [row for figures in r.steps if figures.campaign == campaign for row in _step_rows(figures)]
        blocks.append(f"{campaign}\n" + table(["step", "what", "times", "why"], rows))
    return "\n\n".join(blocks)


def _step_rows(f: StepFigures) -> list[list[str]]:
    lines: list[list[str]] = []
    if f.sent:
        lines.append(["", "sent", str(f.sent), ""])
    for what, reasons in (("skipped", f.skipped), ("waited", f.waited), ("on", f.went), ("left", f.left)):
        lines += [["", what, str(count), reason] for reason, count in reasons.items()]
    if not lines:
        lines.append(["", "-", "0", "nobody came here"])
    lines[0][0] = f.step
    return lines


def _sales(r: Report) -> str:
    if not r.handoffs:
        return "Handoffs: none"
    return "Handoffs at the end: " + ", ".join(f"{count} {state}" for state, count in r.handoffs.items())


def _number(count: int) -> str:
    return str(count) if count else "·"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as they need; the second and further ones right-aligned if they are numbers."""
    body = [list(row) for row in rows]
    widths = [max(len(str(row[i])) for row in [list(header), *body]) for i in range(len(header))]
    numeric = [all(row[i].replace("·", "0").isdigit() for row in body) for i in range(len(header))]

    def line(row: Sequence[str]) -> str:
        cells = (cell.rjust(w) if number else cell.ljust(w) for cell, w, number in zip(row, widths, numeric, strict=True))
        return ("  " + "  ".join(cells)).rstrip()

    return "\n".join([line(list(header)), *(line(row) for row in body)])
