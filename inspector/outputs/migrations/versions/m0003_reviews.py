"""What people say of parts: a table that only grows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NEVER = "a review is never changed or deleted; withdraw it"


def upgrade() -> None:
    """Create the table and the triggers that keep what is in it."""
    op.create_table(
        "reviews",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("inspection_id", sa.String(36), nullable=False),
        sa.Column("time_utc", sa.String(27), nullable=False),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("judgement", sa.Text),
        sa.Column("defect_type", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("blind", sa.Boolean, nullable=False),
        sa.Column("undoes", sa.String(36)),
        sa.CheckConstraint("judgement IN ('good', 'defective', 'unsure')", name="known_judgement"),
        sa.CheckConstraint("(judgement IS NULL) = (undoes IS NOT NULL)", name="judgement_or_withdrawal"),
    )
    op.create_index("ix_reviews_id", "reviews", ["id"], unique=True)
    op.create_index("ix_reviews_inspection", "reviews", ["inspection_id"])
    op.create_index("ix_reviews_undoes", "reviews", ["undoes"], unique=True)
    # INSERT OR REPLACE deletes without a trigger for DELETE: the third one sees to that
    there = "EXISTS (SELECT 1 FROM reviews WHERE number = NEW.number OR id = NEW.id OR undoes = NEW.undoes)"
    for name, when in (
        ("reviews_no_update", "BEFORE UPDATE ON reviews"),
        ("reviews_no_delete", "BEFORE DELETE ON reviews"),
        ("reviews_no_replace", f"BEFORE INSERT ON reviews WHEN {there}"),
    ):
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END")


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "a result log is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
