"""The Settings page: the recipe and the station, validated as typed, applied without a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.domain.devices import ABOUT_PRECISION
from inspector.domain.errors import SourceError
from inspector.domain.source import DEMO, SourceSpec, shown
from inspector.gui.settings.fields import options_by_kind, recipe_sections, station_section
from inspector.gui.settings.versions_card import VersionsCard
from inspector.gui.theme import TARGET_PX
from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.forms import Form
from inspector.gui.widgets.later import Page
from inspector.gui.widgets.picture import PictureView
from inspector.gui.widgets.render import Scene
from inspector.json_file import field_fault
from inspector.recipes.recipe import Recipe
from inspector.settings import Settings

if TYPE_CHECKING:
    from inspector.domain.records import Box, Frame, Image, Thresholds
    from inspector.engine.status import EngineStatus
    from inspector.gui.settings.fields import Section
    from inspector.gui.station.catalogue import Catalogue
    from inspector.gui.station.preview import Preview
    from inspector.gui.station.session import Session
    from inspector.vision.store import ModelEntry

_Record = TypeVar("_Record", bound=BaseModel)
_WITH_PICTURE = ("Source", "Region and trigger")
_WITH_HISTORY = "Model and thresholds"
_TRAINING = "Training"


class SettingsPage(Page):
    """See the module.

    Args:
        session: Tells what is so at the station, and does what is asked.
        catalogue: Tells what there is to choose from.
        training: Shown as the section “Training”.
    """

    log_wanted = Signal()
    set_up_wanted = Signal()  #: step by step, as at the first start

    def __init__(
        self, session: Session, *, catalogue: Catalogue, training: Page, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._catalogue, self._training = session, catalogue, training
        self._recipe: Recipe | None = None
        self._image: Image | None = None
        self._preview: Preview | None = None
        self._build()
        session.recipe_changed.connect(self.show_recipe)
        session.frame_arrived.connect(self._on_frame)
        session.status_changed.connect(self._on_status)
        self.station.fill(session.settings.model_dump(mode="json"))
        if session.recipe is not None:
            self.show_recipe(session.recipe)
        self._on_status(session.status())

    # --- building -----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 10, 10, 8)
        row.setSpacing(10)
        self.sections = QListWidget(self)
        self.sections.setFixedWidth(190)
        self.sections.setAccessibleName("Sections of the settings")
        left = QVBoxLayout()
        left.addWidget(self.sections, 1)
        self.set_up_button = QPushButton("Set up step by step…", self)
        self.set_up_button.setToolTip("Pictures, model and record, as at the first start")
        self.set_up_button.clicked.connect(self.set_up_wanted)
        left.addWidget(self.set_up_button)
        row.addLayout(left)
        self._card, layout = card(self)
        frame = self._card
        row.addWidget(frame, 3)
        self.title = label("", "title")
        layout.addWidget(self.title)
        self._hint = label("", "muted")
        self._hint.setWordWrap(True)
        layout.addWidget(self._hint)
        self._stack = QStackedWidget(frame)
        layout.addWidget(self._stack, 1)
        self.recipe_form = Form()
        self.station = Form()
        for section in recipe_sections():
            self._add_section(section, self.recipe_form)
        self._add_section(station_section(), self.station)
        layout.addLayout(self._build_buttons())
        self._side = self._build_picture()
        row.addWidget(self._side, 3)
        self.history = VersionsCard(self._session, catalogue=self._catalogue, parent=self)
        row.addWidget(self.history, 3)
        row.addWidget(self._training, 6)
        self._add_item(_TRAINING)
        self.recipe_form.changed.connect(self._validate)
        self.station.changed.connect(self._validate)
        self.sections.currentRowChanged.connect(self._section_chosen)
        self.sections.setCurrentRow(0)

    def _add_section(self, section: Section, form: Form) -> None:
        area = QScrollArea(self._stack)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(form.add_section(section.fields))
        self._stack.addWidget(area)
        self._add_item(section.name).setData(Qt.ItemDataRole.UserRole, section.hint)

    def _add_item(self, name: str) -> QListWidgetItem:
        item = QListWidgetItem(name, self.sections)
        item.setSizeHint(QSize(0, TARGET_PX))  # not that of the style sheet, which the list has not heard of yet
        return item

    def _build_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._fault = label("", "fault")
        self._fault.setWordWrap(True)
        row.addWidget(self._fault, 1)
        self.revert_button = QPushButton("Revert", self)
        self.revert_button.setToolTip("Take back what has not been applied")
        self.revert_button.clicked.connect(self.revert)
        row.addWidget(self.revert_button)
        self.apply_button = QPushButton("Apply", self)
        self.apply_button.setProperty("kind", "primary")
        self.apply_button.setToolTip("Save and use at once (Ctrl+S)")
        self.apply_button.setShortcut("Ctrl+S")
        self.apply_button.clicked.connect(self.apply)
        row.addWidget(self.apply_button)
        return row

    def _build_picture(self) -> QWidget:
        frame, layout = card(self)
        self._picture_title = label("PREVIEW", "heading")
        layout.addWidget(self._picture_title)
        self.view = PictureView(frame, surround="panel")
        self.view.say_when_empty("Press “Live preview”, or start the line")
        self.view.setToolTip(
            "Drag the corners, the region, the line. Arrow keys move the line, Shift+arrows the region"
        )
        self.view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.view.region_changed.connect(self._region_dragged)
        self.view.line_changed.connect(lambda share: self.recipe_form.set_value("trigger.line_fraction", share))
        layout.addWidget(self.view, 1)
        row = QHBoxLayout()
        self.preview_button = QPushButton("Live preview", frame)
        self.preview_button.setToolTip("Show the source as it is set here; while the line runs, its pictures are shown")
        self.preview_button.clicked.connect(self.toggle_preview)
        row.addWidget(self.preview_button)
        self.whole_button = QPushButton("Whole picture", frame)
        self.whole_button.setToolTip("No region of interest: inspect the whole picture")
        self.whole_button.clicked.connect(lambda: self._region_dragged(None))
        row.addWidget(self.whole_button)
        row.addStretch(1)
        layout.addLayout(row)
        return frame

    # --- hand ---------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The page is shown: read what there is to choose from."""
        self._catalogue.models(self._on_models)
        self._catalogue.cameras(self._on_cameras)
        self._ask_thresholds()
        self.history.refresh()
        if self._training.isVisibleTo(self):
            self._training.enter()

    def show_section(self, name: str) -> None:
        """Show a section by its name."""
        names = [self.sections.item(index).text() for index in range(self.sections.count())]
        self.sections.setCurrentRow(names.index(name))

    def show_recipe(self, recipe: Recipe) -> None:
        """Show a recipe; what was not applied is lost."""
        self._recipe = recipe
        self.recipe_form.fill(recipe.model_dump(mode="json"))
        self._validate()
        self._ask_thresholds()

    def revert(self) -> None:
        """Go back to what is in force."""
        if self._recipe is not None:
            self.show_recipe(self._recipe)
        self.station.fill(self._session.settings.model_dump(mode="json"))
        self._validate()

    def apply(self) -> None:
        """Save what has changed, and use it at once."""
        recipe, settings = self._wanted_recipe(), self._wanted_settings()
        if recipe is not None and recipe != self._recipe:
            self._session.apply_recipe(recipe, lambda _: self._validate())
        if settings is not None and settings != self._session.settings:
            self._session.apply_settings(settings, self._validate)

    def toggle_preview(self) -> None:
        """Show the source as it is set here, live, or end that."""
        if self._preview is not None:
            self._end_preview()
            return
        recipe = self._wanted_recipe()
        if recipe is None or self._session.running:
            return
        self._preview = self._session.preview(recipe.source, recipe.source_options)
        self.view.say_when_empty(f"Waiting for {shown(recipe.source)}")
        self.view.show_scene(None)
        self._show_preview_button()

    def poll(self) -> None:
        """Take what preview and renderer have finished."""
        preview = self._preview
        if preview is not None:
            frame, ended = preview.take(), preview.ended
            if frame is not None:
                self._show_image(frame.image)
            elif ended is not None:
                self.view.say_when_empty(ended)
                self.view.show_scene(None)
                self._end_preview()
            elif self._session.running or not self.isVisible():
                self._end_preview()
        self._training.poll()
        if self.isVisible():
            self.view.poll()
            self._show_preview_button()

    def release(self) -> None:
        """End preview and renderer."""
        self._end_preview()
        self._training.release()
        self.view.release()

    # --- events -------------------------------------------------------------------------------------------------------

    def _end_preview(self) -> None:
        preview, self._preview = self._preview, None
        if preview is not None:
            preview.stop()

    def _show_preview_button(self) -> None:
        words = "Stop preview" if self._preview is not None else "Live preview"
        if self.preview_button.text() != words:
            self.preview_button.setText(words)
        self.preview_button.setEnabled(not self._session.running)

    def _on_status(self, status: EngineStatus) -> None:
        """Say under the precision what was measured, once a model is loaded."""
        words = "" if status.model is None else f". {status.model.name}: {status.model.reason}"
        self.station.set_hint("precision", ABOUT_PRECISION.hint + words)

    def _on_frame(self, frame: Frame) -> None:
        if self.isVisible():
            self._show_image(frame.image)

    def _show_image(self, image: Image) -> None:
        self._image = image
        self.view.show_scene(Scene(image=image, label=f"{image.shape[1]}×{image.shape[0]}"))
        self._marks()

    def _on_models(self, entries: list[ModelEntry]) -> None:
        self.recipe_form.set_choices("model", [entry.name for entry in entries if not entry.fault])

    def _on_cameras(self, cameras: list[str]) -> None:
        self.recipe_form.set_choices("source", [*cameras, str(DEMO)])

    def _section_chosen(self, index: int) -> None:
        item = self.sections.item(index)
        training = item.text() == _TRAINING
        self._card.setVisible(not training)
        self._training.setVisible(training)
        self.history.setVisible(item.text() == _WITH_HISTORY)
        self.history.refresh()
        if training:
            self._side.hide()
            self._training.enter()
            return
        self._stack.setCurrentIndex(index)
        self.title.setText(item.text())
        self._hint.setText(item.data(Qt.ItemDataRole.UserRole))
        self._side.setVisible(item.text() in _WITH_PICTURE)
        self._marks()

    def _region_dragged(self, region: Box | None) -> None:
        for name in ("x", "y", "width", "height"):
            self.recipe_form.set_value(f"region.{name}", None if region is None else getattr(region, name))
        self._validate()

    # --- validation ---------------------------------------------------------------------------------------------------

    def _wanted_recipe(self) -> Recipe | None:
        return self._parsed(self.recipe_form, Recipe, self._recipe.model_dump(mode="json") if self._recipe else {})

    def _wanted_settings(self) -> Settings | None:
        return self._parsed(self.station, Settings, self._session.settings.model_dump(mode="json"))

    def _parsed(self, form: Form, model: type[_Record], base: dict[str, Any]) -> _Record | None:
        values, faults = form.values(base)
        record: _Record | None = None
        if not faults:
            try:
                record = model.model_validate(values)
            except ValidationError as error:
                faults |= dict(map(field_fault, error.errors()))
        form.show_faults(faults)
        return record

    def _region_outside(self, recipe: Recipe | None) -> str:
        if recipe is None or recipe.region is None or self._image is None:
            return ""
        height, width = self._image.shape[:2]
        box = recipe.region
        if box.x >= 0 and box.y >= 0 and box.x + box.width <= width and box.y + box.height <= height:
            return ""
        return f"The region reaches outside the {width} × {height} picture."

    def _show_own_options(self) -> None:
        """Show the options that the chosen kind of source takes; while its text names none, those before stay."""
        try:
            source = SourceSpec.parse(self.recipe_form.text("source"))
        except SourceError:
            return
        if source.bare and not source.path.is_absolute():
            return  # the begin of a word
        for name, is_own in options_by_kind(source.kind).items():
            self.recipe_form.set_shown(name, shown=is_own)

    def _validate(self) -> None:
        self._show_own_options()
        recipe, settings = self._wanted_recipe(), self._wanted_settings()
        outside = self._region_outside(recipe)
        if outside:
            self.recipe_form.show_faults({"region.width": outside})
        bad = recipe is None or settings is None or bool(outside)
        changed = recipe != self._recipe or settings != self._session.settings
        self.apply_button.setEnabled(changed and not bad)
        self.revert_button.setEnabled(changed or bad)
        faulty = self.recipe_form.faulty_sections() + self.station.faulty_sections()
        self._fault.setText("Correct the fields marked in red before you apply." if bad and faulty else "")
        self._marks()

    def _marks(self) -> None:
        item = self.sections.currentItem()
        recipe = self._wanted_recipe() if item is not None else None
        setup = item is not None and item.text() == "Region and trigger"
        if recipe is None:
            self.view.show_marks(None, None)
        else:
            self.view.show_marks(recipe.region, recipe.trigger, setup=setup)
        self.whole_button.setVisible(setup)
        words = "DRAG THE CORNERS AND THE LINE" if setup else "PREVIEW"
        self._picture_title.setText(words)

    def _ask_thresholds(self) -> None:
        """Find the model's own operating point; where the model cannot be found, the field says nothing of it."""
        if self._recipe is not None:
            self._catalogue.thresholds_of(self._recipe.model, self._on_thresholds, lambda _: self._on_thresholds(None))

    def _on_thresholds(self, thresholds: Thresholds | None) -> None:
        words = "the model's own" if thresholds is None else f"the model's own, {thresholds.fail_at:.4g}"
        self.recipe_form.set_placeholder("thresholds.fail_at", words)
