"""Which event of the line asked for a part, and what the part itself is called. Unknown for the parts of before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; SQLite does that without rewriting the table. Only parts that have them are in the indexes."""
    for name in ("trigger_id", "part_serial"):
        op.add_column("inspections", sa.Column(name, sa.Text))
        there = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"ix_inspections_{name}", "inspections", [name], sqlite_where=there)


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "a result log is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
