"""The release interlock: challenges that were passed or not, and what ends a release."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from inspector.outputs.chain import add_to_chain, install

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and chain it."""
    op.create_table(
        "challenges",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("time_utc", sa.String(27), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("attempt", sa.Text, nullable=False),
        sa.Column("station", sa.Text, nullable=False),
        sa.Column("station_key", sa.Text, nullable=False),
        sa.Column("recipe", sa.Text, nullable=False),
        sa.Column("recipe_version", sa.Integer, nullable=False),
        sa.Column("identity", sa.String(64), nullable=False),
        sa.Column("models", sa.Text, nullable=False),
        sa.Column("way", sa.Text),
        sa.Column("place", sa.Integer),
        sa.Column("part", sa.Text),
        sa.Column("part_serial", sa.Text),
        sa.Column("expected", sa.Text),
        sa.Column("verdict", sa.String(6)),
        sa.Column("counts", sa.Boolean),
        sa.Column("p_defective", sa.Float),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("pictures", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("begun_utc", sa.String(27), nullable=False),
        sa.Column("steady_s", sa.Float, nullable=False),
        sa.Column("boot", sa.Text, nullable=False),
        sa.Column("zone_s", sa.Integer, nullable=False),
        sa.Column("after_entry", sa.Integer, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
    )
    raw: Any = op.get_bind().connection.driver_connection
    install(raw)
    columns = [row[1] for row in raw.execute("PRAGMA table_info(challenges)")]
    add_to_chain(op.execute, "challenges", columns, "a challenge is never changed or deleted")


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "a result log is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
