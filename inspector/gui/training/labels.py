"""Labels of a training that look wrong: opens their dialog, reads their pictures, writes what is said of them."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.gui.training.label_words import ALTERED
from inspector.gui.training.labels_dialog import LabelsDialog
from inspector.gui.widgets.fitted_picture import read_image
from inspector.gui.work import Errand, Latest
from inspector.people.roles import Permission
from inspector.pictures import read_picture
from inspector.review.labels import LabelWalk, read_answers, write_answers
from inspector.review.learning import file_sha256
from trainer.protocol import CORRECTIONS_FILE, DataContents

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QWidget

    from inspector.domain.records import Image
    from inspector.domain.review import Judgement
    from inspector.gui.station.session import Session
    from inspector.gui.work import Worker
    from inspector.review.labels import LabelAnswers
    from inspector.runs.trainings import Training
    from trainer.evaluation import Suspect

#: What people say stands in the training's folder.
_FILE = "labels.csv"
_AHEAD, _KEPT, _STILL_PX = 3, 8, 70


class LabelDesk(QObject):
    """Owned by the page, on the GUI thread.

    Args:
        session: Knows who judges, and beats.
        work: Reads and writes.
        parent: The page; the dialog's parent.
    """

    counted = Signal(str, int)  #: a training's id, and of how many of its labels something is said
    train_wanted = Signal(object, str)  #: Training, and the file of what was said
    failed = Signal(str)

    def __init__(self, session: Session, work: Worker, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._work, self._window = session, work, parent
        self._reading, self._drawing = Latest(work), Latest(work)
        self._pictures: OrderedDict[str, Image | str] = OrderedDict()
        self._stills: dict[str, QImage | None] = {}
        self._training: Training | None = None
        self.dialog: LabelsDialog | None = None
        session.polled.connect(self._poll)

    def count(self, training: Training) -> None:
        """Tell how much is said of a training's labels."""
        self._read(training, lambda answers: self.counted.emit(training.id, len(answers.said)))

    def open(self, training: Training | None) -> None:
        """Walk through the labels of a training that look wrong."""
        may = self._session.people.allows
        if training is not None and self.dialog is None and may(Permission.REVIEW):
            self._read(training, lambda answers: self._begin(training, answers))

    def release(self) -> None:
        """Let the dialog go."""
        if self.dialog is not None:
            self.dialog.done(0)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _read(self, training: Training, done: Callable[[LabelAnswers], None]) -> None:
        suspects, file = _suspects(training), training.folder.path / _FILE
        bundle = "" if training.result is None else training.result.bundle
        self._work.do(lambda: read_answers(file, Path(bundle) / CORRECTIONS_FILE, suspects), done, self._fail)

    def _fail(self, error: Exception) -> None:
        self.failed.emit(str(error))

    def _begin(self, training: Training, answers: LabelAnswers) -> None:
        walk = LabelWalk(_suspects(training), answers)
        if self.dialog is not None or not walk.suspects:
            return
        self._training = training
        self._pictures.clear()
        self._stills.clear()
        self.dialog = dialog = LabelsDialog(
            f"Labels of {training.name}",
            walk,
            types=_types(training),
            reviewer=self._session.people.reviewer(self._session.settings.reviewer),
            parent=self._window,
        )
        dialog.reviewer.setReadOnly(self._session.people.on)
        dialog.judged.connect(self._judge)
        dialog.undo_wanted.connect(lambda: self._write(walk.undo(dialog.by)))
        dialog.again_wanted.connect(lambda: self._write(walk.again()))
        dialog.moved.connect(self._show)
        dialog.reviewer_changed.connect(self._keep_name)
        dialog.train_wanted.connect(self._train)
        dialog.finished.connect(self._closed)
        dialog.open()
        self._show()

    def _judge(self, judgement: Judgement | None, defect_type: str) -> None:
        dialog = self.dialog
        if dialog is not None:
            time_utc, note = datetime.now(UTC).isoformat(timespec="seconds"), dialog.judging.take_note()
            walk, by = dialog.walk, dialog.by
            self._write(walk.judge(judgement, by=by, time_utc=time_utc, defect_type=defect_type, note=note))

    def _write(self, answers: LabelAnswers | None) -> None:
        training, dialog = self._training, self.dialog
        if answers is None or training is None or dialog is None:
            return
        before = len(dialog.walk.answers.said)
        dialog.show_buttons()

        def written(_: None) -> None:
            dialog.walk.written()
            if len(dialog.walk.answers.said) < before:
                dialog.say("Taken back.")
            else:
                dialog.show_said()
            self.counted.emit(training.id, len(dialog.walk.answers.said))
            self._show()

        def failed(error: Exception) -> None:
            dialog.walk.failed()
            dialog.say(f"Not recorded: {error}", "fail", again=True)
            dialog.show_buttons()

        self._work.do(lambda: write_answers(training.folder.path / _FILE, answers), written, failed)

    def _train(self) -> None:
        training, dialog = self._training, self.dialog
        if training is not None and dialog is not None:
            dialog.accept()
            self.train_wanted.emit(training, str(training.folder.path / _FILE))

    def _keep_name(self, name: str) -> None:
        settings = self._session.settings
        if name and name != settings.reviewer and not self._session.people.on:
            self._session.apply_settings(settings.model_copy(update={"reviewer": name}), lambda: None)

    def _closed(self) -> None:
        dialog, self.dialog = self.dialog, None
        self._reading.forget()
        self._drawing.forget()
        if dialog is not None:
            dialog.view.release()
            dialog.deleteLater()

    def _poll(self) -> None:
        if self.dialog is not None:
            self.dialog.view.poll()

    # --- pictures -----------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        """Show where the walk is, and read what is wanted next."""
        dialog = self.dialog
        if dialog is None or self._training is None:
            return
        dialog.show_walk(self._pictures)
        walk, bits = dialog.walk, self._training.request.bit_depth
        ahead = walk.suspects[walk.place : walk.place + 1 + _AHEAD]
        self._reading.want(*(self._picture(known, bits) for known in ahead if known.sha256 not in self._pictures))
        stills = walk.stills(dialog.film.room)
        self._drawing.want(*(self._still(known, bits) for known in stills if known.sha256 not in self._stills))
        for known in stills:
            if known.sha256 in self._stills and not dialog.film.has_image(known.sha256):
                dialog.show_still(known.sha256, self._stills[known.sha256])

    def _picture(self, suspect: Suspect, bits: int | None) -> Errand[Image]:
        def read() -> Image:
            if file_sha256(Path(suspect.path)) != suspect.sha256:
                raise FileNotFoundError(suspect.path)
            return read_picture(Path(suspect.path), bit_depth=bits)

        def keep(picture: Image | str) -> None:
            self._pictures[suspect.sha256] = picture
            while len(self._pictures) > _KEPT:
                self._pictures.popitem(last=False)
            if self.dialog is not None:
                current = self.dialog.walk.current
                if current is not None and current.sha256 == suspect.sha256:
                    self.dialog.show_walk(self._pictures)

        def failed(error: Exception) -> None:
            keep(ALTERED if isinstance(error, FileNotFoundError) else str(error))

        return Errand(task=read, done=keep, failed=failed)

    def _still(self, suspect: Suspect, bits: int | None) -> Errand[QImage | None]:
        def keep(image: QImage | None) -> None:
            self._stills[suspect.sha256] = image
            if self.dialog is not None:
                self.dialog.show_still(suspect.sha256, image)

        return Errand(task=lambda: read_image(Path(suspect.path), _STILL_PX, bit_depth=bits), done=keep)


def _suspects(training: Training) -> list[Suspect]:
    result = training.result
    return [] if result is None or result.labels is None else [s for s in result.labels.suspects if s.sha256]


def _types(training: Training) -> list[str]:
    """Return the defect types of a training's pictures."""
    contents = training.last(DataContents)
    counts = {} if contents is None else contents.counts
    return sorted({kind for kinds in counts.values() for kind in kinds} - {"good", "defective"})
