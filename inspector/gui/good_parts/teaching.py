"""The training from the good parts: started, looked at, ended; a run like every other, which outlives the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.domain.sentence import sentence
from inspector.gui.work import Latest
from inspector.runs.trainings import weights_of
from inspector.vision.imagenet import imagenet_is_here
from trainer.protocol import GOOD_ONLY, Command, TrainRequest

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.gui.work import Worker
    from inspector.runs.trainings import Training, Trainings


class Teaching(QObject):
    """Owned by the dialog, on the GUI thread.

    Args:
        work: Everything that touches files and processes.
        trainings: Used on that worker only.
        data: Folder of the good parts.
        models: New models are made there.
    """

    changed = Signal()  #: another training, or it has come further
    weights_wanted = Signal()  #: none are on this computer: a file, or leave to download them

    def __init__(
        self, *, work: Worker, trainings: Trainings, data: Path, models: Path, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._work, self._trainings, self._data, self._models = work, trainings, data, models
        self._look = Latest(work, self._failed)
        self.training: Training | None = None
        self.fault = ""  #: why none could be started
        self._id = ""

    def find(self) -> None:
        """Look for a training from these pictures that is under way, as the window was closed meanwhile."""
        data = str(self._data)

        def task() -> Training | None:
            return next((run for run in self._trainings.history() if run.request.data == data and run.active), None)

        self._look.ask(task, self._found)

    def start(self, weights: str, *, download: bool) -> None:
        """Begin one.

        Args:
            weights: File of the backbone's weights; empty for those of the last training, or ImageNet's.
            download: ImageNet's may be downloaded; else, where they are not here, they are asked for.
        """
        self.training, self.fault, self._id = None, "", ""
        trainings = self._trainings

        def task() -> str:
            known = weights_of(trainings.history())
            if not (weights or known or download or imagenet_is_here()):
                return ""
            out = self._models / trainings.free_name(self._data)
            return trainings.start(
                TrainRequest(data=str(self._data), out=str(out), method=GOOD_ONLY, weights=weights or known)
            )

        self._look.ask(task, self._started)

    def cancel(self) -> None:
        """End it; nothing of a model is left."""
        training = self.training
        if training is not None and training.active:
            self._work.do(lambda: self._trainings.tell(training, Command.CANCEL), None, self._failed)

    def poll(self) -> None:
        """Look how far it is."""
        active = self.training is None or self.training.active
        if not self._id or not active or self._look.busy:
            return
        wanted = self._id

        def task() -> Training | None:
            return next((run for run in self._trainings.history() if run.id == wanted), None)

        self._look.also(task, self._seen)

    def release(self) -> None:
        """Look no further; the training goes on."""
        self._look.forget()

    def _found(self, training: Training | None) -> None:
        if training is not None:
            self._id = training.id
            self._seen(training)

    def _started(self, identity: str) -> None:
        self._id = identity
        (self.changed if identity else self.weights_wanted).emit()

    def _seen(self, training: Training | None) -> None:
        if training is not None and training != self.training:
            self.training = training
            self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self.fault = sentence(error)
        self.changed.emit()
