"""The room for trainings: pictures, method, start; then what it does, what came of it, and the history.

The page asks `Trainings` on the worker and shows what comes back; the training itself is another process.
"""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from inspector.domain.sentence import sentence
from inspector.gui.training.basis import grown_from, with_labels, with_the_rest
from inspector.gui.training.history_card import TrainingHistoryCard
from inspector.gui.training.inquiries import DataInquiry, FiguresInquiry
from inspector.gui.training.labels import LabelDesk
from inspector.gui.training.progress import EpochsRow, ProgressCard
from inspector.gui.training.report import Reports
from inspector.gui.training.request_card import RequestCard
from inspector.gui.training.result import ResultCard
from inspector.gui.training.samples import SampleSheet
from inspector.gui.training.teller import Teller
from inspector.gui.training.words import has_epochs
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.dropped import dropped_paths, holds_files
from inspector.gui.widgets.later import Page, soon
from inspector.gui.widgets.question import Question
from inspector.gui.work import Latest
from inspector.people.roles import Permission
from inspector.runs.trainings import weights_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtGui import QDragEnterEvent, QDropEvent

    from inspector.gui.station.session import Session
    from inspector.gui.training.basis import Basis
    from inspector.gui.training.promotion import Promoter
    from inspector.gui.work import Worker
    from inspector.runs.trainings import Training, Trainings
    from inspector.vision.store import ModelStore
    from trainer.protocol import TrainRequest

_EVERY_S = 0.5
_RATES_MS = 1000
_EVERY_HIDDEN_S = 2.0


class TrainingPage(Page):
    """See the module.

    Args:
        session: Tells the recipe that is loaded.
        work: Does everything that touches files and processes.
        trainings: Used on that worker only.
        promoter: Gives a model to the recipe.
        models: Finds models by name; used on the worker.
        models_folder: New models are made there.
        rates: Measures how many parts per second this machine inspects, by input size; called on the worker.
    """

    def __init__(
        self,
        session: Session,
        *,
        work: Worker,
        trainings: Trainings,
        promoter: Promoter,
        models: ModelStore,
        models_folder: Path,
        rates: Callable[[], Mapping[int, float]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._work, self._models_folder, self._rates = session, work, models_folder, rates
        self._trainings = trainings
        self._all: list[Training] = []
        self._selected: str | None = None
        self.shown: Training | None = None  #: what is looked at
        self._known = self._chart_wanted = False
        self._history = Latest(work, self._failed)
        self._stale = True
        self._next_s = 0.0
        self.question: Question | None = None
        self.reports = Reports(self._do, self)
        self.setAcceptDrops(True)
        self._build()
        self._data_inquiry = DataInquiry(work, trainings, self.data, self.method.show_preview, self.method.show_devices)
        self._data_inquiry.changed = self._show_start
        self._figures = FiguresInquiry(work, trainings, models, self.result.show_current, self.result.show_flips)
        self._promoter = promoter
        promoter.say = self._say
        self.labels = LabelDesk(session, work, self)
        self._teller = Teller(self.train, trainings, do=self._do, ask=self._ask, active=self._active, parent=self)
        self._connect()
        self._show()

    # --- building -----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        outer.addWidget(self._area)
        inside = QWidget()
        self._area.setWidget(inside)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        request = RequestCard(inside)
        self.data, self.method, self.train, self.cluster = request.data, request.method, request.train, request.cluster
        column.addWidget(request)
        column.addWidget(self.method.fold)
        self.message = label("", "fault", inside)
        self.message.setWordWrap(True)
        self.message.hide()
        column.addWidget(self.message)
        self.progress = ProgressCard(inside)
        column.addWidget(self.progress)
        self.result = ResultCard(inside)
        self._samples = SampleSheet(self._work, self.result.show_samples, self._failed)
        column.addWidget(self.result)
        self._epochs = EpochsRow(inside)
        self.curves, self.confusion = self._epochs.curves, self._epochs.confusion
        column.addWidget(self._epochs)
        self.history = TrainingHistoryCard(inside)
        column.addWidget(self.history)
        column.addStretch(1)

    def _connect(self) -> None:
        self.data.chosen.connect(self._data_chosen)
        self.method.changed.connect(self._show_start)
        self.method.bit_depth_changed.connect(self._look_at_data)
        self.history.chosen.connect(self._choose)
        self.train.start.clicked.connect(self.start)
        self.train.resume.clicked.connect(self._resume)
        self.labels.counted.connect(self.result.show_judged)
        self.labels.train_wanted.connect(self._train_again)
        self.labels.failed.connect(self._say)
        self.result.rest_button.clicked.connect(self._try_rest)
        self.result.look_button.clicked.connect(lambda: self.labels.open(self.shown))
        buttons = self.result.buttons
        buttons["report"].clicked.connect(lambda: self.reports.show(self.shown))
        buttons["promote"].clicked.connect(self._ask_promote)
        buttons["keep"].clicked.connect(self._keep)
        buttons["delete"].clicked.connect(self._ask_delete)
        for button in (buttons["back"], self.history.back_button):
            button.clicked.connect(self._ask_roll_back)
        self._session.recipe_changed.connect(lambda _: self._after_recipe())

    # --- hand ---------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The page is shown: make the chart, and look at the trainings."""
        if not self._chart_wanted:
            self._chart_wanted = True
            soon(self, 0, self.curves.make_chart)  # the page is seen before its library is imported
            self._do(lambda: weights_of(self._trainings.history()), self.method.suggest_weights)
            # later: the worker is busy with them for seconds, and without the figures the page does as well
            soon(self, _RATES_MS, lambda: self._work.do(self._rates, self.method.show_rates, lambda _: None))
        self._next_s, self._stale = 0.0, True
        self._promoter.find_way_back(self._show_way_back)

    def train_on(self, data: str, parent: str = "") -> None:
        """Choose pictures to be trained on, and the folder of the model that the training goes on from."""
        self.data.choose(data, grown_from(parent))

    def _train_again(self, training: Training, corrections: str) -> None:
        """Set what a training was asked for, with labels that were judged since."""
        self._do(lambda: with_labels(training, corrections), partial(self._set, training.request))

    def _try_rest(self) -> None:
        """Set what the training that is shown was asked for, with a budget that reaches what it did not try."""
        if self.shown is not None and self.shown.result is not None:
            self._set(*with_the_rest(self.shown))

    def _set(self, request: TrainRequest, basis: Basis) -> None:
        self.method.show_request(request)
        self.data.choose(request.data, basis)
        self._area.ensureVisible(0, 0)
        self.train.start.setFocus()

    def start(self) -> None:
        """Start what is set."""
        request = self._request()
        if request is None or not self._session.people.allows(Permission.TRAINING):
            return
        self._say("")
        self.train.start.setEnabled(False)

        def begun(identity: str) -> None:
            self._selected = identity
            self.method.fold_button.setChecked(False)
            self._suggest_name()
            self._refresh()

        goes_on, cluster = self.data.basis.goes_on, self.cluster.chosen
        self._do(lambda: self._trainings.start(request, goes_on, cluster=cluster), begun)

    def _request(self) -> TrainRequest | None:
        data = self.data
        return self.method.request(data.place, self._models_folder, data.class_words.said, data.basis)

    def poll(self) -> None:
        """Take what has come in; asked at every beat of the session."""
        now = time.perf_counter()
        if self._history.busy or now < self._next_s:
            return
        if not self.isVisible() and self._known and not self._active():
            return
        self._next_s = now + (_EVERY_S if self.isVisible() else _EVERY_HIDDEN_S)
        self._data_inquiry.poll()
        self._figures.poll()
        self._refresh()

    def release(self) -> None:
        """End what runs for the page only; a training goes on."""
        self._data_inquiry.release()
        self._figures.release()
        self.labels.release()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a folder or a manifest."""
        if holds_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Train on what is dropped."""
        paths = dropped_paths(event)
        if paths:
            event.acceptProposedAction()
            self.data.choose(str(paths[0]))

    # --- events -------------------------------------------------------------------------------------------------------

    def _do(self, task: Callable[[], Any], done: Callable[[Any], None]) -> None:
        self._work.do(task, done, self._failed)

    def _failed(self, error: Exception) -> None:
        self._say(str(error))
        self._show_start()

    def _say(self, text: str) -> None:
        self.message.setText(sentence(text))
        self.message.setVisible(bool(text))

    def _active(self) -> Training | None:
        return next((training for training in self._all if training.active), None)

    def _refresh(self) -> None:
        self._history.also(self._trainings.history, self._on_trainings)

    def _on_trainings(self, trainings: list[Training]) -> None:
        before = {training.id: training for training in self._all}
        changed = trainings != self._all
        self._all = trainings
        if not self._known:
            self._known = True
            self._selected = trainings[0].id if trainings else None
        for training in trainings:
            if training.why and training.id in before and before[training.id].active and not self.isVisible():
                self._session.fault.emit("training", f"Training {training.name}: {training.why}")
        if changed or self._stale:
            self._stale = False
            self._show()

    def _data_chosen(self) -> None:
        self._suggest_name()
        self._look_at_data()

    def _look_at_data(self) -> None:
        self._data_inquiry.ask(self.data.place, self.data.class_words.said, self.method.bit_depth)
        self._show_start()

    def _suggest_name(self) -> None:
        if path := self.data.place:
            self._do(lambda: self._trainings.free_name(Path(path)), self.method.name.setText)

    def _choose(self, identity: str) -> None:
        self._selected = identity
        self._say("")
        self._show()

    def _resume(self) -> None:
        training = self.shown
        if training is not None and self._session.people.allows(Permission.TRAINING):
            self._say("")
            cluster = self.cluster.chosen
            self._do(lambda: self._trainings.resume(training, cluster=cluster), lambda _: self._refresh())

    def _ask_promote(self) -> None:
        recipe, training = self._session.recipe, self.shown
        if recipe is None or training is None:
            self._say("There is no recipe that could be given the model. Choose one above.")
            return
        self._say("")
        depth = training.request.bit_depth
        self.question = self._promoter.ask(recipe, training.name, self, bit_depth=depth, done=self._after_recipe)
        self.question.open()

    def _ask_roll_back(self) -> None:
        recipe = self._session.recipe
        if recipe is not None:
            question = self._promoter.back_question(recipe, self.history.way_back, self)
            self._ask(question, lambda: self._promoter.roll_back(self._after_recipe))

    def _keep(self) -> None:
        training = self.shown
        self._selected = None
        self._show()
        if training is not None:
            self.result.hide()
            self.train.hint.setText(f"{training.name} is kept; “Model and thresholds” lists it.")

    def _ask_delete(self) -> None:
        training = self.shown
        if training is None or not self._session.people.allows(Permission.MODELS):
            return
        recipe = self._session.recipe
        words = f"The model {training.name}, its report and its history are removed. This cannot be undone."

        def delete() -> None:
            self._do(lambda: self._promoter.delete(training, self._trainings, recipe), lambda _: self._choose(""))

        self._ask(Question(f"Delete {training.name}?", words, "Delete", parent=self), delete)

    def _ask(self, question: Question, then: Callable[[], None]) -> None:
        self.question = question
        question.accepted.connect(then)
        question.open()

    def _after_recipe(self) -> None:
        self._show()
        self._promoter.find_way_back(self._show_way_back)

    # --- showing ------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        """Show the chosen training; one that has been chosen and deleted elsewhere is no longer shown."""
        training = next((known for known in self._all if known.id == self._selected), None)
        other = training is None or self.shown is None or training.id != self.shown.id
        ended = training is not None and not training.active
        was_active = self.shown is not None and self.shown.active
        self.shown = training
        if other:
            self._samples.forget()
        self.train.show_state(self._active(), training)
        self._show_start()
        self.progress.setVisible(training is not None and training.active)
        self._epochs.setVisible(training is not None and has_epochs(training))
        done = training is not None and training.result is not None
        self.result.setVisible(done)
        self.history.show_trainings(self._all, self._selected)
        if training is None:
            return
        self.progress.show_training(training)
        epochs = training.epochs
        self.curves.show_epochs(epochs)
        best = [epoch for epoch in epochs if epoch.best]
        shown = epochs[-1:] if training.active else best[-1:] or epochs[-1:]
        self.confusion.show_epoch(shown[0] if shown else None, training.request.claim)
        if training.why and (other or was_active):
            self._say(training.why)
        if done and (other or (was_active and ended)):
            self._samples.ask(training)
        if done:
            recipe = self._session.recipe
            current = recipe.model if recipe is not None else ""
            self.result.show_result(training, current)
            self.labels.count(training)
            if self.isVisible():
                self._figures.ask(training, current)

    def _show_way_back(self, model: str | None) -> None:
        self.result.show_way_back(model)
        self.history.show_way_back(model)

    def changeEvent(self, event: QEvent) -> None:
        """Show the samples in the colours of the window."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_samples"):
            self._samples.recolour()

    def _show_start(self) -> None:
        self.train.show_start(
            busy=self._active() is not None,
            pictures=self.data.contents is not None,
            reading=self.data.reading,
            asked=self.data.class_words.asking,
            faulty=self.data.faulty,
            complete=self._request() is not None,
        )
