"""The further views of a part, beside its row. Parts of before have none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; it stays empty where parts have one view."""
    op.create_table(
        "part_views",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("inspection_id", sa.String(36), nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("verdict", sa.String(6), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("p_defective", sa.Float),
        sa.Column("fail_at", sa.Float, nullable=False),
        sa.Column("review_from", sa.Float),
        sa.Column("strangeness", sa.Float),
        sa.Column("strange_from", sa.Float),
        sa.Column("model_name", sa.Text),
        sa.Column("model_sha256", sa.String(64)),
        sa.Column("device", sa.Text),
        sa.Column("precision", sa.Text),
        sa.Column("backend", sa.Text),
        sa.Column("picture_path", sa.Text),
        sa.Column("picture_sha256", sa.String(64)),
        sa.Column("heatmap_path", sa.Text),
        sa.Column("image_not_saved", sa.Text, nullable=False),
    )
    op.create_index("ix_part_views_part", "part_views", ["inspection_id", "place"], unique=True)


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "a result log is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
