"""Inspections for tests of the record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from inspector.domain.classes import Classes
from inspector.domain.ids import new_id
from inspector.domain.records import Decision, Inspection, Latencies, ModelIdentity, Thresholds, Verdict
from inspector.domain.regression import LockedKind
from inspector.domain.shadow import Shadow
from inspector.outputs.regression_log import LockedPart
from inspector.outputs.shadow_log import ShadowJudgement

if TYPE_CHECKING:
    import sqlite3

START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
MODEL = ModelIdentity(name="m", sha256="a" * 64, device="CPU", precision="fp32", backend="openvino")


def inspection(
    number: int,
    verdict: Verdict = Verdict.PASS,
    *,
    lot: str = "L1",
    recipe: str = "R",
    source: str = "demo:",
    key: str = "",
) -> Inspection:
    judged = verdict is not Verdict.ERROR
    return Inspection(
        id=new_id(),
        time_utc=START + timedelta(seconds=number),
        station="S",
        recipe=recipe,
        recipe_version=2,
        lot=lot,
        part_number=number,
        source=source,
        source_path=None,
        file_key=key,
        trigger="interval",
        decision=Decision(
            verdict=verdict,
            reason="" if judged else "bad image: black",
            p_defective=0.25 if judged else None,
            thresholds=Thresholds(fail_at=0.5, review_from=0.2),
        ),
        classes=Classes(("good", "defective"), "good") if judged else None,
        probabilities=(0.75, 0.25) if judged else (),
        model=MODEL,
        software_version="0",
        latencies=Latencies(trigger_ms=1.5, wait_ms=0.5, total_ms=9.0),
        picture=None,
        image_not_saved="",
    )


def locked_part(part: Inspection) -> LockedPart:
    """A part that was locked as an escape."""
    return LockedPart(
        inspection_id=part.id,
        recipe=part.recipe,
        kind=LockedKind.ESCAPE,
        defect_type="chip",
        picture=f"{'b' * 64}.png",
        picture_sha256="b" * 64,
        confirmed_by="Ada",
        confirmed_utc=START,
        review_ids=new_id(),
        time_utc=START,
        who="station",
    )


def shadow_of(model: str = "candidate") -> Shadow:
    """A shadow of the recipe R."""
    return Shadow(
        id=new_id(),
        recipe="R",
        recipe_version=2,
        model=model,
        model_sha256="c" * 64,
        in_force=MODEL.name,
        in_force_sha256=MODEL.sha256,
        began=START,
        who="Ada",
    )


def shadow_judgement(part: Inspection, verdict: Verdict) -> ShadowJudgement:
    """What a shadow said of a part."""
    return ShadowJudgement(
        inspection_id=part.id,
        time_utc=START,
        in_force=part.decision.verdict,
        verdict=verdict,
        reason="",
        p_defective=0.5,
        strangeness=None,
    )


def take_back_to_0011(log: sqlite3.Connection) -> None:
    """Undo the last migrations in a log, which the program never does: there is neither roll-up nor chain."""
    triggers = log.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        log.execute(f"DROP TRIGGER {name}")
    log.execute("DELETE FROM events WHERE kind = 'chain'")
    later = ("challenges", "regression_events", "roll_up_keys", "roll_up_counts", "roll_up_bins", "roll_up_unkept")
    for table in (
        *later,
        "shadow_events",
        "shadow_judgements",
        "chain",
        "chain_heads",
        "removed_pictures",
        "commit_times",
        "picture_measures",
    ):
        log.execute(f"DROP TABLE {table}")
    log.execute("ALTER TABLE inspections DROP COLUMN nest")
    for name, sql in triggers:
        of_before = name.startswith(("reviews_", "events_", "audit_events_")) and not name.endswith("_chained")
        if of_before or name.endswith(("_counted", "_outbox")):
            log.execute(sql)
    log.execute("DROP INDEX ix_inspections_kept_passes")
    log.execute("UPDATE alembic_version SET version_num = '0011'")


def take_back_to_0006(log: sqlite3.Connection) -> None:
    """Undo the last few."""
    take_back_to_0011(log)
    for table in ("inspections", "reviews"):
        log.execute(f"DROP TRIGGER {table}_outbox")
    for table in ("outbox", "outbox_consumers", "outbox_aside"):
        log.execute(f"DROP TABLE {table}")
    log.execute("DROP TABLE part_views")
    log.execute("DROP TABLE audit_events")
    for name in ("trigger_id", "part_serial"):
        log.execute(f"DROP INDEX ix_inspections_{name}")
        log.execute(f"ALTER TABLE inspections DROP COLUMN {name}")
    log.execute("UPDATE alembic_version SET version_num = '0006'")


def take_back_to_0005(log: sqlite3.Connection) -> None:
    """Undo the last two."""
    take_back_to_0006(log)
    for name in ("strangeness", "strange_from", "heat_outside"):
        log.execute(f"ALTER TABLE inspections DROP COLUMN {name}")
    log.execute("UPDATE alembic_version SET version_num = '0005'")


def take_back_to_0004(log: sqlite3.Connection) -> None:
    """Undo the last three."""
    take_back_to_0005(log)
    log.execute("DROP INDEX ix_inspections_rejected")
    log.execute("DROP INDEX ix_inspections_verdict_time")
    log.execute("CREATE INDEX ix_inspections_verdict_time ON inspections (verdict, time_utc)")
    log.execute("DROP TRIGGER inspections_counted")
    log.execute("DROP TABLE counts")
    log.execute("DROP TABLE events")
    log.execute("UPDATE alembic_version SET version_num = '0004'")
