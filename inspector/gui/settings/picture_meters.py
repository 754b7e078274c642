"""Under the picture of the set-up: its histogram, how bright, how saturated and how sharp it is, against the best."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.domain.quality import BINS, measure
from inspector.gui.theme import CURRENT
from inspector.gui.widgets.basics import label, set_tone

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from inspector.domain.quality import PictureFigures
    from inspector.domain.records import Image
    from inspector.recipes.recipe import Recipe

#: Measured at most so often: some milliseconds each, and nobody reads faster.
_EVERY_S = 0.2
_HEIGHT_PX, _WIDTH_PX = 56, 150
_BAR_PX = 10
#: From this share of the best sharpness on the lens is as good as it was.
_AS_SHARP = 0.97


class PictureMeters(QWidget):
    """See the module. What is measured is what is inspected: the recipe's region, by the recipe's limits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(14)
        self.histogram = Histogram(self)
        layout.addWidget(self.histogram)
        words = QVBoxLayout()
        words.setSpacing(0)
        self.light, self.full, self.sharp = (label("", "muted") for _ in range(3))
        self.light.setToolTip("Mean grey of what is inspected, 0 to 255: the region, where there is one")
        self.full.setToolTip("Share of the pixels at full scale: what they show is lost")
        self.sharp.setToolTip("Turn the lens until it is as high as it gets; a new source or region begins anew")
        for line in (self.light, self.full, self.sharp):
            words.addWidget(line)
        self.focus = FocusBar(self)
        words.addSpacing(4)
        words.addWidget(self.focus)
        layout.addLayout(words, 1)
        self.reset_button = QPushButton("Reset", self)
        self.reset_button.setProperty("kind", "quiet")
        self.reset_button.setToolTip("Forget the best sharpness: another part, another light")
        self.reset_button.clicked.connect(self.forget_best)
        layout.addWidget(self.reset_button)
        self._best = 0.0
        self._measured_s = 0.0
        self._of: tuple[object, ...] = ()
        self.hide()

    def show_image(self, image: Image | None, recipe: Recipe | None) -> None:
        """Measure a picture; none, or one that the region is outside of, shows nothing.

        Args:
            recipe: As it is set: its region is measured, its limits colour the words.
        """
        region = recipe.region if recipe is not None else None
        inside = region.clipped(image.shape[1], image.shape[0]) if region is not None and image is not None else None
        if image is None or recipe is None or (region is not None and inside is None):
            self._of = ()
            self.hide()
            return
        now_s, of = time.monotonic(), (recipe.source, region)
        if of == self._of and now_s - self._measured_s < _EVERY_S:
            return
        self._best = self._best if of == self._of else 0.0
        self._of, self._measured_s = of, now_s
        self._show(measure(image if inside is None else inside.cut(image)), recipe)

    def forget_best(self) -> None:
        """Let the best sharpness begin anew with the next picture."""
        self._best, self._measured_s = 0.0, 0.0

    def _show(self, figures: PictureFigures, recipe: Recipe) -> None:
        limits = recipe.quality
        self._best = max(self._best, figures.sharpness)
        self.histogram.show_shares(figures.histogram)
        region = " of the region" if recipe.region is not None else ""
        self.light.setText(f"Mean grey{region} {figures.mean:.0f}")
        set_tone(self.light, "error" if figures.mean < limits.darkest_mean else "muted")
        self.full.setText(f"At full scale {100 * figures.saturated:.1f} %")
        set_tone(self.full, "error" if figures.saturated > limits.max_saturated_fraction else "muted")
        self.sharp.setText(f"Sharpness {figures.sharpness:.0f}, best {self._best:.0f}")
        set_tone(self.sharp, "error" if figures.sharpness < limits.min_sharpness else "muted")
        self.focus.show_share(figures.sharpness / self._best if self._best else 0.0)
        self.show()


class FocusBar(QWidget):
    """How sharp the picture is against its best so far; in the colour of good where it is as sharp."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.share = 0.0  #: 0 to 1
        self.setFixedHeight(_BAR_PX)
        self.setAccessibleName("Sharpness against its best")
        self.setToolTip("Turn the lens until the bar is full again after it was: there is the best focus")

    def show_share(self, share: float) -> None:
        """Set how long it is, 0 to 1."""
        self.share = min(1.0, max(0.0, share))
        self.setAccessibleDescription(f"{100 * self.share:.0f} % of the best")
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw."""
        painter, theme = QPainter(self), CURRENT.theme
        painter.fillRect(self.rect(), theme.colour("edge"))
        inside = QRectF(self.rect().adjusted(1, 1, -1, -1))
        painter.fillRect(inside, theme.colour("field"))
        inside.setWidth(inside.width() * self.share)
        painter.fillRect(inside, theme.colour("good" if self.share >= _AS_SHARP else "accent"))


class Histogram(QWidget):
    """How often each grey occurs, dark on the left; the last bar, where pixels are lost, in another colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: tuple[float, ...] = (0.0,) * BINS
        self.setFixedSize(_WIDTH_PX, _HEIGHT_PX)
        self.setAccessibleName("Histogram")
        self.setToolTip("How often each grey occurs, black on the left, full scale on the right")

    def show_shares(self, shares: tuple[float, ...]) -> None:
        """Set what is drawn: `PictureFigures.histogram`."""
        self._shares = shares
        self.setAccessibleDescription(f"most pixels at grey {round(256 * (shares.index(max(shares)) + 0.5) / BINS)}")
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw."""
        painter, theme = QPainter(self), CURRENT.theme
        painter.fillRect(self.rect(), theme.colour("edge"))
        painter.fillRect(self.rect().adjusted(1, 1, -1, -1), theme.colour("field"))
        most, width = max(*self._shares, 1e-9), self.width() / BINS
        for place, share in enumerate(self._shares):
            height = (share / most) ** 0.5 * (self.height() - 2)  # roots, so that few pixels are seen too
            bar = QRectF(place * width, self.height() - height, width, height)
            painter.fillRect(bar, theme.colour("error" if place == BINS - 1 else "accent"))
