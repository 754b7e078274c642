"""The Live page: the picture, the verdict, the counts."""

from __future__ import annotations

from time import perf_counter, time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.domain.config import TriggerMode
from inspector.domain.records import Verdict
from inspector.domain.source import is_live
from inspector.engine.faces import FACES, Face, face_of, is_fault
from inspector.engine.status import EngineStatus
from inspector.gui.language.spoken import say
from inspector.gui.live.challenge_panel import ChallengePanel
from inspector.gui.live.counters import Counters
from inspector.gui.live.failure_strip import FailureStrip
from inspector.gui.live.line_picture import LinePicture
from inspector.gui.live.pinned import PinnedPart
from inspector.gui.live.trend import Trend
from inspector.gui.live.trial_pane import TrialPane
from inspector.gui.live.views import LiveViews
from inspector.gui.station.events import failure_of
from inspector.gui.station.face_words import explained
from inspector.gui.station.verdict_now import FRESH_S, NEW_S
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.inputs import SlideBar
from inspector.gui.widgets.kind_button import KindButton
from inspector.gui.widgets.run_buttons import RunButtons
from inspector.gui.widgets.verdict import ScoreCard, VerdictPanel

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from inspector.domain.heatmap import HeatmapKind
    from inspector.domain.review import Judgement
    from inspector.engine.status import PartInspected
    from inspector.gui.station.challenge_desk import ChallengeDesk
    from inspector.gui.station.events import Failure, Trial
    from inspector.gui.station.hand_lessons import HandLessons
    from inspector.gui.station.session import Session
    from inspector.recipes.recipe import Recipe

#: A trial picture gives its place back to the running line after so long.
TRIAL_S = 60.0
#: Below this, as under banners on a small screen, the counts need the room of the trend.
_WITH_TREND_PX = 590


class LivePage(QWidget):
    """See the module.

    Args:
        session: Tells what is so at the station, and does what is asked.
        lessons: Takes what is said of a picture that was tried.
        desk: Does what is asked of the release interlock.
    """

    def __init__(
        self, session: Session, lessons: HandLessons, desk: ChallengeDesk, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._lessons = session, lessons
        self.challenge = ChallengePanel(desk, self)
        self._status = EngineStatus()
        self._last: PartInspected | None = None
        self._held: PartInspected | None = None  # until it is acknowledged
        self._last_s = 0.0
        self._trial_until_s = 0.0
        self._faulty = False
        self._heatmap_on: bool | None = None  # None: on what did not pass
        self.trend = Trend()
        self._build()
        self._connect()

    # --- building -----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 10, 10, 8)
        grid.setSpacing(10)
        pictures = QHBoxLayout()
        self.view = LinePicture()
        pictures.addWidget(self.view, 3)
        self._pin = PinnedPart(self)
        self._pin.dismissed.connect(self.dismiss)
        self.pin_view = self._pin.view
        pictures.addWidget(self._pin, 2)
        self._pin.hide()
        self.trial = TrialPane(self)
        self.trial.dismissed.connect(self._end_trial)
        pictures.addWidget(self.trial, 2)
        grid.addLayout(pictures, 0, 0)
        self.views = LiveViews(self)
        self.views.chosen.connect(self._on_view)
        grid.addWidget(self.views, 1, 0)
        grid.addLayout(self._build_tools(), 2, 0)
        self.strip = FailureStrip(self)
        grid.addWidget(self.strip, 3, 0)
        grid.addWidget(self.challenge, 4, 0)
        grid.addLayout(self._build_side(), 0, 1, 5, 1)
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(0, 1)

    def _build_tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.heatmap_button = QPushButton(say("Heatmap: on failures"), self)
        self.heatmap_button.setToolTip(say("Heatmap: on failures and reviews, always, or never (H)"))
        self.heatmap_button.clicked.connect(self.toggle_heatmap)
        self.heatmap_button.setMinimumWidth(190)
        row.addWidget(self.heatmap_button)
        self.kind_button = KindButton(self)
        self.kind_button.changed.connect(self._on_kind)
        row.addWidget(self.kind_button)
        self.opacity = SlideBar(Qt.Orientation.Horizontal, self)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(round(100 * self._session.settings.heatmap_opacity))
        self.opacity.setAccessibleName(say("Opacity of the heatmap"))
        self.opacity.setToolTip(say("Opacity of the heatmap"))
        self.opacity.setMinimumWidth(110)
        self.opacity.setMaximumWidth(180)
        row.addWidget(self.opacity)
        self._opacity_words = label("", "muted")
        self._opacity_words.setFixedWidth(40)
        row.addWidget(self._opacity_words)
        fit = QPushButton(say("Fit"), self)
        fit.setToolTip(say("Show the whole picture (double click); the wheel zooms, dragging pans"))
        fit.clicked.connect(self.view.fit)
        row.addWidget(fit)
        row.addStretch(1)
        self.open_button = QPushButton(say("Try a picture…"), self)
        self.open_button.setToolTip(say("Inspect a picture on the spot; it is not counted (Ctrl+O)"))
        row.addWidget(self.open_button)
        return row

    def _build_side(self) -> QVBoxLayout:
        side = QVBoxLayout()
        side.setSpacing(10)
        self.verdict = VerdictPanel(self)
        self.verdict.setFixedWidth(330)
        side.addWidget(self.verdict)
        self.score = ScoreCard(self)
        self.score.setFixedWidth(330)
        side.addWidget(self.score)
        self.counters = Counters(self)
        self.counters.setFixedWidth(330)
        side.addWidget(self.counters)
        self.trend.setFixedWidth(330)
        side.addWidget(self.trend, 1)
        self._buttons = RunButtons(self)
        self.run_button, self.trigger_button = self._buttons.run, self._buttons.trigger
        self.run_button.clicked.connect(self.toggle_run)
        self.trigger_button.clicked.connect(self._session.trigger)
        self.challenge.part_wanted.connect(self._session.trigger)
        side.addWidget(self._buttons)
        return side

    def _connect(self) -> None:
        session = self._session
        session.status_changed.connect(self._on_status)
        session.frame_arrived.connect(self.view.show_frame)
        session.part_inspected.connect(self._on_part)
        session.counts_changed.connect(self.counters.show_counts)
        session.failures_changed.connect(self.strip.show_failures)
        session.trend_changed.connect(lambda points: self.trend.show_points(points, time()))
        session.rate_changed.connect(self.trend.show_rate)
        session.recipe_changed.connect(self._on_recipe)
        session.trial_done.connect(self._on_trial)
        session.polled.connect(self._on_poll)
        teach = self.trial.teach
        teach.said.connect(self._on_told)
        teach.train_wanted.connect(self._lessons.train)
        self._lessons.changed.connect(lambda: self.trial.show_taught(self._lessons))
        self._lessons.failed.connect(teach.say)
        self.strip.chosen.connect(lambda failure: session.load_failure(failure, self.pin))
        self.opacity.valueChanged.connect(lambda _: self._redraw())
        keys = {
            "H": self.toggle_heatmap,
            "M": self.kind_button.click,
            "Esc": self.dismiss,
            "F5": self.toggle_run,
            "Space": self._space,
        }
        for key, action in keys.items():
            QShortcut(QKeySequence(key), self, action).setAutoRepeat(False)
        self._words()
        self._on_status(EngineStatus())

    # --- hand ---------------------------------------------------------------------------------------------------------

    def toggle_run(self) -> None:
        """Start or stop the line."""
        if self._session.running:
            self._session.stop()
        else:
            self._last = None
            self._end_trial()
            self._session.start()
        self._show_state()

    def _space(self) -> None:
        """Trigger where parts come by hand only: elsewhere a heavy thumb would make a part of the empty belt."""
        if self.challenge.takes_space or (self._by_hand and self.trigger_button.isEnabled()):
            self._session.trigger()

    @property
    def _by_hand(self) -> bool:
        recipe = self._session.recipe
        return recipe is not None and recipe.trigger.mode is TriggerMode.MANUAL

    def toggle_heatmap(self) -> None:
        """Go on: on failures, always, never."""
        order = {None: True, True: False, False: None}
        self._heatmap_on = order[self._heatmap_on]
        self._words()
        self._redraw()

    def _on_kind(self, kind: HeatmapKind) -> None:
        for view in (self.view, self.pin_view, self.trial.view):
            view.want_heatmap(kind)
        self._redraw()

    def dismiss(self) -> None:
        """Leave the pinned failure and the trial; the picture goes on with the newest frame."""
        self._unpin()
        self._end_trial()
        self.view.go_on()

    def _unpin(self) -> None:
        """Let the pinned failure go; the part that is held takes its place."""
        self.strip.mark(None)
        if self._held is None:
            self._pin.unpin()
        else:
            self._pin.pin(failure_of(self._held), held=True)
            self._show_pin()

    def _end_trial(self) -> None:
        self.trial.end()
        self.view.show()

    def pin(self, failure: Failure) -> None:
        """Keep a failure's picture up beside the live view."""
        self._end_trial()
        self._pin.pin(failure)
        self.strip.mark(failure)
        self._show_pin()

    # --- events -------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the counts their room."""
        super().resizeEvent(event)
        self.trend.setVisible(self.height() >= _WITH_TREND_PX)

    def _on_status(self, status: EngineStatus) -> None:
        self._status = status
        held = self._session.engine.held if status.failing.held is not None else None
        if held is not self._held:
            self._held = held
            self._unpin()
        self._show_state()

    def _on_part(self, event: PartInspected) -> None:
        self._last, self._last_s = event, event.captured_s
        if self._draws_heatmap(event.inspection.decision.verdict):
            self.view.hold()
        self._show_part(event)
        self._show_state()

    def _on_view(self, place: int) -> None:
        """Show a view of the part large, for a moment where a camera goes on."""
        self.views.want(place)
        if self._last is not None:
            self.view.hold()
            self._show_part(self._last)

    def _on_recipe(self, recipe: Recipe) -> None:
        """Another product, or another version: nothing of the one before stays on the page."""
        self._last = None
        self.views.expect(recipe)
        self.view.forget()
        self._unpin()
        self._end_trial()
        self.kind_button.choose(recipe.heatmap)
        self._show_state()

    def _on_trial(self, trial: Trial) -> None:
        """Show it beside the line's picture; in its place while there is none."""
        self._unpin()
        self._trial_until_s = perf_counter() + TRIAL_S
        self.trial.show_trial(trial)
        self.trial.show_taught(self._lessons)
        self._lessons.refresh()
        self._draw_trial()
        self._show_state()

    def _on_told(self, judgement: Judgement | None, defect_type: str) -> None:
        """Learn what the picture is; whoever judges it may look at it as long as a new one."""
        self._trial_until_s = perf_counter() + TRIAL_S
        self.trial.tell(self._lessons, judgement, defect_type)

    def _on_poll(self) -> None:
        if self.isVisible():
            self.view.poll()
            self.pin_view.poll()
            self.trial.view.poll()
        if self._session.running and self.trial.trial is not None and perf_counter() > self._trial_until_s:
            self._end_trial()
        if self._last is None:
            return
        age_s = perf_counter() - self._last_s
        if age_s > FRESH_S:
            self._last = None
            self.views.clear()
        if age_s > FRESH_S or (age_s > NEW_S) is not self.verdict.dimmed:
            self._show_state()

    # --- showing ------------------------------------------------------------------------------------------------------

    def _draws_heatmap(self, verdict: Verdict) -> bool:
        if self._heatmap_on is not None:
            return self._heatmap_on
        return verdict in (Verdict.FAIL, Verdict.REVIEW) or self._session.settings.heatmap_on_pass

    def _show_part(self, event: PartInspected) -> None:
        draws = self._draws_heatmap(event.inspection.decision.verdict)
        large, name = self.views.large(event), self.views.name_of_large(event)
        self.view.show_part(large, heatmap=draws, opacity=self.opacity.value() / 100, view=name)
        self.views.show_part(event, draws_heatmap=self._draws_heatmap)

    def _draw_trial(self) -> None:
        trial = self.trial.trial
        if trial is not None:
            draws = self._draws_heatmap(trial.decision.verdict)
            self.trial.draw(heatmap=draws, opacity=self.opacity.value() / 100)

    def _show_pin(self) -> None:
        self._pin.draw(heatmap=self._heatmap_on is not False, opacity=self.opacity.value() / 100)

    def _redraw(self) -> None:
        self._opacity_words.setText(say(f"{self.opacity.value()} %"))
        if self._last is not None and (self.view.holds or not is_live(self._status.source)):
            self._show_part(self._last)
        self._show_pin()
        self._draw_trial()

    def _words(self) -> None:
        words = {None: "Heatmap: on failures", True: "Heatmap: always", False: "Heatmap: never"}
        self.heatmap_button.setText(say(words[self._heatmap_on]))
        self._opacity_words.setText(say(f"{self.opacity.value()} %"))

    def _marks(self) -> None:
        recipe = self._session.recipe
        if recipe is not None:
            self.view.show_marks(recipe.region, recipe.trigger)

    def _show_state(self) -> None:
        """Verdict, score, reason, buttons: all from the state of this moment."""
        status = self._status
        self._marks()
        shown = self._held or self._last
        last = shown.inspection.decision if shown is not None else None
        face = face_of(status, last.verdict if last else None)
        self._show_verdict(face, shown)
        self.view.show_state(face)
        if last is not None and face in FACES.values():
            self.score.say(last.p_defective, last.thresholds, last.reason, strangeness=last.strangeness)
        else:
            self.score.say(None, status.thresholds, explained(face, status, by_hand=self._by_hand))
        faulty = is_fault(face)
        if faulty and not self._faulty:  # it takes the place of whatever was tried
            self._end_trial()
        self._faulty = faulty
        self.view.setVisible(self._session.running or self.trial.trial is None)
        self.challenge.show_state(status, self._session.recipe)
        self.strip.setVisible(not status.release.holds)  # what failed before gives the challenge its place
        self._buttons.show_state(status, running=self._session.running, by_hand=self._by_hand)

    def _show_verdict(self, face: Face, shown: PartInspected | None) -> None:
        """Show the face; a verdict says whose it is, and is dimmed when its part has passed and is not held."""
        if shown is None or face not in FACES.values():
            self.verdict.show_face(face)
            return
        inspection, held = shown.inspection, shown is self._held
        old = not held and perf_counter() - self._last_s > NEW_S
        name = f" · {inspection.called}" if inspection.called else ""
        words = f"part {inspection.part_number:,}{name} · {inspection.time_utc.astimezone():%H:%M:%S}"
        before = "held: " if held else "last: " if old else ""
        self.verdict.show_face(face, dimmed=old, caption=before + words)

    def release(self) -> None:
        """End the renderers."""
        self.view.release()
        self.pin_view.release()
        self.trial.view.release()
