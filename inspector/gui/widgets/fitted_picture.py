"""A picture as large as its place allows, and how one is read from its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.domain.errors import PictureError
from inspector.gui.language.spoken import say
from inspector.pictures import read_picture

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QPaintEvent

    from inspector.pictures import Place

_LEAST_PX, _MOST_PX = 120, 720


class FittedPicture(QWidget):
    """A picture, as large as its place allows.

    Args:
        name: For screen readers.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image: QImage | None = None
        self._fitted: QImage | None = None
        self.setAccessibleName(say(name))
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


def read_image(path: Place, height_px: int = 0, *, bit_depth: int | None = None) -> QImage | None:
    """Read a picture as it was judged, at a height where one is given; None where it cannot be read. On the worker."""
    from inspector.gui.widgets.render import to_qimage  # the overlay is not needed at start-up
    from inspector.vision.overlay import displayable

    try:
        image = read_picture(path, at_least=2 * height_px if height_px else None, bit_depth=bit_depth)
    except PictureError:
        return None
    if height_px:
        width = max(1, round(image.shape[1] * height_px / image.shape[0]))
        image = cv2.resize(image, (width, height_px), interpolation=cv2.INTER_AREA)
    return to_qimage(displayable(image))
