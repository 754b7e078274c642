"""The result log's tables. Migrations under `migrations` bring a file to this shape; a test compares the two."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text

#: Revision of the newest migration.
HEAD = "0004"

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
    Index("ix_inspections_verdict_time", "verdict", "time_utc"),
    Index("ix_inspections_source_file", "source", "file_key"),
)

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
