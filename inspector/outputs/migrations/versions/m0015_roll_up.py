"""Parts are counted by the quarter of an hour, beside the record, so that statistics need no rows."""

from __future__ import annotations

from typing import Any

from alembic import op

from inspector.outputs.roll_up import install, make

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the roll-up of the rows of before; no row is changed."""
    raw: Any = op.get_bind().connection.driver_connection
    install(raw)
    make(op.execute)


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "a result log is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
