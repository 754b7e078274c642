"""Small widgets of the Training page: a strip of thumbnails, a picture that fits its place, a question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from inspector.gui.theme import CURRENT, lively
from inspector.gui.widgets.basics import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QImage, QPaintEvent

_THUMB_PX = 52
_GAP_PX = 6
_LEAST_PX, _MOST_PX = 120, 720


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumb:
    """One small picture.

    Args:
        image: The picture.
        words: What it shows, for its tip.
        state: Colour of its border: "good", "fail" or "idle".
    """

    image: QImage
    words: str
    state: str = "idle"


class ThumbStrip(QWidget):
    """A row of small pictures with coloured borders; what has no room is left out.

    Args:
        name: For screen readers.
        side_px: Height of the pictures.
    """

    def __init__(self, name: str, *, side_px: int = _THUMB_PX, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side_px
        self.thumbs: list[Thumb] = []
        self.setAccessibleName(name)
        self.setFixedHeight(side_px + 4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_thumbs(self, thumbs: Sequence[Thumb]) -> None:
        """Set the pictures."""
        self.thumbs = list(thumbs)
        self.setVisible(bool(self.thumbs))
        self.setAccessibleDescription(", ".join(one.words for one in self.thumbs))
        self.setToolTip("\n".join(one.words for one in self.thumbs))
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        x = 2.0
        for one in self.thumbs:
            width = self._side * one.image.width() / max(1, one.image.height())
            if x + width + 2 > self.width():
                break
            area = QRectF(x, 2, width, self._side)
            painter.drawImage(area, one.image)
            painter.setPen(QPen(lively(CURRENT.theme, one.state), 2))
            painter.drawRoundedRect(area, 3, 3)
            x += width + _GAP_PX


class FittedPicture(QWidget):
    """A picture, as large as its place allows.

    Args:
        name: For screen readers.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image: QImage | None = None
        self._fitted: QImage | None = None
        self.setAccessibleName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMinimumHeight(_LEAST_PX)

    def show_image(self, image: QImage | None) -> None:
        """Set the picture; None for none."""
        self.image, self._fitted = image, None
        self.setVisible(image is not None)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """A middling width, and the height that goes with it."""
        return QSize(480, self.heightForWidth(480))

    def hasHeightForWidth(self) -> bool:
        """The picture keeps its shape."""
        return True

    def heightForWidth(self, width: int) -> int:
        """As high as the picture is at a width, within reason."""
        if self.image is None or self.image.width() == 0:
            return _LEAST_PX
        return max(_LEAST_PX, min(_MOST_PX, round(width * self.image.height() / self.image.width())))

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw."""
        if self.image is None:
            return
        # scaled once for each size: the painter's own scaling skips lines, and small words with them
        ratio = self.devicePixelRatioF()
        size = self.image.size().scaled(self.size() * ratio, Qt.AspectRatioMode.KeepAspectRatio)
        if self._fitted is None or self._fitted.size() != size:
            self._fitted = self.image.scaled(size, mode=Qt.TransformationMode.SmoothTransformation)
            self._fitted.setDevicePixelRatio(ratio)
        painter = QPainter(self)
        painter.drawImage(0, 0, self._fitted)


class Question(QDialog):
    """Asks before something is done; `accepted` says that it was wanted.

    Args:
        title: What is asked.
        words: What it means.
        yes: On the button that does it.
        reason: Words in the empty field for a reason, which is then needed; empty for no such field.
    """

    def __init__(self, title: str, words: str, yes: str, *, reason: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumSize(480, 260)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(label(title, "title"))
        text = label(words)
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setWordWrap(True)
        layout.addWidget(text)
        self.reason = QLineEdit(self)
        self.reason.setPlaceholderText(reason)
        self.reason.setAccessibleName(reason)
        self.reason.setMaxLength(300)
        self.reason.setVisible(bool(reason))
        layout.addWidget(self.reason)
        layout.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        no = QPushButton("Back", self)
        no.clicked.connect(self.reject)
        row.addWidget(no)
        self.yes_button = QPushButton(yes, self)
        self.yes_button.setProperty("kind", "primary")
        self.yes_button.clicked.connect(self.accept)
        self.yes_button.setEnabled(not reason)
        row.addWidget(self.yes_button)
        layout.addLayout(row)
        if reason:
            self.reason.textChanged.connect(lambda text: self.yes_button.setEnabled(bool(text.strip())))
            self.yes_button.setDefault(True)
        else:
            no.setDefault(True)
