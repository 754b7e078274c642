"""The Review page: walk what the line judged, say what it is, and see what that allows to be claimed and learned."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from inspector.domain.review import QueueKind
from inspector.domain.sentence import sentence
from inspector.gui.review.cards import ReviewCards
from inspector.gui.review.figures import FiguresRequest
from inspector.gui.review.part_view import PartView
from inspector.gui.review.queue_bar import QueueBar
from inspector.gui.review.release_question import ask_release
from inspector.gui.review.scope import Whose
from inspector.gui.widgets.later import Page
from inspector.people.roles import Permission
from inspector.review.queues import NOBODY, QueueRequest

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QResizeEvent

    from inspector.domain.review import Judgement
    from inspector.gui.review.deep_look import DeepLooks
    from inspector.gui.review.figures import FiguresReader, ReviewFigures
    from inspector.gui.review.lesson_edits import LessonEdits
    from inspector.gui.review.lessons import Lessons
    from inspector.gui.review.suspect_search import SuspectSearch
    from inspector.gui.review.walk_runner import WalkRunner
    from inspector.gui.station.session import Session
    from inspector.gui.widgets.question import Question
    from inspector.outputs.base import LogQuery
    from inspector.outputs.regression_log import LockedPart
    from inspector.review.manifest import TrainingManifest
    from inspector.review.wishes import Written

#: From this width on the cards have a column of their own.
_WIDE_PX = 1500
#: In a lower window there is no room for all that is known of a part; a second row at the top takes of it.
_LOW_PX, _ROW_PX = 680, 50
_FIGURES_EVERY_S, _SAMPLE = 10.0, 60
#: Queues of parts that wait for somebody; what an audit draws does not.
_WAITING = (QueueKind.FAILURES, QueueKind.REVIEWS, QueueKind.ERRORS)
_NO_LOG = "There is no log. Mend it first; then what was inspected can be reviewed."


class ReviewPage(Page):
    """See the module.

    Args:
        session: The station: recipe, lot, log, settings.
        runner: Runs the reviewer's walk.
        figures: Reads what stands beside the walk.
        deep_looks: Shows other maps of a part.
        edits: Changes the set to be learned.
        suspects: Finds suspect parts after an escape.
    """

    archive_wanted = Signal()  #: the recipe's archive setting
    study_wanted = Signal()  #: measurement system analysis

    def __init__(
        self,
        session: Session,
        *,
        runner: WalkRunner,
        figures: FiguresReader,
        deep_looks: DeepLooks,
        edits: LessonEdits,
        suspects: SuspectSearch,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._runner, self._figures, self._edits = runner, figures, edits
        self.question: Question | None = None
        self._log_fault = self._sought = ""
        self._sample = _SAMPLE
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # a click beside the fields gives the keys back to the page
        self._entered = self._here = False
        self._proposes = True  # the page was entered, and no queue has been shown or chosen since
        self._manifest_notes = ""
        self._next_figures_s = 0.0
        self.walk = runner.walk  #: what is shown, said and written
        self.deep_looks, self.suspects = deep_looks, suspects
        self._build()
        self._connect()
        session.people.changed.connect(lambda _: self._on_people())
        self._on_people()

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(10, 10, 10, 8)
        outer.setSpacing(10)
        self.bar = QueueBar(self)
        outer.addWidget(self.bar)
        body = QHBoxLayout()
        body.setSpacing(10)
        outer.addLayout(body, 1)
        self.part_view = PartView(self._runner, self._session.settings.heatmap_opacity, self)
        body.addWidget(self.part_view, 1)
        self.cards = ReviewCards(self.walk, self)
        body.addWidget(self.cards)
        self.judging = self.cards.judging

    def _connect(self) -> None:
        walk, bar, judging, cards = self.walk, self.bar, self.judging, self.cards
        bar.arranged.connect(self._arrange)
        bar.queue_wanted.connect(self.open_queue)
        bar.scope_changed.connect(lambda: self.open_queue(self.walk.kind))
        bar.reviewer_changed.connect(lambda name: self._take_reviewer(name, save=True))
        for field in (bar, judging):
            field.left.connect(self.setFocus)
        judging.judged.connect(self._judge)
        judging.asking.connect(lambda _: cards.show_buttons())
        judging.back_wanted.connect(walk.back)
        judging.skip_wanted.connect(walk.skip)
        judging.undo_wanted.connect(walk.undo)
        judging.again_wanted.connect(walk.again)
        self.part_view.look_button.clicked.connect(self._look_deep)
        cards.recent.chosen.connect(self._look)
        cards.audit.archive_wanted.connect(self.archive_wanted)
        cards.audit.study_wanted.connect(self.study_wanted)
        cards.audit.more_wanted.connect(self._larger_sample)
        cards.audit.suspects_wanted.connect(self._find_suspects)
        self.suspects.chosen.connect(self._look)
        self._connect_services()
        self._connect_lessons()
        self._session.log_opened.connect(self._on_log)
        self._session.recipe_changed.connect(lambda _: self._on_recipe())
        self._keys()

    def _connect_services(self) -> None:
        runner, figures, judging = self._runner, self._figures, self.judging
        runner.opened.connect(self._on_opened)
        runner.failed.connect(self._on_log_fault)
        runner.changed.connect(self._show)
        runner.message.connect(lambda words, state, again: judging.say(words, state, again=again))
        runner.judged.connect(self._on_judged)
        runner.withdrawn.connect(lambda _: self._refresh_figures())
        runner.name_wanted.connect(self._ask_name)
        figures.read.connect(self._on_figures)
        figures.learned.connect(self._on_learned)
        figures.failed.connect(lambda words: judging.say(words, "fail"))

    def _connect_lessons(self) -> None:
        card, edits, session = self.cards.lessons, self._edits, self._session
        card.confirmed_changed.connect(self._refresh_figures)
        may = partial(session.people.when_allowed, Permission.TRAINING)
        card.remove_wanted.connect(lambda ids: may(lambda: edits.remove(session.recipe, ids)))
        card.back_wanted.connect(lambda: may(lambda: edits.undo(session.recipe)))
        card.train_wanted.connect(lambda: may(lambda: edits.train(session.recipe)))
        card.chosen.connect(self._look)
        edits.changed.connect(self._on_lessons)
        edits.ready.connect(self._on_manifest)
        edits.locked.connect(self._ask_release)
        edits.failed.connect(card.say)

    def _ask_release(self, parts: list[LockedPart]) -> None:
        self.question = ask_release(parts, self._session, self._edits.release, self)

    def _keys(self) -> None:
        view = self.part_view
        more = (("H", view.heatmap_button.toggle), ("L", view.look_button.click), ("Esc", self.walk.leave))
        self.judging.take_keys(self, *more)

    # --- hand ---------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The page is shown. Where no queue is being walked, it opens with one that holds something."""
        self._proposes = self._proposes or not self._here  # nothing changes under the hand of who is here already
        self._entered = self._here = True
        if self._runner.log is None:
            self._open_log()
        else:
            self._refresh_figures()
            if self.walk.ended or self.walk.queue is None:
                self._open(self.walk.kind)
        self.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        """Another page is shown; a window that is made small is none."""
        super().hideEvent(event)
        self._here = self._here and event.spontaneous()

    def open_queue(self, kind: QueueKind) -> None:
        """Walk a queue from its beginning, even if it holds nothing, with what judges in sight."""
        self._proposes = False
        self.cards.show_judging()
        self._open(kind)

    def poll(self) -> None:
        """Take what threads have finished."""
        self._runner.poll()
        self._figures.poll()
        self.deep_looks.poll()
        self.suspects.poll()
        if not self.isVisible():
            return
        self.part_view.view.poll()
        if self._runner.log is not None and time.perf_counter() >= self._next_figures_s:
            self._refresh_figures()

    def release(self) -> None:
        """End threads; a judgement that is on its way to the disk is waited for."""
        self.deep_looks.release()
        self.suspects.release()
        self._runner.release()
        self._figures.close()
        self.part_view.view.release()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the cards a column of their own where there is room."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        low = self.height() - _ROW_PX * (self.bar.rows - 1) < _LOW_PX
        self.cards.arrange(wide=self.width() >= _WIDE_PX, low=low)

    # --- events -------------------------------------------------------------------------------------------------------

    def _open(self, kind: QueueKind) -> None:
        self.bar.show_queue(kind)
        self.judging.say("")
        self._runner.open(self._request(kind), _WAITING if self._proposes else ())
        self._ask_figures()
        self.setFocus()

    def _open_log(self) -> None:
        """Have the reviews of the station's log opened."""
        path = self._session.log_path
        self._log_fault = "" if path is not None else _NO_LOG
        self._runner.use_log(path)
        self._runner.open(self._request(self.walk.kind))  # nothing, until the log is open

    def _on_log_fault(self, words: str) -> None:
        self._log_fault = sentence(words)
        self._show()

    def _on_log(self, _: bool) -> None:  # noqa: FBT001 - a signal's value
        if self._entered:
            self._open_log()

    def _on_recipe(self) -> None:
        """Another recipe is loaded: its parts are meant from now on, and nothing is shown of those before."""
        self.cards.audit.show_report(None, sample=self._sample)
        if self._runner.log is not None and self.bar.scope.whose is not Whose.ALL:
            self._open(self.walk.kind)
        else:
            self._ask_figures()

    def _request(self, kind: QueueKind) -> QueueRequest:
        return QueueRequest(
            kind=kind,
            reviewer=self.walk.reviewer or NOBODY,
            query=self._query(),
            second_opinion=self.bar.second.isChecked(),
            sample=self._sample,
        )

    def _query(self) -> LogQuery:
        session = self._session
        return self.bar.scope.query(
            datetime.now().astimezone(),
            shift_starts=session.settings.shift_starts,
            recipe=session.recipe.name if session.recipe is not None else None,
            lot=session.lot,
        )

    def _take_reviewer(self, name: str, *, save: bool) -> None:
        self.walk.reviewer = name
        self.bar.show_reviewer(name)
        if not save:
            return
        settings = self._session.settings.model_copy(update={"reviewer": name})
        self._session.apply_settings(settings, lambda: None)
        self.open_queue(self.walk.kind)

    def _on_people(self) -> None:
        """Whoever is signed in judges; the name is no longer typed."""
        people = self._session.people
        self._take_reviewer(people.reviewer(self._session.settings.reviewer), save=False)
        self.bar.lock_reviewer(locked=people.on)

    def _ask_name(self) -> None:
        if not self._session.people.allows(Permission.REVIEW):
            return
        self.bar.mark_reviewer(missing=True)
        self.bar.reviewer.setFocus()
        self.judging.say("Say who you are first: every judgement is recorded with a name.", "review")

    def _judge(self, judgement: Judgement, defect_type: str) -> None:
        if not self._session.people.allows(Permission.REVIEW):
            self.cards.show_buttons()  # what was pressed is not said
            return
        if self.walk.can_judge and self.walk.reviewer:
            self.walk.judge(judgement, defect_type, self.judging.take_note())
        else:
            self.walk.judge(judgement, defect_type)
        self.cards.show_buttons()

    def _on_judged(self, written: Written) -> None:
        self.part_view.film.forget_image(written.review.inspection_id)
        self._on_lessons()

    def look_at(self, inspection_id: str) -> None:
        """Show any part of the log, once that is open."""
        self._sought = inspection_id
        if self._runner.log is not None:
            self._look_at_sought()

    def _on_opened(self) -> None:
        self._open(self.walk.kind)
        self._look_at_sought()

    def _look_at_sought(self) -> None:
        sought, self._sought = self._sought, ""
        if sought:
            self._look(sought)

    def _look(self, inspection_id: str) -> None:
        self.walk.look(inspection_id)
        self.cards.show_judging()

    def _larger_sample(self) -> None:
        """Draw more passed parts; those that were drawn stay among them."""
        self._sample += _SAMPLE
        self.open_queue(QueueKind.AUDIT)

    def _find_suspects(self) -> None:
        log, query = self._session.log_path, self._query()
        if log is not None:
            since = query.since or datetime.now(UTC) - timedelta(days=7)
            self.suspects.open(log, query, since.astimezone(), self)

    def _look_deep(self) -> None:
        part, inspection = self.walk.current, self.walk.inspection
        if part is not None and part.image is not None and inspection is not None:
            self.deep_looks.open(inspection, part.image, self)

    def _ask_figures(self) -> None:
        """Have other figures read than before."""
        if (request := self._figures_request()) is not None:
            self._figures.ask(request)

    def _refresh_figures(self) -> None:
        """Have the same figures read anew."""
        if (request := self._figures_request()) is not None:
            self._figures.ask_again(request)

    def _figures_request(self) -> FiguresRequest | None:
        self._next_figures_s = time.perf_counter() + _FIGURES_EVERY_S
        if self._runner.log is None:
            return None
        return FiguresRequest(
            log=self._runner.log,
            query=self._query(),
            reviewer=self.walk.reviewer,
            sample=self._sample,
            second_opinion=self.bar.second.isChecked(),
            learning=self._edits.set_of(self._session.recipe),
            confirmed=self.cards.lessons.confirmed.isChecked(),
        )

    def _on_figures(self, figures: ReviewFigures) -> None:
        self.bar.show_counts(figures.counts)
        self.judging.show_types(figures.types)
        self.cards.recent.show_judged(figures.recent)
        self.cards.audit.show_report(figures.audit, sample=self._sample)

    def _on_learned(self, lessons: Lessons | None, fault: str) -> None:
        undo = self._edits.can_undo(self._session.recipe)
        self.cards.lessons.show_lessons(lessons, undo=undo)
        self.cards.lessons.say(fault or self._manifest_notes)
        self.part_view.show_to_learn(0 if lessons is None else len(lessons.trained))

    def _on_lessons(self) -> None:
        self._manifest_notes = ""
        self._refresh_figures()

    def _on_manifest(self, manifest: TrainingManifest) -> None:
        """Show what goes into the training, and lead there."""
        self._manifest_notes = " ".join(manifest.notes)
        self.cards.lessons.say(self._manifest_notes)
        self._session.training_wanted.emit(str(manifest.path), manifest.model)

    def _show(self) -> None:
        """Everything from the state of the walk."""
        opening = "" if self._runner.log is not None else self._log_fault or "Opening the log"
        self.bar.show_queue(self.walk.kind)
        self._proposes = self._proposes and self.walk.queue is None
        self.part_view.show_walk(opening)
        self.cards.show_walk()
