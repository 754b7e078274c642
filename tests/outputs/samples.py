"""Inspections for tests of the record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from inspector.domain.classes import Classes
from inspector.domain.ids import new_id
from inspector.domain.records import Decision, Inspection, Latencies, ModelIdentity, Thresholds, Verdict

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


def take_back_to_0006(log: sqlite3.Connection) -> None:
    """Undo the last migration in a log, which the program never does."""
    for table in ("inspections", "reviews"):
        log.execute(f"DROP TRIGGER {table}_outbox")
    for table in ("outbox", "outbox_consumers", "outbox_aside"):
        log.execute(f"DROP TABLE {table}")
    log.execute("UPDATE alembic_version SET version_num = '0006'")


def take_back_to_0005(log: sqlite3.Connection) -> None:
    """Undo the last two."""
    take_back_to_0006(log)
    for name in ("strangeness", "strange_from"):
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
