"""An appraiser judges: the next part in the shuffled order, blind, until everything is judged or it is paused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.msa.plan import STATION
from inspector.msa.rows import JudgementRow
from inspector.msa.study import StudyError
from inspector.trail.event import TrailKind, happened
from inspector.trail.waiting import note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pydantic import JsonValue

    from inspector.msa.plan import StudyPart
    from inspector.msa.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindTrial:
    """What is to be judged next: nothing in it tells what the part is, or what was said of it before.

    Args:
        place: 1 and up, of `total`.
        total: How many judgements the appraiser makes, without parts whose picture is lost.
        content: The picture's bytes.
        suffix: Of the picture's file, as “.png”.
    """

    place: int
    total: int
    content: bytes
    suffix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StationAnswer:
    """What the station says of a part.

    Args:
        verdict: PASS, FAIL, REVIEW or ERROR; all but PASS count as defective, as the part does not leave as good.
        p_defective: 0..1; None without a prediction.
        reason: As the verdict has it.
        judge: Model's SHA-256 and thresholds.
        inspection: Id of the row of the record, where there is one.
    """

    verdict: str
    p_defective: float | None
    reason: str
    judge: str
    inspection: str = ""


class AppraiserSitting:
    """One appraiser at work. The study is locked from the beginning to `end`.

    Args:
        root: The data folder.
        appraiser: As it is planned.
        known_by: As `inspector.people.actor.KnownBy` says it.

    Raises:
        StudyError: If that is no appraiser of the study, or somebody else judges at the moment.
    """

    def __init__(self, root: Path, study: Study, appraiser: str, known_by: str) -> None:
        name = study.plan.appraiser(appraiser)
        if name is None:
            raise StudyError(
                f"{appraiser or 'nobody'} is no appraiser of the study {study.plan.name}",
                f"Its appraisers are {', '.join(study.plan.appraisers)}.",
            )
        self.study, self.appraiser, self._known_by, self._root = study, name, known_by, root
        study.lock()
        self._before = len(study.judgements.rows)
        self._lost = study.lost()
        self._parts = {part.number: part for part in study.plan.parts}
        self._order = [trial for trial in study.plan.order(name) if trial[1] not in self._lost]
        done = {(row.repeat, row.part) for row in study.rows_of(name)}
        self._left = [trial for trial in self._order if trial not in done]
        self._left.reverse()

    @property
    def total(self) -> int:
        """How many judgements there are to be made, without parts whose picture is lost."""
        return len(self._order)

    @property
    def done(self) -> int:
        """How many have been made."""
        return len(self._order) - len(self._left)

    @property
    def lost(self) -> frozenset[int]:
        """Numbers of the parts whose picture is gone or another one; they are left out."""
        return self._lost

    @property
    def repeat(self) -> int:
        """Which repeat is at hand; the last one when all is judged."""
        return self._left[-1][0] if self._left else self.study.plan.repeats

    def part(self) -> StudyPart | None:
        """Return the part that is next; for the station, as it tells which one it is. None when all is judged.

        A picture that is lost since the sitting began is left out like the others.
        """
        while self._left:
            part = self._parts[self._left[-1][1]]
            if self.study.content(part) is not None:
                return part
            self._lost |= {part.number}
            self._left = [trial for trial in self._left if trial[1] != part.number]
            self._order = [trial for trial in self._order if trial[1] != part.number]
        return None

    def trial(self) -> BlindTrial | None:
        """Return what is to be judged next; None when all is judged."""
        part = self.part()
        content = None if part is None else self.study.content(part)
        if part is None or content is None:
            return None
        return BlindTrial(place=self.done + 1, total=self.total, content=content, suffix=Path(part.file).suffix)

    def say(self, *, defective: bool, took_s: float | None = None) -> None:
        """Record the judgement of what is next.

        Raises:
            FileError: If it cannot be written; nothing was recorded, and the part is still next.
        """
        self._add(defective=defective, took_s=took_s, answer=None)

    def station_says(self, answer: StationAnswer, *, took_s: float | None = None) -> None:
        """Record what the station says of what is next.

        Raises:
            FileError: As `say`.
            StudyError: If it was judged by something else before.
        """
        earlier = next((row.judge for row in self.study.rows_of(STATION) if row.judge), "")
        if earlier and answer.judge and earlier != answer.judge:
            raise StudyError(
                f"the station began this study with {earlier}, and now judges with {answer.judge}",
                "Take the model and the thresholds of before, or plan another study.",
            )
        self._add(defective=answer.verdict != "PASS", took_s=took_s, answer=answer)

    def end(self) -> None:
        """Let others judge; the audit trail tells how far the study is."""
        study = self.study
        rows = len(study.judgements.rows)
        study.unlock()
        if rows != self._before:
            after: dict[str, JsonValue] = {
                "appraiser": self.appraiser,
                "judgements": rows,
                "last line": study.judgements.end,
            }
            note(self._root, happened(TrailKind.MSA, study.plan.name, after=after))

    def _add(self, *, defective: bool, took_s: float | None, answer: StationAnswer | None) -> None:
        repeat, part = self._left[-1]
        row = JudgementRow(
            number=1,
            time_utc=datetime.now(UTC),
            appraiser=self.appraiser,
            known_by=self._known_by,
            repeat=repeat,
            part=part,
            defective=defective,
            took_s=None if took_s is None else round(took_s, 3),
            verdict="" if answer is None else answer.verdict,
            p_defective=None if answer is None else answer.p_defective,
            reason="" if answer is None else answer.reason,
            judge="" if answer is None else answer.judge,
            inspection="" if answer is None else answer.inspection,
        )
        self.study.add(row)
        self._left.pop()


def station_judges(sitting: AppraiserSitting, judge: Callable[[bytes, StudyPart], StationAnswer]) -> Iterator[int]:
    """Have the station judge all that is left.

    Args:
        judge: Called with a picture's bytes and its part.

    Yields:
        How many judgements the station has made.
    """
    while (part := sitting.part()) is not None:
        content = sitting.study.content(part)
        if content is None:
            continue
        sitting.station_says(judge(content, part))
        yield sitting.done
