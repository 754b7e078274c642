"""The picture beside the recipe's fields: the source as it is set there, live, with what helps to set it up."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.domain.errors import PictureError
from inspector.domain.part_code import CodeKinds
from inspector.domain.sentence import sentence
from inspector.domain.source import SourceSpec, shown
from inspector.domain.white_balance import balance_of, patch_around
from inspector.gui.settings.picture_meters import PictureMeters
from inspector.gui.settings.setup_view import SetupView
from inspector.gui.settings.would_trigger import WouldTrigger
from inspector.gui.theme import SMALL_PX, font
from inspector.gui.widgets.basics import card, label, set_tone
from inspector.gui.widgets.render import Scene

if TYPE_CHECKING:
    from inspector.domain.records import Box, Frame, Image
    from inspector.domain.source_options import SourceOptions
    from inspector.gui.station.preview import Preview
    from inspector.gui.station.session import Session
    from inspector.recipes.recipe import Recipe

_WHOLE = "No region of interest: inspect the whole picture"
_NO_FRAME = "The code is looked for in what the model sees"
_REST_S = 1.0  #: so long nothing is typed before the camera is opened anew


class SetupPicture(QWidget):
    """See the module; owns the preview.

    Args:
        session: Begins a preview; its line's pictures are shown while it runs.
    """

    image_changed = Signal()
    preview_wanted = Signal()
    region_changed = Signal(object)  #: Box, or None for none
    line_changed = Signal(float)  #: share of the region, 0..1
    balance_chosen = Signal(object)  #: WhiteBalance that the camera is to be set to

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._preview: Preview | None = None
        self._before: Preview | None = None  # the one that was ended last
        self._told_of: Preview | None = None
        self._tries = self._refused = False  # refused: a preview that ended by itself begins anew with other fields
        self.image: Image | None = None  #: the last one that was shown
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        self._title = label("PREVIEW", "heading")
        layout.addWidget(self._title)
        self.view = SetupView(frame)
        self.view.say_when_empty("Press “Live preview”, or start the line")
        self.view.setToolTip(
            "Drag the corners, the region, the line. Arrow keys move the line, Shift+arrows the region"
        )
        self.view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.view.region_changed.connect(self.region_changed)
        self.view.line_changed.connect(self.line_changed)
        self.view.picked.connect(self._picked)
        layout.addWidget(self.view, 1)
        self.trial = WouldTrigger()  #: the trigger as it is set, on the pictures that are shown
        layout.addWidget(self._build_trial(frame))
        self.meters = PictureMeters(frame)
        layout.addWidget(self.meters)
        self.told = label("", "muted")
        self.told.setWordWrap(True)
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.told.hide()
        layout.addWidget(self.told)
        row = QHBoxLayout()
        self.preview_button = QPushButton("Live preview", frame)
        self.preview_button.setToolTip("Show the source as it is set here; while the line runs, its pictures are shown")
        self.preview_button.clicked.connect(self.preview_wanted)
        row.addWidget(self.preview_button)
        self.whole_button = QPushButton("Whole picture", frame)
        self.whole_button.clicked.connect(lambda: self.region_changed.emit(None))
        row.addWidget(self.whole_button)
        self.balance_button = QPushButton("White balance…", frame)
        self.balance_button.setToolTip("Click on something grey: red and blue are set so that it is grey")
        self.balance_button.clicked.connect(self._ask_for_grey)
        row.addWidget(self.balance_button)
        row.addStretch(1)
        layout.addLayout(row)
        self._recipe = session.recipe  # in force
        self._source = ""  # whose picture is shown
        self._opened: tuple[str, SourceOptions] | None = None  # by the preview
        self._wanted: tuple[Recipe | None, float] = (None, 0.0)  # as the fields are, and since when
        session.frame_arrived.connect(self._on_frame)
        session.recipe_changed.connect(self._on_recipe)

    def _build_trial(self, frame: QWidget) -> QWidget:
        self._trial_row = QWidget(frame)
        row = QHBoxLayout(self._trial_row)
        row.setContentsMargins(0, 0, 0, 0)
        self.would = label("", "muted")
        self.would.setWordWrap(True)
        self.would.setMinimumHeight(2 * QFontMetrics(font(SMALL_PX)).lineSpacing())  # the picture keeps its size
        row.addWidget(self.would, 1)
        self.learn_button = QPushButton("Belt is empty", frame)
        self.learn_button.setProperty("kind", "quiet")
        self.learn_button.setToolTip("Take what is seen now for the empty belt; only here, not at the line")
        self.learn_button.clicked.connect(self.trial.learn_anew)
        row.addWidget(self.learn_button)
        self._trial_row.hide()
        return self._trial_row

    def toggle(self, recipe: Recipe | None) -> None:
        """Show the source of a recipe live, or end that; None where the recipe cannot be used."""
        if self._preview is not None:
            self._end()
            return
        if recipe is None or self._session.running:
            return
        self._begin(recipe)

    def restart(self, recipe: Recipe | None) -> None:
        """Open the source anew, with other options, where a preview runs."""
        if self._preview is not None and recipe is not None:
            self._end()
            self._begin(recipe)

    def follow(self, recipe: Recipe | None) -> None:
        """Open the source as it is set now, where a preview runs, once the fields have rested; None leaves it."""
        self._wanted = (recipe, time.monotonic())

    def _follow(self) -> None:
        recipe, since_s = self._wanted
        if recipe is None or (recipe.source, recipe.source_options) == self._opened:
            return
        if time.monotonic() - since_s >= _REST_S:
            self._end()
            self._begin(recipe)

    def _begin(self, recipe: Recipe) -> None:
        self._refused = False
        self._source = recipe.source
        self._opened = (recipe.source, recipe.source_options)
        self._show_nothing(f"Waiting for {shown(recipe.source)}")
        self._preview = self._session.preview(recipe.source, recipe.source_options, self._before)
        self._preview.look = self.trial.look
        self._show_button()

    def outside(self, box: Box | None, source: str) -> str:
        """Return that a box reaches outside the picture that is shown; empty where it does not.

        Args:
            box: In pixels; None for the whole picture.
            source: As it is set; the picture of another one says nothing of its size.
        """
        if box is None or self.image is None or (self._source and source != self._source):
            return ""
        height, width = self.image.shape[:2]
        if box.x >= 0 and box.y >= 0 and box.x + box.width <= width and box.y + box.height <= height:
            return ""
        return f"The region reaches outside the {width} × {height} picture."

    def show_recipe(self, recipe: Recipe | None, *, setup: str) -> None:
        """Draw region and line, or where the code is.

        Args:
            recipe: As it is set; None draws nothing.
            setup: The recipe's field that can be dragged, “region” (with the line) or “code_region”; empty for none.
        """
        self.meters.show_image(self.image, recipe)
        if recipe is not None:
            self.trial.set_up(recipe.trigger, recipe.region)
        self._tries = recipe is not None and setup != "code_region"
        self.balance_button.setVisible(
            not setup and recipe is not None and SourceSpec.parse(recipe.source).kind.is_device
        )
        of_code = setup == "code_region"
        if of_code and recipe is not None and recipe.code.kinds is CodeKinds.OFF:
            setup, recipe = "", None
        if recipe is None:
            self.view.show_marks(None, None)
        elif of_code:
            self.view.show_marks(recipe.code_region, None, setup=True)
        else:
            self.view.show_marks(recipe.region, recipe.trigger, setup=bool(setup))
        self.whole_button.setVisible(bool(setup))
        self.whole_button.setText("No frame" if of_code else "Whole picture")
        self.whole_button.setToolTip(_NO_FRAME if of_code else _WHOLE)
        titles = {"region": "DRAG THE CORNERS AND THE LINE", "code_region": "DRAG THE CORNERS AROUND THE CODE"}
        self._title.setText(titles.get(setup, "PREVIEW"))

    def poll(self, *, page_shown: bool) -> None:
        """Take what preview and renderer have finished."""
        preview = self._preview
        if preview is not None:
            frame, ended = preview.take(), preview.ended
            self._tell_camera(preview)
            if frame is not None:
                self._show_image(frame.image)
            elif ended is not None:
                self._show_nothing(sentence(ended))
                self._end()
                self._refused = True
            elif self._session.running or not page_shown:
                self._end()
        self._refused = self._refused and page_shown and not self._session.running
        if self._preview is not None or self._refused:
            self._follow()
        if page_shown:
            self.view.poll()
            self._show_trial()
            self._show_button()

    def release(self) -> None:
        """End preview and renderer."""
        self._end()
        self.view.release()

    def _end(self) -> None:
        preview, self._preview = self._preview, None
        if preview is not None:
            preview.stop()
            self._before = preview
            self._tell("")
        self.view.ask_for_point("")

    def _show_button(self) -> None:
        words = "Stop preview" if self._preview is not None else "Live preview"
        if self.preview_button.text() != words:
            self.preview_button.setText(words)
        self.preview_button.setEnabled(not self._session.running)

    def _on_frame(self, frame: Frame) -> None:
        if self.isVisible() and self._recipe is not None:
            self._source = self._recipe.source
            self.trial.look(frame)
            self._show_image(frame.image)

    def _on_recipe(self, recipe: Recipe) -> None:
        """Another product, or another source than the one that is shown: its picture is not this one."""
        before, self._recipe = self._recipe, recipe
        if before is None or before.name != recipe.name or self._source != recipe.source:
            self._end()
            self._refused = False
            self._show_nothing("Press “Live preview”, or start the line")

    def _show_nothing(self, why: str) -> None:
        self.image = None
        self.trial.begin()
        self._tell("")
        self.meters.show_image(None, None)
        self.view.say_when_empty(why)
        self.view.show_scene(None)

    def _show_image(self, image: Image) -> None:
        self.image = image
        self.view.show_scene(Scene(image=image, label=f"{image.shape[1]}×{image.shape[0]}"))
        self.image_changed.emit()

    # --- what the trigger would do ------------------------------------------------------------------------------------

    def _show_trial(self) -> None:
        shown_now = self.view.shown
        self._trial_row.setVisible(self._tries and self.trial.sighting is not None and self.image is not None)
        if self._trial_row.isHidden() or shown_now is None:
            self.view.show_outlines(())
            return
        seen = self.trial.sighting_of(shown_now.scene.image)
        if seen is None:
            return
        self.would.setText(seen.words)
        set_tone(self.would, "text" if seen.triggers else "muted")
        self.learn_button.setVisible(self.trial.looks)
        self.view.show_outlines(seen.boxes, seen.place)

    # --- white balance ------------------------------------------------------------------------------------------------

    def _ask_for_grey(self) -> None:
        """Begin to choose a grey patch, or end that."""
        preview = self._preview
        if self.view.asks:
            self.view.ask_for_point("")
        elif preview is None or self.image is None:
            self._tell("White balance is taken from the live preview: start it first.", fault=True)
        elif preview.balance is None:
            self._tell(f"{shown(self._source)} has no white balance that the station could set.", fault=True)
        else:
            self.view.ask_for_point("Click on something grey or white · Esc leaves it as it is")

    def _picked(self, x: float, y: float) -> None:
        preview, image = self._preview, self.image
        self.view.ask_for_point("")
        if preview is None or image is None or preview.balance is None:
            return
        try:
            factors = balance_of(patch_around(x, y, image.shape[1], image.shape[0]).cut(image))
        except PictureError as error:
            self._tell(f"White balance is as it was: {error}", fault=True)
            return
        self.balance_chosen.emit(preview.balance.times(factors))

    def _tell_camera(self, preview: Preview) -> None:
        """Say once what the camera says that it is set to."""
        if preview.settings and preview is not self._told_of:
            self._told_of = preview
            said = preview.settings.replace("/s", "/\N{WORD JOINER}s")  # a line never begins with it
            self._tell(f"The camera says: {said}")

    def _tell(self, words: str, *, fault: bool = False) -> None:
        self.told.setText(words)
        self.told.setVisible(bool(words))
        set_tone(self.told, "error" if fault else "muted")
