"""The window's header and footer: what is inspected, what must be healthy, how fast it goes."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from inspector.domain.counts import counted
from inspector.domain.guard import guard_sentence
from inspector.domain.sentence import sentence
from inspector.domain.source import SourceKind, kind_of, label_of, shown
from inspector.engine.status import EngineStatus, Pace, SourceState
from inspector.gui.language.spoken import say
from inspector.gui.theme import TARGET_PX, figure
from inspector.gui.widgets.basics import OneLine, label, set_tone
from inspector.gui.widgets.face_chip import FaceChip
from inspector.gui.widgets.inputs import ChoiceBox
from inspector.gui.widgets.language_button import LanguageButton
from inspector.gui.widgets.lot_field import LotField
from inspector.gui.widgets.pill import Pill
from inspector.gui.widgets.stages import StagePanel
from inspector.pictures import left_out_words

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from inspector.assembly import RecipeEntry
    from inspector.engine.stages import StageFigure
    from inspector.recipes.recipe import Recipe
    from inspector.scanners.service import ScannerStatus

#: The colour of the model's chip: whether it judges in time.
_PACE_COLOURS = {Pace.IN_TIME: "good", Pace.STRAINED: "review", Pace.TOO_SLOW: "fail"}
#: What the light of the source says more, by its state.
_WAITS = {
    SourceState.NONE: "The line does not run.",
    SourceState.CONNECTING: "It is being opened.",
    SourceState.ENDED: "It has come to its end.",
}
_ARRIVES, _WATCHED = "Its pictures arrive.", "It is watched for new pictures."


#: From these widths of the header on the names of program and station stand in it.
_WITH_BRAND_PX, _WITH_STATION_PX = 1400, 1200


class HeaderBar(QWidget):
    """Station, recipe and lot; source, model and log as chips that say more when pressed."""

    recipe_wanted = Signal(object)  #: RecipeEntry
    section_wanted = Signal(str)  #: a section of the Settings page

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: list[RecipeEntry] = []
        self._recipe: Recipe | None = None
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(56)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 5, 14, 5)
        row.setSpacing(10)
        self._brand = label("Inspector")
        self._brand.setObjectName("brand")
        row.addWidget(self._brand)
        self._station = label("", "muted")
        row.addWidget(self._station)
        self._build_fields(row)
        row.addStretch(1)
        self.face = FaceChip(self)
        row.addWidget(self.face)
        self.source_pill = Pill("no source", "Source", "Set the source…", self)
        self.model_pill = Pill("no model", "Model", "Set model and thresholds…", self)
        self.log_pill = Pill("log", "Result log", "Set the station's log…", self)
        for pill, section in (
            (self.source_pill, "Source"),
            (self.model_pill, "Model and thresholds"),
            (self.log_pill, "Station"),
        ):
            row.addWidget(pill)
            pill.led.connect(partial(self.section_wanted.emit, section))

    def _build_fields(self, row: QHBoxLayout) -> None:
        self.recipe_box = ChoiceBox(self)
        self.recipe_box.setAccessibleName(say("Recipe"))
        self.recipe_box.setToolTip(say("Recipe: which product is inspected"))
        self.recipe_box.setMinimumWidth(190)
        self.recipe_box.activated.connect(self._recipe_chosen)
        row.addWidget(self.recipe_box)
        self.lot = LotField(self)
        row.addWidget(self.lot)

    def add(self, widget: QWidget) -> None:
        """Add something at the right end."""
        layout = self.layout()
        assert layout is not None
        layout.addWidget(widget)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, the program's name gives way, then the station's."""
        super().resizeEvent(event)
        self._brand.setVisible(self.width() >= _WITH_BRAND_PX)
        self._station.setVisible(self.width() >= _WITH_STATION_PX)

    def show_station(self, name: str) -> None:
        """Set the station's name."""
        self._station.setText(name)

    def show_recipes(self, entries: list[RecipeEntry]) -> None:
        """Set what there is to choose from."""
        self._entries = entries
        self.recipe_box.blockSignals(True)
        self.recipe_box.clear()
        for entry in entries:
            self.recipe_box.addItem(entry.name if not entry.fault else say(f"{entry.name} (cannot be used)"))
        self.recipe_box.blockSignals(False)
        self._select()

    def show_recipe(self, recipe: Recipe) -> None:
        """Set the recipe in force."""
        self._recipe = recipe
        source = shown(recipe.source)
        self.recipe_box.setToolTip(say(f"{recipe.name}, version {recipe.version}: {source}, model {recipe.model}"))
        self._select()

    def show_status(self, status: EngineStatus) -> None:
        """Set the chips of source and model."""
        source, recipe, model = status.source, self._recipe, status.model
        if status.source_state is SourceState.LIVE:
            rate = "watched" if kind_of(source) is SourceKind.FOLDER else f"{figure(status.fps, 2)} fps"
            if status.left_out:
                rate = f"{sum(kind.count for kind in status.left_out):,} not taken"
            unsure = status.unseen or any(kind.may_be_missed for kind in status.left_out)
            left_out = f"Not taken: {left_out_words(status.left_out)}" if status.left_out else ""
            arrives = "" if status.unseen else _WATCHED if kind_of(source) is SourceKind.FOLDER else _ARRIVES
            tip = "\n".join(filter(None, [source, arrives, status.unseen, left_out]))
            state = "review" if unsure else "good"
            self.source_pill.show_state(f"{label_of(source)} · {rate}", state, tip)
        elif status.source_state is SourceState.LOST:
            self.source_pill.show_state(f"{label_of(source)} lost", "fail", sentence(status.source_message))
        else:
            named = source or (shown(recipe.source) if recipe else "no source")
            words = "stopped" if status.source_state is SourceState.NONE else status.source_state.value
            tip = f"{named}\n{_WAITS.get(status.source_state, '')}".rstrip()
            self.source_pill.show_state(f"{label_of(named)} · {words}", "idle", tip)
        if model is not None:
            broken = status.model_fault or status.view_fault
            why = broken or status.pace_message
            state = "fail" if broken else _PACE_COLOURS[status.pace]
            guard = "" if status.thresholds is None else guard_sentence(status.thresholds, model.good_scale)
            tip = "\n".join(filter(None, [why, model.reason, guard, f"SHA-256 {model.sha256}"]))
            self.model_pill.show_state(f"{model.name} · {model.precision}", state, tip)
        else:
            name = recipe.model if recipe else "no model"  # or its folder, whose path has no room
            tip = f"{name}: loaded when the line starts" if recipe else name
            self.model_pill.show_state(Path(name).name, "idle", tip)

    def show_log(self, path: str, *, healthy: bool, opened: bool = True) -> None:
        """Set the chip of the log."""
        self.log_pill.show_state("Log" if opened else "No log", "good" if healthy else "fail", path)

    def _recipe_chosen(self, index: int) -> None:
        if 0 <= index < len(self._entries):
            self.recipe_wanted.emit(self._entries[index])
            self._select()  # the one in force, until the other is

    def _select(self) -> None:
        if self._recipe is None:
            return
        names = [entry.name for entry in self._entries]
        if self._recipe.name not in names:
            self.recipe_box.setEditable(False)
            self.recipe_box.setPlaceholderText(self._recipe.name)
            self.recipe_box.setCurrentIndex(-1)
        else:
            self.recipe_box.setCurrentIndex(names.index(self._recipe.name))


class FooterBar(QWidget):
    """Latency, which opens the stages; frames, drops, device; the code scanner; the clock."""

    stages_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(TARGET_PX)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(22)
        self.latency = QPushButton(self)
        self.latency.setObjectName("latency")
        self.latency.setProperty("kind", "quiet")
        self.latency.setToolTip(say("Trigger → committed verdict; press to see where the time goes"))
        self.latency.clicked.connect(self.stages_wanted)
        self.panel = StagePanel(self)
        self._drops, self.device, self._clock = label(), label(), label()
        for widget in (self.latency, self._drops, self.device):
            row.addWidget(widget)
        self.scanner = OneLine(parent=self)
        row.addWidget(self.scanner, 1)
        row.addWidget(self._clock)
        self.language = LanguageButton(self)
        row.addWidget(self.language)

    def add(self, widget: QWidget) -> None:
        """Add something at the right end."""
        self._row.addWidget(widget)

    def show_status(self, status: EngineStatus) -> None:
        """Set the figures."""
        p50, p99 = figure(status.latency_p50_ms, 2), figure(status.latency_p99_ms, 2)
        self.latency.setText(say(f"trigger → verdict p50 {p50} ms, p99 {p99} ms"))
        rate, skipped = f"{figure(status.fps, 2)} pictures/s", f"{status.dropped:,} skipped"
        restarts = f"   ·   {counted(status.restarts, 'restart')}" if status.restarts else ""
        self._drops.setText(say(f"{rate}   ·   {skipped}   ·   {status.waiting} waiting{restarts}"))
        tip = "Skipped pictures were not looked at, as a newer one was there; waiting are parts"
        self._drops.setToolTip(say(f"{tip}\nStarted again by itself at {status.last_restart}" if restarts else tip))
        model = status.model
        self.device.setText("" if model is None else f"{model.device} ({model.backend} {model.precision})")
        self.device.setToolTip("" if model is None else say(model.reason))

    def show_stages(self, figures: tuple[StageFigure, ...]) -> None:
        """Open the panel of the stages, or bring it up to date."""
        self.panel.show_figures(figures)
        if not self.panel.isVisible():
            self.panel.open_over(self.latency)

    def show_scanner(self, status: ScannerStatus) -> None:
        """Say how the code scanner is doing, where there is one."""
        self.scanner.say(status.short)
        self.scanner.setToolTip(say(status.words))
        set_tone(self.scanner, "fail" if status.lost else "review" if status.fault else "muted")

    def tick(self) -> None:
        """Set the clock."""
        words = say(f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S}")
        if words != self._clock.text():
            self._clock.setText(words)
