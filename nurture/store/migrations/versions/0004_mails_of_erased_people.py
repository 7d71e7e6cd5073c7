"""Mails of people who were erased are found without reading all mails."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    marked = sa.text("substr(address, 1, 5) = 'hmac:'")
    op.create_index("ix_messages_marked", "messages", ["address"], postgresql_where=marked, sqlite_where=marked)
