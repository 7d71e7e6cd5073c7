"""campaigns/<id>.yaml: who comes in, what happens step by step, when it ends."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator

from nurture.definitions.models.calendar import WindowChoice, build_window
from nurture.definitions.models.condition import Condition
from nurture.definitions.models.event import Event
from nurture.definitions.models.lists import AtLeastOne, NoRepeats
from nurture.definitions.models.shape import Shape, several, wrong
from nurture.definitions.models.values import (
    AnyClass,
    CampaignId,
    ContentId,
    FormId,
    Id,
    Line,
    MailId,
    ProductId,
    PurposeId,
    Span,
    StepId,
    Text,
    TopicId,
)
from nurture.domain import campaign as domain
from nurture.domain.durations import Duration

_FITS = {
    "forms": ("confirmed", "form"),
    "content": ("download", "click"),
    "topics": ("download", "click"),
    "classes": ("class",),
    "quiet_for": ("quiet",),
}
"""Which key of an entry belongs to which events."""


class Entry(Shape):
    """What brings a contact into the campaign."""

    event: Literal["confirmed", "form", "download", "click", "class", "returned", "quiet", "enrol"]
    """`confirmed`: a double opt-in was confirmed; `form`: a form was used with consent; `download`, `click`: a human did
    so; `class`: the lead's class changed; `returned`: sales gave the lead back; `quiet`: nothing happened for `quiet_for`;
    `enrol`: only from another campaign, by import or by hand."""
    forms: Annotated[list[FormId], AtLeastOne, NoRepeats] = Field(default_factory=list)
    """Only through these forms (events confirmed, form)."""
    content: Annotated[list[ContentId], AtLeastOne, NoRepeats] = Field(default_factory=list)
    """Only for these content items (events download, click)."""
    topics: Annotated[list[TopicId], AtLeastOne, NoRepeats] = Field(default_factory=list)
    """Only on these topics (events download, click)."""
    classes: Annotated[list[AnyClass], AtLeastOne, NoRepeats] = Field(default_factory=list)
    """The classes changed to (event class)."""
    quiet_for: Span | None = None
    """For how long nothing happened (event quiet)."""
    if_: Condition | None = Field(default=None, alias="if")
    """This must hold as well."""

    @model_validator(mode="after")
    def _keys_fit_the_event(self) -> Self:
        faults: list[tuple[tuple[str | int, ...], str]] = [
            ((key,), f"belongs to the event{'s' if len(events) > 1 else ''} {' and '.join(events)}, not to '{self.event}'")
            for key, events in _FITS.items()
            if getattr(self, key) and self.event not in events
        ]
        if self.event == "quiet" and self.quiet_for is None:
            faults.append((("event",), "the event 'quiet' needs quiet_for, such as quiet_for: 60 days"))
        if self.event == "class" and not self.classes:
            faults.append((("event",), "the event 'class' needs classes, such as classes: [B2]"))
        if faults:
            raise several(faults)
        return self

    def build(self) -> domain.Entry:
        return domain.Entry(
            trigger=domain.Trigger(self.event),
            forms=tuple(self.forms),
            content=tuple(self.content),
            topics=tuple(self.topics),
            classes=tuple(self.classes),
            quiet_for=self.quiet_for,
            when=_condition(self.if_),
        )


def _condition(shape: Condition | None) -> Any:
    return shape.build() if shape is not None else None


class _Step(Shape):
    step: Id
    """The step's name; it stays when the campaign is changed."""
    only: Condition | None = None
    """The step is skipped for whom this does not hold."""
    go: StepId | None = None
    """The step that follows. Default: the next in the list; after the last one the campaign ends (`end`)."""


class MailStep(_Step):
    """Sends a mail."""

    mail: MailId
    """The folder of the mail in mail_templates/."""
    offers: ContentId | None = None
    """The content item it offers; who has it already is skipped."""
    window: WindowChoice | None = None
    """When it may go out. Default: the campaign's window."""

    def build(self) -> domain.Step:
        window = build_window(self.window) if self.window is not None else None
        return domain.MailStep(self.step, self.mail, self.offers, window, only=_condition(self.only), go=self.go)


class Anchor(Shape):
    """A time relative to the campaign's event. Exactly one of the two."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    before_event: Span | None = None
    """So long before the event begins."""
    after_event: Span | None = None
    """So long after the event has ended."""

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.before_event is None) == (self.after_event is None):
            raise wrong("needs exactly one of before_event and after_event")
        return self

    def parts(self) -> tuple[Duration | None, str]:
        return (self.before_event, "before-event") if self.before_event else (self.after_event, "after-event")


def _span_or_anchor(value: Any) -> str:
    return "<anchor>" if isinstance(value, dict | Anchor) else "<span>"


class WaitStep(_Step):
    """Waits."""

    wait: Annotated[Annotated[Span, Tag("<span>")] | Annotated[Anchor, Tag("<anchor>")], Discriminator(_span_or_anchor)]
    """How long, such as `5 days`, or `{before_event: 3 days}`, `{after_event: 1 day}`."""
    until: Condition | None = None
    """The wait ends at once when this holds."""

    def build(self) -> domain.Step:
        span, anchor = self.wait.parts() if isinstance(self.wait, Anchor) else (self.wait, "entered")
        return domain.WaitStep(self.step, span, anchor, _condition(self.until), only=_condition(self.only), go=self.go)


class Case(Shape):
    """One way out of a branch."""

    if_: Condition = Field(alias="if")
    """The condition."""
    go: StepId
    """The step it leads to."""


class BranchStep(_Step):
    """Goes where the first condition that holds leads."""

    branch: Annotated[list[Case], AtLeastOne]
    """The cases, in order."""
    else_: StepId = Field(alias="else")
    """The step for everybody else."""

    def build(self) -> domain.Step:
        cases = tuple(domain.Case(case.if_.build(), case.go) for case in self.branch)
        return domain.BranchStep(self.step, cases, self.else_, only=_condition(self.only), go=self.go)


class EnrolStep(_Step):
    """Enrols the contact in another campaign as well."""

    enrol: CampaignId
    """The other campaign."""

    def build(self) -> domain.Step:
        return domain.EnrolStep(self.step, self.enrol, only=_condition(self.only), go=self.go)


class TaskStep(_Step):
    """Gives marketing something to do by hand."""

    task: Text
    """What is to be done."""
    due_in: Span | None = None
    """Until when."""

    def build(self) -> domain.Step:
        return domain.TaskStep(self.step, self.task, self.due_in, only=_condition(self.only), go=self.go)


class LeaveStep(_Step):
    """Ends the campaign for this contact."""

    leave: Line
    """The reason, as shown in counts and timelines."""

    def build(self) -> domain.Step:
        return domain.LeaveStep(self.step, self.leave, only=_condition(self.only), go=self.go)


STEP_KINDS = ("mail", "wait", "branch", "enrol", "task", "leave")


def step_kind(value: Any) -> str | None:
    """The tag of a step: the one of its keys that says what it does; None: none or several do."""
    if not isinstance(value, dict):
        return "<mail>"
    found = [kind for kind in STEP_KINDS if kind in value]
    return f"<{found[0]}>" if len(found) == 1 else None


Step = Annotated[
    Annotated[MailStep, Tag("<mail>")]
    | Annotated[WaitStep, Tag("<wait>")]
    | Annotated[BranchStep, Tag("<branch>")]
    | Annotated[EnrolStep, Tag("<enrol>")]
    | Annotated[TaskStep, Tag("<task>")]
    | Annotated[LeaveStep, Tag("<leave>")],
    Discriminator(step_kind, custom_error_type="step_kind", custom_error_message="step kind"),
]


class Exit(Shape):
    """Whoever fulfils the condition leaves, wherever he is."""

    if_: Condition = Field(alias="if")
    """The condition."""
    reason: Line
    """The reason, as shown in counts and timelines."""


class CampaignFile(Shape):
    """A campaign. The file's name is the campaign's id."""

    campaign: Id
    """The campaign's id."""
    kind: Literal["welcome", "follow-up", "event", "wake-up"]
    """What it is for."""
    title: Text
    """What it is called in the back office."""
    product: ProductId
    """The product it is about."""
    purpose: PurposeId
    """The consent its mails rest on; a purpose of kind mail."""
    priority: int = Field(default=50, ge=0, le=100)
    """Where two campaigns want to mail the same contact, the higher one goes first."""
    entry: Entry
    """Who comes in."""
    window: WindowChoice
    """When its mails may go out, or `always`."""
    gap: Span | None = None
    """Least time between any mail to the contact and the next mail of this campaign. Default: that of mailing.yaml."""
    exits: list[Exit] = Field(default_factory=list)
    """Who leaves early, and why."""
    reentry: Annotated[Annotated[Literal["never"], Tag("<never>")] | Annotated[Span, Tag("<span>")],
                       Discriminator(lambda value: "<never>" if value == "never" else "<span>")] = "never"  # fmt: skip
    """`never`, or how long after the end somebody can come in again."""
    event: Event | None = None
    """What an event campaign is about."""
    steps: Annotated[list[Step], AtLeastOne]
    """What happens, in order."""

    def build(self, version: str, zone: ZoneInfo) -> domain.Campaign:
        return domain.Campaign(
            id=self.campaign,
            version=version,
            kind=domain.CampaignKind(self.kind),
            title=self.title,
            product=self.product,
            purpose=self.purpose,
            entry=self.entry.build(),
            steps=tuple(step.build() for step in self.steps),
            window=build_window(self.window),
            gap=self.gap,
            priority=self.priority,
            exits=tuple(domain.Exit(way_out.if_.build(), way_out.reason) for way_out in self.exits),
            reentry=None if isinstance(self.reentry, str) else self.reentry,
            event=self.event.for_campaign(zone) if self.event else None,
        )
