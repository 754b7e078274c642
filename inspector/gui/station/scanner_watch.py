"""Runs the code scanner beside the window, changes the recipe where a code wants it, and tells how it is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from inspector.domain.errors import InspectorError
from inspector.domain.scanner import CodeRule, LotCodes, ScannerKind
from inspector.gui.station.changeover import RecipeSwitch
from inspector.gui.widgets.key_bursts import KeyBursts
from inspector.gui.work import Latest
from inspector.scanners.ports import try_scanner, way_to
from inspector.scanners.service import ScannerService

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.gui.station.session import Session
    from inspector.recipes.scanned import CodedRecipe
    from inspector.scanners.service import ScannerStatus
    from inspector.settings import Settings

_LOOK_MS = 100
_TORN = (
    "Keys came as fast as a scanner's, without Enter or Tab after them: they were not used. "
    "Let the scanner end each code with Enter."
)


class ScannerWatch(QObject):
    """Lives on the GUI thread; the service has a thread of its own, and begins with the first opened log.

    Args:
        session: Tells of settings and recipe, has the engine, and changes the recipe.
        recipes: The folder of recipes.
    """

    said = Signal(str)  #: how it is doing, in full; empty where there is no scanner
    looked = Signal(object)  #: ScannerStatus, on every change
    fault = Signal(str)  #: what somebody must see to; empty where nothing is wrong
    changed = Signal(str)  #: what a code did to the recipe; empty when that is old
    answered = Signal(str)  #: what came of `test`
    failed = Signal(str)  #: why it failed
    _lot_scanned = Signal(str)  # on the service's thread

    def __init__(self, session: Session, recipes: Path) -> None:
        super().__init__(session)
        self._session = session
        self._service = ScannerService(
            session.engine, settings=lambda: session.settings, recipes=recipes, use_lot=self._lot_scanned.emit
        )
        self._lot_scanned.connect(session.set_lot)
        session.workers.make("scanner", self._service.stop)
        self._latest = Latest(session.workers.make("scanner test"), lambda error: self.failed.emit(str(error)))
        self._keys: KeyBursts | None = None
        self._keys_gap_ms = 0
        self._begun = False
        self._shown: ScannerStatus | None = None
        self._changeover = RecipeSwitch(session, self)
        self._changeover.told.connect(self.changed)
        self.words = ""
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        session.log_opened.connect(self._begin)

    def status(self) -> ScannerStatus:
        """Return how it is doing."""
        return self._service.status()

    def test(self, settings: Settings) -> None:
        """Find out whether the scanner that was typed can be reached; what is read already is not opened twice."""
        in_force, status = self._session.settings, self.status()
        if settings.scanner in (ScannerKind.OFF, ScannerKind.KEYBOARD):
            self.answered.emit("Nothing needs a connection. Scan a code, and it stands under “Code scanner”.")
        elif way_to(settings) == way_to(in_force) and not status.lost and status.address:
            self.answered.emit(status.words)
        else:
            self.answered.emit(f"{settings.scanner_address or 'The scanner'} is being tried…")
            self._latest.ask(lambda: try_scanner(settings), self.answered.emit)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Begin with the first opened log: before it, the window has yet to be painted."""
        if not self._begun:
            self._begun = True
            self._service.start()
            self._timer.start()

    def _look(self) -> None:
        if self._session.closing:  # who is told may be gone
            self._timer.stop()
            self._watch_keys(0)
            return
        settings = self._session.settings
        self._watch_keys(settings.scanner_gap_ms if settings.scanner is ScannerKind.KEYBOARD else 0)
        if (change := self._service.take_change()) is not None:
            self._change(*change)
        status = self._service.status()
        if status != self._shown:
            self._shown = status
            self.words = status.words
            self.said.emit(self.words)
            self.fault.emit(status.fault)
            self.looked.emit(status)

    def _watch_keys(self, gap_ms: int) -> None:
        """Watch the keys where the scanner is a keyboard; 0 watches none."""
        if gap_ms == self._keys_gap_ms:
            return
        self._keys_gap_ms = gap_ms
        if self._keys is not None:
            self._keys.release()
            self._keys.deleteLater()
            self._keys = None
        if gap_ms:
            self._keys = KeyBursts(gap_ms, self._counts, self)
            self._keys.code.connect(self._service.typed)
            self._keys.torn.connect(lambda: self._service.refuse("?", _TORN))

    def _counts(self, text: str) -> bool:
        settings = self._session.settings
        try:
            if LotCodes(begins=settings.scanner_lot, ends=settings.scanner_lot_end).lot_of(text) is None:
                CodeRule(pattern=settings.scanner_pattern).understood(text)
        except InspectorError:
            return False
        return True

    # --- recipes ------------------------------------------------------------------------------------------------------

    def _change(self, wanted: CodedRecipe, code: str) -> None:
        before = self._session.recipe
        if QApplication.activeModalWidget() is not None:
            words = f"The code “{code}” was not used: something is being asked. Answer it, and scan once more."
            self._service.became(code, "not used", words)
        elif before is not None and before.name == wanted.name:
            self._changeover.tell(f"The code “{code}” is that of {wanted.name}, which is in use already.")
        else:
            self._changeover.to(wanted, f"The code “{code}” was scanned")
