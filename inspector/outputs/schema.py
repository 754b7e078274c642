"""The result log's tables. Migrations under `migrations` bring a file to this shape; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    literal_column,
    text,
)

#: Revision of the newest migration.
HEAD = "0019"

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
    Column("trigger_id", Text),  # null where no event asked for the part
    Column("part_serial", Text),  # null where nobody said what it is called
    Column("nest", Text),  # null where nothing says which
    Column("verdict", String(6), nullable=False),
    Column("reason", Text, nullable=False),
    Column("p_defective", Float),
    Column("fail_at", Float, nullable=False),
    Column("review_from", Float),
    Column("strangeness", Float),  # null without a memory of good, and for the parts of before
    Column("strange_from", Float),  # null: no guard
    Column("heat_outside", Integer),  # 1: outside the part; null: not asked, and for the parts of before
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
    Column("commit_ms", Float),  # of the parts from before migration 0012; since then in `commit_times`
    Column("picture_path", Text),
    Column("picture_sha256", String(64)),
    Column("heatmap_path", Text),
    Column("image_not_saved", Text, nullable=False),
    Index("ix_inspections_time", "time_utc"),
    Index("ix_inspections_recipe_lot", "recipe", "lot", "part_number"),
    Index("ix_inspections_verdict_time", "verdict", "time_utc", "recipe", "lot"),
    Index("ix_inspections_source_file", "source", "file_key"),
    Index("ix_inspections_trigger_id", "trigger_id", sqlite_where=text("trigger_id IS NOT NULL")),
    Index("ix_inspections_part_serial", "part_serial", sqlite_where=text("part_serial IS NOT NULL")),
    # all that queues and archive ask of the parts that did not pass, without a look at their rows
    Index(
        "ix_inspections_rejected",
        *("verdict", "time_utc", "recipe", "lot", "recipe_version", "id", "picture_path", "image_not_saved"),
        sqlite_where=text("verdict <> 'PASS'"),
    ),
    # … and what a blind audit asks of the passes whose pictures were kept (migration 0018)
    Index(
        "ix_inspections_kept_passes",
        *("verdict", "time_utc", "recipe", "lot", "recipe_version", "id", "picture_path", "image_not_saved"),
        sqlite_where=text("verdict = 'PASS' AND picture_path IS NOT NULL"),
    ),
)

#: What the views of a part with several showed; written in the commit of its row (migration 0010).
part_views = Table(
    "part_views",
    metadata,
    Column("number", Integer, primary_key=True),  # the order of the commits
    Column("inspection_id", String(36), nullable=False),
    Column("place", Integer, nullable=False),  # of the view in the recipe, 0 is the main one
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("verdict", String(6), nullable=False),
    Column("reason", Text, nullable=False),
    Column("p_defective", Float),
    Column("fail_at", Float, nullable=False),
    Column("review_from", Float),
    Column("strangeness", Float),
    Column("strange_from", Float),
    Column("model_name", Text),
    Column("model_sha256", String(64)),
    Column("device", Text),
    Column("precision", Text),
    Column("backend", Text),
    Column("picture_path", Text),
    Column("picture_sha256", String(64)),
    Column("heatmap_path", Text),
    Column("image_not_saved", Text, nullable=False),
    Index("ix_part_views_part", "inspection_id", "place", unique=True),
)

#: How many parts of a recipe and lot have which verdict: kept by a trigger with every row (migration 0005).
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
#: Likewise of passed parts whose picture was kept.
KEPT_PASS = text("inspections.verdict = 'PASS' AND inspections.picture_path IS NOT NULL")

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

#: How long a part's commit took, which is known only after it. A figure for engineers: neither chained nor kept from
#: changes (migration 0012).
commit_times = Table(
    "commit_times",
    metadata,
    Column("inspection_id", String(36), primary_key=True),
    Column("commit_ms", Float, nullable=False),
    sqlite_with_rowid=False,
)

#: Kind of the event with which the chain begins (migration 0012).
CHAIN_BEGINS = "chain"
#: Kind of an event: what a salvaged log has lost, by the chain. Its words are JSON, see `inspector.outputs.gaps`.
GAP = "gap"
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

#: What was done at the station, and by whom (`inspector.trail`). Append-only (migration 0011).
audit_events = Table(
    "audit_events",
    metadata,
    Column("number", Integer, primary_key=True),  # the order of the commits
    Column("id", String(36), nullable=False),
    Column("time_utc", String(27), nullable=False),
    Column("who", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("before", Text, nullable=False),  # JSON object of what changed
    Column("after", Text, nullable=False),  # likewise
    Column("reason", Text, nullable=False),
    Index("ix_audit_events_id", "id", unique=True),
    Index("ix_audit_events_time", "time_utc"),
    Index("ix_audit_events_who", "who"),
    Index("ix_audit_events_kind", "kind"),
)

#: The chain over the record, see `inspector.outputs.chain`: an entry for every row of `CHAINED`, in the order of the
#: commits, written by triggers in the commit of the row (migration 0012).
chain = Table(
    "chain",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("source", Text, nullable=False),  # name of the row's table
    Column("row_key", Text, nullable=False),  # its id or number
    Column("hash", LargeBinary(32), nullable=False),
)

#: Kept pictures that the archive's limits have removed: otherwise that would look as if somebody had taken them away.
removed_pictures = Table(
    "removed_pictures",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("time_utc", String(27), nullable=False),
    Column("picture", Text, nullable=False),  # the file's name, which has the part's id: folders may be moved
    Column("why", Text, nullable=False),
    Index("ix_removed_pictures_picture", "picture"),
)

#: Heads of the chain that the station has signed.
chain_heads = Table(
    "chain_heads",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("time_utc", String(27), nullable=False),
    Column("why", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("entries", Integer, nullable=False),  # number of the entry that is signed, and so of all up to it
    Column("hash", String(64), nullable=False),  # of that entry, hexadecimal
    Column("public_key", String(44), nullable=False),  # base64
    Column("signature", String(88), nullable=False),  # base64
)

#: The release interlock (`inspector.release`): challenge parts that were judged, challenges that were passed or not,
#: changes of lens or lamp, what ran, which recipes need a challenge. Append-only (migration 0013).
challenges = Table(
    "challenges",
    metadata,
    Column("number", Integer, primary_key=True),  # the order of the commits
    Column("time_utc", String(27), nullable=False),
    Column("kind", Text, nullable=False),  # `inspector.domain.release.StepKind`
    Column("attempt", Text, nullable=False),  # id of the challenge; empty for none
    Column("station", Text, nullable=False),
    Column("station_key", Text, nullable=False),  # fingerprint of who has signed
    Column("recipe", Text, nullable=False),
    Column("recipe_version", Integer, nullable=False),
    Column("identity", String(64), nullable=False),  # hash over the recipe's content, its models, the shifts
    Column("models", Text, nullable=False),  # JSON list of hashes
    Column("way", Text),  # camera, pictures
    Column("place", Integer),  # of the part in the set, from 0
    Column("part", Text),
    Column("part_serial", Text),  # as it was read
    Column("expected", Text),
    Column("verdict", String(6)),
    Column("counts", Boolean),
    Column("p_defective", Float),
    Column("words", Text, nullable=False),
    Column("pictures", Text, nullable=False),  # JSON list of objects: view, path, sha256
    Column("who", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("begun_utc", String(27), nullable=False),
    Column("steady_s", Float, nullable=False),  # since the computer was switched on
    Column("boot", Text, nullable=False),  # which start of the computer
    Column("zone_s", Integer, nullable=False),
    Column("after_entry", Integer, nullable=False),  # of the chain: the row's own is the next
    Column("signature", Text, nullable=False),  # base64; over all before it
)

#: What was locked as a test part of its recipe, and what was released again; of each part the newest row holds.
#: Append-only (migration 0014).
regression_events = Table(
    "regression_events",
    metadata,
    Column("number", Integer, primary_key=True),  # the order of the commits
    Column("id", String(36), nullable=False),
    Column("time_utc", String(27), nullable=False),
    Column("event", Text, nullable=False),  # locked, released
    Column("recipe", Text, nullable=False),
    Column("inspection_id", String(36), nullable=False),
    Column("kind", Text, nullable=False),  # escape, defect, overkill
    Column("defect_type", Text, nullable=False),
    Column("picture", Text, nullable=False),  # name of the copy: its SHA-256, and the ending of the kept picture
    Column("picture_sha256", String(64), nullable=False),
    Column("confirmed_by", Text, nullable=False),
    Column("confirmed_utc", String(27), nullable=False),
    Column("review_ids", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_regression_events_id", "id", unique=True),
    Index("ix_regression_events_part", "inspection_id"),
)

#: Candidates that judge the live parts beside the model in force: when each began and ended. Append-only
#: (migration 0016).
shadow_events = Table(
    "shadow_events",
    metadata,
    Column("number", Integer, primary_key=True),  # the order of the commits
    Column("time_utc", String(27), nullable=False),
    Column("shadow", String(36), nullable=False),
    Column("event", Text, nullable=False),  # `inspector.domain.shadow.ShadowEvent`
    Column("recipe", Text, nullable=False),
    Column("model", Text, nullable=False),  # the candidate
    Column("model_sha256", String(64), nullable=False),
    Column("in_force", Text, nullable=False),
    Column("in_force_sha256", String(64), nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("recipe_version", Integer, nullable=False),
)

#: What such a candidate said of a part, beside what the model in force said. Append-only (migration 0016).
shadow_judgements = Table(
    "shadow_judgements",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("time_utc", String(27), nullable=False),
    Column("shadow", String(36), nullable=False),
    Column("inspection_id", String(36), nullable=False),
    Column("in_force_verdict", String(6), nullable=False),  # of the view that both saw
    Column("verdict", String(6), nullable=False),  # the candidate's
    Column("reason", Text, nullable=False),
    Column("picture", Text, nullable=False),  # name of the copy, kept where the two differ; empty for none
    Column("picture_sha256", String(64)),
    Column("p_defective", Float),
    Column("strangeness", Float),
    Index("ix_shadow_judgements_pair", "shadow", "in_force_verdict", "verdict", "inspection_id"),
    Index("ix_shadow_judgements_part", "inspection_id", "shadow", unique=True),
)

#: Tables whose rows are chained.
CHAINED = (
    *(inspections, part_views, reviews, events, audit_events, removed_pictures, chain_heads),
    *(challenges, regression_events, shadow_events, shadow_judgements),
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
