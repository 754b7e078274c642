"""The dialog “Show me good parts”: show, teach, inspect. It opens for the recipe in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from inspector.domain.sentence import sentence
from inspector.gui.good_parts.pictures import BETTER, LEAST, MOST, GoodPictures
from inspector.gui.good_parts.show_panel import ShowPanel
from inspector.gui.good_parts.teach_panel import TeachPanel
from inspector.gui.good_parts.watch import PartWatch
from inspector.gui.training.report import Reports
from inspector.gui.widgets.basics import label

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.gui.good_parts.pictures import GoodPicture
    from inspector.gui.good_parts.teaching import Teaching
    from inspector.gui.training.promotion import Promoter
    from inspector.gui.work import Worker
    from inspector.recipes.recipe import Recipe
    from inspector.sources.base import Source

_POLL_MS = 33
#: So much of the window stays in sight around it: the picture takes the rest.
_MARGIN_PX = 40
_SHOW, _TEACH = 0, 1


class GoodPartsDialog(QDialog):
    """See the module.

    Args:
        recipe: The one in force.
        open_source: Makes its source; called on a thread.
        data: Folder where the recipe's good parts are kept.
        teaching: Trains with them.
        promoter: Gives the recipe the model.
        work: Removes pictures, reads the report.
    """

    inspect_wanted = Signal()  #: the recipe has the model: the line is to run

    def __init__(
        self,
        recipe: Recipe,
        *,
        open_source: Callable[[], Source],
        data: Path,
        teaching: Teaching,
        promoter: Promoter,
        work: Worker,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._recipe, self._promoter, self._work = recipe, promoter, work
        self._open_source = open_source
        self.teaching = teaching
        self._pictures = GoodPictures(data)
        self._watch: PartWatch | None = None
        self._asks = False  #: it waits for weights to be named, or to be downloaded
        self._reports = Reports(lambda task, done: work.do(task, done, self._say), self)
        promoter.say = self._fail
        self.setWindowTitle("Show me good parts")
        self.setMinimumSize(940, 620)
        if parent is not None:
            self.resize(parent.width() - 2 * _MARGIN_PX, parent.height() - 2 * _MARGIN_PX)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._build()
        teaching.setParent(self)
        teaching.changed.connect(self._show_teaching)
        teaching.weights_wanted.connect(self._ask_for_weights)
        teaching.find()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._poll)
        self._timer.start(_POLL_MS)
        self.finished.connect(self._release)
        self.show_panel(_SHOW)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 16)
        layout.setSpacing(8)
        self.title = label("", "title")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        layout.addWidget(self.title)
        self.hint = label("", "muted")
        self.hint.setWordWrap(True)
        layout.addWidget(self.hint)
        self._stack = QStackedWidget(self)
        layout.addWidget(self._stack, 1)
        self.show_parts = ShowPanel(self._recipe, self)
        self.show_parts.taken.removal_wanted.connect(self._remove)
        self._stack.addWidget(self.show_parts)
        self.teach = TeachPanel(self)
        self.teach.again_wanted.connect(lambda weights: self._teach(weights, download=True))
        self.teach.report.clicked.connect(lambda: self._reports.show(self.teaching.training))
        self._stack.addWidget(self.teach)
        self.message = label("", "fault")
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.hide()
        layout.addWidget(self.message)
        row = QHBoxLayout()
        self.later_button = QPushButton("Go on later", self)
        self.later_button.setProperty("kind", "quiet")
        self.later_button.setToolTip("Close this; the pictures are kept. Settings → “Show good parts…” opens it again.")
        self.later_button.clicked.connect(self.reject)
        row.addWidget(self.later_button)
        row.addStretch(1)
        self.back_button = QPushButton("Back to the pictures", self)
        self.back_button.clicked.connect(lambda: self.show_panel(_SHOW))
        self.cancel_button = QPushButton("Cancel the teaching", self)
        self.cancel_button.clicked.connect(self.teaching.cancel)
        self.teach_button = QPushButton("Teach", self)
        self.teach_button.setProperty("kind", "primary")
        self.teach_button.clicked.connect(lambda: self._teach("", download=False))
        self.inspect_button = QPushButton("Inspect with it", self)
        self.inspect_button.setProperty("kind", "primary")
        self.inspect_button.setToolTip("Give the recipe this model, start the line and show it")
        self.inspect_button.clicked.connect(self._inspect)
        for button in (self.back_button, self.cancel_button, self.teach_button, self.inspect_button):
            row.addWidget(button)
        layout.addLayout(row)

    # --- hand ---------------------------------------------------------------------------------------------------------

    def show_panel(self, place: int) -> None:
        """Show the pictures, or the teaching; the source is looked at only while pictures are shown."""
        self._stack.setCurrentIndex(place)
        self.message.hide()
        if place == _SHOW:
            self.title.setText(f"Show good parts of {self._recipe.name}")
            self.hint.setText(
                f"One after another, as they will come at the line. {LEAST} are the least, {BETTER} are better, {MOST} "
                "are enough. No defect is needed."
            )
            self._begin_watch()
        else:
            self._end_watch()
            self._show_title()
        self._show_buttons()
        self.setFocus()  # no button has the keys

    def _teach(self, weights: str, *, download: bool) -> None:
        self._asks = False
        self.teaching.start(weights, download=download)
        self.show_panel(_TEACH)
        self._show_teaching()

    def _ask_for_weights(self) -> None:
        """None are here: a file may be named before anything is downloaded."""
        self._asks = True
        self.teach.ask_for_weights()
        self._show_title()
        self._show_buttons()

    def _inspect(self) -> None:
        training = self.teaching.training
        if training is None or training.result is None:
            return
        self.inspect_button.setEnabled(False)
        count = len(self._pictures.taken())
        why = f"Learnt from {count} good parts that were shown to the station"
        self._promoter.promote(self._recipe, training.name, why, self._promoted)

    def _promoted(self) -> None:
        self.accept()
        self.inspect_wanted.emit()

    def _remove(self, pictures: list[GoodPicture]) -> None:
        def task() -> None:
            for picture in pictures:
                self._pictures.remove(picture)

        self._work.do(task, None, lambda error: self.show_parts.say(str(error)))

    # --- events -------------------------------------------------------------------------------------------------------

    def _poll(self) -> None:
        self.teaching.poll()
        taken = self._pictures.taken()
        if self._watch is not None:
            self.show_parts.taken.show_pictures(taken)
            self.show_parts.show_seen(self._watch.look(), len(taken))
        self._show_buttons()

    def _show_teaching(self) -> None:
        training = self.teaching.training
        if self._stack.currentIndex() != _TEACH and training is not None and training.active:
            self.show_panel(_TEACH)
        self.teach.show_training(training, self.teaching.fault)
        self._show_title()
        self._show_buttons()

    def _show_title(self) -> None:
        """Say how the teaching stands."""
        if self._stack.currentIndex() != _TEACH:
            return
        training, name = self.teaching.training, self._recipe.name
        if self._asks:
            title, hint = f"{name} is about to be learnt", "The pictures are kept. The line is not touched."
        elif training is not None and training.result is not None:
            title, hint = f"{name} can be inspected", "The model is not used before you say so."
        elif self.teaching.fault or (training is not None and not training.active):
            title, hint = f"{name} was not learnt", "No model was made. The line is as it was."
        else:
            title, hint = f"{name} is being learnt", "It goes on where this is closed. The line is not touched."
        self.title.setText(title)
        self.hint.setText(hint)

    def _show_buttons(self) -> None:
        showing = self._stack.currentIndex() == _SHOW
        training, count = self.teaching.training, len(self._pictures.taken())
        running = not showing and not (self._asks or self.teaching.fault) and (training is None or training.active)
        done = not showing and training is not None and training.result is not None
        self.teach_button.setVisible(showing)
        self.teach_button.setEnabled(count >= LEAST)
        self.teach_button.setText(f"Teach with {count} good parts" if count >= LEAST else "Teach")
        self.teach_button.setToolTip("" if count >= LEAST else f"{LEAST - count} more are needed")
        self.cancel_button.setVisible(running)
        self.cancel_button.setEnabled(training is not None)
        self.back_button.setVisible(not showing and not running)
        self.inspect_button.setVisible(done)

    def _say(self, error: Exception) -> None:
        self._fail(str(error))

    def _fail(self, words: str) -> None:
        self.message.setText(sentence(words))
        self.message.show()
        self.inspect_button.setEnabled(True)

    def _begin_watch(self) -> None:
        if self._watch is None:
            watch = PartWatch(self._open_source, recipe=self._recipe, pictures=self._pictures)
            self.show_parts.wished.connect(watch.wish)
            self.show_parts.all_wished.connect(watch.take_all)
            watch.take_all(self.show_parts.every.isChecked())
            self._watch = watch

    def _end_watch(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            self.show_parts.wished.disconnect(watch.wish)
            self.show_parts.all_wished.disconnect(watch.take_all)
            watch.stop()

    def _release(self, _: int) -> None:
        self._timer.stop()
        self._end_watch()
        self.teaching.release()
        self.show_parts.release()
