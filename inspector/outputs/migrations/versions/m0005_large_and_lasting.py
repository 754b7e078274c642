"""For logs of millions of parts: an index of the rejected ones, and counts. And what befell the record itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NEVER = "what befell the record is never changed or deleted"
_REJECTED = ("verdict", "time_utc", "recipe", "lot", "recipe_version", "id", "picture_path", "image_not_saved")


def upgrade() -> None:
    """Make them; a log of five million parts takes half a minute, once."""
    # with recipe and lot, counts of a shift need no rows
    op.drop_index("ix_inspections_verdict_time", "inspections")
    op.create_index("ix_inspections_verdict_time", "inspections", ["verdict", "time_utc", "recipe", "lot"])
    op.create_index(
        "ix_inspections_rejected", "inspections", list(_REJECTED), sqlite_where=sa.text("verdict <> 'PASS'")
    )
    op.create_table(
        "counts",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("recipe", "lot", "verdict")),
        sa.Column("parts", sa.Integer, nullable=False),
    )
    op.execute(
        "INSERT INTO counts SELECT recipe, lot, verdict, count(*) FROM inspections GROUP BY recipe, lot, verdict"
    )
    op.execute(
        "CREATE TRIGGER inspections_counted AFTER INSERT ON inspections BEGIN "
        "INSERT INTO counts VALUES (NEW.recipe, NEW.lot, NEW.verdict, 1) "
        "ON CONFLICT (recipe, lot, verdict) DO UPDATE SET parts = parts + 1; END"
    )
    op.create_table(
        "events",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("time_utc", sa.String(27), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("after", sa.Integer, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
    )
    there = "EXISTS (SELECT 1 FROM events WHERE number = NEW.number)"
    for name, when in (
        ("events_no_update", "BEFORE UPDATE ON events"),
        ("events_no_delete", "BEFORE DELETE ON events"),
        ("events_no_replace", f"BEFORE INSERT ON events WHEN {there}"),
    ):
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END")


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "a result log is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
