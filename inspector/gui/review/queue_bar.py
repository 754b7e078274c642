"""The top of the Review page: the queues with their counts, the scope, and who reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QFrame, QHBoxLayout, QPushButton, QWidget

from inspector.domain.review import QueueKind
from inspector.domain.text import PART_SERIAL, PERSON
from inspector.gui.review.scope import Period, Scope, Whose
from inspector.gui.review.words import QUEUES, queue_tip
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.inputs import ChoiceBox
from inspector.gui.widgets.text_field import TextField

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtGui import QResizeEvent

_KEYS = {kind: f"Alt+{number}" for number, kind in enumerate(QUEUES, start=1)}


class QueueBar(QFrame):
    """See the module; it emits what is wished. Where there is no room for all in one row, it has two."""

    queue_wanted = Signal(object)  #: QueueKind
    scope_changed = Signal()
    reviewer_changed = Signal(str)
    arranged = Signal()  #: it has another number of rows
    left = Signal()  #: the name is typed; the keys are the page's again

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._both = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._both.setContentsMargins(8, 5, 8, 5)
        self._both.setSpacing(6)
        self._queues, self._scope = QHBoxLayout(), QHBoxLayout()
        row = self._queues
        self.buttons: dict[QueueKind, QPushButton] = {}
        group = QButtonGroup(self)
        for kind, name in QUEUES.items():
            button = QPushButton(self)
            button.setCheckable(True)
            button.setProperty("kind", "chip")
            button.setToolTip(f"{queue_tip(kind)} ({_KEYS[kind]})")
            button.setAccessibleName(name)
            button.clicked.connect(lambda _=False, kind=kind: self.queue_wanted.emit(kind))
            group.addButton(button)
            self.buttons[kind] = button
            row.addWidget(button)
        row.addStretch(1)
        self._add_scope(self._scope)
        self._add_part(self._scope)
        self._scope.addStretch(1)
        self._add_reviewer(self._scope)
        for row in (self._queues, self._scope):
            row.setSpacing(6)
            self._both.addLayout(row)
        self.show_counts({})
        self.show_queue(QueueKind.FAILURES)

    def _add_scope(self, row: QHBoxLayout) -> None:
        self.second = QPushButton("Second opinion", self)
        self.second.setCheckable(True)
        self.second.setProperty("kind", "chip")
        self.second.setToolTip("Also parts that somebody else has judged; what was said is shown once you have judged")
        self.second.toggled.connect(lambda _: self.scope_changed.emit())
        row.addWidget(self.second)
        self.whose = ChoiceBox(self)
        self.whose.addItems([whose.value for whose in Whose])
        self.whose.setAccessibleName("Of which parts")
        self.whose.setToolTip("Of which parts: of the recipe or the lot above, or of every recipe")
        self.period = ChoiceBox(self)
        self.period.addItems([period.value for period in Period])
        self.period.setCurrentText(Period.WEEK.value)
        self.period.setAccessibleName("Of which time")
        self.period.setToolTip("When the parts were inspected")
        for box in (self.whose, self.period):
            box.setFixedWidth(126)
            box.currentIndexChanged.connect(lambda _: self.scope_changed.emit())
            row.addWidget(box)

    def _add_part(self, row: QHBoxLayout) -> None:
        self.part = TextField(PART_SERIAL, self)
        self.part.setPlaceholderText("Serial number")
        self.part.setAccessibleName("Serial number or trigger")
        self.part.setToolTip(
            "Only the part with this serial number, or that the trigger with this id asked for; the audit stays whole"
        )
        self.part.setClearButtonEnabled(True)
        self.part.setFixedWidth(130)
        self.part.editingFinished.connect(self._looked_up)
        self.part.returnPressed.connect(self.left)
        row.addWidget(self.part)
        self._looks_up = ""

    def _looked_up(self) -> None:
        part = self.part.text().strip()
        if part != self._looks_up:
            self._looks_up = part
            self.scope_changed.emit()

    def _add_reviewer(self, row: QHBoxLayout) -> None:
        row.addWidget(label("Reviewer", "muted"))
        self.reviewer = TextField(PERSON, self)
        self.reviewer.setPlaceholderText("Your name")
        self.reviewer.setAccessibleName("Reviewer")
        self.reviewer.setToolTip("Who judges: recorded with every judgement, and remembered here")
        self.reviewer.setFixedWidth(130)
        self.reviewer.editingFinished.connect(self._named)
        self.reviewer.returnPressed.connect(self.left)
        row.addWidget(self.reviewer)
        self._named_as = ""

    def minimumSizeHint(self) -> QSize:
        """The width of the longer row: it can always be had."""
        return QSize(self._width_of(max), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put both rows into one, where there is room."""
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        """Do so again where something in it needs more room: the style's letters come late."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return done

    def _width_of(self, together: Callable[[tuple[int, int]], int]) -> int:
        margins = self._both.contentsMargins()
        widths = self._queues.minimumSize().width(), self._scope.minimumSize().width()
        return together(widths) + margins.left() + margins.right()

    def _arrange(self) -> None:
        fits = self._width_of(sum) + self._both.spacing() <= self.width()
        if fits != (self.rows == 1):
            self._both.setDirection(QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom)
            self.arranged.emit()

    @property
    def rows(self) -> int:
        """How many rows it has, 1 or 2."""
        return 1 if self._both.direction() is QBoxLayout.Direction.LeftToRight else 2

    @property
    def scope(self) -> Scope:
        """Which parts are meant."""
        whose, period = Whose(self.whose.currentText()), Period(self.period.currentText())
        return Scope(whose=whose, period=period, part=self._looks_up)

    def show_counts(self, counts: Mapping[QueueKind, int]) -> None:
        """Set how many wait in each queue; one that is not known yet has no count."""
        for kind, button in self.buttons.items():
            count = counts.get(kind)
            words = QUEUES[kind] if count is None else f"{QUEUES[kind]} {count:,}"
            if button.text() != words:
                button.setText(words)
                button.setShortcut(_KEYS[kind])  # Qt takes it away with every other text
                button.setAccessibleDescription("" if count is None else f"{count} to judge")
        self._arrange()

    def show_queue(self, kind: QueueKind) -> None:
        """Mark the queue that is walked; one that was looked up by hand is none of them."""
        button = self.buttons.get(kind)
        if button is not None:
            button.setChecked(True)

    def show_reviewer(self, name: str) -> None:
        """Set the name, as it is remembered."""
        self._named_as = name
        self.reviewer.setText(name)
        self.mark_reviewer(missing=False)

    def lock_reviewer(self, *, locked: bool) -> None:
        """Where users are on the name is that of who is signed in, and is not typed."""
        self.reviewer.setReadOnly(locked)
        self.reviewer.setPlaceholderText("nobody" if locked else "Your name")

    def mark_reviewer(self, *, missing: bool) -> None:
        """Mark the field in red while a name is missing."""
        if self.reviewer.property("bad") != ("true" if missing else "false"):
            self.reviewer.setProperty("bad", "true" if missing else "false")
            self.reviewer.style().unpolish(self.reviewer)
            self.reviewer.style().polish(self.reviewer)

    def _named(self) -> None:
        name = " ".join(self.reviewer.text().split())
        if name != self._named_as:
            self._named_as = name
            self.reviewer_changed.emit(name)
