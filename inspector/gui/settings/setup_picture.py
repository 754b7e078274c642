"""The picture beside the recipe's fields: the source as it is set there, with region and line to be dragged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.domain.source import shown
from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.picture import PictureView
from inspector.gui.widgets.render import Scene

if TYPE_CHECKING:
    from inspector.domain.records import Frame, Image
    from inspector.gui.station.preview import Preview
    from inspector.gui.station.session import Session
    from inspector.recipes.recipe import Recipe


class SetupPicture(QWidget):
    """See the module; owns the preview.

    Args:
        session: Begins a preview; its line's pictures are shown while it runs.
    """

    image_changed = Signal()
    preview_wanted = Signal()
    region_changed = Signal(object)  #: Box, or None for the whole picture
    line_changed = Signal(float)  #: share of the region, 0..1

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._preview: Preview | None = None
        self.image: Image | None = None  #: the last one that was shown
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        self._title = label("PREVIEW", "heading")
        layout.addWidget(self._title)
        self.view = PictureView(frame, surround="panel")
        self.view.say_when_empty("Press “Live preview”, or start the line")
        self.view.setToolTip(
            "Drag the corners, the region, the line. Arrow keys move the line, Shift+arrows the region"
        )
        self.view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.view.region_changed.connect(self.region_changed)
        self.view.line_changed.connect(self.line_changed)
        layout.addWidget(self.view, 1)
        row = QHBoxLayout()
        self.preview_button = QPushButton("Live preview", frame)
        self.preview_button.setToolTip("Show the source as it is set here; while the line runs, its pictures are shown")
        self.preview_button.clicked.connect(self.preview_wanted)
        row.addWidget(self.preview_button)
        self.whole_button = QPushButton("Whole picture", frame)
        self.whole_button.setToolTip("No region of interest: inspect the whole picture")
        self.whole_button.clicked.connect(lambda: self.region_changed.emit(None))
        row.addWidget(self.whole_button)
        row.addStretch(1)
        layout.addLayout(row)
        self._recipe = session.recipe  # in force
        self._source = ""  # whose picture is shown
        session.frame_arrived.connect(self._on_frame)
        session.recipe_changed.connect(self._on_recipe)

    def toggle(self, recipe: Recipe | None) -> None:
        """Show the source of a recipe live, or end that; None where the recipe cannot be used."""
        if self._preview is not None:
            self._end()
            return
        if recipe is None or self._session.running:
            return
        self._source = recipe.source
        self._preview = self._session.preview(recipe.source, recipe.source_options)
        self.view.say_when_empty(f"Waiting for {shown(recipe.source)}")
        self.view.show_scene(None)
        self._show_button()

    def show_recipe(self, recipe: Recipe | None, *, setup: bool) -> None:
        """Draw region and line.

        Args:
            recipe: As it is set; None draws nothing.
            setup: They can be dragged.
        """
        if recipe is None:
            self.view.show_marks(None, None)
        else:
            self.view.show_marks(recipe.region, recipe.trigger, setup=setup)
        self.whole_button.setVisible(setup)
        self._title.setText("DRAG THE CORNERS AND THE LINE" if setup else "PREVIEW")

    def poll(self, *, page_shown: bool) -> None:
        """Take what preview and renderer have finished."""
        preview = self._preview
        if preview is not None:
            frame, ended = preview.take(), preview.ended
            if frame is not None:
                self._show_image(frame.image)
            elif ended is not None:
                self.view.say_when_empty(ended)
                self.view.show_scene(None)
                self._end()
            elif self._session.running or not page_shown:
                self._end()
        if page_shown:
            self.view.poll()
            self._show_button()

    def release(self) -> None:
        """End preview and renderer."""
        self._end()
        self.view.release()

    def _end(self) -> None:
        preview, self._preview = self._preview, None
        if preview is not None:
            preview.stop()

    def _show_button(self) -> None:
        words = "Stop preview" if self._preview is not None else "Live preview"
        if self.preview_button.text() != words:
            self.preview_button.setText(words)
        self.preview_button.setEnabled(not self._session.running)

    def _on_frame(self, frame: Frame) -> None:
        if self.isVisible() and self._recipe is not None:
            self._source = self._recipe.source
            self._show_image(frame.image)

    def _on_recipe(self, recipe: Recipe) -> None:
        """Another product, or another source than the one that is shown: its picture is not this one."""
        before, self._recipe = self._recipe, recipe
        if before is None or before.name != recipe.name or self._source != recipe.source:
            self._end()
            self.image = None
            self.view.say_when_empty("Press “Live preview”, or start the line")
            self.view.show_scene(None)

    def _show_image(self, image: Image) -> None:
        self.image = image
        self.view.show_scene(Scene(image=image, label=f"{image.shape[1]}×{image.shape[0]}"))
        self.image_changed.emit()
