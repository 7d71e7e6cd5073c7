"""All tables. The journal (activities, class changes, consent events, decisions, attempts, handoff events) is
append-only; everything else is current state or a cache that can be rebuilt from it.

"Once" is a unique key here, not an ``if`` elsewhere. What is due is found by partial indexes, so that a beat costs what
is due and not what is stored.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Computed, ForeignKey, Index, LargeBinary, MetaData, String, Table, Text, UniqueConstraint, text
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from nurture.domain.catalogue import LeadClass
from nurture.domain.consent import ConsentState
from nurture.domain.handoff import HandoffState
from nurture.domain.message import MessageKind, MessageState
from nurture.store.types import BigId, Json, UtcDateTime


def _enum(kind: Any) -> SqlEnum:
    """A string column that holds the enum's values; no database enum, so that a new value needs no migration."""
    return SqlEnum(
        kind, native_enum=False, length=20, values_callable=lambda e: [m.value for m in e], create_constraint=False
    )


class Base(DeclarativeBase):
    if TYPE_CHECKING:
        __table__: ClassVar[Table]  # every class here has one; SQLAlchemy also knows those of a join

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's declarative form
        datetime: UtcDateTime(),
        dict[str, Any]: Json(),
        list[Any]: Json(),
        LeadClass: _enum(LeadClass),
        ConsentState: _enum(ConsentState),
        HandoffState: _enum(HandoffState),
        MessageKind: _enum(MessageKind),
        MessageState: _enum(MessageState),
    }


def _id() -> Mapped[int]:
    return mapped_column(BigId, primary_key=True, autoincrement=True)


def _ref(target: str, *, cascade: bool = True, index: bool = True) -> Any:
    return mapped_column(BigId, ForeignKey(target, ondelete="CASCADE" if cascade else "SET NULL"), index=index)


# --- who ------------------------------------------------------------------------------------------------------------


class Installation(Base):
    """One row per fact about this installation, such as its id."""

    __tablename__ = "installation"
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Company(Base):
    """The legal entity."""

    __tablename__ = "companies"
    id: Mapped[int] = _id()
    name: Mapped[str] = mapped_column(String(200))
    domain: Mapped[str | None] = mapped_column(String(255), unique=True)
    industry: Mapped[str | None] = mapped_column(String(80))
    size: Mapped[str | None] = mapped_column(String(40))
    country: Mapped[str | None] = mapped_column(String(2))
    region: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime]


class Unit(Base):
    """A part of a company that decides on its own. A contact whose company is unknown has a unit of its own."""

    __tablename__ = "units"
    id: Mapped[int] = _id()
    company_id: Mapped[int | None] = _ref("companies.id", cascade=False)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class Contact(Base):
    """A person in a unit. ``answers``: what the person told beyond the columns (progressive profile)."""

    __tablename__ = "contacts"
    id: Mapped[int] = _id()
    address: Mapped[str] = mapped_column(String(320))
    address_key: Mapped[str] = mapped_column(String(320), unique=True)
    unit_id: Mapped[int] = _ref("units.id")
    salutation: Mapped[str | None] = mapped_column(String(20))
    first_name: Mapped[str | None] = mapped_column(String(120))
    last_name: Mapped[str | None] = mapped_column(String(120))
    function: Mapped[str | None] = mapped_column(String(60))
    phone: Mapped[str | None] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(8))
    time_zone: Mapped[str | None] = mapped_column(String(60))
    country: Mapped[str | None] = mapped_column(String(2))
    source: Mapped[str | None] = mapped_column(String(80))
    answers: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    last_active_at: Mapped[datetime | None]
    """The latest human activity; a cache of the journal, for the quiet-period entry."""
    last_mail_at: Mapped[datetime | None]
    """When the latest marketing mail was queued; a cache of messages, for the frequency cap."""
    __table_args__ = (
        Index("ix_contacts_last_active_at", "last_active_at"),
        # links in mails name the contact: one who was erased must not be followed by another under the same id
        {"sqlite_autoincrement": True},
    )


class Suppression(Base):
    """An address that gets no mail, whatever else is known of it (hard bounce, complaint, erasure, by hand).

    ``address_key``: the address, or its mark (``domain/pseudonym.py``) when the person was erased.
    """

    __tablename__ = "suppressions"
    address_key: Mapped[str] = mapped_column(String(320), primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    since: Mapped[datetime]


# --- consent --------------------------------------------------------------------------------------------------------


class Wording(Base):
    """The exact text of a consent as it was shown; immutable. ``id``: SHA-256 of purpose, version, language and text."""

    __tablename__ = "wordings"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(60))
    version: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)
    first_shown_at: Mapped[datetime]


class Registration(Base):
    """A form that was sent, waiting for its double opt-in. What it says touches no contact before it is confirmed.

    ``purposes``: purpose -> wording id, only those ticked. ``answers``: field -> value.
    ``state``: pending, confirmed, doubted (both buttons pressed: waits for the code), declining (declined, its data is
    still there for a minute), declined, expired. ``expires_at``: when its data is removed, unless it is confirmed.
    """

    __tablename__ = "registrations"
    id: Mapped[int] = _id()
    address: Mapped[str] = mapped_column(String(320))
    address_key: Mapped[str] = mapped_column(String(320), index=True)
    form: Mapped[str] = mapped_column(String(80))
    form_version: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    source: Mapped[str | None] = mapped_column(String(80))
    answers: Mapped[dict[str, Any]]
    purposes: Mapped[dict[str, Any]]
    page_url: Mapped[str | None] = mapped_column(Text)
    ip: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(400))
    state: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_ip: Mapped[str | None] = mapped_column(String(45))
    settled_user_agent: Mapped[str | None] = mapped_column(String(400))
    evidence: Mapped[dict[str, Any] | None] = mapped_column(Json())
    """Exhibits shown (form, confirmation page), what was ticked, and what was pressed when."""
    contact_id: Mapped[int | None] = _ref("contacts.id")
    __table_args__ = (
        Index(
            "ix_registrations_pending",
            "expires_at",
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
        Index(
            "ix_registrations_unsettled",
            "expires_at",
            postgresql_where=text("state IN ('doubted', 'declining')"),
            sqlite_where=text("state IN ('doubted', 'declining')"),
        ),
        # links in mails name the registration: one that is gone must not be followed by another under the same id
        {"sqlite_autoincrement": True},
    )


class Consent(Base):
    """The current state per contact and purpose; a cache of consent_events."""

    __tablename__ = "consents"
    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(60), primary_key=True)
    state: Mapped[ConsentState]
    since: Mapped[datetime]


EVIDENCE_ENDS = "redacted IS NULL AND event IN ('withdrawn', 'objected', 'lapsed', 'declined', 'expired')"
"""What the period for evidence begins with."""


class ConsentEventRow(Base):
    """The ledger, hash-chained (``domain/chain.py``, ``store/chains.py``).

    ``subject``: the pseudonym of the address, which stays when the person is erased. ``evidence``: form, wording, page,
    address and program of whoever acted, file and line of an import; with a salt. ``content``: its digest. ``redacted``:
    number of the entry that says why the evidence was removed. ``number``, ``previous``, ``hash``: its place in the chain;
    ``own_previous``: hash of the entry before it of the same subject, so that one person's entries can be proven alone.
    Entries of before the chain have no number until the first start puts them on it.
    """

    __tablename__ = "consent_events"
    id: Mapped[int] = _id()
    contact_id: Mapped[int | None] = _ref("contacts.id", cascade=False)
    purpose: Mapped[str] = mapped_column(String(60))
    event: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    registration_id: Mapped[int | None] = _ref("registrations.id", cascade=False)
    evidence: Mapped[dict[str, Any]]
    number: Mapped[int | None] = mapped_column(BigId, unique=True)
    subject: Mapped[str | None] = mapped_column(String(80), index=True)
    content: Mapped[str | None] = mapped_column(String(64))
    previous: Mapped[str | None] = mapped_column(String(64))
    own_previous: Mapped[str | None] = mapped_column(String(64))
    hash: Mapped[str | None] = mapped_column(String(64))
    redacted: Mapped[int | None] = mapped_column(BigId)
    __table_args__ = (
        Index(
            "ix_consent_events_ends",
            "at",
            postgresql_where=text(EVIDENCE_ENDS),
            sqlite_where=text(EVIDENCE_ENDS),
        ),
    )


class Exhibit(Base):
    """What people were shown, word for word: a form, a confirmation page, who we said we are. ``id``: SHA-256 of the body.

    Nothing personal stands in it. ``kind``: form, confirm-page, organisation. Immutable.
    """

    __tablename__ = "exhibits"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    media_type: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(Text)
    first_shown_at: Mapped[datetime]


class ChainEnd(Base):
    """The newest entry of a hash-chained table, and the seal over it (``store/chains.py``)."""

    __tablename__ = "chain_ends"
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int] = mapped_column(BigId)
    hash: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str] = mapped_column(String(64))


class ContactPreferences(Base):
    """What a contact chose beyond consents. No row: nothing was chosen.

    ``paused_until``: no marketing mail before. ``gap_days``: at least so many days between two mails. ``topics``: ids of
    products and topics that are not wanted. ``restricted_since``: processing is restricted (Art. 18 GDPR): stored, and
    nothing else. ``uncounted``: not even counted without a name (no mail of theirs has counted links).
    """

    __tablename__ = "contact_preferences"
    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    paused_until: Mapped[datetime | None]
    gap_days: Mapped[int | None]
    topics: Mapped[list[Any]]
    restricted_since: Mapped[datetime | None]
    uncounted: Mapped[bool] = mapped_column(server_default=text("false"))
    changed_at: Mapped[datetime]


class ContactChange(Base):
    """What was said of a contact before it was corrected, by whom and when (Art. 16 GDPR)."""

    __tablename__ = "contact_changes"
    id: Mapped[int] = _id()
    contact_id: Mapped[int] = _ref("contacts.id")
    field: Mapped[str] = mapped_column(String(80))
    old: Mapped[str | None] = mapped_column(Text)
    new: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    case_id: Mapped[int | None] = mapped_column(BigId)


class RightsCase(Base):
    """A request of a data subject (Art. 15 to 21 GDPR), with the month it has to be answered in (Art. 12(3)).

    ``kind``: access, portability, rectification, restriction, objection, erasure. ``state``: open, done, refused.
    ``subject``: the pseudonym of the address; ``address`` itself only until an erasure is done. ``channel``: page, mail,
    phone, letter, cli. ``outcome``: what was done, without the person's data.
    """

    __tablename__ = "rights_cases"
    id: Mapped[int] = _id()
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str] = mapped_column(String(80), index=True)
    contact_id: Mapped[int | None] = _ref("contacts.id", cascade=False)
    address: Mapped[str | None] = mapped_column(String(320))
    channel: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    due_at: Mapped[datetime]
    extended: Mapped[str | None] = mapped_column(Text)
    """Why it takes up to two months more; the person has to be told."""
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(String(80))
    outcome: Mapped[str] = mapped_column(Text)
    __table_args__ = (
        Index(
            "ix_rights_cases_open",
            "due_at",
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
    )


class AuditEntry(Base):
    """Who did what to people or rules, when; hash-chained, never changed.

    ``actor_kind``: user, contact, beat, cli, api, system. ``actor``: a user's name, a contact's number, a beat's name;
    never an address. ``object``: what kind of thing, ``object_id`` which one. ``contact_id``: whom it concerned (no
    reference: it outlives them). ``details``: nothing personal.
    """

    __tablename__ = "audit_entries"
    id: Mapped[int] = _id()
    at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(60), index=True)
    object: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(120))
    contact_id: Mapped[int | None] = mapped_column(BigId, index=True)
    details: Mapped[dict[str, Any]]
    number: Mapped[int] = mapped_column(BigId, unique=True)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class FormTraffic(Base):
    """How often a form was sent, per hour: what is usual, so that an attack shows."""

    __tablename__ = "form_traffic"
    form: Mapped[str] = mapped_column(String(80), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    sent: Mapped[int]


class FormGuard(Base):
    """A form under attack: it asks for proof of work until then, and its opt-in mails wait while ``held``."""

    __tablename__ = "form_guards"
    form: Mapped[str] = mapped_column(String(80), primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    held: Mapped[bool]
    released_by: Mapped[str | None] = mapped_column(String(80))


# --- leads ----------------------------------------------------------------------------------------------------------


class Lead(Base):
    """A unit and a product. Class, grade and points are caches of class_changes and activities."""

    __tablename__ = "leads"
    id: Mapped[int] = _id()
    unit_id: Mapped[int] = _ref("units.id", index=False)
    product: Mapped[str] = mapped_column(String(60))
    lead_class: Mapped[LeadClass]
    confirmed: Mapped[bool]
    class_since: Mapped[datetime]
    grade: Mapped[str] = mapped_column(String(1))
    points: Mapped[float]
    scored_at: Mapped[datetime | None]
    source: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("unit_id", "product"),)


class ClassChangeRow(Base):
    __tablename__ = "class_changes"
    id: Mapped[int] = _id()
    lead_id: Mapped[int] = _ref("leads.id")
    from_class: Mapped[LeadClass | None]
    to_class: Mapped[LeadClass]
    confirmed: Mapped[bool]
    evidence: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    contact_id: Mapped[int | None] = _ref("contacts.id", cascade=False)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]


class Activity(Base):
    """Something that happened to or with a contact. Never changed.

    ``kind``: form, confirmed, click, download, answer, call-wish, reply, unsubscribed, imported, sales-answer, note …
    ``message_id``: the mail it came from. ``link``: the link's number in the template version. ``data``: the rest.
    """

    __tablename__ = "activities"
    id: Mapped[int] = _id()
    contact_id: Mapped[int] = _ref("contacts.id", index=False)
    kind: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime]
    product: Mapped[str | None] = mapped_column(String(60))
    topic: Mapped[str | None] = mapped_column(String(60))
    content: Mapped[str | None] = mapped_column(String(80))
    form: Mapped[str | None] = mapped_column(String(80))
    message_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("messages.id", ondelete="SET NULL"))
    enrollment_id: Mapped[int | None] = mapped_column(BigId)
    step: Mapped[str | None] = mapped_column(String(80))
    link: Mapped[str | None] = mapped_column(String(200))
    method: Mapped[str | None] = mapped_column(String(8))
    ip: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(400))
    data: Mapped[dict[str, Any]]
    __table_args__ = (
        Index("ix_activities_contact_id_at", "contact_id", "at"),
        Index("ix_activities_message_id", "message_id"),
        # what retention takes away, oldest first, so that it costs what is due
        *(
            Index(f"ix_activities_{name}", "at", postgresql_where=text(which), sqlite_where=text(which))
            for name, which in (
                ("clicks", "kind = 'click'"),
                ("networks", "ip IS NOT NULL OR user_agent IS NOT NULL"),
            )
        ),
    )


class Hit(Base):
    """Clicks whose verdict is still open or was given; one row per activity of kind click. Recomputable from the journal.

    ``due_at``: when to judge (again); NULL: settled.
    """

    __tablename__ = "hits"
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("activities.id", ondelete="CASCADE"), primary_key=True)
    message_id: Mapped[int] = _ref("messages.id")
    verdict: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(200))
    rules: Mapped[int]
    judged_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    __table_args__ = (
        Index(
            "ix_hits_due",
            "due_at",
            postgresql_where=text("due_at IS NOT NULL"),
            sqlite_where=text("due_at IS NOT NULL"),
        ),
    )


class AnonymousHit(Base):
    """How often a link was followed by readers who did not consent to tracking: a count per day, nobody's name."""

    __tablename__ = "anonymous_hits"
    template_version: Mapped[str] = mapped_column(String(64), primary_key=True)
    link: Mapped[str] = mapped_column(String(200), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    count: Mapped[int]


# --- campaigns ------------------------------------------------------------------------------------------------------


class CampaignVersion(Base):
    """The text of a campaign as it was when people entered it. ``id``: its version (content hash)."""

    __tablename__ = "campaign_versions"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    campaign: Mapped[str] = mapped_column(String(80), index=True)
    source: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime]


class EnrollmentRow(Base):
    """A contact in a campaign. ``number``: the n-th time. ``state``: active, held, left.

    ``listening``: an activity may end the wait early. ``reason``: why it waits or why it left. ``contact_id``: NULL only in
    rows (all of them left) whose contact was erased; they stay so that the figures of the campaign stay right.
    """

    __tablename__ = "enrollments"
    id: Mapped[int] = _id()
    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id", ondelete="SET NULL"), nullable=True)
    campaign: Mapped[str] = mapped_column(String(80))
    version: Mapped[str] = mapped_column(ForeignKey("campaign_versions.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    step: Mapped[str] = mapped_column(String(80))
    round: Mapped[int]
    step_entered_at: Mapped[datetime]
    entered_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    priority: Mapped[int]
    listening: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    left_at: Mapped[datetime | None]
    left_kind: Mapped[str | None] = mapped_column(String(20))
    __table_args__ = (
        UniqueConstraint("contact_id", "campaign", "number"),
        Index(
            "ix_enrollments_due",
            "due_at",
            postgresql_where=text("state = 'active'"),
            sqlite_where=text("state = 'active'"),
        ),
        Index("ix_enrollments_campaign_state_step", "campaign", "state", "step"),
    )


class DecisionRow(Base):
    """What was decided for an enrollment and why: the answer to "why did (or didn't) this person get this mail?"."""

    __tablename__ = "decisions"
    id: Mapped[int] = _id()
    enrollment_id: Mapped[int] = _ref("enrollments.id")
    step: Mapped[str] = mapped_column(String(80))
    round: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(10))
    """send, wait, skip, go, enrol, call, leave."""
    reason: Mapped[str] = mapped_column(Text)
    until: Mapped[datetime | None]
    at: Mapped[datetime]


class TaskRow(Base):
    """Something for a human in marketing to do."""

    __tablename__ = "tasks"
    id: Mapped[int] = _id()
    contact_id: Mapped[int] = _ref("contacts.id")
    once_key: Mapped[str] = mapped_column(String(200), unique=True)
    title: Mapped[str] = mapped_column(Text)
    product: Mapped[str | None] = mapped_column(String(60))
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(80))


# --- mail -----------------------------------------------------------------------------------------------------------


class TemplateVersion(Base):
    """A mail template as it was sent: sources of both parts (layout included) and its links. ``id``: content hash.

    ``links``: list of {kind, target, topic, content}; a tracked link names its position in it.
    """

    __tablename__ = "template_versions"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    mail: Mapped[str] = mapped_column(String(80), index=True)
    cell: Mapped[str] = mapped_column(String(160))
    language: Mapped[str] = mapped_column(String(8))
    sources: Mapped[dict[str, Any]]
    links: Mapped[list[Any]]
    first_used_at: Mapped[datetime]


MARKED = "substr(address, 1, 5) = 'hmac:'"
"""A mail whose address is a pseudonym (``domain/pseudonym.py``): the person was erased."""


class Message(Base):
    """One intended mail. See ``domain/message.py`` for the states.

    ``once_key``: what makes it one ('enrollment:7:hello:1', 'registration:3:1', 'handoff:5:offer'). ``context``: what the
    template needs beyond the template version. ``header_id``: the Message-ID header, the same over all attempts.

    No index names a column that changes while a mail is sent and accepted: PostgreSQL then writes these moves into the
    row's own page and leaves all indexes alone (a "heap-only" update), at a third of the price. So indexes look at
    ``waiting_until`` and ``stuck``, which the database derives from the state, and what is held stands in ``claims``.
    """

    __tablename__ = "messages"
    id: Mapped[int] = _id()
    kind: Mapped[MessageKind]
    state: Mapped[MessageState]
    lane: Mapped[str] = mapped_column(String(40), server_default=text("''"))
    """The lane it leaves by: a group of mail providers (config/delivery.yaml); '' until its domain was looked up."""
    failure: Mapped[str | None] = mapped_column(String(20))
    """Why it did not arrive, as a class (domain/failure.py); NULL as long as nothing is known against it."""
    once_key: Mapped[str] = mapped_column(String(200), unique=True)
    header_id: Mapped[str] = mapped_column(String(120), unique=True)
    address: Mapped[str] = mapped_column(String(320))
    language: Mapped[str] = mapped_column(String(8))
    mail: Mapped[str] = mapped_column(String(80))
    template_version: Mapped[str | None] = mapped_column(String(64))
    context: Mapped[dict[str, Any]]
    purpose: Mapped[str | None] = mapped_column(String(60))
    """The consent that is checked again right before sending; NULL for service mail."""
    tracked: Mapped[bool]
    """Whether its links identify the reader (individual tracking consent when it was queued)."""
    contact_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    registration_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("registrations.id", ondelete="CASCADE"))
    handoff_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("handoffs.id", ondelete="SET NULL"))
    enrollment_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("enrollments.id", ondelete="SET NULL"))
    campaign: Mapped[str | None] = mapped_column(String(80))
    step: Mapped[str | None] = mapped_column(String(80))
    round: Mapped[int | None]
    subject: Mapped[str | None] = mapped_column(String(400))
    attempts: Mapped[int]
    due_at: Mapped[datetime | None]
    """When to try (again); NULL in final states."""
    waiting_until: Mapped[datetime | None] = mapped_column(
        Computed("CASE WHEN state = 'queued' THEN due_at END", persisted=True)
    )
    """``due_at`` of a mail that is in the queue."""
    stuck: Mapped[str | None] = mapped_column(
        String(20),
        Computed("CASE WHEN state IN ('parked', 'unknown', 'failed', 'undelivered') THEN state END", persisted=True),
    )
    """The state of a mail that somebody should look at."""
    claimed_by: Mapped[str | None] = mapped_column(String(80))
    claimed_until: Mapped[datetime | None]
    queued_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text)
    """Why it is in this state: the server's reply, the missing consent, the template fault."""
    __table_args__ = (
        UniqueConstraint("enrollment_id", "step", "round"),
        # few mails have one, and every move of a mail writes anew what stands of it in indexes
        *(
            Index(
                f"ix_messages_of_{name}",
                f"{name}_id",
                postgresql_where=text(f"{name}_id IS NOT NULL"),
                sqlite_where=text(f"{name}_id IS NOT NULL"),
            )
            for name in ("registration", "handoff")
        ),
        # kind and lane first: each is claimed by itself, so that service mail overtakes, and a slow lane holds up no other,
        # at the cost of a look, not of a sort
        Index(
            "ix_messages_due",
            "kind",
            "lane",
            "waiting_until",
            postgresql_where=text("waiting_until IS NOT NULL"),
            sqlite_where=text("waiting_until IS NOT NULL"),
        ),
        Index(
            "ix_messages_stuck",
            "stuck",
            "lane",
            "kind",
            postgresql_where=text("stuck IS NOT NULL"),
            sqlite_where=text("stuck IS NOT NULL"),
        ),
        # of erased people only: no other mail has anything in it
        Index("ix_messages_marked", "address", postgresql_where=text(MARKED), sqlite_where=text(MARKED)),
        {"postgresql_with": {"fillfactor": 20}},  # room in each page for the versions of a mail that is being sent
    )


class Claim(Base):
    """A mail that may be in a worker's hands: each that is claimed or being sent has one. See ``store/claims.py``."""

    __tablename__ = "claims"
    message_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)


class LetterFrame(Base):
    """What many letters share, as it was when they were written: sender, imprint, product, event. ``id``: content hash."""

    __tablename__ = "letter_frames"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[dict[str, Any]]


class MessageBytes(Base):
    """The raw bytes of an opt-in mail, kept as evidence of what was asked; a retry sends exactly these."""

    __tablename__ = "message_bytes"
    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    raw: Mapped[bytes] = mapped_column(LargeBinary)


class Route(Base):
    """A way mail leaves by (a transport). After faults of the server itself nothing is tried before ``paused_until``."""

    __tablename__ = "routes"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    failures: Mapped[int]
    """In a row."""
    paused_until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)


class MailDomain(Base):
    """Who takes the mail of a domain, as DNS said; asked again from ``expires_at`` on.

    ``hosts``: names in the order they are tried. ``fault``: why none takes mail (null MX, no such domain), else ''.
    ``wanted``: somebody needed it when it was out of date.
    """

    __tablename__ = "mail_domains"
    domain: Mapped[str] = mapped_column(String(255), primary_key=True)
    hosts: Mapped[list[Any]]
    fault: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime]
    wanted: Mapped[bool] = mapped_column(server_default=text("false"))
    __table_args__ = (
        Index("ix_mail_domains_wanted", "expires_at", postgresql_where=text("wanted"), sqlite_where=text("wanted")),
    )


class LaneRow(Base):
    """What a lane (a group of mail providers) takes at present. See ``domain/throttle.py``.

    ``tokens``: mails that may leave at once, as of ``filled_at``; ``rate``: how many more per second; ``connections``: at
    the same time over all workers; both below what is configured after a provider asked to slow down. ``accepted``: since
    the last step up. ``slowdowns``: in a row. ``warm_day``, ``warm_level``, ``warm_sent``: the plan of a new sender.
    """

    __tablename__ = "lanes"
    lane: Mapped[str] = mapped_column(String(40), primary_key=True)
    tokens: Mapped[float]
    filled_at: Mapped[datetime]
    rate: Mapped[float]
    connections: Mapped[int]
    accepted: Mapped[int]
    slowdowns: Mapped[int]
    paused_until: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text)
    warm_day: Mapped[str | None] = mapped_column(String(10))
    warm_level: Mapped[int]
    warm_sent: Mapped[int]


class LaneLease(Base):
    """How many of a lane's connections a worker holds, until when."""

    __tablename__ = "lane_leases"
    lane: Mapped[str] = mapped_column(String(40), primary_key=True)
    worker: Mapped[str] = mapped_column(String(80), primary_key=True)
    connections: Mapped[int]
    until: Mapped[datetime]


class DeliveryCount(Base):
    """What became of tries, per minute, lane, stream (kind of message) and worker, so that no two write the same row."""

    __tablename__ = "delivery_counts"
    # in this order: the newest minutes of a lane's stream lie side by side in the key's index
    lane: Mapped[str] = mapped_column(String(40), primary_key=True)
    stream: Mapped[str] = mapped_column(String(20), primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    worker: Mapped[str] = mapped_column(String(80), primary_key=True)
    accepted: Mapped[int]
    deferred: Mapped[int]
    invalid: Mapped[int]
    """The address does not exist, told by the server at once or by a bounce."""
    policy: Mapped[int]
    """Refused for our reputation, authentication or content."""
    failed: Mapped[int]
    """Refused for another reason."""
    unknown: Mapped[int]
    complaints: Mapped[int]


class DeliveryTotal(Base):
    """The same since the beginning, so that counters go on rising when old minutes are removed."""

    __tablename__ = "delivery_totals"
    lane: Mapped[str] = mapped_column(String(40), primary_key=True)
    stream: Mapped[str] = mapped_column(String(20), primary_key=True)
    worker: Mapped[str] = mapped_column(String(80), primary_key=True)
    """'' for those whose rows were put together."""
    accepted: Mapped[int] = mapped_column(BigId)
    deferred: Mapped[int] = mapped_column(BigId)
    invalid: Mapped[int] = mapped_column(BigId)
    policy: Mapped[int] = mapped_column(BigId)
    failed: Mapped[int] = mapped_column(BigId)
    unknown: Mapped[int] = mapped_column(BigId)
    complaints: Mapped[int] = mapped_column(BigId)


class BreakerRow(Base):
    """A stream stopped on a lane because its figures are bad; only a human lets it go on."""

    __tablename__ = "breakers"
    id: Mapped[int] = _id()
    stream: Mapped[str] = mapped_column(String(20))
    lane: Mapped[str] = mapped_column(String(40))
    rule: Mapped[str] = mapped_column(String(20))
    """invalid, complaints or policy."""
    reason: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime]
    resumed_at: Mapped[datetime | None]
    resumed_by: Mapped[str | None] = mapped_column(String(80))
    __table_args__ = (
        Index(
            "uq_breakers_open",
            "stream",
            "lane",
            unique=True,
            postgresql_where=text("resumed_at IS NULL"),
            sqlite_where=text("resumed_at IS NULL"),
        ),
    )


class Alarm(Base):
    """Something wrong with us as a sender, for the administrator: refused by a provider, complaints, a way in that fails.

    ``key``: what makes it one ('policy:google', 'source:imap'). Raised again it counts on; closed by a human.
    """

    __tablename__ = "alarms"
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    count: Mapped[int]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(80))


class ReturnedMail(Base):
    """What came back: a bounce, a complaint, an automatic reply, a human's reply. ``digest`` makes it one.

    ``kind``: of ``domain/returns.py``. ``state``: done, quarantine (nobody knows what it is or whose), dismissed.
    ``report``: what was read in it, per recipient. ``raw``: kept for 30 days.
    """

    __tablename__ = "returned_mails"
    id: Mapped[int] = _id()
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    source: Mapped[str] = mapped_column(String(40))
    received_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    failure: Mapped[str | None] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    message_id: Mapped[int | None] = _ref("messages.id", cascade=False)
    contact_id: Mapped[int | None] = _ref("contacts.id")
    subject: Mapped[str] = mapped_column(String(400))
    action: Mapped[str] = mapped_column(Text)
    """What was done and why, for people to read."""
    report: Mapped[dict[str, Any]]
    said: Mapped[str | None] = mapped_column(Text)
    """What a human wrote, without quotes; kept as long as ``raw``."""
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)
    __table_args__ = (
        Index("ix_returned_mails_received_at", "received_at"),
        Index(
            "ix_returned_mails_quarantine",
            "received_at",
            postgresql_where=text("state = 'quarantine'"),
            sqlite_where=text("state = 'quarantine'"),
        ),
    )


class Hold(Base):
    """An address that gets no marketing mail for a while: bounced softly too often, or its owner said stop.

    ``until``: NULL as long as no human decided. ``kind``: soft or stop. ``times``: how often it was held for soft bounces.
    """

    __tablename__ = "holds"
    address_key: Mapped[str] = mapped_column(String(320), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    times: Mapped[int]


class Attempt(Base):
    """One try to deliver a message, with the server's words."""

    __tablename__ = "attempts"
    id: Mapped[int] = _id()
    message_id: Mapped[int] = _ref("messages.id")
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(20))
    phase: Mapped[str] = mapped_column(String(20))
    status: Mapped[str | None] = mapped_column(String(12))
    """The enhanced status code (RFC 3463), if the server gave one."""
    reply: Mapped[str] = mapped_column(Text)
    host: Mapped[str | None] = mapped_column(String(300))
    """Who said it: name and IP address of the server, and the TLS version of the connection."""
    __table_args__ = (
        Index(
            "ix_attempts_deferred",
            "at",
            postgresql_where=text("outcome = 'deferred'"),
            sqlite_where=text("outcome = 'deferred'"),
        ),
    )


# --- sales ----------------------------------------------------------------------------------------------------------


class Handoff(Base):
    """A lead given to sales. ``dossier``: what sales was told, as it was then. ``trigger``: score, wish or hand."""

    __tablename__ = "handoffs"
    id: Mapped[int] = _id()
    lead_id: Mapped[int] = _ref("leads.id")
    contact_id: Mapped[int] = _ref("contacts.id")
    trigger: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[HandoffState]
    salesperson: Mapped[str | None] = mapped_column(String(60))
    dossier: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime]
    offered_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None]
    escalate_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    return_reason: Mapped[str | None] = mapped_column(String(60))
    note: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        Index(
            "uq_handoffs_open_lead",
            "lead_id",
            unique=True,
            postgresql_where=text("state IN ('waiting', 'offered', 'accepted')"),
            sqlite_where=text("state IN ('waiting', 'offered', 'accepted')"),
        ),
        Index("ix_handoffs_state", "state"),
        {"sqlite_autoincrement": True},  # links in sales mails name the handoff
    )


class HandoffEventRow(Base):
    __tablename__ = "handoff_events"
    id: Mapped[int] = _id()
    handoff_id: Mapped[int] = _ref("handoffs.id")
    event: Mapped[str] = mapped_column(String(20))
    """The events of ``domain/handoff.py``, and opened, reminded, escalated."""
    by: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


# --- operation ------------------------------------------------------------------------------------------------------


class Duty(Base):
    """A periodic duty done once per slot over all processes: whoever inserts the row does it."""

    __tablename__ = "duties"
    duty: Mapped[str] = mapped_column(String(40), primary_key=True)
    slot: Mapped[str] = mapped_column(String(40), primary_key=True)
    taken_by: Mapped[str] = mapped_column(String(80))
    taken_at: Mapped[datetime]


class Heartbeat(Base):
    """When each process last ran each beat, and what came of it; for readiness and the operator."""

    __tablename__ = "heartbeats"
    process: Mapped[str] = mapped_column(String(80), primary_key=True)
    beat: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
    result: Mapped[str] = mapped_column(Text)


class User(Base):
    """Somebody who may use the back office."""

    __tablename__ = "users"
    id: Mapped[int] = _id()
    name: Mapped[str] = mapped_column(String(80), unique=True)
    password_hash: Mapped[str] = mapped_column(String(300))
    language: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime]


class OfficeSession(Base):
    """A login. ``id``: SHA-256 of the cookie's value."""

    __tablename__ = "office_sessions"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = _ref("users.id")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class RateLimit(Base):
    """A fixed-window counter that holds across processes."""

    __tablename__ = "rate_limits"
    bucket: Mapped[str] = mapped_column(String(160), primary_key=True)
    window: Mapped[str] = mapped_column(String(40), primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
