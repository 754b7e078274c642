"""Where kept pictures are, and how many of a station wait."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SCHEMA = "inspector"


def upgrade() -> None:
    """Make the table, and columns of the stations."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "pictures",
        sa.Column("station_key", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),  # of the part; its row may come later
        sa.Column("address", sa.Text),  # null: it will never come
        sa.Column("sha256", sa.Text),
        sa.Column("size_bytes", sa.BigInteger),
        sa.Column("heatmap_address", sa.Text),
        sa.Column("why", sa.Text, nullable=False, server_default=""),  # why it will never come
        sa.Column("received", moment, nullable=False, server_default=sa.text("now()")),
        sa.CheckConstraint("(address IS NULL) = (sha256 IS NULL)", name="an_address_with_its_hash"),
        schema=_SCHEMA,
    )
    for name in ("pictures_waiting", "pictures_lost"):
        op.add_column("stations", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"), schema=_SCHEMA)


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "the database is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
