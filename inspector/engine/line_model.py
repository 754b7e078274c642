"""The model of a running line: tested every hour between parts, loaded again where it no longer judges as it did."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from inspector.domain.errors import InspectorError, ModelChangedError
from inspector.domain.memory import reason_of
from inspector.domain.sentence import sentence
from inspector.engine.inspect import Judged, judge_picture, not_judged
from inspector.engine.part_codes import CodeReader
from inspector.engine.predictor import PatientPredictor, Predictor
from inspector.engine.queues import Unjudged
from inspector.vision.classifier import TEST_EVERY_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.domain.records import Image, ModelIdentity, Part, Thresholds
    from inspector.engine.board import Board
    from inspector.engine.job import LineJob

_log = logging.getLogger(__name__)
#: So long after it is due it is made even if parts wait.
LATEST_S = 600.0
#: After a model could not be loaded again.
_RETRY_S = 10.0
#: A network that hangs for so long after it was given up is left behind, and the model is loaded anew.
HANGS_S = 30.0
#: Each one that was left behind keeps its memory and its processor.
_MOST_LEFT_BEHIND = 2
_HANGS_AGAIN = "the network hangs again and again. Restart the station; check the device that it runs on."
_OVER = object()


class LineModel:
    """Loads the line's model and judges with it. Owned by the inspection thread, which alone calls it, but `give_up`.

    Args:
        job: Says how the model is loaded; loading tests it.
        board: Told when the model judges no more, and when it does again.
    """

    def __init__(self, job: LineJob, board: Board) -> None:
        self._job = job
        self._board = board
        self._test: Iterator[None] | None = None
        self._due_s = 0.0
        self._fault = ""
        self._doubt = ""
        self._left_behind = 0
        self._codes = CodeReader(job.recipe)
        self._load()

    @property
    def identity(self) -> ModelIdentity:
        """Which model, on what."""
        return self._classifier.identity

    @property
    def thresholds(self) -> Thresholds:
        """The operating point stored in the bundle."""
        return self._classifier.thresholds

    @property
    def doubt(self) -> str:
        """Which parts of this run should be inspected again, and why; empty where none should."""
        return self._doubt

    def judge(self, pixels: Image, thresholds: Thresholds, *, patient: bool = False) -> Judged:
        """Judge a part; while the model has changed, nothing.

        Args:
            pixels: The inspected pixels.
            thresholds: The operating point in force.
            patient: Whether a part can wait for a network that is slow: a file.
        """
        if self._fault:
            return not_judged(self._fault, thresholds)
        asked = PatientPredictor(self._predictor, self._job.file_wait_s) if patient else self._predictor
        recipe = self._job.recipe
        return judge_picture(
            *(asked, pixels, thresholds, recipe.quality, self.identity.pictures, recipe.heatmap),
            measured=recipe.watch.on,
        )

    def judge_part(
        self, item: Part | Unjudged, thresholds: Thresholds, *, patient: bool = False
    ) -> tuple[Part | Unjudged, Judged]:
        """Judge what the queue holds; what has no pixels, or was not seen well, is an ERROR; see `judge`.

        Returns:
            The part, with the serial number that its code says, and the judgement.
        """
        if isinstance(item, Unjudged):
            return item, not_judged(item.reason, thresholds)
        if item.fault:
            return item, not_judged(item.fault, thresholds)
        try:
            pixels = item.pixels()
        except Exception as error:
            return item, not_judged(reason_of(error), thresholds)
        reading = self._codes.begin(item)
        judged = self.judge(pixels, thresholds, patient=patient)
        if reading is None:
            return item, judged
        serial, judged = self._codes.finish(reading, judged, patient=patient)
        return replace(item, part_serial=serial), judged

    def look_after(self, *, idle: bool) -> None:
        """Test the model where that is due, one picture a call; where it has changed, load it again.

        Args:
            idle: Whether no part waits.
        """
        now_s = time.perf_counter()
        if self._predictor.hangs_s() > HANGS_S:
            self._leave_behind()
            return
        if self._fault == _HANGS_AGAIN:
            self._answers_again()
        if now_s < self._due_s or not (idle or now_s > self._due_s + LATEST_S):
            return
        if self._fault:
            self._load_again(now_s)
            return
        test = self._test = self._test or self._classifier.self_test()
        try:
            over = self._predictor.run(partial(next, test, _OVER)) is _OVER
        except ModelChangedError as error:
            self._changed(error)
        except InspectorError as error:  # it says nothing of the model's weights: asked again
            _log.warning("the model's self-test could not be made: %s", error)
            self._test, self._due_s = None, now_s + _RETRY_S
        else:
            if over:
                self._right(now_s)

    def give_up(self) -> None:
        """Wait for no answer any more; any thread may call."""
        self._predictor.give_up()

    def close(self, timeout_s: float) -> None:
        """Release the model; one that hangs is left behind."""
        self._codes.close()
        self._predictor.close(timeout_s)

    def _load(self) -> None:
        self._classifier = self._job.load_classifier()
        self._predictor = Predictor(self._classifier, self._job.predict_limit_s)
        self._right(time.perf_counter())

    def _right(self, now_s: float) -> None:
        self._test, self._due_s = None, now_s + TEST_EVERY_S
        self._right_at = datetime.now().astimezone()

    def _changed(self, error: ModelChangedError) -> None:
        now = datetime.now().astimezone()
        self._doubt = (
            f"Parts between {self._right_at:%H:%M} and {now:%H:%M} may have been judged wrongly: inspect them again. "
            f"{sentence(error.what)}."
        )
        self._say(str(error))
        self._test, self._due_s = None, 0.0

    def _leave_behind(self) -> None:
        """Load the model anew beside a network that does not come back; nobody hears what it still answers."""
        if self._left_behind >= _MOST_LEFT_BEHIND:
            if not self._fault:
                self._say(_HANGS_AGAIN)
            return
        self._left_behind += 1
        self._load_again(time.perf_counter())
        if not self._fault:
            self._board.restarted("the model, whose network hung")

    def _answers_again(self) -> None:
        self._fault = ""
        self._board.change(model_fault="")

    def _load_again(self, now_s: float) -> None:
        self._predictor.close(timeout_s=0.3)
        try:
            self._load()
        except InspectorError as error:
            self._say(str(error))
            self._due_s = now_s + _RETRY_S
        else:
            self._answers_again()
            self._board.change(model=self.identity)

    def _say(self, fault: str) -> None:
        _log.error("%s", fault)
        self._fault = fault
        self._board.change(model_fault=fault, doubt=self._doubt)
