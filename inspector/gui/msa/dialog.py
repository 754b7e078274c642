"""The dialog of measurement system studies: which one, plan, who judges, the judging itself, the result."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from inspector.domain.sentence import sentence
from inspector.gui.msa.judge_panel import JudgePanel
from inspector.gui.msa.plan_panel import PlanPanel
from inspector.gui.msa.result_panel import ResultPanel
from inspector.gui.msa.studies_panel import StudiesPanel
from inspector.gui.msa.who_panel import WhoPanel
from inspector.gui.widgets.basics import label
from inspector.people.roles import Permission

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent

    from inspector.gui.msa.desk import ResultShown, StudyDesk, StudyShown, TrialShown
    from inspector.gui.station.session import Session

_POLL_MS = 33
#: So much of the window stays in sight around it: the picture takes the rest.
_MARGIN_PX = 40


class StudyDialog(QDialog):
    """See the module. It stands beside the running line and stops nothing.

    Args:
        session: Tells the recipe, and who acts.
        desk: Does what touches files, record and model.
    """

    def __init__(self, session: Session, desk: StudyDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._desk = session, desk
        desk.setParent(self)
        self._study = ""
        self._judging = False
        self.setWindowTitle("Measurement system analysis")
        self.setMinimumSize(940, 620)
        if parent is not None:
            self.resize(parent.width() - 2 * _MARGIN_PX, parent.height() - 2 * _MARGIN_PX)
        self.studies, self.plan, self.who = StudiesPanel(self), PlanPanel(self), WhoPanel(self)
        self.judge, self.figures = JudgePanel(self), ResultPanel(self)
        self._build()
        self._connect()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.judge.view.poll)
        self._timer.start(_POLL_MS)
        self.finished.connect(self._release)
        self._ask_studies()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 16)
        layout.setSpacing(8)
        self.title = label("", "title")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        layout.addWidget(self.title)
        self._stack = QStackedWidget(self)
        for panel in (self.studies, self.plan, self.who, self.judge, self.figures):
            self._stack.addWidget(panel)
        layout.addWidget(self._stack, 1)
        self.message = label("", "fault")
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setWordWrap(True)
        layout.addWidget(self.message)
        row = QHBoxLayout()
        self.back_button = QPushButton("Back", self)
        self.back_button.setAutoDefault(False)
        self.back_button.clicked.connect(self._back)
        row.addWidget(self.back_button)
        row.addStretch(1)
        self.close_button = QPushButton("Close", self)
        self.close_button.setAutoDefault(False)
        self.close_button.clicked.connect(self.reject)
        row.addWidget(self.close_button)
        layout.addLayout(row)

    def _connect(self) -> None:
        desk, people = self._desk, self._session.people
        may = partial(people.when_allowed, Permission.STUDY)
        self.studies.new_wanted.connect(lambda: may(self._show_plan))
        self.studies.open_wanted.connect(desk.open)
        self.plan.planned.connect(lambda _: may(self._make))
        self.who.judge_wanted.connect(self._begin)
        self.who.station_wanted.connect(lambda live: may(lambda: self._begin_station(live=live)))
        self.who.result_wanted.connect(
            lambda: people.when_allowed(Permission.EXPORT, lambda: desk.ask_result(people.actor.name))
        )
        self.judge.said.connect(lambda defective, took_s: desk.say(defective=defective, took_s=took_s))
        self.judge.taken.connect(desk.take_shown)
        self.judge.pause_wanted.connect(desk.pause)
        desk.listed.connect(self._on_list)
        desk.opened.connect(self._on_study)
        desk.trial.connect(self._on_trial)
        desk.station_at.connect(self._on_station)
        desk.result.connect(self._on_result)
        desk.failed.connect(self._on_fault)
        people.changed.connect(lambda _: self._on_people())

    # --- hand ---------------------------------------------------------------------------------------------------------

    def reject(self) -> None:
        """Escape pauses whoever judges; only then it closes."""
        if self._judging:
            self._desk.pause()
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        """What was judged is kept, whenever it is closed."""
        self._judging = False
        super().closeEvent(event)

    def _ask_studies(self) -> None:
        self._show(self.studies, "Measurement system analysis")
        self._desk.ask_list()

    def _show_plan(self) -> None:
        self.plan.show_people([user.name for user in self._session.people.book.users])
        self._show(self.plan, "New study")
        self.plan.name.setFocus()

    def _make(self) -> None:
        self.message.setText(self.plan.fault())
        if not self.message.text():
            recipe = self._session.recipe
            self._desk.make(self.plan.order(), recipe.name if recipe else "", self._session.people.actor.name)

    def _begin(self, appraiser: str) -> None:
        """Let somebody judge; where users are on, only under the own name."""
        people = self._session.people
        if not people.allows(Permission.REVIEW):
            return
        if people.signed_in and people.actor.name.casefold() != appraiser.casefold():
            self._on_fault(f"{people.actor.name} is signed in. {appraiser} signs in first, then judges")
            return
        self._desk.begin(appraiser, people.actor.known_by.value if people.signed_in else "named, not signed in")

    def _begin_station(self, *, live: bool) -> None:
        self._desk.begin_station(live=live)

    def _back(self) -> None:
        if self._judging:
            self._desk.pause()
        elif self._stack.currentWidget() is self.figures:
            self._desk.open(self._study)
        else:
            self._ask_studies()

    # --- events -------------------------------------------------------------------------------------------------------

    def _on_list(self, names: tuple[str, ...]) -> None:
        self.studies.show_studies(names)

    def _on_study(self, shown: StudyShown) -> None:
        self._study, self._judging = shown.plan.name, False
        self.who.show_study(shown)
        self._show(self.who, shown.plan.name)

    def _on_trial(self, shown: TrialShown) -> None:
        if shown.image is None:
            self._desk.pause()
            return
        self._judging = True
        self.judge.show_trial(shown)
        self._show(self.judge, self._study)
        self.judge.setFocus()

    def _on_station(self, shown: TrialShown) -> None:
        if shown.done >= shown.total:
            self._desk.pause()
            return
        self._judging = True
        self.judge.show_station(shown)
        self._show(self.judge, self._study)
        self.judge.setFocus()

    def _on_result(self, shown: ResultShown) -> None:
        self.figures.show_result(shown)
        self._show(self.figures, self._study)

    def _on_fault(self, words: str) -> None:
        self.message.setText(sentence(words))
        if self._judging:  # what was said may not be written: the study is shown as far as it is
            self._desk.pause()

    def _on_people(self) -> None:
        """Whoever has signed in or out is another one: who judged stands up."""
        if self._judging:
            self._desk.pause()

    def _show(self, panel: QWidget, title: str) -> None:
        if panel is not self._stack.currentWidget():
            self._stack.setCurrentWidget(panel)
        if panel is not self.who:
            self.message.setText("")
        self.title.setText(title)
        self.back_button.setVisible(panel is not self.studies)
        self.close_button.setVisible(panel is not self.judge)

    def _release(self, _: int) -> None:
        self._timer.stop()
        self._desk.release()
        self.judge.view.release()
