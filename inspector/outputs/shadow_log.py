"""Shadows in the result log: when a candidate began and ended, what it said of each part; rows are only added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, text

from inspector.domain.errors import InspectorError
from inspector.domain.records import Verdict
from inspector.domain.shadow import Shadow, ShadowEvent, ShadowTable, crosses
from inspector.outputs.beside import LogBeside
from inspector.outputs.rows import time_of, time_text
from inspector.outputs.schema import audit_events, inspections, reviews, shadow_events, shadow_judgements
from inspector.outputs.trail_rows import event_row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from inspector.trail.event import TrailEvent


def shadow_folder(log: Path) -> Path:
    """Return the folder beside a log that holds what belongs to its shadows."""
    return log.with_name(f"{log.stem}.shadow")


def kept_differences(log: Path) -> Path:
    """Return the folder of copies of pictures of which two models say different things."""
    return shadow_folder(log) / "differences"


class ShadowError(InspectorError):
    """A shadow cannot be started, stopped or read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowJudgement:
    """What a candidate said of a part.

    Args:
        in_force: What the model in force said of what both saw.
        verdict: The candidate's.
        reason: The candidate's, in words.
        picture: Name of the copy that was kept, as the two differ; empty for none.
        picture_sha256: Of that file, hex; None for none.
    """

    inspection_id: str
    time_utc: datetime
    in_force: Verdict
    verdict: Verdict
    reason: str
    p_defective: float | None
    strangeness: float | None
    picture: str = ""
    picture_sha256: str | None = None


class ShadowLog:
    """Reads and adds rows; any thread, beside a running station.

    Args:
        path: The result log.
        read_only: Whether it can be read only.

    Raises:
        LogError: See `LogBeside`.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._beside = LogBeside(path, read_only=read_only)
        self.path = self._beside.path

    # --- which there are ----------------------------------------------------------------------------------------------

    def shadows(self) -> list[Shadow]:
        """Return every shadow there ever was, the oldest first.

        Raises:
            LogError: If the log cannot be read.
        """
        with self._beside.errors_of("read"), self._beside.connected() as connection:
            return _shadows(connection)

    def current(self) -> Shadow | None:
        """Return the shadow that runs; None where none does.

        Raises:
            LogError: If the log cannot be read.
        """
        return next((shadow for shadow in reversed(self.shadows()) if shadow.runs), None)

    def start(self, shadow: Shadow, told: TrailEvent) -> None:
        """Commit that a shadow begins, with the event of the audit trail in the same commit.

        Raises:
            ShadowError: If another one runs: there is one at a time.
            LogError: If it could not be written; nothing is.
        """

        def refuse_second(connection: Connection) -> None:
            running = next((known for known in _shadows(connection) if known.runs and known.id != shadow.id), None)
            if running is not None:
                raise ShadowError(
                    f"{shadow.model} cannot be a shadow now: {running.model} is one, of the recipe {running.recipe}, "
                    f"since {running.began.astimezone():%Y-%m-%d %H:%M}",
                    "Stop that one first; its judgements stay in the record.",
                )

        self._add_event(shadow, ShadowEvent.STARTED, shadow.began, shadow.who, "", told, check=refuse_second)

    def end(self, shadow: Shadow, event: ShadowEvent, when: datetime, who: str, why: str, told: TrailEvent) -> bool:
        """Commit that a shadow has ended; False where it had already.

        Raises:
            LogError: If it could not be written; nothing is.
        """
        if not any(known.id == shadow.id and known.runs for known in self.shadows()):
            return False
        self._add_event(shadow, event, when, who, why, told)
        return True

    # --- what was said ------------------------------------------------------------------------------------------------

    def add(self, shadow: str, judgements: Sequence[ShadowJudgement]) -> None:
        """Commit judgements; when this returns, they survive a power cut. What is there already is left out.

        Raises:
            LogError: If they could not be written; none is.
        """
        if not judgements:
            return
        rows = [_row(shadow, judgement) for judgement in judgements]
        ids = [judgement.inspection_id for judgement in judgements]

        def add(connection: Connection) -> None:
            connection.execute(text("BEGIN IMMEDIATE"))
            try:
                known = self._known(connection, shadow, ids)
                if new := [row for row in rows if row["inspection_id"] not in known]:
                    connection.execute(insert(shadow_judgements), new)
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            self._beside.sync()

        def is_there() -> bool:
            with self._beside.connected() as connection:
                return self._known(connection, shadow, ids) >= set(ids)

        self._beside.write(add, is_there)

    def table(self, shadow: str) -> ShadowTable:
        """Return how many parts have which two verdicts.

        Raises:
            LogError: If the log cannot be read.
        """
        columns = shadow_judgements.c
        statement = (
            select(columns.in_force_verdict, columns.verdict, func.count())
            .where(columns.shadow == shadow)
            .group_by(columns.in_force_verdict, columns.verdict)
        )
        with self._beside.errors_of("read"), self._beside.connected() as connection:
            counts = {
                (Verdict(first), Verdict(second)): count for first, second, count in connection.execute(statement)
            }
        return ShadowTable(counts=counts)

    def differences(self, shadow: str, *, reviewed: bool = False) -> list[tuple[str, Verdict, Verdict]]:
        """Return the parts of which the two say different things: those that only one of them passes first.

        Args:
            reviewed: Only those of which somebody has said something.

        Returns:
            Ids of the inspections, the verdict in force and the candidate's.

        Raises:
            LogError: If the log cannot be read.
        """
        columns = shadow_judgements.c
        statement = select(columns.inspection_id, columns.in_force_verdict, columns.verdict).where(
            columns.shadow == shadow, columns.in_force_verdict != columns.verdict
        )
        if reviewed:
            statement = statement.where(columns.inspection_id.in_(select(reviews.c.inspection_id)))
        statement = statement.order_by(columns.number)
        with self._beside.errors_of("read"), self._beside.connected() as connection:
            rows = [(part, Verdict(first), Verdict(second)) for part, first, second in connection.execute(statement)]
        return sorted(rows, key=lambda row: not crosses(row[1], row[2]))

    def difference(self, inspection_id: str) -> ShadowJudgement | None:
        """Return what the newest shadow that differs said of a part; None where none does.

        Raises:
            LogError: If the log cannot be read.
        """
        columns = shadow_judgements.c
        statement = select(shadow_judgements).where(
            columns.inspection_id == inspection_id, columns.in_force_verdict != columns.verdict
        )
        with self._beside.errors_of("read"), self._beside.connected() as connection:
            row = connection.execute(statement.order_by(columns.number.desc()).limit(1)).mappings().first()
        return None if row is None else _judgement(row)

    def inspected(self, shadow: Shadow) -> int:
        """Return how many parts of its recipe the station has judged since a shadow began, up to its end.

        Parts that were an ERROR are none: there is nothing to be compared.

        Raises:
            LogError: If the log cannot be read.
        """
        columns = inspections.c
        # by the index of the time: the plus keeps SQLite from walking all that the recipe ever had
        statement = select(func.count()).where(
            columns.time_utc >= time_text(shadow.began),
            text("+inspections.recipe = :recipe").bindparams(recipe=shadow.recipe),
            text("+inspections.verdict <> 'ERROR'"),
        )
        if shadow.ended is not None:
            statement = statement.where(columns.time_utc < time_text(shadow.ended))
        with self._beside.errors_of("read"), self._beside.connected() as connection:
            return int(connection.execute(statement.select_from(inspections)).scalar() or 0)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _known(self, connection: Connection, shadow: str, ids: Sequence[str]) -> set[str]:
        columns = shadow_judgements.c
        statement = select(columns.inspection_id).where(columns.shadow == shadow, columns.inspection_id.in_(ids))
        return set(connection.execute(statement).scalars())

    def _add_event(
        self,
        shadow: Shadow,
        event: ShadowEvent,
        when: datetime,
        who: str,
        why: str,
        told: TrailEvent,
        check: Any = None,  # noqa: ANN401 - looks at a connection, and may refuse
    ) -> None:
        row = {
            "time_utc": time_text(when),
            "shadow": shadow.id,
            "event": event.value,
            "recipe": shadow.recipe,
            "model": shadow.model,
            "model_sha256": shadow.model_sha256,
            "in_force": shadow.in_force,
            "in_force_sha256": shadow.in_force_sha256,
            "who": who,
            "why": why,
            "recipe_version": shadow.recipe_version,
        }

        def add(connection: Connection) -> None:
            connection.execute(text("BEGIN IMMEDIATE"))
            try:
                if check is not None:
                    check(connection)
                connection.execute(insert(shadow_events).values(row))
                connection.execute(insert(audit_events), event_row(told))
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            self._beside.sync()

        def is_there() -> bool:
            with self._beside.connected() as connection:
                columns = shadow_events.c
                same = (columns.shadow == shadow.id) & (columns.event == event.value)
                return connection.execute(select(columns.number).where(same)).first() is not None

        self._beside.write(add, is_there)


def _shadows(connection: Connection) -> list[Shadow]:
    known: dict[str, Shadow] = {}
    for row in connection.execute(select(shadow_events).order_by(shadow_events.c.number)).mappings():
        if row["event"] == ShadowEvent.STARTED.value:
            known[row["shadow"]] = _shadow(row)
        elif row["shadow"] in known:
            known[row["shadow"]] = _shadow(
                row, began=known[row["shadow"]], ended=time_of(row["time_utc"]), by=row["who"], why=row["why"]
            )
    return list(known.values())


def _shadow(
    row: Mapping[Any, Any], *, began: Shadow | None = None, ended: datetime | None = None, by: str = "", why: str = ""
) -> Shadow:
    return Shadow(
        id=row["shadow"],
        recipe=row["recipe"],
        recipe_version=row["recipe_version"],
        model=row["model"],
        model_sha256=row["model_sha256"],
        in_force=row["in_force"],
        in_force_sha256=row["in_force_sha256"],
        began=time_of(row["time_utc"]) if began is None else began.began,
        who=row["who"] if began is None else began.who,
        ended=ended,
        ended_by=by,
        why_ended=why,
    )


def _row(shadow: str, judgement: ShadowJudgement) -> dict[str, Any]:
    return {
        "time_utc": time_text(judgement.time_utc),
        "shadow": shadow,
        "inspection_id": judgement.inspection_id,
        "in_force_verdict": judgement.in_force.value,
        "verdict": judgement.verdict.value,
        "reason": judgement.reason,
        "picture": judgement.picture,
        "picture_sha256": judgement.picture_sha256,
        "p_defective": judgement.p_defective,
        "strangeness": judgement.strangeness,
    }


def _judgement(row: Mapping[Any, Any]) -> ShadowJudgement:
    return ShadowJudgement(
        inspection_id=row["inspection_id"],
        time_utc=time_of(row["time_utc"]),
        in_force=Verdict(row["in_force_verdict"]),
        verdict=Verdict(row["verdict"]),
        reason=row["reason"],
        p_defective=row["p_defective"],
        strangeness=row["strangeness"],
        picture=row["picture"],
        picture_sha256=row["picture_sha256"],
    )
