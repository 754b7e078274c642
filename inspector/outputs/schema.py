"""The result log's tables. Migrations under `migrations` bring a file to this shape; a test compares the two."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text, literal_column, text

#: Revision of the newest migration.
HEAD = "0007"

metadata = MetaData()

inspections = Table(
    "inspections",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("time_utc", String(27), nullable=False),  # 2026-01-31T12:34:56.789012Z: sorts as text
    Column("station", Text, nullable=False),
    Column("recipe", Text, nullable=False),
    Column("recipe_version", Integer, nullable=False),
    Column("lot", Text, nullable=False),
    Column("part_number", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("source_path", Text),
    Column("file_key", Text, nullable=False),
    Column("trigger", Text, nullable=False),
    Column("verdict", String(6), nullable=False),
    Column("reason", Text, nullable=False),
    Column("p_defective", Float),
    Column("fail_at", Float, nullable=False),
    Column("review_from", Float),
    Column("strangeness", Float),  # null without a memory of good, and for the parts of before
    Column("strange_from", Float),  # null: no guard
    Column("class_names", Text, nullable=False),  # JSON list
    Column("good_class", Text),  # null on ERROR without prediction
    Column("probabilities", Text, nullable=False),  # JSON list
    Column("model_name", Text),
    Column("model_sha256", String(64)),
    Column("device", Text),
    Column("precision", Text),
    Column("backend", Text),
    Column("software_version", Text, nullable=False),
    Column("trigger_ms", Float),
    Column("wait_ms", Float),
    Column("quality_ms", Float),
    Column("preprocess_ms", Float),
    Column("inference_ms", Float),
    Column("decision_ms", Float),
    Column("archive_ms", Float),
    Column("total_ms", Float),
    Column("commit_ms", Float),
    Column("picture_path", Text),
    Column("picture_sha256", String(64)),
    Column("heatmap_path", Text),
    Column("image_not_saved", Text, nullable=False),
    Index("ix_inspections_time", "time_utc"),
    Index("ix_inspections_recipe_lot", "recipe", "lot", "part_number"),
    Index("ix_inspections_verdict_time", "verdict", "time_utc", "recipe", "lot"),
    Index("ix_inspections_source_file", "source", "file_key"),
    # all that queues and archive ask of the parts that did not pass, without a look at their rows
    Index(
        "ix_inspections_rejected",
        *("verdict", "time_utc", "recipe", "lot", "recipe_version", "id", "picture_path", "image_not_saved"),
        sqlite_where=text("verdict <> 'PASS'"),
    ),
)

#: How many parts of a recipe and lot have which verdict: kept by a trigger with every row (migration 0005), so that
#: counting takes no longer in a log of millions.
counts = Table(
    "counts",
    metadata,
    Column("recipe", Text, primary_key=True),
    Column("lot", Text, primary_key=True),
    Column("verdict", Text, primary_key=True),
    Column("parts", Integer, nullable=False),
)

#: The order in which parts were committed, whatever the clock said: SQLite's number of the row.
SEQUENCE = literal_column("inspections.rowid", Integer).label("sequence")
#: As the index of rejected parts says it: SQLite takes that index only where a query says the same.
REJECTED = text("inspections.verdict <> 'PASS'")

#: What people say of parts. Append-only: triggers refuse every change (migration 0003).
reviews = Table(
    "reviews",
    metadata,
    Column("number", Integer, primary_key=True),  # the order of the commits
    Column("id", String(36), nullable=False),
    Column("inspection_id", String(36), nullable=False),
    Column("time_utc", String(27), nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("judgement", Text),  # good, defective, unsure; null: withdraws another
    Column("defect_type", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("blind", Boolean, nullable=False),
    Column("undoes", String(36)),
    Index("ix_reviews_id", "id", unique=True),
    Index("ix_reviews_inspection", "inspection_id"),
    Index("ix_reviews_undoes", "undoes", unique=True),  # withdrawn once
)

#: Kind of an event: the picture of a part whose row was lost; as nobody can review it, the archive keeps it.
LOST_PICTURE = "lost picture"

#: What befell the record itself: a clock that jumped, a damaged log that was set aside. Append-only (migration 0005).
events = Table(
    "events",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("time_utc", String(27), nullable=False),
    Column("kind", Text, nullable=False),
    Column("after", Integer, nullable=False),  # the newest part's sequence at that time
    Column("words", Text, nullable=False),
)

#: What was recorded since somebody asked for it, in the order of the commits: triggers write it in the very commit of
#: the row, where there is a consumer (migration 0007). The newest entry stays, so that no number comes twice.
outbox = Table(
    "outbox",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("kind", String(6), nullable=False),  # part, review
    Column("row_id", String(36), nullable=False),  # a row's number may change (VACUUM), its id never
)

#: Who passes rows on, and up to which entry each has.
outbox_consumers = Table(
    "outbox_consumers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("taken", Integer, nullable=False),
    Column("since_utc", String(27), nullable=False),
)

#: What the other side can never take.
outbox_aside = Table(
    "outbox_aside",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("kind", String(6), primary_key=True),
    Column("row_id", String(36), primary_key=True),
    Column("time_utc", String(27), nullable=False),
    Column("why", Text, nullable=False),
)
