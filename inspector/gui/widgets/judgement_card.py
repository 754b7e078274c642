"""The buttons of a judgement: good, defective with its type, unsure; back, skip, undo; and what came of the last.

Parts are judged with them on the Review page, and labels of pictures in Training.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.domain.review import Judgement
from inspector.domain.sentence import sentence
from inspector.domain.text import REMARK
from inspector.gui.widgets.basics import label, set_tone
from inspector.gui.widgets.text_field import TextField
from inspector.gui.widgets.type_menu import TypeMenu, ask_new_type

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.gui.widgets.question import Question

_LINES, _ANY_PX = 3, 400


class JudgementCard(QFrame):
    """See the module; it emits wishes and holds no record.

    Args:
        labelled: What is judged has a label, which may be right: a button says so.
    """

    judged = Signal(object, str)  #: Judgement, and the type of the defect or an empty text
    back_wanted = Signal()
    skip_wanted = Signal()
    undo_wanted = Signal()
    right_said = Signal()  #: the label is right
    asking = Signal(bool)  #: the types are asked for: the keys are the menu's
    left = Signal()  #: the note is written; the keys are the page's again
    again_wanted = Signal()  #: write once more what could not be written

    def __init__(self, parent: QWidget | None = None, *, labelled: bool = False) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._labelled = labelled
        self.types: tuple[str, ...] = ()
        self.menu: TypeMenu | None = None
        self.question: Question | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 10)
        layout.setSpacing(6)
        top = QHBoxLayout()
        top.addWidget(label("YOUR JUDGEMENT", "heading"), 1)
        self.place = label("", "heading")
        top.addWidget(self.place)
        layout.addLayout(top)
        self.right = self._button("Label is right  R", "The label is right as it is (R)", self.right_said.emit)
        self.right.setCheckable(True)
        self.right.setVisible(labelled)
        layout.addWidget(self.right)
        layout.addLayout(self._build_buttons())
        self.note = TextField(REMARK, self)
        self.note.setPlaceholderText("Note, if any")
        self.note.setAccessibleName("Note on the judgement")
        self.note.returnPressed.connect(self.left)
        layout.addWidget(self.note)
        self.message = label("", "muted")
        self.message.setWordWrap(True)
        self.message.setMinimumHeight(2 * self.message.fontMetrics().lineSpacing())
        self.message.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.message)
        self.again = self._button("Try again", "Write the judgement once more", self.again_wanted.emit)
        self.again.hide()
        layout.addWidget(self.again)

    def _build_buttons(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(6)
        self.good = self._button("Good  G", "The part is good (G)", lambda: self._say(Judgement.GOOD))
        self.defective = self._button(
            "Defective  D", "The part is defective; then its type by number (D, then 1 to 9)", self.ask_type
        )
        self.unsure = self._button(
            "Unsure  U", "It cannot be said from the picture (U)", lambda: self._say(Judgement.UNSURE)
        )
        self.back = self._button("Back  ←", "The part before (left arrow)", self.back_wanted.emit)
        self.skip = self._button("Skip  →", "The next part; this one stays in the queue (right)", self.skip_wanted.emit)
        self.undo = self._button("Undo", "Withdraw your last judgement, and look again (Ctrl+Z)", self.undo_wanted.emit)
        for button in (self.good, self.defective, self.unsure):
            button.setCheckable(True)
        for place, button in enumerate((self.good, self.defective, self.unsure, self.back, self.skip, self.undo)):
            button.setProperty("kind", "tight")
            grid.addWidget(button, *divmod(place, 3))
        for column in range(3):
            grid.setColumnStretch(column, 1)
        return grid

    def _button(self, words: str, tip: str, action: object) -> QPushButton:
        button = QPushButton(words, self)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys to the page
        button.clicked.connect(action)
        return button

    # --- showing ------------------------------------------------------------------------------------------------------

    def show_types(self, types: Sequence[str]) -> None:
        """Set the types that a defect can have, the first nine by number."""
        self.types = tuple(types)

    def show_state(self, *, judging: bool, back: bool, skip: bool, undo: bool, place: str) -> None:
        """Say what can be done now, and where in the queue this is."""
        for button in (self.right, self.good, self.defective, self.unsure, self.note):
            button.setEnabled(judging)
        self.back.setEnabled(back)
        self.skip.setEnabled(skip)
        self.undo.setEnabled(undo)
        self.place.setText(place)

    def show_own(self, judgement: Judgement | None, *, right: bool = False) -> None:
        """Mark the button of what the reviewer says at present of this part.

        Args:
            judgement: None where nothing is said.
            right: It is what the label says.
        """
        self.right.setChecked(right)
        for button, means in (
            (self.good, Judgement.GOOD),
            (self.defective, Judgement.DEFECTIVE),
            (self.unsure, Judgement.UNSURE),
        ):
            button.setChecked(judgement is means and not right)

    def say(self, words: str, state: str = "", *, again: bool = False) -> None:
        """Say what came of a judgement.

        Args:
            words: One or two sentences; empty for none.
            state: A verdict's colour: "good", "fail", "review"; empty for none.
            again: Offer to write once more.
        """
        self.message.setText(sentence(words))
        self.message.setToolTip(words)
        # what is long is read in the tip; only what went wrong, or has to be known, may take more room
        self.message.setMaximumHeight(_ANY_PX if state else self._lines_px)
        set_tone(self.message, state or "muted")
        self.again.setVisible(again)

    @property
    def _lines_px(self) -> int:
        """The height of whole lines: none of a long text is cut through."""
        return _LINES * self.message.fontMetrics().lineSpacing()

    def take_note(self) -> str:
        """Return the note, and clear it for the next part."""
        words = " ".join(self.note.text().split())
        self.note.clear()
        return words

    # --- hand ---------------------------------------------------------------------------------------------------------

    def take_keys(self, scope: QWidget, *more: tuple[str, Callable[[], object]]) -> None:
        """Have the buttons pressed by keys; while a type is asked for the keys are the menu's.

        Args:
            scope: The keys hold within it.
            more: Further keys, and what they do.
        """
        buttons = [("G", self.good), ("D", self.defective), ("U", self.unsure)]
        buttons += [("Right", self.skip), ("Left", self.back), ("Ctrl+Z", self.undo)]
        buttons += [("R", self.right)] if self._labelled else []
        for key, action in (*((key, button.click) for key, button in buttons), *more):
            shortcut = QShortcut(QKeySequence(key), scope, action)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setAutoRepeat(key in {"Right", "Left"})
            self.asking.connect(lambda asking, shortcut=shortcut: shortcut.setEnabled(not asking))

    def ask_type(self) -> None:
        """Ask for the type: by number, none, or a new one."""
        if self.menu is not None:
            return
        self.menu = menu = TypeMenu(self.types, self)
        menu.chosen.connect(lambda name: self._say(Judgement.DEFECTIVE, name))
        menu.new_wanted.connect(self._ask_new)
        menu.aboutToHide.connect(self._menu_closed)
        self.asking.emit(True)
        menu.open_above(self.defective)

    def _menu_closed(self) -> None:
        self.menu = None
        self.asking.emit(False)

    def _ask_new(self) -> None:
        self.question = ask_new_type(lambda name: self._say(Judgement.DEFECTIVE, name), self)

    def _say(self, judgement: Judgement, defect_type: str = "") -> None:
        self.judged.emit(judgement, defect_type)
