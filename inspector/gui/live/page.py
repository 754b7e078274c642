"""The Live page: the picture, the verdict, the counts."""

from __future__ import annotations

from time import perf_counter, time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.domain.records import Verdict
from inspector.domain.source import is_live
from inspector.engine.status import EngineStatus, RunState
from inspector.gui.live.counters import Counters
from inspector.gui.live.faces import EMPTY_VIEW, explained, face_of
from inspector.gui.live.failure_strip import FailureStrip
from inspector.gui.live.pinned import PinnedPart
from inspector.gui.live.trend import Trend
from inspector.gui.theme import CURRENT
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.icons import icon
from inspector.gui.widgets.inputs import SlideBar
from inspector.gui.widgets.picture import PictureView
from inspector.gui.widgets.render import Scene
from inspector.gui.widgets.verdict import FACES, Face, ScoreCard, VerdictPanel

if TYPE_CHECKING:
    from inspector.domain.records import Frame
    from inspector.engine.status import PartInspected
    from inspector.gui.station.events import Counts, Failure, Trial
    from inspector.gui.station.session import Session

#: How long a judged part stays in the picture before the live view returns, in seconds.
HOLD_S = 1.6
#: A verdict stands as that of this moment for so long; then it is dimmed until the next part.
NEW_S = 3.0
#: After this it goes altogether, and the panel says READY.
FRESH_S = 60.0


class LivePage(QWidget):
    """See the module.

    Args:
        session: Tells what is so at the station, and does what is asked.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._status = EngineStatus()
        self._last: PartInspected | None = None
        self._last_s = 0.0
        self._hold_until_s = 0.0
        self._frame: Frame | None = None
        self._trial: Trial | None = None
        self._stale = True  # the picture, if any, is not that of this moment
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
        self.view = PictureView(self)
        pictures.addWidget(self.view, 3)
        self._pin = PinnedPart(self)
        self._pin.dismissed.connect(self.dismiss)
        self.pin_view = self._pin.view
        pictures.addWidget(self._pin, 2)
        self._pin.hide()
        grid.addLayout(pictures, 0, 0)
        grid.addLayout(self._build_tools(), 1, 0)
        self.strip = FailureStrip(self)
        grid.addWidget(self.strip, 2, 0)
        grid.addLayout(self._build_side(), 0, 1, 3, 1)
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(0, 1)

    def _build_tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.heatmap_button = QPushButton("Heatmap: on failures", self)
        self.heatmap_button.setToolTip("Heatmap: on failures and reviews, always, or never (H)")
        self.heatmap_button.clicked.connect(self.toggle_heatmap)
        self.heatmap_button.setMinimumWidth(190)
        row.addWidget(self.heatmap_button)
        self.opacity = SlideBar(Qt.Orientation.Horizontal, self)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(round(100 * self._session.settings.heatmap_opacity))
        self.opacity.setAccessibleName("Opacity of the heatmap")
        self.opacity.setToolTip("Opacity of the heatmap")
        self.opacity.setMinimumWidth(110)
        self.opacity.setMaximumWidth(180)
        row.addWidget(self.opacity)
        self._opacity_words = label("", "muted")
        self._opacity_words.setFixedWidth(40)
        row.addWidget(self._opacity_words)
        fit = QPushButton("Fit", self)
        fit.setToolTip("Show the whole picture (double click); the wheel zooms, dragging pans")
        fit.clicked.connect(self.view.fit)
        row.addWidget(fit)
        row.addStretch(1)
        self.back_button = QPushButton("Back to live", self)
        self.back_button.setToolTip("Leave the trial picture (Esc)")
        self.back_button.clicked.connect(self.dismiss)
        self.back_button.hide()
        row.addWidget(self.back_button)
        self.open_button = QPushButton("Try a picture…", self)
        self.open_button.setToolTip("Inspect a picture on the spot; it is not counted (Ctrl+O)")
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
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        self.run_button = QPushButton("Start", self)
        self.run_button.setProperty("kind", "primary")
        self.run_button.setToolTip("Start or stop the line (F5)")
        self.run_button.clicked.connect(self.toggle_run)
        self.trigger_button = QPushButton("Trigger (space)", self)
        self.trigger_button.setToolTip("Capture a part by hand (space bar)")
        self.trigger_button.clicked.connect(self._session.trigger)
        buttons.addWidget(self.run_button, 1)
        buttons.addWidget(self.trigger_button, 1)
        side.addLayout(buttons)
        return side

    def _connect(self) -> None:
        session = self._session
        session.status_changed.connect(self._on_status)
        session.frame_arrived.connect(self._on_frame)
        session.part_inspected.connect(self._on_part)
        session.counts_changed.connect(self._on_counts)
        session.failures_changed.connect(self.strip.show_failures)
        session.trend_changed.connect(lambda points: self.trend.show_points(points, time()))
        session.recipe_changed.connect(lambda _: self._marks())
        session.trial_done.connect(self._on_trial)
        session.polled.connect(self._on_poll)
        self.strip.chosen.connect(lambda failure: session.load_failure(failure, self.pin))
        self.opacity.valueChanged.connect(lambda _: self._redraw())
        keys = {"H": self.toggle_heatmap, "Esc": self.dismiss, "F5": self.toggle_run, "Space": self._space}
        for key, action in keys.items():
            QShortcut(QKeySequence(key), self, action)
        self._words()
        self._on_status(EngineStatus())

    # --- hand ---------------------------------------------------------------------------------------------------------

    def toggle_run(self) -> None:
        """Start or stop the line."""
        if self._session.running:
            self._session.stop()
        else:
            self._last = None
            self._session.start()
        self._show_state()

    def _space(self) -> None:
        if self.trigger_button.isEnabled():
            self._session.trigger()

    def toggle_heatmap(self) -> None:
        """Go on: on failures, always, never."""
        order = {None: True, True: False, False: None}
        self._heatmap_on = order[self._heatmap_on]
        self._words()
        self._redraw()

    def dismiss(self) -> None:
        """Leave the pinned failure and the trial."""
        self._trial = None
        self._pin.unpin()
        self.back_button.hide()
        self._hold_until_s = 0.0
        if self._frame is not None:
            self._show_frame(self._frame)
        else:
            self.view.show_scene(None)
        self._show_state()

    def pin(self, failure: Failure) -> None:
        """Keep a failure's picture up beside the live view."""
        self._pin.pin(failure)
        self._show_pin()

    # --- events -------------------------------------------------------------------------------------------------------

    def _on_status(self, status: EngineStatus) -> None:
        self._status = status
        self._show_state()

    def _on_frame(self, frame: Frame) -> None:
        self._frame = frame
        if self._trial is None and perf_counter() >= self._hold_until_s:
            self._show_frame(frame)

    def _on_part(self, event: PartInspected) -> None:
        self._last, self._last_s = event, event.captured_s
        if self._trial is None and self._draws_heatmap(event.inspection.decision.verdict):
            self._hold_until_s = perf_counter() + HOLD_S
        if self._trial is None:
            self._show_part(event)
        self._show_state()

    def _on_counts(self, counts: Counts) -> None:
        lot = counts.lot_name or "no number"
        self.counters.show_tallies(
            counts.shift,
            counts.lot,
            shift_title=f"Shift since {counts.shift_from:%H:%M}",
            lot_title=f"Lot {lot}",
        )

    def _on_trial(self, trial: Trial) -> None:
        self._trial = trial
        self.back_button.show()
        self._show_trial(trial)
        self._show_state()

    def _on_poll(self) -> None:
        if self.isVisible():
            self.view.poll()
            self.pin_view.poll()
        if self._last is None:
            return
        age_s = perf_counter() - self._last_s
        if age_s > FRESH_S:
            self._last = None
        if age_s > FRESH_S or (age_s > NEW_S) is not self.verdict.dimmed:
            self._show_state()

    # --- showing ------------------------------------------------------------------------------------------------------

    def _draws_heatmap(self, verdict: Verdict) -> bool:
        if self._heatmap_on is not None:
            return self._heatmap_on
        return verdict in (Verdict.FAIL, Verdict.REVIEW) or self._session.settings.heatmap_on_pass

    def _show_frame(self, frame: Frame) -> None:
        self.view.show_scene(Scene(image=frame.image, label=f"live · {frame.width_px}×{frame.height_px}"))

    def _show_part(self, event: PartInspected) -> None:
        if event.part is None:
            return
        inspection = event.inspection
        draws = self._draws_heatmap(inspection.decision.verdict)
        image = event.part.frame.image
        name = f" · {event.part.origin.path.name}" if event.part.origin.path is not None else ""
        words = f"part {inspection.part_number:,} · {inspection.time_utc.astimezone():%H:%M:%S}{name}"
        self.view.show_scene(
            Scene(
                image=image,
                label=words,
                heatmap=event.prediction if draws else None,
                region=event.part.region,
                opacity=self.opacity.value() / 100,
                part=True,
            )
        )

    def _show_trial(self, trial: Trial) -> None:
        more = f" · {trial.remaining} more" if trial.remaining else ""
        words = f"trial, not counted · {trial.path.name}{more}"
        if trial.image is None:
            self.view.say_when_empty(f"{trial.path.name} cannot be shown")
            self.view.show_scene(None)
            return
        draws = trial.prediction is not None and self._draws_heatmap(trial.decision.verdict)
        self.view.show_scene(
            Scene(
                image=trial.image,
                label=words,
                heatmap=trial.prediction if draws else None,
                opacity=self.opacity.value() / 100,
                part=True,
            )
        )

    def _show_pin(self) -> None:
        self._pin.draw(heatmap=self._heatmap_on is not False, opacity=self.opacity.value() / 100)

    def _mark_stale(self, face: Face) -> None:
        """Never let an old picture look live: without a camera it goes, after the end it says that it is old."""
        stale = face not in FACES.values() and face not in (Face.WAITING, Face.STARTING, Face.TOO_SLOW)
        self.view.say_when_empty(EMPTY_VIEW.get(face, "Waiting for the first picture"))
        if stale and not self._stale:
            self._hold_until_s = 0.0
            if face in (Face.NO_CAMERA, Face.NO_SOURCE):
                self.view.show_scene(None)
            elif self._frame is not None:
                self.view.show_scene(Scene(image=self._frame.image, label="not live: the last picture"))
        self._stale = stale

    def _redraw(self) -> None:
        self._opacity_words.setText(f"{self.opacity.value()} %")
        if self._trial is not None:
            self._show_trial(self._trial)
        elif self._last is not None and (perf_counter() < self._hold_until_s or not is_live(self._status.source)):
            self._show_part(self._last)
        self._show_pin()

    def _words(self) -> None:
        words = {None: "Heatmap: on failures", True: "Heatmap: always", False: "Heatmap: never"}
        self.heatmap_button.setText(words[self._heatmap_on])
        self._opacity_words.setText(f"{self.opacity.value()} %")

    def _marks(self) -> None:
        recipe = self._session.recipe
        if recipe is not None:
            self.view.show_marks(recipe.region, recipe.trigger)

    def _show_state(self) -> None:
        """Verdict, score, reason, buttons: all from the state of this moment."""
        status, trial = self._status, self._trial
        if trial is not None:
            self.view.show_marks(None, None)
            self.verdict.show_face(FACES[trial.decision.verdict], trial=True)
            self.score.say(trial.decision.p_defective, trial.decision.thresholds, trial.decision.reason)
        else:
            self._marks()
            last = self._last.inspection.decision if self._last is not None else None
            face = face_of(status, last.verdict if last else None)
            self._show_verdict(face)
            self._mark_stale(face)
            if last is not None and face in FACES.values():
                self.score.say(last.p_defective, last.thresholds, last.reason)
            else:
                self.score.say(None, status.thresholds, explained(face, status))
        running = self._session.running
        busy = status.state is RunState.STOPPING
        self.run_button.setText("Stop" if running else "Start")
        colour = CURRENT.theme.colour("text" if running else "on_accent")
        self.run_button.setIcon(icon("stop" if running else "start", colour))
        kind = "" if running else "primary"
        if self.run_button.property("kind") != kind:
            self.run_button.setProperty("kind", kind)
            self.run_button.style().unpolish(self.run_button)
            self.run_button.style().polish(self.run_button)
        self.run_button.setEnabled(not busy)
        self.trigger_button.setEnabled(running and status.state is RunState.RUNNING)

    def _show_verdict(self, face: Face) -> None:
        """Show the face; a verdict says whose it is, and is dimmed when its part has passed."""
        if self._last is None or face not in FACES.values():
            self.verdict.show_face(face)
            return
        inspection, age_s = self._last.inspection, perf_counter() - self._last_s
        old = age_s > NEW_S
        words = f"part {inspection.part_number:,} · {inspection.time_utc.astimezone():%H:%M:%S}"
        self.verdict.show_face(face, dimmed=old, caption=f"last: {words}" if old else words)

    def release(self) -> None:
        """End the renderers."""
        self.view.release()
        self.pin_view.release()
