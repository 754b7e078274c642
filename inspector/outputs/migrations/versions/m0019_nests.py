"""From which nest of a mould, or which tool, a part is; statistics tell them apart. The parts of before have none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from inspector.outputs.chain import chain_trigger
from inspector.outputs.roll_up import add_nests

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; SQLite does that without rewriting the tables, and no row is changed."""
    op.add_column("inspections", sa.Column("nest", sa.Text))
    columns = op.get_bind().exec_driver_sql("PRAGMA table_info(inspections)")
    chain_trigger(op.execute, "inspections", [row[1] for row in columns])
    add_nests(op.execute)


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "a result log is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
