"""Every stage of a part's time: picture quality, decision, commit. Unknown for the parts of before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; SQLite does that without rewriting the table."""
    for name in ("quality_ms", "decision_ms", "commit_ms"):
        op.add_column("inspections", sa.Column(name, sa.Float))


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "a result log is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
