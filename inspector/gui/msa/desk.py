"""What the studies' dialog asks of files, record and model: on a worker, one thing after the other."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from inspector import assembly
from inspector.domain.errors import InspectorError
from inspector.msa.choose import draw_parts, labelled, reviewed
from inspector.msa.outcome import outcome_of, progress
from inspector.msa.plan import STATION
from inspector.msa.report import write_result
from inspector.msa.sitting import AppraiserSitting
from inspector.msa.station import answer_of, shown_answer
from inspector.msa.study import list_studies, make_study, open_study
from inspector.outputs.base import LogQuery
from inspector.outputs.reviews import ReviewLog
from inspector.pictures import decode_picture, place_of
from inspector.trial import TrialJudge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.domain.records import Image
    from inspector.gui.work import Worker
    from inspector.msa.outcome import AppraiserProgress, StudyOutcome
    from inspector.msa.plan import StudyPlan
    from inspector.msa.study import Study
    from inspector.paths import Home
    from inspector.settings import Settings

_AT_ONCE = 5
_SEEDS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyOrder:
    """A study to be planned.

    Args:
        folder: Of labelled pictures; empty for reviewed parts of the record.
        parts: How many at most.
    """

    name: str
    folder: str
    parts: int
    people: tuple[str, ...]
    repeats: int
    station: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyShown:
    """An opened study.

    Args:
        far: Their judgements so far, the station last.
    """

    plan: StudyPlan
    far: tuple[AppraiserProgress, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialShown:
    """What is to be judged next.

    Args:
        appraiser: Who judges.
        done: How many judgements that one has made.
        total: Of how many.
        image: Its pixels; None when all is judged.
        part: Number of the part and where it comes from, for the one who shows it to the line; empty for who judges.
        fault: Why the last wish was not done; empty where it was.
    """

    appraiser: str
    done: int
    total: int
    image: Image | None
    part: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultShown:
    """A result, and where it was written.

    Args:
        report: The report's file.
        table: The table of all judgements.
    """

    outcome: StudyOutcome
    report: Path
    table: Path


class StudyDesk(QObject):
    """See the module. Lives on the GUI thread.

    Args:
        home: The station's data folder.
        settings: Those in force; called on the worker.
        log: Where the result log is; called on the worker.
        worker: Does everything; nobody else's.
    """

    listed = Signal(object)  #: names of the studies
    opened = Signal(object)  #: StudyShown
    trial = Signal(object)  #: TrialShown
    station_at = Signal(object)  #: TrialShown of the station, without pixels
    result = Signal(object)  #: ResultShown
    failed = Signal(str)

    def __init__(
        self,
        home: Home,
        *,
        settings: Callable[[], Settings],
        log: Callable[[], Path],
        worker: Worker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._home, self._settings, self._log, self._worker = home, settings, log, worker
        # used on the worker only
        self._study: Study | None = None
        self._sitting: AppraiserSitting | None = None
        self._live = False
        self._after = 0
        self._judge = TrialJudge(home, settings)
        self._stops = False

    def ask_list(self) -> None:
        """Have the studies listed."""
        self._do(lambda: list_studies(self._home.root), self.listed.emit)

    def make(self, order: StudyOrder, recipe: str, by: str) -> None:
        """Have a study planned, and opened."""
        self._do(lambda: self._make(order, recipe, by), self.opened.emit)

    def open(self, name: str) -> None:
        """Have a study opened, or looked at anew."""
        self._do(lambda: self._open(name), self.opened.emit)

    def begin(self, appraiser: str, known_by: str) -> None:
        """Have an appraiser sit down."""
        self._do(lambda: self._begin(appraiser, known_by), self.trial.emit)

    def say(self, *, defective: bool, took_s: float) -> None:
        """Have a judgement written; the next part is shown once it is on the disk."""
        self._do(lambda: self._say(defective=defective, took_s=took_s), self.trial.emit)

    def begin_station(self, *, live: bool) -> None:
        """Have the station judge: the pictures, one after the other, or the parts as they are shown to the line."""
        self._stops = False
        self._do(lambda: self._begin_station(live=live), self._go_on_station)

    def take_shown(self) -> None:
        """Have taken what the line recorded of the part that was asked for."""
        self._do(self._take_shown, self.station_at.emit)

    def pause(self) -> None:
        """Have whoever judges stand up; the study is shown as far as it is."""
        self._stops = True
        self._do(self._pause, self.opened.emit)

    def ask_result(self, by: str) -> None:
        """Have the result computed, and the report written into the study's folder."""
        self._do(lambda: self._result(by), self.result.emit)

    def release(self) -> None:
        """End the work; a judgement that is on its way to the disk is waited for."""
        self._stops = True
        self._worker.do(self._end)

    # --- on the worker ------------------------------------------------------------------------------------------------

    def _make(self, order: StudyOrder, recipe_name: str, by: str) -> StudyShown:
        recipe = assembly.find_recipe(recipe_name, self._home)
        seed = random.SystemRandom().randrange(_SEEDS)
        if order.folder:
            candidates = labelled(place_of(order.folder).absolute())
        else:
            candidates = reviewed(ReviewLog(self._log(), read_only=True), LogQuery(recipe=recipe.name))
        plan = {
            "name": order.name,
            "recipe": recipe.name,
            "made_by": by,
            "seed": seed,
            "repeats": order.repeats,
            "people": order.people,
            "station": order.station,
            "bit_depth": recipe.source_options.bit_depth,
        }
        self._study = make_study(self._home.root, plan, draw_parts(candidates, order.parts, seed))
        return self._shown(self._study)

    def _open(self, name: str) -> StudyShown:
        self._study = open_study(self._home.root, name)
        return self._shown(self._study)

    def _shown(self, study: Study) -> StudyShown:
        return StudyShown(plan=study.plan, far=progress(study))

    def _begin(self, appraiser: str, known_by: str) -> TrialShown:
        assert self._study is not None
        self._end_sitting()
        self._sitting = AppraiserSitting(self._home.root, self._study, appraiser, known_by)
        return self._next(self._sitting)

    def _next(self, sitting: AppraiserSitting) -> TrialShown:
        trial = sitting.trial()
        image = None
        if trial is not None:
            image = decode_picture(trial.content, f"picture{trial.suffix}", bit_depth=sitting.study.plan.bit_depth)
        return TrialShown(appraiser=sitting.appraiser, done=sitting.done, total=sitting.total, image=image)

    def _say(self, *, defective: bool, took_s: float) -> TrialShown:
        assert self._sitting is not None
        self._sitting.say(defective=defective, took_s=took_s)
        return self._next(self._sitting)

    def _begin_station(self, *, live: bool) -> TrialShown:
        assert self._study is not None
        self._end_sitting()
        self._live = live
        self._sitting = AppraiserSitting(self._home.root, self._study, STATION, "station")
        return self._await_part() if live else self._judge_some()

    def _judge_some(self) -> TrialShown:
        """Have the station judge a few pictures."""
        sitting = self._sitting
        assert sitting is not None
        recipe = assembly.find_recipe(sitting.study.plan.recipe, self._home)
        for _ in range(_AT_ONCE):
            part = sitting.part()
            content = None if part is None else sitting.study.content(part)
            if part is None or content is None:
                break
            sitting.station_says(answer_of(self._judge.judge_content(content, part.file, recipe)))
        return TrialShown(appraiser=STATION, done=sitting.done, total=sitting.total, image=None)

    def _await_part(self, fault: str = "") -> TrialShown:
        """Note where the record ends, and say which part is to be shown to the line."""
        sitting = self._sitting
        assert sitting is not None
        log = assembly.open_log(self._log(), read_only=True)
        try:
            newest = log.recent(LogQuery(), 1)
            self._after = (log.sequence_of(newest[0].id) or 0) if newest else 0
        finally:
            log.close()
        part = sitting.part()
        words = "" if part is None else f"part {part.number}, {part.origin}"
        image = None
        if part is not None and (content := sitting.study.content(part)) is not None:
            image = decode_picture(content, part.file, bit_depth=sitting.study.plan.bit_depth)
        return TrialShown(
            appraiser=STATION, done=sitting.done, total=sitting.total, image=image, part=words, fault=fault
        )

    def _take_shown(self) -> TrialShown:
        sitting = self._sitting
        assert sitting is not None
        log = assembly.open_log(self._log(), read_only=True)
        try:
            parts = list(log.rows(LogQuery(after=self._after)))
        finally:
            log.close()
        try:
            sitting.station_says(shown_answer(parts, sitting.study.plan.recipe))
        except InspectorError as error:
            return self._await_part(str(error))
        return self._await_part()

    def _pause(self) -> StudyShown:
        assert self._study is not None
        self._end_sitting()
        return self._shown(self._study)

    def _result(self, by: str) -> ResultShown:
        study = self._study
        assert study is not None
        self._end_sitting()
        study.read_again()
        outcome = outcome_of(study)
        log = self._log()
        report, table = write_result(
            study,
            outcome,
            study.folder,
            self._home.root,
            station=self._settings().station,
            log=log if log.exists() else None,
            who=by,
        )
        return ResultShown(outcome=outcome, report=report, table=table)

    def _end(self) -> None:
        self._end_sitting()
        self._judge.close()

    def _end_sitting(self) -> None:
        sitting, self._sitting = self._sitting, None
        if sitting is not None:
            sitting.end()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _go_on_station(self, shown: TrialShown) -> None:
        """Have the station go on with the pictures, a few at a time, until it is stopped or through."""
        self.station_at.emit(shown)
        if not self._live and shown.done < shown.total and not self._stops:
            self._do(self._judge_some, self._go_on_station)

    def _do(self, task: Callable[[], Any], done: Callable[[Any], None]) -> None:
        self._worker.do(task, done, lambda error: self.failed.emit(str(error)))
