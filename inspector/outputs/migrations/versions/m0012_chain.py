"""The record is chained: no row is changed, deleted, inserted or moved without that showing.

The rows of before are chained as they are now, once.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from inspector.outputs.chain import add_to_chain, append_only, chain_rows_of_before, install

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_NEVER = {
    "inspections": "a part is never changed or deleted",
    "part_views": "a view of a part is never changed or deleted",
    "reviews": "a review is never changed or deleted; withdraw it",
    "audit_events": "an event of the audit trail is never changed or deleted",
    "events": "what befell the record is never changed or deleted",
    "removed_pictures": "which pictures were removed is never changed or deleted",
    "chain_heads": "a signed head is never changed or deleted",
}
_OF_BEFORE = ("inspections", "part_views", "reviews", "audit_events", "events")


def upgrade() -> None:
    """Make the chain, and what is recorded with it."""
    op.create_table(
        "chain",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("row_key", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
    )
    # the time that a commit took is known after it: it is no longer written into the row
    op.create_table(
        "commit_times",
        sa.Column("inspection_id", sa.String(36), primary_key=True),
        sa.Column("commit_ms", sa.Float, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "removed_pictures",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("time_utc", sa.String(27), nullable=False),
        sa.Column("picture", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_index("ix_removed_pictures_picture", "removed_pictures", ["picture"])
    op.create_table(
        "chain_heads",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("time_utc", sa.String(27), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("station", sa.Text, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("public_key", sa.String(44), nullable=False),
        sa.Column("signature", sa.String(88), nullable=False),
    )
    raw: Any = op.get_bind().connection.driver_connection
    install(raw)
    chain_rows_of_before(raw, _OF_BEFORE)
    append_only(op.execute, "chain", ("number",), "the chain is never changed or deleted")
    for table, never in _NEVER.items():
        columns = [row[1] for row in raw.execute(f"PRAGMA table_info({table})")]
        add_to_chain(op.execute, table, columns, never)
    # the very first that the triggers chain: what stands before it was there before the chain
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    raw.execute(
        "INSERT INTO events (time_utc, kind, after, words) "
        "SELECT ?, 'chain', coalesce(max(rowid), 0), 'from here on the record is chained' FROM inspections",
        (now,),
    )


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "a result log is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
