"""The regression set: which parts are locked as test parts of their recipe; a table that only grows, and is chained."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from inspector.outputs.chain import add_to_chain, install

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_TEXTS = (
    *("event", "recipe", "kind", "defect_type", "picture", "confirmed_by", "review_ids", "who", "reason"),
    *("id", "time_utc", "inspection_id", "picture_sha256", "confirmed_utc"),
)
_LENGTHS = {"id": 36, "time_utc": 27, "inspection_id": 36, "picture_sha256": 64, "confirmed_utc": 27}
_NEVER = "an event of the regression set is never changed or deleted; release the part"


def upgrade() -> None:
    """Create the table, and chain what will be in it."""
    columns = [
        sa.Column(name, sa.String(_LENGTHS[name]) if name in _LENGTHS else sa.Text, nullable=False) for name in _TEXTS
    ]
    op.create_table("regression_events", sa.Column("number", sa.Integer, primary_key=True), *columns)
    op.create_index("ix_regression_events_id", "regression_events", ["id"], unique=True)
    op.create_index("ix_regression_events_part", "regression_events", ["inspection_id"])
    raw = op.get_bind().connection.driver_connection
    assert raw is not None
    install(raw)
    add_to_chain(op.execute, "regression_events", ("number", *_TEXTS), _NEVER)


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "a result log is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
