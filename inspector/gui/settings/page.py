"""The Settings page: the recipe and the station, validated as typed, applied without a restart."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from inspector.domain.config import ABOUT_MODEL
from inspector.domain.devices import ABOUT_PRECISION
from inspector.domain.errors import SourceError
from inspector.domain.source import SourceSpec
from inspector.gui.settings.apply_row import ApplyRow
from inspector.gui.settings.challenge_form import CHALLENGE, PARTS, ChallengeForm
from inspector.gui.settings.chosen_model import ChosenModel
from inspector.gui.settings.fields import options_by_kind, recipe_sections, show_what_has_effect, station_sections
from inspector.gui.settings.found_cameras import CameraSearch
from inspector.gui.settings.leaving import LeaveQuestion
from inspector.gui.settings.read_only import ReadOnly
from inspector.gui.settings.rooms import Rooms
from inspector.gui.settings.saving import Saver
from inspector.gui.settings.sections import Mark, SectionList
from inspector.gui.settings.setup_picture import SetupPicture
from inspector.gui.settings.typed import TypedSource
from inspector.gui.settings.versions_card import VersionsCard
from inspector.gui.settings.views_form import HINT, NAME, ViewsForm
from inspector.gui.widgets.basics import card, label, scrolled
from inspector.gui.widgets.forms import Form
from inspector.gui.widgets.later import Page
from inspector.gui.words import left_aside
from inspector.json_file import field_fault
from inspector.programs import has_trainer
from inspector.recipes.recipe import Recipe
from inspector.settings import Settings, about_setting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtCore import SignalInstance

    from inspector.domain.records import Box
    from inspector.domain.white_balance import WhiteBalance
    from inspector.engine.status import EngineStatus
    from inspector.gui.settings.fields import Section
    from inspector.gui.settings.line_card import LineCard
    from inspector.gui.station.catalogue import Catalogue
    from inspector.gui.station.scanner_watch import ScannerWatch
    from inspector.gui.station.session import Session
    from inspector.gui.station.telling import Telling
    from inspector.vision.store import ModelEntry

_Record = TypeVar("_Record", bound=BaseModel)
#: Sections in whose picture a rectangle can be dragged, and the recipe's field for it.
_REGIONS = {"Region and trigger": "region", "Code on the part": "code_region"}
_WITH_PICTURE = ("Source", *_REGIONS)
_WITH_HISTORY = "Model and thresholds"


class SettingsPage(Page):
    """See the module.

    Args:
        session: Tells what is so at the station, and does what is asked.
        catalogue: Tells what there is to choose from.
        tells: Those who tell in a sentence how something is doing, by the station's setting that it stands under.
        scanner: Tries the code scanner that is typed.
        line: Shown beside the section “Line”.
        rooms: Sections that are pages of their own, by their names.
    """

    log_wanted = Signal()
    set_up_wanted = Signal()  #: step by step, as at the first start
    good_parts_wanted = Signal()  #: learn the recipe's good parts
    trial_wanted = Signal(str, object)  #: of the setting with the button, with the settings as they are typed
    apply_wanted = Signal(object)  #: calls what stops a running line for a moment

    def __init__(
        self,
        session: Session,
        *,
        catalogue: Catalogue,
        tells: Mapping[str, Telling],
        scanner: ScannerWatch,
        line: LineCard,
        rooms: Mapping[str, Page],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._catalogue = session, catalogue
        self._rooms = Rooms(rooms, self)
        self._recipe: Recipe | None = None
        self._forms: dict[str, tuple[Form, tuple[str, ...]]] = {}  # of each section, and its fields there
        self._further: dict[str, str] = {}  # what is wrong with a recipe that is one, by field
        self._typed = TypedSource(catalogue, self._validate)
        self.saver = Saver(session, catalogue, self)
        self.saver.said.connect(self._on_saved)
        self.saver.asked.connect(self.apply_wanted)
        self._scanner, self.line = scanner, line
        self.question: LeaveQuestion | None = None  #: the last one that was asked
        self._build(tuple(rooms))
        self.hear(scanner.answered, scanner.failed)
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

    def _build(self, rooms: tuple[str, ...]) -> None:
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
        row.addWidget(self._card, 3)
        self.title = label("", "title")
        layout.addWidget(self.title)
        self._hint = label("", "muted")
        self._hint.setWordWrap(True)
        layout.addWidget(self._hint)
        self._stack = QStackedWidget(self._card)
        layout.addWidget(self._stack, 1)
        self.recipe_form, self.station = Form(), Form()
        self.views = self.recipe_form.attach(ViewsForm())
        for section in recipe_sections():
            self._add_section(section, self.recipe_form)
        self._add_area(NAME, HINT, self.views, self.recipe_form, ("views",))
        self._add_area(*CHALLENGE, self.recipe_form.attach(ChallengeForm(self._catalogue)), self.recipe_form, PARTS)
        for section in station_sections():
            self._add_section(section, self.station)
        self._chosen_model = ChosenModel(self._catalogue, self.recipe_form)
        self._cameras = CameraSearch(self._catalogue, self.recipe_form)
        self._row = self._build_buttons()
        layout.addWidget(self._row)
        self.picture = self._build_picture()
        self.read_only = ReadOnly(self._stack, self.picture)
        layout.insertWidget(layout.indexOf(self._stack), self.read_only)
        self.history = VersionsCard(self._session, catalogue=self._catalogue, parent=self)
        for beside in (self.picture, self.history, self.line):
            row.addWidget(beside, 3)
        row.addWidget(self._rooms, 6)
        for name in rooms:
            self.sections.add(name)
        for form in (self.recipe_form, self.station):
            form.changed.connect(self._validate)
        self.station.pressed.connect(self._test)
        self.sections.currentRowChanged.connect(self._section_chosen)
        self.sections.setCurrentRow(0)

    def _add_section(self, section: Section, form: Form) -> None:
        self._add_area(section.name, section.hint, form.add_section(section.fields), form, section.names)

    def _add_area(self, name: str, hint: str, inside: QWidget, form: Form, fields: tuple[str, ...]) -> None:
        self._stack.addWidget(scrolled(inside, self._stack))
        self.sections.add(name, hint)
        self._forms[name] = form, fields

    def _build_buttons(self) -> ApplyRow:
        row = ApplyRow(self)
        self.said, self.revert_button, self.apply_button, self.why = row.said, row.revert, row.apply, row.why
        row.revert_wanted.connect(self.revert)
        row.apply_wanted.connect(self.apply)
        row.typed.connect(self._validate)
        return row

    def _build_picture(self) -> SetupPicture:
        picture = SetupPicture(self._session, self)
        picture.preview_wanted.connect(self.toggle_preview)
        picture.image_changed.connect(self._marks)
        picture.region_changed.connect(self._region_dragged)
        picture.balance_chosen.connect(self._balance_chosen)
        picture.line_changed.connect(lambda share: self.recipe_form.set_value("trigger.line_fraction", share))
        return picture

    # --- hand ---------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The page is shown: read what there is to choose from; what was said of the last change is of then."""
        self._row.tell("")
        self._catalogue.models(self._on_models)
        self._cameras.look_again()
        self._chosen_model.read()
        self.history.refresh()
        self._rooms.enter()

    def show_section(self, name: str) -> None:
        """Show a section by its name."""
        self.sections.choose(name)

    def show_recipe(self, recipe: Recipe) -> None:
        """Show a recipe; of a newer version of it, what was typed here and is not applied stays."""
        self._row.tell("")
        before = self._recipe
        newer = before is not None and before.name == recipe.name and not self.saver.is_sent(self._wanted_recipe())
        self._recipe = recipe
        self.recipe_form.fill(recipe.model_dump(mode="json"), keep=newer)
        self._validate()
        self._chosen_model.read()
        if newer and self.recipe_form.changed_fields():
            self._row.tell(f"Version {recipe.version} of {recipe.name} came meanwhile; what you typed is kept.")

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
        self._row.tell("")

    def apply(self) -> None:
        """Save what has changed, and use it at once."""
        self._save(lambda: None)

    def _save(self, then: Callable[[], None]) -> None:
        recipe, settings = self._wanted_recipe(), self._wanted_settings()
        self.saver.save(
            None if recipe == self._recipe else recipe,
            None if settings == self._session.settings else settings,
            then,
            self._row.reason,
        )

    def _on_saved(self, words: str) -> None:
        self._validate()
        self._row.tell(words)

    def hear(self, said: SignalInstance, failed: SignalInstance) -> None:
        """Say below the fields what somebody tries, how it went, and why it failed."""
        said.connect(self._row.tell)
        failed.connect(partial(self._row.tell, failed=True))

    def toggle_preview(self) -> None:
        """Show the source as it is set here, live, or end that."""
        self.picture.toggle(self._wanted_recipe())

    def poll(self) -> None:
        """Take what preview and renderer have finished."""
        self._rooms.poll()
        self.picture.poll(page_shown=self.isVisible())

    def release(self) -> None:
        """End preview and renderer."""
        self._rooms.release()
        self.picture.release()

    # --- events -------------------------------------------------------------------------------------------------------

    def _on_status(self, status: EngineStatus) -> None:
        """Say under the precision what was measured, once a model is loaded."""
        words = "" if status.model is None else f". {status.model.name}: {status.model.reason}"
        self.station.set_hint("precision", ABOUT_PRECISION.hint + words)

    def _on_told(self, name: str, words: str) -> None:
        """Say under a setting how it is doing, what it is for where nothing is to be told."""
        self.station.set_hint(name, words or about_setting(name).hint)

    def _test(self, name: str) -> None:
        settings = self._wanted_settings()
        if settings is not None and name == "scanner_address":
            self._scanner.test(settings)
        elif settings is not None:
            self.trial_wanted.emit(name, settings)

    def _on_models(self, entries: list[ModelEntry]) -> None:
        self.recipe_form.set_choices("model", [entry.name for entry in entries if not entry.fault])
        self.recipe_form.set_hint("model", " ".join(filter(None, [ABOUT_MODEL.hint, left_aside(entries, "model")])))

    def _section_chosen(self, index: int) -> None:
        section = self.sections.current
        whole = self._rooms.choose(section)
        self._card.setVisible(not whole)
        self.history.setVisible(section == _WITH_HISTORY)
        self.line.setVisible(section == "Line")
        self.history.refresh()
        if whole:
            self.picture.hide()
            return
        self._stack.setCurrentIndex(index)
        self.title.setText(section)
        self._hint.setText(self.sections.hint)
        self.picture.setVisible(section in _WITH_PICTURE)
        self._marks()

    def _balance_chosen(self, balance: WhiteBalance) -> None:
        for colour in ("red", "blue"):
            self.recipe_form.set_value(f"source_options.balance_{colour}", round(getattr(balance, colour), 3))
        self.picture.restart(self._wanted_recipe())  # the camera is set, and says what it took

    def _region_dragged(self, region: Box | None) -> None:
        field = _REGIONS[self.sections.current]
        for name in ("x", "y", "width", "height"):
            self.recipe_form.set_value(f"{field}.{name}", None if region is None else getattr(region, name))
        self._validate()

    # --- validation ---------------------------------------------------------------------------------------------------

    def _wanted_recipe(self) -> Recipe | None:
        return self._parsed(self.recipe_form, Recipe, self._recipe)

    def _wanted_settings(self) -> Settings | None:
        return self._parsed(self.station, Settings, self._session.settings)

    def _parsed(self, form: Form, model: type[_Record], base: _Record | None) -> _Record | None:
        values, faults = form.values({} if base is None else base.model_dump(mode="json"))
        record: _Record | None = None
        if not faults:
            try:
                record = model.model_validate(values)
            except ValidationError as error:
                faults |= dict(map(field_fault, error.errors()))
        further = self._further if record is not None and form is self.recipe_form else {}
        form.show_faults(faults or further)
        return record

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
        show_what_has_effect(self.recipe_form, Recipe)
        show_what_has_effect(self.station, Settings)
        recipe, settings = self._wanted_recipe(), self._wanted_settings()
        self._chosen_model.look(recipe)
        self.picture.follow(recipe)
        if recipe is not None:
            self._cameras.look(recipe.source_options.producer)
        further = {"source": self._typed.fault(recipe, self._recipe)}
        if recipe is not None:
            further["region.width"] = self.picture.outside(recipe.region, recipe.source)
            further["code_region.width"] = self.picture.outside(recipe.code_region_used, recipe.source)
        self._further = {name: fault for name, fault in further.items() if fault}
        if recipe is not None:
            self.recipe_form.show_faults(self._further)
        faulty = self.recipe_form.faulty_fields() + self.station.faulty_fields()
        bad = recipe is None or settings is None or bool(self._further or faulty)
        changed = recipe != self._recipe or settings != self._session.settings
        self._row.show_state(self._recipe, recipe, changed=changed, bad=bad, red=bool(faulty))
        self._mark_sections()
        self._marks()

    def _mark_sections(self) -> None:
        for section, (form, fields) in self._forms.items():
            faulty, changed = set(fields) & set(form.faulty_fields()), set(fields) & set(form.changed_fields())
            self.sections.mark(section, Mark.FAULTY if faulty else Mark.CHANGED if changed else Mark.NONE)

    def _changed_sections(self) -> list[str]:
        return [section for section in self._forms if self.sections.mark_of(section) is not Mark.NONE]

    def _marks(self) -> None:
        setup = _REGIONS.get(self.sections.current, "")
        self.picture.show_recipe(self._wanted_recipe() if self.sections.current else None, setup=setup)
