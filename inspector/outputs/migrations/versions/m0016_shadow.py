"""Shadows: candidates that judge live parts beside the model in force; two tables that only grow, and are chained."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from inspector.outputs.chain import add_to_chain, install

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_LENGTHS = {
    "time_utc": 27, "shadow": 36, "inspection_id": 36, "in_force_verdict": 6, "verdict": 6,
    "model_sha256": 64, "in_force_sha256": 64, "picture_sha256": 64,
}  # fmt: skip
_EVENT = ("time_utc", "shadow", "event", "recipe", "model", "model_sha256", "in_force", "in_force_sha256", "who", "why")
_JUDGEMENT = ("time_utc", "shadow", "inspection_id", "in_force_verdict", "verdict", "reason", "picture")
_NEVER = "what a shadow said is never changed or deleted"


def _columns(names: tuple[str, ...]) -> list[sa.Column[str]]:
    return [
        sa.Column(name, sa.String(_LENGTHS[name]) if name in _LENGTHS else sa.Text, nullable=False) for name in names
    ]


def upgrade() -> None:
    """Create the tables, and chain what will be in them."""
    op.create_table(
        "shadow_events",
        sa.Column("number", sa.Integer, primary_key=True),
        *_columns(_EVENT),
        sa.Column("recipe_version", sa.Integer, nullable=False),
    )
    op.create_table(
        "shadow_judgements",
        sa.Column("number", sa.Integer, primary_key=True),
        *_columns(_JUDGEMENT),
        sa.Column("picture_sha256", sa.String(64)),
        sa.Column("p_defective", sa.Float),
        sa.Column("strangeness", sa.Float),
    )
    op.create_index(
        "ix_shadow_judgements_pair", "shadow_judgements", ["shadow", "in_force_verdict", "verdict", "inspection_id"]
    )
    op.create_index("ix_shadow_judgements_part", "shadow_judgements", ["inspection_id", "shadow"], unique=True)
    raw = op.get_bind().connection.driver_connection
    assert raw is not None
    install(raw)
    add_to_chain(op.execute, "shadow_events", ("number", *_EVENT, "recipe_version"), _NEVER)
    more = ("picture_sha256", "p_defective", "strangeness")
    add_to_chain(op.execute, "shadow_judgements", ("number", *_JUDGEMENT, *more), _NEVER)


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "a result log is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
