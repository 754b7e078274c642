"""The outbox: what is recorded is noted for those who pass it on, in the same commit, where there is somebody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it; it stays empty until somebody asks for what is recorded."""
    op.create_table(
        "outbox",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(6), nullable=False),
        sa.Column("row_id", sa.String(36), nullable=False),
    )
    op.create_table(
        "outbox_consumers",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.Column("since_utc", sa.String(27), nullable=False),
    )
    op.create_table(
        "outbox_aside",
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("kind", sa.String(6), primary_key=True),
        sa.Column("row_id", sa.String(36), primary_key=True),
        sa.Column("time_utc", sa.String(27), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    # triggers: a review is written by other processes than the line, and no writer may forget it
    for table, kind in (("inspections", "part"), ("reviews", "review")):
        note = f"INSERT INTO outbox (kind, row_id) VALUES ('{kind}', NEW.id)"  # noqa: S608 - names of the schema
        somebody = "EXISTS (SELECT 1 FROM outbox_consumers)"
        op.execute(f"CREATE TRIGGER {table}_outbox AFTER INSERT ON {table} WHEN {somebody} BEGIN {note}; END")


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "a result log is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
