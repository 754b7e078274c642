"""What the Training page asks the trainer beside a training: what the pictures hold, how good the current model is.

Each question is a process of its own; the session's worker starts it and looks whether it is done, and never waits.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.class_words import WordsError
from inspector.gui.station.asker import Asker
from inspector.gui.training.data import read_thumbs, thumbs_of
from inspector.gui.training.findings_dialog import SHOWN
from inspector.gui.training.flips import NewFigures, flips_of
from inspector.gui.training.words import untested_words
from inspector.gui.work import Latest
from inspector.json_file import JsonError, read_model
from trainer.evaluation import untested

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.domain.class_words import ClassWords
    from inspector.gui.training.data import DataColumn
    from inspector.gui.training.findings_dialog import FindingsDialog
    from inspector.gui.training.flips import Flip
    from inspector.gui.widgets.thumb_strip import Thumb
    from inspector.gui.work import Worker
    from inspector.runs.inquiry import Inquiry
    from inspector.runs.trainings import Training, Trainings
    from inspector.vision.store import ModelStore
    from trainer.evaluation import Evaluation, ModelEvaluation
    from trainer.protocol import DataAnswer, Progress

_log = logging.getLogger(__name__)
_THUMB_PX, _PREVIEW_PX = 104, 480


class DataInquiry:
    """What the pictures hold, shown in their column.

    Args:
        work: Starts the process and reads its answer.
        trainings: Asked on the worker.
        column: The answer is shown there.
        show_preview: Gets pictures of what the network will see.
        show_devices: Gets how many GPUs could train together here, where the trainer has said it.
    """

    def __init__(
        self,
        work: Worker,
        trainings: Trainings,
        column: DataColumn,
        show_preview: Callable[[Sequence[Thumb]], None],
        show_devices: Callable[[int], None],
    ) -> None:
        self._trainings, self._column = trainings, column
        self._show_preview, self._show_devices = show_preview, show_devices
        self._asker: Asker[DataAnswer] = Asker(work)
        self._thumbs = Latest(work)
        self._asker.moved = lambda progress: column.show_progress(progress.done, progress.total)
        self._details = Latest(work)
        column.details_opened.connect(self._read_findings)
        self.changed: Callable[[], None] = lambda: None  #: called when something new is shown

    def ask(self, path: str, words: ClassWords, bit_depth: int | None) -> None:
        """Ask for a folder or a manifest; an empty path ends the question that is open.

        Args:
            words: What the user has said of words.
            bit_depth: As the training will decode the pictures.
        """
        self.release()
        self._show_preview([])
        if path:
            self._column.show_waiting()
            self._asker.ask(
                lambda: self._trainings.inspect_data(path, words, bit_depth=bit_depth), self._answered, self._failed
            )

    def poll(self) -> None:
        """Look whether there is an answer."""
        self._asker.poll()

    def release(self) -> None:
        """End the question."""
        self._asker.release()
        self._thumbs.forget()

    def _answered(self, answer: DataAnswer) -> None:
        self._column.show_contents(answer.contents, answer.findings)
        self._show_devices(answer.devices)
        self.changed()

        def read() -> tuple[list[Thumb], list[Thumb]]:
            return thumbs_of(answer.contents, _THUMB_PX), read_thumbs(answer.preview, _PREVIEW_PX, "augmented")

        def done(thumbs: tuple[list[Thumb], list[Thumb]]) -> None:
            self._column.strip.show_thumbs(thumbs[0])
            self._show_preview(thumbs[1])

        self._thumbs.ask(read, done)

    def _read_findings(self, dialog: FindingsDialog) -> None:
        root = Path(self._column.place)
        root = root if root.is_dir() else root.parent
        findings = dialog.findings

        def read() -> list[list[Thumb]]:
            paths = [[str(root / file) for file in finding.files[:SHOWN]] for finding in findings]
            return [read_thumbs(own, _THUMB_PX, "picture") for own in paths]

        self._details.ask(read, dialog.show_pictures)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, WordsError):
            self._column.ask_words(error.words, error.what)
        else:
            self._column.show_fault(str(error))
        self.changed()


class FiguresInquiry:
    """The current model's figures on a new model's test pictures; an answer is remembered.

    Args:
        work: Starts the process and reads its answer.
        trainings: Asked on the worker.
        models: Finds models by name; used on the worker.
        show: Gets the figures, or None, and words about them.
        show_flips: Gets the pictures that the two models judge differently.
    """

    def __init__(
        self,
        work: Worker,
        trainings: Trainings,
        models: ModelStore,
        show: Callable[[Evaluation | None, str], None],
        show_flips: Callable[[list[Flip], list[Thumb]], None],
    ) -> None:
        self._trainings, self._models, self._show, self._show_flips = trainings, models, show, show_flips
        self._asker: Asker[ModelEvaluation] = Asker(work)
        self._compared = Latest(work)
        self._key: tuple[str, str] | None = None
        self._answers: dict[tuple[str, str], ModelEvaluation] = {}
        self._about = ""  # what the test of the new model cannot show

    def ask(self, training: Training, current: str) -> None:
        """Ask for a finished training and the model that the recipe has."""
        key, result = (training.id, current), training.result
        if key == self._key or result is None:
            return
        self.release()
        self._key = key
        self._show_flips([], [])
        self._about = untested_words(result)
        if untested(result.split) or current in {"", training.name}:
            self._say(None, "")
            return
        if key in self._answers:
            self._answered(key, training, self._answers[key])
            return
        self._say(None, f"{current} is judging the same test pictures, to be compared…")

        def begin() -> Inquiry[ModelEvaluation]:
            bundle = self._models.find(current)
            return self._trainings.evaluate(bundle, Path(result.bundle))

        def moved(progress: Progress) -> None:
            self._say(None, f"{current} is judging the same test pictures: {progress.done:,} of {progress.total:,} …")

        self._asker.moved = moved

        def failed(error: Exception) -> None:
            self._say(None, f"{current} cannot be compared: {error}")

        self._asker.ask(begin, lambda answer: self._answered(key, training, answer), failed)

    def poll(self) -> None:
        """Look whether there is an answer."""
        self._asker.poll()

    def release(self) -> None:
        """End the question."""
        self._asker.release()
        self._compared.forget()
        self._key = None

    def _say(self, current: Evaluation | None, words: str) -> None:
        self._show(current, "\n".join(filter(None, [self._about, words])))

    def _answered(self, key: tuple[str, str], training: Training, current: ModelEvaluation) -> None:
        self._answers[key] = current
        self._say(current, "Both models on the same test pictures, each at its own threshold.")
        assert training.result is not None
        metrics = Path(training.result.bundle) / "report" / "metrics.json"

        def compare() -> tuple[list[Flip], list[Thumb]]:
            try:
                new = read_model(metrics, NewFigures)
            except JsonError:  # another version's report: the figures stand without it
                _log.warning("%s and the evaluation cannot be compared by picture", metrics, exc_info=True)
                return [], []
            flips = flips_of(new, current, Path(training.request.data))
            return flips, [
                thumb
                for flip in flips
                for thumb in read_thumbs([str(flip.path)], _THUMB_PX, flip.words, "good" if flip.better else "fail")
            ]

        self._compared.ask(compare, lambda flips: self._show_flips(*flips))
