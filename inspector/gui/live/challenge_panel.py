"""The challenge on Live: which part is to be shown now, what the station said, how many are done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from inspector.domain.challenge import ChallengePart, ChallengeWay, KnownAs
from inspector.domain.challenge_attempt import ChallengeOutcome
from inspector.domain.sentence import sentence
from inspector.domain.source import is_live
from inspector.engine.status import RunState
from inspector.gui.language.spoken import say
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.question import Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QResizeEvent

    from inspector.domain.challenge_attempt import Attempt
    from inspector.domain.release import ReleaseState
    from inspector.engine.status import EngineStatus
    from inspector.gui.station.challenge_desk import ChallengeDesk
    from inspector.recipes.recipe import Recipe

_PICTURE_PX = 116
#: A button is at least so wide; beside buttons in a row the words have at least so much.
_BUTTON_PX, _WORDS_PX = 190, 240
_KNOWN = {KnownAs.GOOD: "a good part", KnownAs.DEFECTIVE: "a defective part"}


class ChallengePanel(QFrame):
    """Shown where the recipe asks for a challenge, or the station is not released.

    Args:
        desk: Does what is asked.
    """

    part_wanted = Signal()  #: capture the part that lies there

    def __init__(self, desk: ChallengeDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._part: ChallengePart | None = None
        self._asked = True
        self.question: Question | None = None  #: the last one
        self.setObjectName("card")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 14, 10)
        row.setSpacing(14)
        self._picture = label("")
        self._picture.setFixedSize(_PICTURE_PX, _PICTURE_PX)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row.addWidget(self._picture)
        words = QVBoxLayout()
        words.setSpacing(6)
        self.title = label("", "title")
        self.title.setWordWrap(True)
        words.addWidget(self.title)
        self.said = label("", "muted")
        self.said.setWordWrap(True)
        words.addWidget(self.said)
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(8)
        words.addWidget(self.progress)
        row.addLayout(words, 1)
        buttons = self._column = QVBoxLayout()
        buttons.setSpacing(6)
        self.begin_button = self._button("Begin the challenge", "Show the parts to the camera, one after the other")
        self.replay_button = self._button("Replay the pictures", "Judge the pictures of the parts instead")
        self.take_button = self._button("Take this part (space)", "Capture the part that lies there (space bar)")
        self.leave_button = self._button("Leave", "Leave the challenge; the station stays as it was")
        self.optics_button = self._button("Lens or lamp changed…", "Nothing is released then until it is passed")
        self.withdraw_button = self._button("Withdraw…", "Let this recipe run without a challenge; an engineer may")
        self.take_button.setProperty("kind", "primary")
        self.begin_button.clicked.connect(lambda: desk.begin(ChallengeWay.CAMERA))
        self.replay_button.clicked.connect(lambda: desk.begin(ChallengeWay.PICTURES))
        self.take_button.clicked.connect(self.part_wanted)
        self.leave_button.clicked.connect(desk.leave)
        self.optics_button.clicked.connect(self._ask_optics)
        self.withdraw_button.clicked.connect(self._ask_withdraw)
        for button in self._buttons():
            buttons.addWidget(button)
        row.addLayout(buttons)
        row.setAlignment(buttons, Qt.AlignmentFlag.AlignVCenter)
        desk.picture_read.connect(self._on_picture)
        self.hide()

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(say(text), self)
        button.setToolTip(say(tip))
        return button

    def _buttons(self) -> tuple[QPushButton, ...]:
        return (
            *(self.begin_button, self.replay_button, self.take_button, self.leave_button),
            *(self.withdraw_button, self.optics_button),
        )

    @property
    def takes_space(self) -> bool:
        """Whether the space bar captures a part for the challenge."""
        return not self.take_button.isHidden() and self.isVisible()

    def show_state(self, status: EngineStatus, recipe: Recipe | None) -> None:
        """Show how it stands."""
        required = recipe is not None and recipe.challenge.required
        release = status.release
        self.setVisible(required or release.concerns)
        if recipe is None or self.isHidden():
            return
        runs, attempt = status.state is RunState.RUNNING, release.attempt
        camera = is_live(recipe.source)
        idle = runs and release.known and attempt is None and not release.standing.withdrawable
        shown = {
            self.begin_button: idle and camera,
            self.replay_button: idle and not release.standing.camera_only and recipe.challenge.pictures_count,
            self.take_button: attempt is not None and attempt.way is ChallengeWay.CAMERA,
            self.leave_button: attempt is not None,
            self.withdraw_button: runs and release.standing.withdrawable,
            self.optics_button: required and attempt is None,
        }
        if not camera:
            shown[self.replay_button] = idle
        for button, wanted in shown.items():
            button.setMinimumWidth(max(_BUTTON_PX, button.sizeHint().width()))  # in another language it is longer
            button.setVisible(wanted)
        self._ask_for_it(asked=attempt is not None or not release.standing.released)
        self.progress.setVisible(attempt is not None)
        if attempt is not None:
            self._show_attempt(attempt)
        else:
            self._say(*_words(status, runs=runs))
            self._show_part(None)

    def _ask_for_it(self, *, asked: bool) -> None:
        """Have it begin by the most striking button; where the station is released, leave the picture its room."""
        self._asked = asked
        self._arrange()
        kind = "primary" if asked else ""
        if self.begin_button.property("kind") != kind:
            self.begin_button.setProperty("kind", kind)
            self.begin_button.style().polish(self.begin_button)

    def _arrange(self) -> None:
        """Put the buttons side by side where nothing is asked for, and words and buttons find room."""
        shown = [button for button in self._buttons() if not button.isHidden()]
        wide = sum(button.minimumWidth() + self._column.spacing() for button in shown)
        beside = not self._asked and wide + _WORDS_PX <= self.width()
        ways = QBoxLayout.Direction
        self._column.setDirection(ways.LeftToRight if beside else ways.TopToBottom)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the buttons where there is room."""
        super().resizeEvent(event)
        self._arrange()

    def _show_attempt(self, attempt: Attempt) -> None:
        part, count = attempt.wanted, len(attempt.parts)
        self.progress.setRange(0, count)
        self.progress.setValue(attempt.done)
        self.progress.setAccessibleName(say(f"{attempt.done} of {count} parts done"))
        if part is not None:
            do = "Show" if attempt.way is ChallengeWay.CAMERA else "Replayed:"
            title = f"{do} part {attempt.done + 1} of {count}: {part.called}, {_KNOWN[part.expected]}"
            self._say(title, sentence(attempt.words))
        self._show_part(part)

    def _say(self, title: str, words: str) -> None:
        for place, text in ((self.title, say(title)), (self.said, say(words))):
            if place.text() != text:
                place.setText(text)
        self.said.setVisible(bool(words))

    def _show_part(self, part: ChallengePart | None) -> None:
        self._picture.setVisible(part is not None and bool(part.picture))
        if part is not None and part != self._part:
            self._picture.clear()
            self._desk.read_picture(part)
        self._part = part

    def _on_picture(self, part: ChallengePart, image: QImage | None) -> None:
        if part == self._part and image is not None:
            size = self._picture.size()
            ratio = Qt.AspectRatioMode.KeepAspectRatio
            smooth = Qt.TransformationMode.SmoothTransformation
            self._picture.setPixmap(QPixmap.fromImage(image).scaled(size, ratio, smooth))
            self._picture.setAccessibleName(say(f"picture of {part.called}"))

    def _ask_optics(self) -> None:
        words = "Nothing is released then, whatever the recipe, until the challenge is passed in front of the camera."
        question = Question("Were lens or lamp changed?", words, "Changed", reason="What was changed", parent=self)
        self._ask(question, self._desk.optics_changed)

    def _ask_withdraw(self) -> None:
        words = (
            "By the record, this recipe or its model needs a challenge before parts are inspected. Withdrawing it "
            "holds for the recipe as it is now, and stands in the audit trail with your name."
        )
        question = Question("Run without a challenge?", words, "Withdraw", reason="Reason", parent=self)
        self._ask(question, self._desk.withdraw)

    def _ask(self, question: Question, do: Callable[[str], None]) -> None:
        self.question = question
        question.accepted.connect(lambda: do(question.reason.text().strip()))
        question.open()


def _words(status: EngineStatus, *, runs: bool) -> tuple[str, str]:
    """Return title and words where no challenge is under way."""
    release: ReleaseState = status.release
    if not runs:
        return "This recipe needs a challenge", "Start the line (F5); then it says whether parts must be shown."
    last, until = release.last, release.standing.until
    said = ""
    if last is not None:
        said = (
            "The challenge was passed." if last.outcome is ChallengeOutcome.PASSED else f"The last one: {last.words}."
        )
    if release.holds:
        return sentence(f"{release.standing.why or release.why}."), said
    ends = f" until {until.astimezone():%H:%M}, {until.astimezone():%Y-%m-%d}" if until is not None else ""
    return f"Released{ends}", said
