"""The part under review: its picture large, the tools for it, and a strip of what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.domain.joined import worst_place
from inspector.domain.text import shortened
from inspector.gui.review.words import EMPTY_QUEUES, clock, judged_words, still_words, to_learn_words, walked_words
from inspector.gui.station.store import draw_thumbnail
from inspector.gui.widgets.filmstrip import Filmstrip
from inspector.gui.widgets.inputs import SlideBar
from inspector.gui.widgets.picture import PictureView
from inspector.gui.widgets.render import Scene
from inspector.gui.widgets.view_strip import ViewStrip, ViewTile

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from inspector.gui.review.walk_runner import WalkRunner
    from inspector.review.part import ReviewPart


class PartView(QWidget):
    """See the module; it shows what the walk allows to be seen.

    Args:
        runner: Has the walk and the thumbnails.
        opacity: With which the heatmap is drawn at first, 0..1.
    """

    def __init__(self, runner: WalkRunner, opacity: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._walk, self._reader = runner.walk, runner.reader
        self._log_words, self._to_learn = "", 0
        self._shown: tuple[str, int] = ("", 0)  # of which part which view is shown large
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self.view = PictureView(self)
        layout.addWidget(self.view, 1)
        self.views = ViewStrip("Views of the part", self)
        self.views.chosen.connect(self._on_view)
        layout.addWidget(self.views)
        layout.addLayout(self._build_tools(opacity))
        self.film = Filmstrip(self)
        layout.addWidget(self.film)
        self.film.chosen.connect(self._walk.jump)
        self.film.room_changed.connect(self._walk.set_room)
        self._reader.thumbnail.connect(self._on_thumbnail)

    def _build_tools(self, opacity: float) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.heatmap_button = QPushButton("Heatmap  H", self)
        self.heatmap_button.setCheckable(True)
        self.heatmap_button.setChecked(True)
        self.heatmap_button.setToolTip("Show the heatmap, or hide it (H)")
        self.heatmap_button.toggled.connect(lambda _: self._show_picture())
        row.addWidget(self.heatmap_button)
        self.opacity = SlideBar(Qt.Orientation.Horizontal, self)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(round(100 * opacity))
        self.opacity.setAccessibleName("Opacity of the heatmap")
        self.opacity.setToolTip("Opacity of the heatmap")
        self.opacity.setMaximumWidth(160)
        self.opacity.valueChanged.connect(lambda _: self._show_picture())
        row.addWidget(self.opacity)
        fit = QPushButton("Fit", self)
        fit.setToolTip("Show the whole picture (double click); the wheel zooms, dragging pans")
        fit.clicked.connect(self.view.fit)
        row.addWidget(fit)
        row.addStretch(1)
        self.look_button = QPushButton("Deep look…  L", self)
        self.look_button.setToolTip(
            "Other methods and layers for this picture (of several views the main one), side by side (L)"
        )
        row.addWidget(self.look_button)
        for button in (self.heatmap_button, fit, self.look_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return row

    def show_walk(self, log_words: str) -> None:
        """Show what the walk is at.

        Args:
            log_words: Why there is no record to be reviewed; empty where there is one.
        """
        self._log_words = log_words
        self._show_picture()
        self._show_film()
        inspection = self._walk.inspection
        shown = self._walk.current is not None and self._walk.current.image is not None
        self.look_button.setEnabled(shown and inspection is not None and inspection.model is not None)
        self.heatmap_button.setEnabled(not self._walk.withheld)

    def show_to_learn(self, count: int) -> None:
        """Say at a queue's end how many pictures wait for a training."""
        if count != self._to_learn:
            self._to_learn = count
            self._show_picture()

    def _show_picture(self) -> None:
        walk = self._walk
        part = walk.current
        if part is None or part.image is None or part.entry is None:
            self.view.say_when_empty(self._empty_words())
            self.view.show_scene(None)
            self.views.show_views(())
            return
        place = self._show_views(part)
        if place and part.views[place] is not None:
            name, number = part.entry.views[place][0], part.entry.part_number
            words = f"{name} · part {number:,} · {clock(part.entry.time_utc)}"
            drawn = self.heatmap_button.isChecked() and not walk.withheld and place < len(part.maps)
            self.view.show_scene(
                Scene(
                    image=part.views[place],
                    label=words,
                    heatmap=part.maps[place] if drawn else None,
                    opacity=self.opacity.value() / 100,
                    part=True,
                )
            )
            return
        prediction = walk.answer.prediction if walk.answer is not None else part.prediction
        drawn = self.heatmap_button.isChecked() and not walk.withheld
        called = f" · {shortened(part.entry.part_serial, 24)}" if part.entry.part_serial else ""
        self.view.show_scene(
            Scene(
                image=part.image,
                label=f"part {part.entry.part_number:,}{called} · {clock(part.entry.time_utc)}",
                heatmap=prediction if drawn else None,
                opacity=self.opacity.value() / 100,
                part=True,
            )
        )

    def _show_views(self, part: ReviewPart) -> int:
        """Show the tiles of a part's views, their verdicts where they may be seen; return which is shown large."""
        assert part.entry is not None
        inspection = None if self._walk.withheld else self._walk.inspection
        decisions = [view.decision for view in inspection.views] if inspection is not None else []
        if self._shown[0] != part.inspection_id:
            pictures = [image is not None for image in part.views[: len(decisions)]]
            known = list(zip((decision.verdict for decision in decisions), pictures, strict=True))
            self._shown = (part.inspection_id, worst_place(known) if known else 0)
        tiles = []
        for place, ((name, _), image) in enumerate(zip(part.entry.views, part.views, strict=True)):
            decision = decisions[place] if place < len(decisions) else None
            heat = part.maps[place] if decision is not None and place < len(part.maps) else None
            tiles.append(
                ViewTile(
                    name=name,
                    image=None if image is None else draw_thumbnail(image, heat),
                    verdict=None if decision is None else decision.verdict,
                    reason="" if decision is None else decision.reason,
                )
            )
        self.views.show_views(tiles, self._shown[1])
        return self._shown[1]

    def _on_view(self, place: int) -> None:
        self._shown = (self._shown[0], place)
        self._show_picture()

    def _empty_words(self) -> str:
        walk = self._walk
        if self._log_words:
            return self._log_words
        if walk.current is not None:
            return walk.current.fault or "No picture of this part"
        if walk.queue is None:
            return "Reading the queue"
        if not walk.ended:
            return "Reading the picture"
        if walk.ids:
            judged, passed = len(walk.done), len(walk.passed_over)
            words = walked_words(judged=judged, passed_over=passed, skipped=len(walk.ids) - judged - passed)
        else:
            words = EMPTY_QUEUES[walk.kind] + judged_words(walk.queue)
        return words + to_learn_words(self._to_learn)

    def _show_film(self) -> None:
        walk = self._walk
        ids = walk.stills() if walk.looked_up is None else ()
        current = walk.ids[walk.place] if walk.place < len(walk.ids) else ""
        done = walk.done
        self.film.show_stills([still_words(key, walk.known(key), judged=done.get(key)) for key in ids], current)
        for key in ids:
            known, image = self._reader.thumbnail_of(key)
            if known and not self.film.has_image(key):
                self.film.show_image(key, image)

    def _on_thumbnail(self, key: str, image: QImage | None) -> None:
        self._show_film()
        self.film.show_image(key, image)
