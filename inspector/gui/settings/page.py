"""The Settings page: the recipe and the station, validated as typed, applied without a restart."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from inspector.domain.config import ABOUT_MODEL
from inspector.domain.devices import ABOUT_PRECISION
from inspector.domain.errors import SourceError
from inspector.domain.source import DEMO, SourceSpec
from inspector.gui.settings.chosen_model import ChosenModel
from inspector.gui.settings.fields import options_by_kind, recipe_sections, station_sections, without_effect
from inspector.gui.settings.leaving import LeaveQuestion
from inspector.gui.settings.saving import Saver
from inspector.gui.settings.sections import Mark, SectionList
from inspector.gui.settings.setup_picture import SetupPicture
from inspector.gui.settings.typed import TypedSource
from inspector.gui.settings.versions_card import VersionsCard
from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.forms import Form
from inspector.gui.widgets.later import Page
from inspector.gui.words import left_aside
from inspector.json_file import field_fault
from inspector.programs import has_trainer
from inspector.recipes.recipe import Recipe
from inspector.settings import Settings, about_setting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inspector.domain.records import Box
    from inspector.engine.status import EngineStatus
    from inspector.gui.settings.fields import Section
    from inspector.gui.station.catalogue import Catalogue
    from inspector.gui.station.cluster_test import ClusterTest
    from inspector.gui.station.fleet_watch import FleetWatch
    from inspector.gui.station.served import Served
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
        tells: Those who tell in a sentence how something is doing, by the station's setting that it stands under.
        training: Shown as the section “Training”.
    """

    log_wanted = Signal()
    set_up_wanted = Signal()  #: step by step, as at the first start
    good_parts_wanted = Signal()  #: learn the recipe's good parts
    apply_wanted = Signal(object)  #: calls what stops a running line for a moment

    def __init__(
        self,
        session: Session,
        *,
        catalogue: Catalogue,
        tells: Mapping[str, Served | FleetWatch | ClusterTest],
        training: Page,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._catalogue, self._training = session, catalogue, training
        self._recipe: Recipe | None = None
        self._forms: dict[str, tuple[Form, tuple[str, ...]]] = {}  # of each section, and its fields there
        self._further: dict[str, str] = {}  # what is wrong with a recipe that is one, by field
        self._typed = TypedSource(catalogue, self._validate)
        self.saver = Saver(session, catalogue, self)
        self.saver.said.connect(self._on_saved)
        self.saver.asked.connect(self.apply_wanted)
        self.question: LeaveQuestion | None = None  #: the last one that was asked
        self._build()
        session.recipe_changed.connect(self.show_recipe)
        session.settings_changed.connect(lambda settings: self.station.fill(settings.model_dump(mode="json")))
        session.status_changed.connect(self._on_status)
        for name, telling in tells.items():
            telling.said.connect(partial(self._on_told, name))
        self.station.fill(session.settings.model_dump(mode="json"))
        if session.recipe is not None:
            self.show_recipe(session.recipe)
        self._on_status(session.status())
        for name, telling in tells.items():
            self._on_told(name, telling.words)

    # --- building -----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 10, 10, 8)
        row.setSpacing(10)
        self.sections = SectionList(self)
        left = QVBoxLayout()
        left.addWidget(self.sections, 1)
        self.set_up_button = QPushButton("Set up step by step…", self)
        self.set_up_button.setToolTip("Pictures, model and record, as at the first start")
        self.set_up_button.clicked.connect(self.set_up_wanted)
        left.addWidget(self.set_up_button)
        self.good_parts_button = QPushButton("Show good parts…", self)
        self.good_parts_button.setToolTip("Learn the recipe's good parts from its own source; no defect is needed")
        self.good_parts_button.clicked.connect(self.good_parts_wanted)
        self.good_parts_button.setVisible(has_trainer())
        left.addWidget(self.good_parts_button)
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
        for section in station_sections():
            self._add_section(section, self.station)
        self._chosen_model = ChosenModel(self._catalogue, self.recipe_form)
        layout.addLayout(self._build_buttons())
        self.picture = self._build_picture()
        row.addWidget(self.picture, 3)
        self.history = VersionsCard(self._session, catalogue=self._catalogue, parent=self)
        row.addWidget(self.history, 3)
        row.addWidget(self._training, 6)
        self.sections.add(_TRAINING)
        for form in (self.recipe_form, self.station):
            form.changed.connect(self._validate)
        self.sections.currentRowChanged.connect(self._section_chosen)
        self.sections.setCurrentRow(0)

    def _add_section(self, section: Section, form: Form) -> None:
        area = QScrollArea(self._stack)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(form.add_section(section.fields))
        self._stack.addWidget(area)
        self.sections.add(section.name, section.hint)
        self._forms[section.name] = form, tuple(field.name for field in section.fields)

    def _build_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._fault = label("", "fault")
        self._fault.setWordWrap(True)
        row.addWidget(self._fault, 1)
        self.said = label("", "muted")
        self.said.setWordWrap(True)
        row.addWidget(self.said, 1)
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

    def _build_picture(self) -> SetupPicture:
        picture = SetupPicture(self._session, self)
        picture.preview_wanted.connect(self.toggle_preview)
        picture.image_changed.connect(self._marks)
        picture.region_changed.connect(self._region_dragged)
        picture.line_changed.connect(lambda share: self.recipe_form.set_value("trigger.line_fraction", share))
        return picture

    # --- hand ---------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The page is shown: read what there is to choose from; what was said of the last change is of then."""
        self.said.setText("")
        self._catalogue.models(self._on_models)
        self._catalogue.cameras(self._on_cameras)
        self._chosen_model.read()
        self.history.refresh()
        if self._training.isVisibleTo(self):
            self._training.enter()

    def show_section(self, name: str) -> None:
        """Show a section by its name."""
        self.sections.choose(name)

    def show_recipe(self, recipe: Recipe) -> None:
        """Show a recipe; of a newer version of it, what was typed here and is not applied stays."""
        self.said.setText("")
        before = self._recipe
        newer = before is not None and before.name == recipe.name and not self.saver.is_sent(self._wanted_recipe())
        self._recipe = recipe
        self.recipe_form.fill(recipe.model_dump(mode="json"), keep=newer)
        self._validate()
        self._chosen_model.read()
        if newer and self.recipe_form.changed_fields():
            self.said.setText(f"Version {recipe.version} of {recipe.name} came meanwhile; what you typed is kept.")

    def leave(self, go: Callable[[], None]) -> bool:
        """Ask where something is not applied yet."""
        changed = self._changed_sections()
        if not changed:
            return True
        question = LeaveQuestion(changed, faulty=not self.apply_button.isEnabled(), parent=self)
        question.discard_wanted.connect(self.revert)
        question.discard_wanted.connect(go)
        question.apply_wanted.connect(lambda: self._save(go))
        self.question = question
        question.open()
        return False

    def revert(self) -> None:
        """Go back to what is in force."""
        if self._recipe is not None:
            self.recipe_form.fill(self._recipe.model_dump(mode="json"))
        self.station.fill(self._session.settings.model_dump(mode="json"))
        self._validate()
        self.said.setText("")

    def apply(self) -> None:
        """Save what has changed, and use it at once."""
        self._save(lambda: None)

    def _save(self, then: Callable[[], None]) -> None:
        recipe, settings = self._wanted_recipe(), self._wanted_settings()
        self.saver.save(
            None if recipe == self._recipe else recipe,
            None if settings == self._session.settings else settings,
            then,
        )

    def _on_saved(self, words: str) -> None:
        self._validate()
        self.said.setText(words)

    def toggle_preview(self) -> None:
        """Show the source as it is set here, live, or end that."""
        self.picture.toggle(self._wanted_recipe())

    def poll(self) -> None:
        """Take what preview and renderer have finished."""
        self._training.poll()
        self.picture.poll(page_shown=self.isVisible())

    def release(self) -> None:
        """End preview and renderer."""
        self._training.release()
        self.picture.release()

    # --- events -------------------------------------------------------------------------------------------------------

    def _on_status(self, status: EngineStatus) -> None:
        """Say under the precision what was measured, once a model is loaded."""
        words = "" if status.model is None else f". {status.model.name}: {status.model.reason}"
        self.station.set_hint("precision", ABOUT_PRECISION.hint + words)

    def _on_told(self, name: str, words: str) -> None:
        """Say under a setting how it is doing, what it is for where nothing is to be told."""
        self.station.set_hint(name, words or about_setting(name).hint)

    def _on_models(self, entries: list[ModelEntry]) -> None:
        self.recipe_form.set_choices("model", [entry.name for entry in entries if not entry.fault])
        self.recipe_form.set_hint("model", " ".join(filter(None, [ABOUT_MODEL.hint, left_aside(entries, "model")])))

    def _on_cameras(self, cameras: list[str]) -> None:
        self.recipe_form.set_choices("source", [*cameras, str(DEMO)])

    def _section_chosen(self, index: int) -> None:
        section = self.sections.current
        training = section == _TRAINING
        self._card.setVisible(not training)
        self._training.setVisible(training)
        self.history.setVisible(section == _WITH_HISTORY)
        self.history.refresh()
        if training:
            self.picture.hide()
            self._training.enter()
            return
        self._stack.setCurrentIndex(index)
        self.title.setText(section)
        self._hint.setText(self.sections.hint)
        self.picture.setVisible(section in _WITH_PICTURE)
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
        further = self._further if record is not None and form is self.recipe_form else {}
        form.show_faults(faults or further)
        return record

    def _region_outside(self, recipe: Recipe | None) -> str:
        if recipe is None or recipe.region is None or self.picture.image is None:
            return ""
        height, width = self.picture.image.shape[:2]
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

    def _hide_without_effect(self) -> None:
        """Hide what another field's choice leaves without effect."""
        hidden = without_effect(self.recipe_form.chosen)
        for name in self.recipe_form.editors:
            if not name.startswith("source_options."):
                self.recipe_form.set_shown(name, shown=name not in hidden)

    def _validate(self) -> None:
        self._show_own_options()
        self._hide_without_effect()
        recipe, settings = self._wanted_recipe(), self._wanted_settings()
        self._chosen_model.look(recipe)
        further = {"region.width": self._region_outside(recipe), "source": self._typed.fault(recipe, self._recipe)}
        self._further = {name: fault for name, fault in further.items() if fault}
        if recipe is not None:
            self.recipe_form.show_faults(self._further)
        bad = recipe is None or settings is None or bool(self._further)
        changed = recipe != self._recipe or settings != self._session.settings
        self.apply_button.setEnabled(changed and not bad)
        self.revert_button.setEnabled(changed or bad)
        faulty = self.recipe_form.faulty_fields() + self.station.faulty_fields()
        self._fault.setText("Correct the fields marked in red before you apply." if bad and faulty else "")
        self._fault.setVisible(bool(self._fault.text()))
        self.said.setVisible(not self._fault.text())
        if changed:
            self.said.setText("")
        self._mark_sections()
        self._marks()

    def _mark_sections(self) -> None:
        for section, (form, fields) in self._forms.items():
            faulty, changed = set(fields) & set(form.faulty_fields()), set(fields) & set(form.changed_fields())
            self.sections.mark(section, Mark.FAULTY if faulty else Mark.CHANGED if changed else Mark.NONE)

    def _changed_sections(self) -> list[str]:
        return [section for section in self._forms if self.sections.mark_of(section) is not Mark.NONE]

    def _marks(self) -> None:
        setup = self.sections.current == "Region and trigger"
        self.picture.show_recipe(self._wanted_recipe() if self.sections.current else None, setup=setup)
