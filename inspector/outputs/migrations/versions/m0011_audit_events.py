"""The audit trail: what was done at the station, by whom, with what before and after; a table that only grows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_NEVER = "an event of the audit trail is never changed or deleted"


def upgrade() -> None:
    """Create the table and the triggers that keep what is in it."""
    op.create_table(
        "audit_events",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("time_utc", sa.String(27), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("object", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("ix_audit_events_id", "audit_events", ["id"], unique=True)
    op.create_index("ix_audit_events_time", "audit_events", ["time_utc"])
    op.create_index("ix_audit_events_who", "audit_events", ["who"])
    op.create_index("ix_audit_events_kind", "audit_events", ["kind"])
    # INSERT OR REPLACE deletes without a trigger for DELETE: the third one sees to that
    there = "EXISTS (SELECT 1 FROM audit_events WHERE number = NEW.number OR id = NEW.id)"
    for name, when in (
        ("audit_events_no_update", "BEFORE UPDATE ON audit_events"),
        ("audit_events_no_delete", "BEFORE DELETE ON audit_events"),
        ("audit_events_no_replace", f"BEFORE INSERT ON audit_events WHEN {there}"),
    ):
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END")


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "a result log is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
