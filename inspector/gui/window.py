"""The main window: header, page bar, pages, banners, status line."""

from __future__ import annotations

import json
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.engine.status import EngineStatus, RunState, SourceState
from inspector.gui import theme
from inspector.gui.faults import FaultCatcher
from inspector.gui.pages.live import LivePage
from inspector.gui.pages.settings import SettingsPage
from inspector.gui.widgets.banners import BannerArea
from inspector.gui.widgets.basics import NavButton, Pill, label
from inspector.gui.words import short_source
from inspector.pictures import PICTURE_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent

    from inspector.assembly import RecipeEntry
    from inspector.gui.session import Session
    from inspector.recipe import Recipe
    from inspector.settings import Settings

#: The window is gone within this time, whatever hangs.
CLOSE_WITHIN_S = 1.9


class MainWindow(QMainWindow):
    """See the module.

    Args:
        session: The station.
        state_path: Where size and place of the window are remembered.
    """

    painted = Signal()  #: once, after the first paint
    closed = Signal()  #: everything has ended

    def __init__(self, session: Session, state_path: Path) -> None:
        super().__init__()
        self._session = session
        self._state_path = state_path
        self._painted = False
        self._ended: Callable[[], bool] | None = None
        self._entries: list[RecipeEntry] = []
        self.setWindowTitle("Inspector")
        self.setAcceptDrops(True)
        self.setMinimumSize(1024, 700)
        self.live = LivePage(session)
        self.settings = SettingsPage(session)
        self._build()
        self._connect()
        self.catcher = FaultCatcher(self, session.stop, session.store.home.program_log)
        self._restore()
        self.live.run_button.setFocus()

    # --- building -----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        middle = QWidget(self)
        self.setCentralWidget(middle)
        outer = QVBoxLayout(middle)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._build_header())
        body = QHBoxLayout()
        body.setSpacing(0)
        self._nav = QWidget(middle)
        self._nav.setObjectName("nav")
        self._nav.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._nav.setFixedWidth(76)
        self._nav_layout = QVBoxLayout(self._nav)
        self._nav_layout.setContentsMargins(0, 8, 0, 8)
        self._nav_layout.setSpacing(2)
        self._nav_layout.addStretch(1)
        body.addWidget(self._nav)
        right = QVBoxLayout()
        right.setSpacing(0)
        self.banners = BannerArea(middle)
        self.banners.setContentsMargins(10, 10, 10, 0)
        right.addWidget(self.banners)
        self.pages = QStackedWidget(middle)
        right.addWidget(self.pages, 1)
        body.addLayout(right, 1)
        outer.addLayout(body, 1)
        outer.addWidget(self._build_status())
        self._nav_buttons: list[NavButton] = []
        self.add_page("Live", "live", self.live)
        self.add_page("Settings", "settings", self.settings)
        self.show_page(0)

    def add_page(self, name: str, picture: str, page: QWidget) -> None:
        """Add a page with its entry in the bar; Ctrl+1, Ctrl+2, … show the pages in turn."""
        index = self.pages.addWidget(page)
        button = NavButton(name, picture, self._nav)
        button.clicked.connect(lambda: self.show_page(index))
        button.setToolTip(f"{name} (Ctrl+{index + 1})")
        QShortcut(QKeySequence(f"Ctrl+{index + 1}"), self, lambda: self.show_page(index))
        self._nav_layout.insertWidget(index, button)
        self._nav_buttons.append(button)

    def show_page(self, index: int) -> None:
        """Show a page by its place."""
        self.pages.setCurrentIndex(index)
        self._nav_buttons[index].setChecked(True)
        if self.pages.currentWidget() is self.settings:
            self.settings.enter()

    def _build_header(self) -> QWidget:
        header = QWidget(self)
        header.setObjectName("header")
        header.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        header.setFixedHeight(56)
        row = QHBoxLayout(header)
        row.setContentsMargins(14, 5, 14, 5)
        row.setSpacing(10)
        brand = label("Inspector")
        brand.setObjectName("brand")
        row.addWidget(brand)
        self._station = label("", "muted")
        row.addWidget(self._station)
        self.recipe_box = QComboBox(header)
        self.recipe_box.setAccessibleName("Recipe")
        self.recipe_box.setToolTip("Recipe: which product is inspected")
        self.recipe_box.setMinimumWidth(190)
        self.recipe_box.activated.connect(self._recipe_chosen)
        row.addWidget(self.recipe_box)
        self.lot_field = QLineEdit(header)
        self.lot_field.setPlaceholderText("Lot number")
        self.lot_field.setAccessibleName("Lot number")
        self.lot_field.setMaxLength(60)
        self.lot_field.setFixedWidth(150)
        self.lot_field.editingFinished.connect(lambda: self._session.set_lot(self.lot_field.text().strip()))
        row.addWidget(self.lot_field)
        row.addStretch(1)
        self._source_pill = Pill("no source", "Source", header)
        self._model_pill = Pill("no model", "Model", header)
        self._log_pill = Pill("log", "Result log", header)
        for pill in (self._source_pill, self._model_pill, self._log_pill):
            row.addWidget(pill)
        return header

    def _build_status(self) -> QWidget:
        status = QWidget(self)
        status.setObjectName("status")
        status.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        status.setFixedHeight(28)
        row = QHBoxLayout(status)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(22)
        self._latency = label()
        self._drops = label()
        self._device = label()
        self._clock = label()
        for one in (self._latency, self._drops, self._device):
            row.addWidget(one)
        row.addStretch(1)
        row.addWidget(self._clock)
        return status

    def _connect(self) -> None:
        session = self._session
        session.status_changed.connect(self._on_status)
        session.recipes_changed.connect(self._on_recipes)
        session.recipe_changed.connect(self._on_recipe)
        session.settings_changed.connect(self._on_settings)
        session.fault.connect(self._on_fault)
        session.log_opened.connect(self._on_log)
        session.polled.connect(self._on_poll)
        self.live.open_button.clicked.connect(self.open_pictures)
        self.settings.log_wanted.connect(session.open_log)
        for key, action in (
            ("Ctrl+,", lambda: self.show_page(1)),
            ("Ctrl+O", self.open_pictures),
            ("F11", self.toggle_full_screen),
            ("Ctrl+Q", self.close),
        ):
            QShortcut(QKeySequence(key), self, action)
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(lambda _: self._recolour())
        self._on_settings(session.store.settings)
        self._on_status(EngineStatus())

    # --- hand ---------------------------------------------------------------------------------------------------------

    def open_pictures(self) -> None:
        """Ask for pictures, and inspect them on the spot."""
        patterns = " ".join(f"*{suffix}" for suffix in sorted(PICTURE_SUFFIXES))
        names, _ = QFileDialog.getOpenFileNames(self, "Try pictures (not counted)", "", f"Pictures ({patterns})")
        if names:
            self.show_page(0)
            self._session.try_pictures([Path(name) for name in names])

    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back."""
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Inspect what is dropped, on the spot."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.show_page(0)
            self._session.try_pictures(paths)

    def _recipe_chosen(self, index: int) -> None:
        if 0 <= index < len(self._entries):
            self._session.choose_recipe(self._entries[index])

    # --- events -------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Say once that the window is up."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.painted.emit)

    def _on_status(self, status: EngineStatus) -> None:
        source, message = status.source, status.source_message
        if status.source_state is SourceState.LIVE:
            self._source_pill.show_state(f"{short_source(source)} · {status.fps:.0f} fps", "good", source)
        elif status.source_state is SourceState.LOST:
            self._source_pill.show_state(f"{short_source(source)} lost", "fail", message)
        else:
            recipe = self._session.recipe
            named = source or (recipe.source if recipe else "no source")
            words = "stopped" if status.source_state is SourceState.NONE else status.source_state.value
            self._source_pill.show_state(f"{short_source(named)} · {words}", "idle", named)
        model = status.model
        if model is not None:
            tip = f"{model.reason}\nSHA-256 {model.sha256}".lstrip()
            self._model_pill.show_state(f"{model.name} · {model.device} {model.precision}", "good", tip)
            self._device.setText(f"{model.device} ({model.backend} {model.precision})")
            self._device.setToolTip(model.reason)
        else:
            recipe = self._session.recipe
            self._model_pill.show_state(recipe.model if recipe else "no model", "idle")
            self._device.setText("")
        p50, p99 = status.latency_p50_ms, status.latency_p99_ms
        self._latency.setText(
            "trigger → verdict –" if p50 is None else f"trigger → verdict p50 {p50:.0f} ms, p99 {p99:.0f} ms"
        )
        self._drops.setText(f"{status.fps:.0f} fps   ·   dropped {status.dropped}   ·   waiting {status.waiting}")
        self._banner("log-write", status.log_fault)
        self._banner("archive", status.archive_fault, state="review")
        self._banner("engine", status.fault)
        lost = status.source_state is SourceState.LOST and status.state is not RunState.IDLE
        self._banner("source", message if lost else "", state="review")
        if self._session.log is not None:
            self._log_pill.show_state("Log", "fail" if status.log_fault else "good", str(self._session.log.path))

    def _on_recipes(self, entries: list[RecipeEntry]) -> None:
        self._entries = entries
        self.recipe_box.blockSignals(True)
        self.recipe_box.clear()
        for entry in entries:
            self.recipe_box.addItem(entry.name if not entry.fault else f"{entry.name} (cannot be used)")
        self.recipe_box.blockSignals(False)
        self._select_recipe()

    def _on_recipe(self, recipe: Recipe) -> None:
        self.recipe_box.setToolTip(f"{recipe.name}, version {recipe.version}: {recipe.source}, model {recipe.model}")
        self._select_recipe()
        self._on_status(self._session.engine.status())

    def _select_recipe(self) -> None:
        recipe = self._session.recipe
        if recipe is None:
            return
        names = [entry.name for entry in self._entries]
        if recipe.name not in names:
            self.recipe_box.setEditable(False)
            self.recipe_box.setPlaceholderText(recipe.name)
            self.recipe_box.setCurrentIndex(-1)
        else:
            self.recipe_box.setCurrentIndex(names.index(recipe.name))

    def _on_settings(self, settings: Settings) -> None:
        self._station.setText(settings.station)
        self.live.opacity.setValue(round(100 * settings.heatmap_opacity))
        self._recolour()

    def _on_fault(self, key: str, text: str) -> None:
        actions: list[tuple[str, Any]] = []
        if key == "log" and text:
            actions = [("Try again", self._session.open_log), ("Use another log…", self._other_log)]
        self._banner(key, text, actions=actions)

    def _other_log(self) -> None:
        self.show_page(1)
        self.settings.show_section("Station")

    def _on_log(self, opened: bool) -> None:  # noqa: FBT001 - a signal's value
        path = str(self._session.log.path) if self._session.log is not None else "no log"
        self._log_pill.show_state("Log" if opened else "No log", "good" if opened else "fail", path)

    def _banner(
        self, key: str, text: str, *, state: str = "fail", actions: list[tuple[str, Any]] | None = None
    ) -> None:
        if text:
            self.banners.show_banner(key, text, state=state, actions=actions or ())
        else:
            self.banners.dismiss(key)

    def _on_poll(self) -> None:
        self.settings.poll()
        now = f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S}"
        if self._clock.text() != now:
            self._clock.setText(now)

    def _recolour(self) -> None:
        """Follow the settings or the system."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            before = theme.CURRENT.theme
            chosen = theme.CURRENT.choose(self._session.store.settings.appearance)
            if chosen is not before or not app.styleSheet():
                theme.apply(app, chosen)
                for button in self._nav_buttons:
                    button.recolour()
                self.live.counters.recolour()
                self.live.trend.recolour()
                self.update()

    # --- state --------------------------------------------------------------------------------------------------------

    def _restore(self) -> None:
        """Take the size and place of the last time; the file is a few bytes and read before the window is up."""
        self.resize(1280, 800)
        try:
            found = json.loads(self._state_path.read_text(encoding="utf-8"))
            self.restoreGeometry(QByteArray.fromBase64(found["geometry"].encode()))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return

    def _save_state(self) -> Callable[[], None]:
        """Return what writes the window's state; done on the worker."""
        text = json.dumps({"geometry": bytes(self.saveGeometry().toBase64().data()).decode()})
        path = self._state_path

        def write() -> None:
            from inspector.pictures import write_bytes  # noqa: PLC0415

            write_bytes(path, text.encode())

        return write

    def closeEvent(self, event: QCloseEvent) -> None:
        """Hide at once; end threads and log in the background; be gone within two seconds."""
        if self._ended is not None:
            event.accept()
            return
        event.ignore()
        self._session.work.do(self._save_state())
        self.hide()
        self._ended = self._session.shut_down()
        deadline = time.perf_counter() + CLOSE_WITHIN_S

        def check() -> None:
            assert self._ended is not None
            if self._ended() or time.perf_counter() > deadline:
                timer.stop()
                self.catcher.release()
                self.live.release()
                self.settings.release()
                self.closed.emit()

        timer = QTimer(self)
        timer.timeout.connect(check)
        timer.start(20)
