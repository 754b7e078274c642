"""The labels of a training that look wrong, one picture after the other: is the label right, or what is the part?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.domain.text import PERSON
from inspector.gui.training.label_words import (
    end_words,
    labelled_words,
    part_words,
    said_words,
    so_far_words,
    still_of,
    why_lines,
)
from inspector.gui.widgets.basics import card, label, set_tone
from inspector.gui.widgets.filmstrip import Filmstrip
from inspector.gui.widgets.judgement_card import JudgementCard
from inspector.gui.widgets.picture import PictureView
from inspector.gui.widgets.render import Scene
from inspector.gui.widgets.text_field import TextField

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from PySide6.QtGui import QImage

    from inspector.domain.records import Image
    from inspector.domain.review import Judgement
    from inspector.review.labels import LabelWalk
    from trainer.evaluation import Suspect

_COLUMN_PX = 340


class LabelsDialog(QDialog):
    """See the module; it shows a walk, and emits what is wished.

    Args:
        title: What is walked through.
        walk: Where it is, and what has been said.
        types: The types that a defect can have.
        reviewer: Who judges; empty where that is not known.
    """

    judged = Signal(object, str)  #: Judgement, or None where the label is right; and the type of a defect
    undo_wanted = Signal()
    moved = Signal()  #: other pictures are looked at
    again_wanted = Signal()  #: write once more what could not be written
    reviewer_changed = Signal(str)
    train_wanted = Signal()

    def __init__(
        self, title: str, walk: LabelWalk, *, types: Sequence[str], reviewer: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.walk = walk
        self._pictures: Mapping[str, Image | str] = {}
        self.setWindowTitle("Labels that look wrong")
        self.setMinimumSize(920, 620)
        self.resize(1200, 740)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        layout.addLayout(self._build_top(title, reviewer))
        body = QHBoxLayout()
        body.setSpacing(10)
        layout.addLayout(body, 1)
        left = QVBoxLayout()
        left.setSpacing(8)
        self.view = PictureView(self)
        left.addWidget(self.view, 1)
        self.film = Filmstrip(self)
        left.addWidget(self.film)
        body.addLayout(left, 1)
        body.addWidget(self._build_column())
        layout.addLayout(self._build_foot())
        self.judging.show_types(types)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Return in a field presses none of them
        self._connect()
        self.setFocus()

    def _build_top(self, title: str, reviewer: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(label(title, "title"), 1)
        row.addWidget(label("Reviewer", "muted"))
        self.reviewer = TextField(PERSON, self)
        self.reviewer.setPlaceholderText("Your name")
        self.reviewer.setAccessibleName("Reviewer")
        self.reviewer.setToolTip("Who judges: recorded with every judgement, and remembered here")
        self.reviewer.setFixedWidth(150)
        self.reviewer.setText(reviewer)
        row.addWidget(self.reviewer)
        return row

    def _build_column(self) -> QWidget:
        column = QWidget(self)
        column.setFixedWidth(_COLUMN_PX)
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        frame, facts = card(column)
        facts.addWidget(label("THE LABEL SAYS", "heading"))
        self.labelled = label("", "title")
        facts.addWidget(self.labelled)
        facts.addSpacing(8)
        facts.addWidget(label("WHY IT MAY BE WRONG", "heading"))
        self.why = label("")
        self.part = label("", "muted")
        for words in (self.labelled, self.why, self.part):
            words.setTextFormat(Qt.TextFormat.PlainText)
            words.setWordWrap(True)
        facts.addWidget(self.why)
        facts.addSpacing(8)
        facts.addWidget(self.part)
        facts.addStretch(1)
        layout.addWidget(frame, 1)
        self.judging = JudgementCard(column, labelled=True)
        layout.addWidget(self.judging)
        return column

    def _build_foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.so_far = label("", "muted")
        self.so_far.setWordWrap(True)
        row.addWidget(self.so_far, 1)
        self.train_button = QPushButton("Train again with these", self)
        self.train_button.setProperty("kind", "primary")
        self.train_button.setToolTip("Open Training with the same pictures and these labels")
        row.addWidget(self.train_button)
        self.close_button = QPushButton("Close", self)
        self.close_button.setToolTip("What was said is kept (Esc)")
        row.addWidget(self.close_button)
        return row

    def _connect(self) -> None:
        judging, walk = self.judging, self.walk
        judging.judged.connect(self._say)
        judging.right_said.connect(lambda: self._say(None, ""))
        judging.back_wanted.connect(lambda: self._move(walk.back))
        judging.skip_wanted.connect(lambda: self._move(walk.skip))
        judging.undo_wanted.connect(self.undo_wanted)
        judging.again_wanted.connect(self.again_wanted)
        judging.left.connect(self.setFocus)
        judging.take_keys(self)
        self.film.chosen.connect(lambda sha256: self._move(lambda: walk.jump(sha256)))
        self.film.room_changed.connect(lambda _: self.moved.emit())
        self.reviewer.editingFinished.connect(self._named)
        self.reviewer.returnPressed.connect(self.setFocus)
        self.train_button.clicked.connect(self.train_wanted)
        self.close_button.clicked.connect(self.accept)

    # --- hand ---------------------------------------------------------------------------------------------------------

    @property
    def by(self) -> str:
        """Who judges."""
        return " ".join(self.reviewer.text().split())

    def say(self, words: str, state: str = "", *, again: bool = False) -> None:
        """Say what came of something; the arguments are those of `JudgementCard.say`."""
        self.judging.say(words, state, again=again)

    def _say(self, judgement: Judgement | None, defect_type: str) -> None:
        self._mark_name(missing=not self.by)
        if self.by:
            self.judged.emit(judgement, defect_type)
        else:
            self.reviewer.setFocus()
            self.say("Say who you are first: every judgement is recorded with a name.", "review")
        self.show_buttons()

    def _move(self, go: Callable[[], None]) -> None:
        go()
        self.say("")
        self.moved.emit()

    def _named(self) -> None:
        self._mark_name(missing=False)
        self.reviewer_changed.emit(self.by)
        self.show_buttons()

    def _mark_name(self, *, missing: bool) -> None:
        self.reviewer.setProperty("bad", "true" if missing else "false")
        self.reviewer.style().unpolish(self.reviewer)
        self.reviewer.style().polish(self.reviewer)

    # --- showing ------------------------------------------------------------------------------------------------------

    def show_walk(self, pictures: Mapping[str, Image | str]) -> None:
        """Show where the walk is.

        Args:
            pictures: Those that have been read, by SHA-256; of one that cannot be shown why.
        """
        self._pictures = pictures
        suspect = self.walk.current
        picture = None if suspect is None else pictures.get(suspect.sha256)
        if suspect is None or picture is None or isinstance(picture, str):
            self.view.say_when_empty(end_words(self.walk) if suspect is None else picture or "Reading the picture")
            self.view.show_scene(None)
        else:
            self.view.show_scene(Scene(image=picture, label=suspect.name, part=True))
        self._show_facts(suspect)
        self._show_film()
        self.show_buttons()

    def show_still(self, sha256: str, image: QImage | None) -> None:
        """Set a thumbnail of the strip."""
        self.film.show_image(sha256, image)

    def show_buttons(self) -> None:
        """Offer what can be done at this moment."""
        walk, count = self.walk, len(self.walk.suspects)
        suspect, own = walk.current, walk.own
        shown = suspect is not None and not isinstance(self._pictures.get(suspect.sha256, ""), str)
        self.judging.show_state(
            judging=shown and not walk.writing,
            back=not walk.writing and walk.place > 0,
            skip=not walk.writing and suspect is not None,
            undo=walk.can_undo(self.by),
            place=f"{min(walk.place + 1, count):,} OF {count:,}",
        )
        self.judging.show_own(None if own is None else own.judgement, right=own is not None and own.right)
        self.so_far.setText(so_far_words(walk))
        self.train_button.setEnabled(not walk.writing and walk.answers.decided)

    def show_said(self) -> None:
        """Say what is written now of the picture that was judged last."""
        last = self.walk.answers.last
        self.say("" if last is None else said_words(last))

    def _show_facts(self, suspect: Suspect | None) -> None:
        self.labelled.setText("–" if suspect is None else labelled_words(suspect.label))
        set_tone(self.labelled, "text" if suspect is None else "good" if suspect.label == "good" else "fail")
        self.why.setText("" if suspect is None else "\n".join(why_lines(suspect)))
        self.part.setText("" if suspect is None else part_words(suspect))

    def _show_film(self) -> None:
        walk = self.walk
        current = "" if walk.current is None else walk.current.sha256
        self.film.show_stills(
            [still_of(suspect, walk.answers.said.get(suspect.sha256)) for suspect in walk.stills(self.film.room)],
            current,
        )
