"""The tables of the roll-up; they belong to those of `inspector.outputs.schema`."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from inspector.outputs.schema import metadata

#: The roll-up of the record, see `inspector.outputs.roll_up` (migration 0015): what is counted together, …
roll_up_keys = Table(
    "roll_up_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("recipe", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Column("model_name", Text, nullable=False),  # empty where no model judged
    Column("model_sha256", Text, nullable=False),
    Column("nest", Text, nullable=False, server_default=""),
    Index("ix_roll_up_keys", "recipe", "lot", "model_name", "model_sha256", "nest", unique=True),
)

#: … how many parts of a quarter of an hour have which verdict for which kind of reason, …
roll_up_counts = Table(
    "roll_up_counts",
    metadata,
    Column("quarter", Integer, primary_key=True),
    Column("key", Integer, primary_key=True),
    Column("verdict", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("parts", Integer, nullable=False),
    sqlite_with_rowid=False,
)

#: … and in which bins their scores and times lie.
roll_up_bins = Table(
    "roll_up_bins",
    metadata,
    Column("quarter", Integer, primary_key=True),
    Column("key", Integer, primary_key=True),
    Column("figure", Text, primary_key=True),
    Column("bins", Text, nullable=False),  # bin:parts, with commas
    sqlite_with_rowid=False,
)

#: How many parts have no kept picture, see `inspector.outputs.unkept` (migration 0018).
roll_up_unkept = Table(
    "roll_up_unkept",
    metadata,
    Column("quarter", Integer, primary_key=True),
    Column("recipe", Text, primary_key=True),
    Column("lot", Text, primary_key=True),
    Column("recipe_version", Integer, primary_key=True),
    Column("verdict", Text, primary_key=True),
    Column("lost", Integer, primary_key=True),  # 1: a picture should have been kept but could not be
    Column("parts", Integer, nullable=False),
    sqlite_with_rowid=False,
)
