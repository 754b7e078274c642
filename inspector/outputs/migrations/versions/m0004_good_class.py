"""Which of a part's classes is good: until now every reader took the first for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# P(defective) is one minus the probability of the good class, so an older row tells which class that was
_FROM_SCORE = """
UPDATE inspections SET good_class = (
    SELECT json_extract(class_names, '$[' || key || ']')
    FROM (SELECT key, abs(1.0 - value - p_defective) AS distance FROM json_each(probabilities))
    ORDER BY distance, key LIMIT 1
) WHERE class_names <> '[]'
"""


def upgrade() -> None:
    """Add the column, and fill it for the parts of before."""
    op.add_column("inspections", sa.Column("good_class", sa.Text))
    op.execute(_FROM_SCORE)


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "a result log is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
