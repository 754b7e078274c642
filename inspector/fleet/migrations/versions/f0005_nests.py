"""From which nest of a mould, or which tool, a part is: search tells them apart. The parts of before have none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SCHEMA = "inspector"


def upgrade() -> None:
    """Add the column; PostgreSQL does that without rewriting the table. Only parts that have one are in the index."""
    op.add_column("results", sa.Column("nest", sa.Text), schema=_SCHEMA)
    there = sa.text("nest IS NOT NULL")
    op.create_index("ix_results_nest_time", "results", ["nest", "time"], schema=_SCHEMA, postgresql_where=there)


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "the database is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
