"""The last parts that did not pass, as thumbnails."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from inspector.domain.policy import guard_decided, spared
from inspector.domain.text import shortened
from inspector.gui.language.spoken import say
from inspector.gui.theme import CURRENT, TINY_PX, font, lively
from inspector.gui.widgets.basics import card, covering, label

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QPaintEvent, QWheelEvent

    from inspector.gui.station.events import Failure

#: How many are shown.
LIMIT = 12
_NAME = 7
_STATES = {"FAIL": "fail", "REVIEW": "review", "ERROR": "error"}


class Thumbnail(QAbstractButton):
    """One failure."""

    def __init__(self, failure: Failure, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.failure = failure
        self.pinned = False
        decision = failure.inspection.decision
        score = decision.p_defective
        time = failure.inspection.time_utc.astimezone()
        views = [view for view in failure.inspection.views if view.decision.verdict is decision.verdict]
        why = "" if score is None else f"{score:.2f}".replace("0.", ".")
        why = "unlike" if guard_decided(decision) else "outside" if spared(decision) else why
        if views:  # the score is the main view's, which may be well
            why = shortened(views[0].name, _NAME)
        self._time, self._why = f"{time:%H:%M:%S}", why
        verdict = failure.inspection.decision.verdict.value
        called = f" ({failure.inspection.called})" if failure.inspection.called else ""
        reason = failure.inspection.decision.reason
        self.setToolTip(say(f"{verdict}, part {failure.inspection.part_number}{called}: {reason}"))
        self.setAccessibleName(" · ".join(filter(None, [say(f"{verdict} at {self._time}"), say(why)])))
        self.setFixedSize(98, 88)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        """Fixed."""
        return QSize(98, 88)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the picture, a frame in the verdict's colour, the time and score."""
        theme = CURRENT.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        box = QRectF(1.5, 1.5, 95, 69)
        picture: QImage | None = self.failure.thumbnail
        painter.fillRect(box, theme.colour("stage"))
        if picture is not None:
            painter.drawImage(box, picture, covering(box, picture))
        else:
            painter.setPen(theme.colour("stage_text"))
            painter.setFont(font(TINY_PX))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, say("no picture"))
        state = _STATES.get(self.failure.inspection.decision.verdict.value, "idle")
        chosen = self.pinned or self.hasFocus()
        width = 4 if chosen or self.underMouse() else 2
        painter.setPen(QPen(theme.colour("accent") if chosen else lively(theme, state), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(theme.colour("muted"))
        painter.setFont(font(TINY_PX))
        painter.drawText(
            QRectF(0, 72, 98, 16), Qt.AlignmentFlag.AlignCenter, " · ".join(filter(None, [self._time, say(self._why)]))
        )


class _Row(QScrollArea):
    """Has no scroll bars; the wheel turns it sideways."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; downwards is to the older ones."""
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - event.angleDelta().y())
        event.accept()


class FailureStrip(QWidget):
    """The thumbnails, newest first."""

    chosen = Signal(object)  #: the Failure that was clicked

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pinned: str | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        layout.setContentsMargins(14, 8, 14, 4)
        layout.addWidget(label("LAST FAILURES AND REVIEWS", "heading"))
        self._empty = label("Not read yet.", "muted")
        layout.addWidget(self._empty)
        area = _Row(frame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the keys to its thumbnails
        area.setFixedHeight(92)
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget(area)
        self._row = QHBoxLayout(inside)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self._row.addStretch(1)
        area.setWidget(inside)
        self._area = area
        layout.addWidget(area)
        layout.addStretch(1)
        self._area.setVisible(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(132)

    def show_failures(self, failures: list[Failure] | None) -> None:
        """Set what is shown, newest first; None while nobody knows whether there are any."""
        wanted = (failures or [])[:LIMIT]
        there = {button.failure.inspection.id: button for button in self.buttons()}
        for inspection_id, button in there.items():
            if inspection_id not in {failure.inspection.id for failure in wanted}:
                self._row.removeWidget(button)
                button.hide()
                button.deleteLater()
        for place, failure in enumerate(wanted):
            known = there.get(failure.inspection.id) or self._new(failure)
            known.failure = failure
            known.pinned = failure.inspection.id == self._pinned
            self._row.insertWidget(place, known)
            known.update()
        self._empty.setText(say("Not read yet." if failures is None else "None so far in this shift."))
        self._empty.setVisible(not wanted)
        self._area.setVisible(bool(wanted))

    def mark(self, failure: Failure | None) -> None:
        """Frame the failure that is pinned; None frames none."""
        self._pinned = failure.inspection.id if failure is not None else None
        for button in self.buttons():
            button.pinned = button.failure.inspection.id == self._pinned
            button.update()

    def _new(self, failure: Failure) -> Thumbnail:
        button = Thumbnail(failure)
        button.clicked.connect(partial(self._clicked, button))
        return button

    def _clicked(self, button: Thumbnail) -> None:
        self.chosen.emit(button.failure)

    def buttons(self) -> list[Thumbnail]:
        """Return the thumbnails that are shown, the newest first."""
        items = [self._row.itemAt(index) for index in range(self._row.count())]
        widgets = [item.widget() for item in items if item is not None]
        return [widget for widget in widgets if isinstance(widget, Thumbnail)]
