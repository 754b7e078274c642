"""For blind audits of millions of parts: counts of those without a kept picture, an index of passes with one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from inspector.outputs.unkept import make

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_KEPT = ("verdict", "time_utc", "recipe", "lot", "recipe_version", "id", "picture_path", "image_not_saved")


def upgrade() -> None:
    """Make them; no row is changed."""
    op.create_index(
        "ix_inspections_kept_passes",
        "inspections",
        list(_KEPT),
        sqlite_where=sa.text("verdict = 'PASS' AND picture_path IS NOT NULL"),
    )
    make(op.execute)


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "a result log is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
