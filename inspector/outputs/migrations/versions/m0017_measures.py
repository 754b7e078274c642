"""What the parts' pictures are like, beside their rows. Parts of before have nothing there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    figures = ("brightness", "contrast", "sharpness", "noise", "red", "blue", "x", "y", "angle", "grain")
    op.create_table(
        "picture_measures",
        sa.Column("inspection_id", sa.String(36), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.Float) for name in figures),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "a result log is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
