"""One row per part."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TEXT = ("station", "recipe", "lot", "source", "file_key", "trigger", "reason", "class_names", "probabilities")
_TIMES = ("trigger_ms", "wait_ms", "preprocess_ms", "inference_ms", "archive_ms", "total_ms")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "inspections",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("time_utc", sa.String(27), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in _TEXT),
        sa.Column("recipe_version", sa.Integer, nullable=False),
        sa.Column("part_number", sa.Integer, nullable=False),
        sa.Column("source_path", sa.Text),
        sa.Column("verdict", sa.String(6), nullable=False),
        sa.Column("p_defective", sa.Float),
        sa.Column("fail_at", sa.Float, nullable=False),
        sa.Column("review_from", sa.Float),
        sa.Column("model_name", sa.Text),
        sa.Column("model_sha256", sa.String(64)),
        sa.Column("device", sa.Text),
        sa.Column("precision", sa.Text),
        sa.Column("backend", sa.Text),
        sa.Column("software_version", sa.Text, nullable=False),
        *(sa.Column(name, sa.Float) for name in _TIMES),
        sa.Column("picture_path", sa.Text),
        sa.Column("picture_sha256", sa.String(64)),
        sa.Column("heatmap_path", sa.Text),
        sa.Column("image_not_saved", sa.Text, nullable=False),
    )
    op.create_index("ix_inspections_time", "inspections", ["time_utc"])
    op.create_index("ix_inspections_recipe_lot", "inspections", ["recipe", "lot", "part_number"])
    op.create_index("ix_inspections_verdict_time", "inspections", ["verdict", "time_utc"])
    op.create_index("ix_inspections_source_file", "inspections", ["source", "file_key"])


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "a result log is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
