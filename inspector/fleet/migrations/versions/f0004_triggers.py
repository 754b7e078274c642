"""Which event of a line asked for a part, and what the part itself is called: what a search finds it by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SCHEMA = "inspector"


def upgrade() -> None:
    """Add the columns; PostgreSQL does that without rewriting the table. Only parts that have them are in the index."""
    for name in ("trigger_id", "part_serial"):
        op.add_column("results", sa.Column(name, sa.Text), schema=_SCHEMA)
        there = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"ix_results_{name}", "results", [name], schema=_SCHEMA, postgresql_where=there)


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "the database is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
