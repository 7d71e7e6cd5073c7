"""Delivery."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_alarms")),
    )
    op.create_table(
        "breakers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("stream", sa.String(length=20), nullable=False),
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resumed_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breakers")),
    )
    with op.batch_alter_table("breakers", schema=None) as batch_op:
        batch_op.create_index(
            "uq_breakers_open",
            ["stream", "lane"],
            unique=True,
            postgresql_where=sa.text("resumed_at IS NULL"),
            sqlite_where=sa.text("resumed_at IS NULL"),
        )

    op.create_table(
        "claims",
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_claims")),
    )
    op.execute("INSERT INTO claims (message_id) SELECT id FROM messages WHERE state IN ('claimed', 'sending')")
    op.create_table(
        "delivery_counts",
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("stream", sa.String(length=20), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("deferred", sa.Integer(), nullable=False),
        sa.Column("invalid", sa.Integer(), nullable=False),
        sa.Column("policy", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("complaints", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("lane", "stream", "minute", "worker", name=op.f("pk_delivery_counts")),
    )
    with op.batch_alter_table("delivery_counts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_counts_minute"), ["minute"], unique=False)

    op.create_table(
        "delivery_totals",
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("stream", sa.String(length=20), nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=False),
        sa.Column("accepted", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deferred", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("invalid", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("policy", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("failed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unknown", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaints", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("lane", "stream", "worker", name=op.f("pk_delivery_totals")),
    )
    op.create_table(
        "holds",
        sa.Column("address_key", sa.String(length=320), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("address_key", name=op.f("pk_holds")),
    )
    op.create_table(
        "lane_leases",
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=False),
        sa.Column("connections", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("lane", "worker", name=op.f("pk_lane_leases")),
    )
    op.create_table(
        "lanes",
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rate", sa.Double(), nullable=False),
        sa.Column("connections", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("slowdowns", sa.Integer(), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("warm_day", sa.String(length=10), nullable=True),
        sa.Column("warm_level", sa.Integer(), nullable=False),
        sa.Column("warm_sent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_lanes")),
    )
    op.create_table(
        "mail_domains",
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("hosts", sa.JSON(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wanted", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_mail_domains")),
    )
    with op.batch_alter_table("mail_domains", schema=None) as batch_op:
        batch_op.create_index(
            "ix_mail_domains_wanted",
            ["expires_at"],
            unique=False,
            postgresql_where=sa.text("wanted"),
            sqlite_where=sa.text("wanted"),
        )

    op.create_table(
        "returned_mails",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("failure", sa.String(length=20), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_returned_mails_contact_id_contacts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_returned_mails_message_id_messages"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returned_mails")),
        sa.UniqueConstraint("digest", name=op.f("uq_returned_mails_digest")),
    )
    with op.batch_alter_table("returned_mails", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_returned_mails_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_returned_mails_message_id"), ["message_id"], unique=False)
        batch_op.create_index(
            "ix_returned_mails_quarantine",
            ["received_at"],
            unique=False,
            postgresql_where=sa.text("state = 'quarantine'"),
            sqlite_where=sa.text("state = 'quarantine'"),
        )
        batch_op.create_index("ix_returned_mails_received_at", ["received_at"], unique=False)

    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("status", sa.String(length=12), nullable=True))
        batch_op.add_column(sa.Column("host", sa.String(length=300), nullable=True))
        batch_op.create_index(
            "ix_attempts_deferred",
            ["at"],
            unique=False,
            postgresql_where=sa.text("outcome = 'deferred'"),
            sqlite_where=sa.text("outcome = 'deferred'"),
        )

    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lane", sa.String(length=40), server_default=sa.text("('')"), nullable=False))
        batch_op.add_column(sa.Column("failure", sa.String(length=20), nullable=True))
        batch_op.add_column(
            sa.Column(
                "waiting_until",
                sa.DateTime(timezone=True),
                sa.Computed("CASE WHEN state = 'queued' THEN due_at END", persisted=True),
            )
        )
        batch_op.add_column(
            sa.Column(
                "stuck",
                sa.String(length=20),
                sa.Computed(
                    "CASE WHEN state IN ('parked', 'unknown', 'failed', 'undelivered') THEN state END", persisted=True
                ),
            )
        )
        batch_op.drop_index(batch_op.f("ix_messages_handoff_id"))
        batch_op.drop_index(batch_op.f("ix_messages_registration_id"))
        batch_op.drop_index(batch_op.f("ix_messages_due"), sqlite_where=sa.text("state = 'queued'"))
        batch_op.drop_index(batch_op.f("ix_messages_leased"), sqlite_where=sa.text("state IN ('claimed', 'sending')"))
        batch_op.create_index(
            "ix_messages_due",
            ["kind", "lane", "waiting_until"],
            unique=False,
            postgresql_where=sa.text("waiting_until IS NOT NULL"),
            sqlite_where=sa.text("waiting_until IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_messages_of_handoff",
            ["handoff_id"],
            unique=False,
            postgresql_where=sa.text("handoff_id IS NOT NULL"),
            sqlite_where=sa.text("handoff_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_messages_of_registration",
            ["registration_id"],
            unique=False,
            postgresql_where=sa.text("registration_id IS NOT NULL"),
            sqlite_where=sa.text("registration_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_messages_stuck",
            ["stuck", "lane", "kind"],
            unique=False,
            postgresql_where=sa.text("stuck IS NOT NULL"),
            sqlite_where=sa.text("stuck IS NOT NULL"),
        )
    if op.get_bind().dialect.name == "postgresql":
        # room in each page for the versions of a mail that is being sent
        op.execute("ALTER TABLE messages SET (fillfactor = 20)")
