"""The Review page: walk what the line judged, say what it is, and see what that allows to be claimed and learned."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from inspector.domain.review import QueueKind
from inspector.domain.shifts import shift_start
from inspector.gui.review.bar import ReviewBar
from inspector.gui.review.columns import ReviewColumns
from inspector.gui.review.deep_look import Looking
from inspector.gui.review.figures import Figures, FiguresReader, Wanted
from inspector.gui.review.learning_actions import LessonDesk
from inspector.gui.review.stage import ReviewStage
from inspector.gui.review.walk import NOBODY, Walk
from inspector.gui.widgets.later import Page
from inspector.outputs.base import LogQuery
from inspector.outputs.reviews import ReviewLog
from inspector.review.population import recipe_policies
from inspector.review.queues import QueueRequest

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from inspector.domain.review import Judgement
    from inspector.gui.review.learning_card import Lessons
    from inspector.gui.review.writing import Written
    from inspector.gui.station.session import Session
    from inspector.review.manifest import TrainingManifest

#: From this width on the cards have a column of their own.
_WIDE_PX = 1500
#: In a lower window there is no room for all that is known of a part.
_LOW_PX = 680
_FIGURES_EVERY_S = 10.0
_SAMPLE = 60


class ReviewPage(Page):
    """See the module.

    Args:
        session: The station; its worker writes what is judged.
    """

    archive_wanted = Signal()  #: the recipe's archive setting
    training_wanted = Signal(str)  #: a manifest of pictures to train with

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._log: ReviewLog | None = None
        self._log_fault = ""
        self._sample = _SAMPLE
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # a click beside the fields gives the keys back to the page
        self._entered = False
        self._manifest_notes = ""
        self._next_figures_s = 0.0
        policies = recipe_policies(session.store.home.recipes)
        self.walk = Walk(session.work, policies, self)
        self.figures = FiguresReader(policies, self)
        self.looking = Looking(session.work, session.store.home, self)
        self.lessons = LessonDesk(self.figures, session.store.home, self)
        self._build()
        self._connect()
        self._take_reviewer(session.store.settings.reviewer, save=False)

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(10, 10, 10, 8)
        outer.setSpacing(10)
        self.bar = ReviewBar(self)
        outer.addWidget(self.bar)
        body = QHBoxLayout()
        body.setSpacing(10)
        outer.addLayout(body, 1)
        self.stage = ReviewStage(self.walk, self._session.store.settings.heatmap_opacity, self)
        body.addWidget(self.stage, 1)
        self.columns = ReviewColumns(self.walk, self)
        body.addWidget(self.columns)
        self.judging, self.side = self.columns.judging, self.columns.side

    def _connect(self) -> None:
        walk, bar, judging = self.walk, self.bar, self.judging
        bar.queue_wanted.connect(self.open_queue)
        bar.scope_changed.connect(lambda: self.open_queue(self.walk.kind))
        bar.reviewer_changed.connect(lambda name: self._take_reviewer(name, save=True))
        for field in (bar, judging):
            field.left.connect(self.setFocus)
        walk.changed.connect(self._show)
        walk.message.connect(lambda words, state, again: judging.say(words, state, again=again))
        walk.judged.connect(self._on_judged)
        walk.withdrawn.connect(lambda _: self._ask_figures())
        walk.name_wanted.connect(self._ask_name)
        self.figures.read.connect(self._on_figures)
        self.figures.learned.connect(self._on_learned)
        self.figures.failed.connect(lambda words: judging.say(words, "fail"))
        judging.judged.connect(self._judge)
        judging.asking.connect(lambda _: self.columns.show_buttons())
        judging.back_wanted.connect(walk.back)
        judging.skip_wanted.connect(walk.skip)
        judging.undo_wanted.connect(walk.undo)
        judging.again_wanted.connect(walk.again)
        self.stage.look_button.clicked.connect(self._look_deep)
        self.side.recent.chosen.connect(self._look)
        self.side.audit.archive_wanted.connect(self.archive_wanted)
        self.side.audit.more_wanted.connect(self._larger_sample)
        self._connect_lessons()
        session = self._session
        session.log_opened.connect(self._on_log)
        session.recipe_changed.connect(lambda _: self._on_scope())
        self._keys()

    def _connect_lessons(self) -> None:
        card, desk, session = self.side.learning, self.lessons, self._session
        card.confirmed_changed.connect(self._ask_figures)
        card.remove_wanted.connect(lambda ids: desk.remove(session.recipe, ids))
        card.back_wanted.connect(lambda: desk.undo(session.recipe))
        card.train_wanted.connect(lambda: desk.train(session.recipe))
        card.chosen.connect(self._look)
        desk.changed.connect(self._on_lessons)
        desk.ready.connect(self._on_manifest)
        desk.failed.connect(card.say)

    def _keys(self) -> None:
        judging, walk = self.judging, self.walk
        for key, action in (
            ("G", judging.good.click),
            ("D", judging.defective.click),
            ("U", judging.unsure.click),
            ("Right", walk.skip),
            ("Left", walk.back),
            ("Ctrl+Z", walk.undo),
            ("H", self.stage.heatmap_button.toggle),
            ("L", self.stage.look_button.click),
            ("Esc", walk.leave),
        ):
            shortcut = QShortcut(QKeySequence(key), self, action)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setAutoRepeat(key in {"Right", "Left"})
            judging.asking.connect(lambda asking, shortcut=shortcut: shortcut.setEnabled(not asking))

    # --- hand ---------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The page is shown."""
        self._entered = True
        if self._log is None:
            self._open_log()
        else:
            self._ask_figures()
            if self.walk.ended:
                self.open_queue(self.walk.kind)
        self.setFocus()

    def open_queue(self, kind: QueueKind) -> None:
        """Walk a queue from its beginning."""
        self.bar.show_queue(kind)
        self.judging.say("")
        self.walk.open(self._log, self._request(kind))
        self._ask_figures()
        self.setFocus()

    def poll(self) -> None:
        """Take what threads have finished."""
        self.walk.poll()
        self.figures.poll()
        self.looking.poll()
        if not self.isVisible():
            return
        self.stage.view.poll()
        if self._log is not None and time.perf_counter() >= self._next_figures_s:
            self._ask_figures()

    def release(self) -> None:
        """End threads; a judgement that is on its way to the disk is waited for."""
        self.looking.release()
        self.walk.release()
        self.figures.close()
        self.stage.view.release()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the cards a column of their own where there is room."""
        super().resizeEvent(event)
        self.columns.arrange(wide=self.width() >= _WIDE_PX, low=self.height() < _LOW_PX)

    # --- events -------------------------------------------------------------------------------------------------------

    def _open_log(self) -> None:
        """Open the reviews of the station's log, on the worker."""
        log = self._session.log
        self._log = None
        if log is None:
            self._log_fault = "There is no log. Mend it first; then what was inspected can be reviewed."
            self.walk.open(None, self._request(self.walk.kind))
            return
        path = log.path

        def done(found: ReviewLog) -> None:
            self._log, self._log_fault = found, ""
            self.open_queue(self.walk.kind)

        def failed(error: Exception) -> None:
            self._log_fault = str(error)
            self.walk.open(None, self._request(self.walk.kind))

        self._session.work.do(lambda: ReviewLog(path), done, failed)

    def _on_log(self, _: bool) -> None:  # noqa: FBT001 - a signal's value
        if self._entered:
            self._open_log()

    def _on_scope(self) -> None:
        """Another recipe is loaded: its parts are meant from now on."""
        if self._log is not None and self.bar.whose.currentData() != "all":
            self.open_queue(self.walk.kind)

    def _request(self, kind: QueueKind) -> QueueRequest:
        return QueueRequest(
            kind=kind,
            reviewer=self.walk.reviewer or NOBODY,
            query=self._query(),
            second_opinion=self.bar.second.isChecked(),
            sample=self._sample,
        )

    def _query(self) -> LogQuery:
        whose, period = self.bar.whose.currentData(), self.bar.period.currentData()
        recipe = self._session.recipe
        now = datetime.now().astimezone()
        since = {
            "shift": shift_start(now, self._session.store.settings.shift_starts).astimezone(UTC),
            "day": now.astimezone(UTC) - timedelta(days=1),
            "week": now.astimezone(UTC) - timedelta(days=7),
        }.get(period)
        return LogQuery(
            since=since,
            recipe=recipe.name if recipe is not None and whose != "all" else None,
            lot=self._session.lot if whose == "lot" else None,
        )

    def _take_reviewer(self, name: str, *, save: bool) -> None:
        self.walk.reviewer = name
        self.bar.show_reviewer(name)
        if not save:
            return
        settings = self._session.store.settings.model_copy(update={"reviewer": name})
        self._session.apply_settings(settings, lambda: None)
        self.open_queue(self.walk.kind)

    def _ask_name(self) -> None:
        self.bar.mark_reviewer(missing=True)
        self.bar.reviewer.setFocus()
        self.judging.say("Say who you are first: every judgement is recorded with a name.", "review")

    def _judge(self, judgement: Judgement, defect_type: str) -> None:
        if self.walk.can_judge and self.walk.reviewer:
            self.walk.judge(judgement, defect_type, self.judging.take_note())
        else:
            self.walk.judge(judgement, defect_type)
        self.columns.show_buttons()

    def _on_judged(self, written: Written) -> None:
        self.stage.film.forget_image(written.review.inspection_id)
        self._on_lessons()

    def _look(self, inspection_id: str) -> None:
        self.walk.look(inspection_id)
        self.columns.show_desk()

    def _larger_sample(self) -> None:
        """Draw more passed parts; those that were drawn stay among them."""
        self._sample += _SAMPLE
        self.open_queue(QueueKind.AUDIT)

    def _look_deep(self) -> None:
        found, inspection = self.walk.current, self.walk.inspection
        if found is not None and found.image is not None and inspection is not None:
            self.looking.open(inspection, found.image, self)

    def _ask_figures(self) -> None:
        self._next_figures_s = time.perf_counter() + _FIGURES_EVERY_S
        if self._log is not None:
            self.figures.ask(
                Wanted(
                    log=self._log,
                    query=self._query(),
                    reviewer=self.walk.reviewer,
                    sample=self._sample,
                    second_opinion=self.bar.second.isChecked(),
                    learning=self.lessons.set_of(self._session.recipe),
                    confirmed=self.side.learning.confirmed.isChecked(),
                )
            )

    def _on_figures(self, found: Figures) -> None:
        self.bar.show_counts(found.counts)
        self.judging.show_types(found.types)
        self.side.recent.show_said(found.recent)
        self.side.audit.show_report(found.audit, sample=self._sample)

    def _on_learned(self, found: Lessons | None, fault: str) -> None:
        undo = self.lessons.can_undo(self._session.recipe)
        self.side.learning.show_lessons(found, undo=undo)
        self.side.learning.say(fault or self._manifest_notes)

    def _on_lessons(self) -> None:
        self._manifest_notes = ""
        self._ask_figures()

    def _on_manifest(self, found: TrainingManifest) -> None:
        """Show what goes into the training, and lead there."""
        self._manifest_notes = " ".join(found.notes)
        self.side.learning.say(self._manifest_notes)
        self.training_wanted.emit(str(found.path))

    def _show(self) -> None:
        """Everything from the state of the walk."""
        opening = "" if self._log is not None else self._log_fault or "Opening the log"
        self.stage.show_walk(opening)
        self.columns.show_walk()
