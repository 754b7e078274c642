"""Whether the heat of a part lay outside it. Unknown for the parts of before: none of them was spared."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; SQLite does that without rewriting the table."""
    op.add_column("inspections", sa.Column("heat_outside", sa.Integer))


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "a result log is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
