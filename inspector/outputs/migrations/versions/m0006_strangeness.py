"""How unlike good parts a part is, and from where on the guard reviews. Unknown for the parts of before: no guard."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; SQLite does that without rewriting the table."""
    for name in ("strangeness", "strange_from"):
        op.add_column("inspections", sa.Column(name, sa.Float))


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "a result log is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
