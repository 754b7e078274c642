"""Counts of results by quarter of an hour, kept by triggers; indexes for those who look for parts across stations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SCHEMA = "inspector"
_GROUP = "station_key, quarter, station, recipe, recipe_version, lot"
_COUNTED = ("passed", "failed", "review", "error")
#: Days begin at a quarter of an hour in every time zone.
_OF_ROWS = """
SELECT station_key, to_timestamp(floor(extract(epoch FROM time) / 900) * 900) AS quarter,
       coalesce(station, '') AS station, coalesce(recipe, '') AS recipe, coalesce(recipe_version, 0) AS recipe_version,
       coalesce(lot, '') AS lot, count(*) FILTER (WHERE verdict = 'PASS') AS passed,
       count(*) FILTER (WHERE verdict = 'FAIL') AS failed, count(*) FILTER (WHERE verdict = 'REVIEW') AS review,
       count(*) FILTER (WHERE verdict = 'ERROR') AS error
FROM {rows} GROUP BY 1, 2, 3, 4, 5, 6
"""
# in one order, so that two that send do not wait for one another in a circle
_ADD = f"""
INSERT INTO inspector.counts AS kept ({_GROUP}, {", ".join(_COUNTED)}) {{rows}} ORDER BY 1, 2, 3, 4, 5, 6
ON CONFLICT ({_GROUP}) DO UPDATE SET {", ".join(f"{name} = kept.{name} + EXCLUDED.{name}" for name in _COUNTED)}
"""
_TAKE = f"""
UPDATE inspector.counts kept SET {", ".join(f"{name} = kept.{name} - gone.{name}" for name in _COUNTED)}
FROM ({{rows}}) gone WHERE {" AND ".join(f"kept.{name} = gone.{name}" for name in _GROUP.split(", "))}
"""  # noqa: S608 - names of the schema
# as its owner: stations may add results, and nothing to the counts
_FUNCTION = f"""
CREATE FUNCTION inspector.count_results() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN TRUNCATE inspector.counts; END IF;
    IF TG_OP IN ('UPDATE', 'DELETE') THEN {_TAKE.format(rows=_OF_ROWS.format(rows="rows_before"))}; END IF;
    IF TG_OP IN ('UPDATE', 'INSERT') THEN {_ADD.format(rows=_OF_ROWS.format(rows="rows_after"))}; END IF;
    RETURN NULL;
END $$
"""
_TRIGGERS = {
    "INSERT": "REFERENCING NEW TABLE AS rows_after",
    "UPDATE": "REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after",
    "DELETE": "REFERENCING OLD TABLE AS rows_before",
    "TRUNCATE": "",
}
_YIELDS = """
CREATE OR REPLACE VIEW inspector.yields_by_day AS
SELECT station_key, station, recipe, recipe_version, lot, (quarter AT TIME ZONE 'UTC')::date AS day_utc,
       sum(passed + failed + review + error)::bigint AS inspected, sum(passed)::bigint AS passed,
       sum(failed)::bigint AS failed, sum(review)::bigint AS review, sum(error)::bigint AS error,
       sum(passed)::float8 / sum(passed + failed + review + error) AS first_pass_yield
FROM inspector.counts GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(passed + failed + review + error) > 0
"""


def upgrade() -> None:
    """Make the table with what is counted so far, the triggers, and the indexes."""
    op.create_table(
        "counts",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("station_key", "station", "recipe", "lot")),
        sa.Column("recipe_version", sa.Integer, nullable=False),
        sa.Column("quarter", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in _COUNTED),
        sa.PrimaryKeyConstraint(*_GROUP.split(", ")),
        schema=_SCHEMA,
    )
    op.execute("ALTER TABLE inspector.counts SET (fillfactor = 70)")  # rows of the moment are updated again and again
    op.create_index("ix_counts_quarter", "counts", ["quarter"], schema=_SCHEMA)
    op.execute(_FUNCTION)
    for event, tables in _TRIGGERS.items():  # nothing can be added from here on until all is counted
        op.execute(
            f"CREATE TRIGGER count_{event.lower()} AFTER {event} ON inspector.results {tables} "
            "FOR EACH STATEMENT EXECUTE FUNCTION inspector.count_results()"
        )
    op.execute(_ADD.format(rows=_OF_ROWS.format(rows="inspector.results")))
    op.execute(_YIELDS)
    op.create_index("ix_results_lot_time", "results", ["lot", "time"], schema=_SCHEMA)
    op.create_index("ix_results_recipe_time", "results", ["recipe", "time"], schema=_SCHEMA)
    for name, columns in (
        ("ix_results_not_passed", ["time"]),
        ("ix_results_station_not_passed", ["station_key", "time"]),
    ):
        op.create_index(name, "results", columns, schema=_SCHEMA, postgresql_where=sa.column("verdict") != "PASS")


def downgrade() -> None:
    """Records are not deleted by going back a version.

    Raises:
        RuntimeError: Always.
    """
    msg = "the database is never downgraded; restore the backup that was made before"
    raise RuntimeError(msg)
