"""A picture that was tried by hand: beside the line's picture, with a verdict of its own that is not counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from inspector.engine.faces import FACES
from inspector.gui.language.spoken import say
from inspector.gui.widgets.basics import OneLine, flat_button
from inspector.gui.widgets.picture import PictureView
from inspector.gui.widgets.render import Scene
from inspector.gui.widgets.teach_bar import TeachBar
from inspector.gui.widgets.verdict import ScoreCard, VerdictPanel
from inspector.review.hand_picture import HandPicture

if TYPE_CHECKING:
    from inspector.domain.review import Judgement
    from inspector.gui.station.events import Trial
    from inspector.gui.station.hand_lessons import HandLessons

_VERDICT_PX = 64


class TrialPane(QFrame):
    """Its picture with the heatmap, its verdict and reason, what it is for a training, and a way to dismiss it."""

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.trial: Trial | None = None  #: what is shown
        self.setObjectName("card")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(6)
        top = QHBoxLayout()
        self.title = OneLine("heading")
        top.addWidget(self.title, 1)
        self.close_button = flat_button("✕", "Dismiss the trial picture (Esc)", self)
        self.close_button.clicked.connect(self.dismissed)
        top.addWidget(self.close_button)
        layout.addLayout(top)
        self.verdict = VerdictPanel(self)
        self.verdict.setAccessibleName(say("Verdict on the trial picture"))
        self.verdict.setFixedHeight(_VERDICT_PX)
        layout.addWidget(self.verdict)
        self.view = PictureView(self, surround="panel")
        layout.addWidget(self.view, 1)
        self.score = ScoreCard(self, framed=False)
        layout.addWidget(self.score)
        self.teach = TeachBar(self)
        layout.addWidget(self.teach)
        self.hide()

    def show_trial(self, trial: Trial) -> None:
        """Show a picture that was tried, in place of the one before."""
        self.trial = trial
        more = f", {trial.remaining} more to come" if trial.remaining else ""
        self.title.say(f"TRIAL{more.upper()}: {trial.path.name}")
        self.verdict.show_face(FACES[trial.decision.verdict], trial=True)
        told = trial.decision
        self.score.say(told.p_defective, told.thresholds, told.reason, strangeness=told.strangeness)
        self.show()

    def show_taught(self, lessons: HandLessons) -> None:
        """Show what is said of the picture, for a training."""
        trial, state = self.trial, lessons.state
        if trial is not None:
            self.teach.show_state(
                pictures=int(trial.image is not None),
                own=lessons.said_of(str(trial.path)), to_learn=state.to_learn, recipe=state.recipe, types=state.types,
                why_not="It cannot be read." if trial.image is None else "",
            )  # fmt: skip

    def tell(self, lessons: HandLessons, judgement: Judgement | None, defect_type: str) -> None:
        """Have it learnt that the picture is so."""
        if self.trial is not None:
            decision = self.trial.decision
            tried = HandPicture(file=self.trial.path, verdict=decision.verdict.value, p_defective=decision.p_defective)
            lessons.tell([tried], judgement, defect_type, source="tried by hand")

    def end(self) -> None:
        """Let it go."""
        self.trial = None
        self.view.show_scene(None)
        self.hide()

    def draw(self, *, heatmap: bool, opacity: float) -> None:
        """Draw the picture, if there is one; ``opacity`` of the heatmap is 0..1."""
        trial = self.trial
        if trial is None:
            return
        if trial.image is None:
            self.view.say_when_empty(f"{trial.path.name} cannot be shown")
            self.view.show_scene(None)
            return
        self.view.say_when_empty("Drawing the picture")
        drawn = trial.prediction if heatmap else None
        self.view.show_scene(Scene(image=trial.image, label="", heatmap=drawn, opacity=opacity, part=True))
