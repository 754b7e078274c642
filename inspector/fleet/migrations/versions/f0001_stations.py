"""Stations, their results and reviews, and what is asked of them: yields by day, what is in force, what is late."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SCHEMA = "inspector"
_TEXTS = (
    *("station", "recipe", "lot", "source", "source_path", "file_key", "trigger", "verdict", "reason", "good_class"),
    *("model_name", "model_sha256", "device", "precision", "backend", "software_version"),
    *("picture_path", "picture_sha256", "heatmap_path", "image_not_saved"),
)
_NUMBERS = (
    *("p_defective", "fail_at", "review_from", "strangeness", "strange_from", "trigger_ms", "wait_ms", "quality_ms"),
    *("preprocess_ms", "inference_ms", "decision_ms", "archive_ms", "total_ms"),
)
_RECEIVED = sa.text("now()")
_WHOLE = ("PASS", "FAIL", "REVIEW", "ERROR")

_YIELDS = """
CREATE VIEW inspector.yields_by_day AS
SELECT station_key, station, recipe, recipe_version, lot, (time AT TIME ZONE 'UTC')::date AS day_utc,
       count(*) AS inspected,
       count(*) FILTER (WHERE verdict = 'PASS') AS passed,
       count(*) FILTER (WHERE verdict = 'FAIL') AS failed,
       count(*) FILTER (WHERE verdict = 'REVIEW') AS review,
       count(*) FILTER (WHERE verdict = 'ERROR') AS error,
       count(*) FILTER (WHERE verdict = 'PASS')::float8 / count(*) AS first_pass_yield
FROM inspector.results GROUP BY 1, 2, 3, 4, 5, 6
"""
_STANDING = """
CREATE VIEW inspector.judgements AS
SELECT said.* FROM inspector.reviews said
WHERE said.judgement IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM inspector.reviews later WHERE later.station_key = said.station_key AND later.undoes = said.id)
"""


def upgrade() -> None:
    """Make the tables and views."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "stations",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("software_version", sa.Text, nullable=False),
        sa.Column("first_heard", moment, nullable=False, server_default=_RECEIVED),
        sa.Column("heard", moment, nullable=False, server_default=_RECEIVED),
        sa.Column("clock_ahead_s", sa.Float),
        sa.Column("waiting", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("waiting_since", moment),
        sa.Column("set_aside", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("line_heard", moment),
        sa.Column("line_runs", sa.Boolean),
        *(sa.Column(name, sa.Text) for name in ("face", "recipe", "lot", "model", "model_sha256")),
        sa.Column("recipe_version", sa.Integer),
        *(sa.Column(name, sa.Float) for name in ("fail_at", "review_from", "strange_from")),
        schema=_SCHEMA,
    )
    op.create_table(
        "results",
        sa.Column("station_key", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("received", moment, nullable=False, server_default=_RECEIVED),
        sa.Column("time", moment, nullable=False),
        *(sa.Column(name, sa.Text) for name in _TEXTS),
        *(sa.Column(name, sa.Float) for name in _NUMBERS),
        *(sa.Column(name, sa.Integer) for name in ("recipe_version", "part_number")),
        *(sa.Column(name, postgresql.JSONB) for name in ("class_names", "probabilities")),
        sa.CheckConstraint(sa.column("verdict").in_(_WHOLE), name="a_verdict"),
        schema=_SCHEMA,
    )
    op.create_index("ix_results_station_time", "results", ["station_key", "time"], schema=_SCHEMA)
    op.create_index("ix_results_time", "results", ["time"], schema=_SCHEMA)
    op.create_table(
        "reviews",
        sa.Column("station_key", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("received", moment, nullable=False, server_default=_RECEIVED),
        sa.Column("time", moment, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("inspection_id", sa.Text, nullable=False),
        sa.Column("reviewer", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("judgement", "defect_type", "note", "queue", "undoes")),
        sa.Column("blind", sa.Boolean, nullable=False),
        schema=_SCHEMA,
    )
    op.create_index("ix_reviews_part", "reviews", ["station_key", "inspection_id"], schema=_SCHEMA)
    op.create_index("ix_reviews_undoes", "reviews", ["station_key", "undoes"], schema=_SCHEMA)
    op.execute(_YIELDS)
    op.execute(_STANDING)


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "the database is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
