"""Reads the scanner that the settings name, and does what its codes are for."""

from __future__ import annotations

import logging
import queue
import threading
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError
from inspector.domain.scanner import CodeRule, LotCodes, ScannerKind, ScanUse
from inspector.recipes.scanned import recipe_of_code
from inspector.scanners.ports import open_scanner, way_to
from inspector.scanners.stream import CodeStream

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from inspector.engine.next_serial import SerialState
    from inspector.recipes.scanned import CodedRecipe
    from inspector.scanners.ports import CodePort
    from inspector.settings import Settings

_log = logging.getLogger(__name__)
_AGAIN_S = 0.5
_IDLE_S = 0.2
_ENDING_S = 1.0
_SHOWN = 40
_NOT_TAKEN = "not used: the line stopped before its part came"


class NamesParts(Protocol):
    """What the service needs of the engine."""

    def set_next_serial(self, serial: str, *, within_s: float) -> str:
        """See `Engine.set_next_serial`."""
        ...

    def next_serial(self) -> SerialState:
        """See `Engine.next_serial`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedCode:
    """A code that was read.

    Args:
        code: What counts of it.
        time_utc: When it came.
        became: What it did, in a few words.
        fault: Why it was not used, or what somebody must know of it, as a sentence; empty for nothing.
        names_part: Whether it is meant for the next part.
    """

    code: str
    time_utc: datetime
    became: str = ""
    fault: str = ""
    names_part: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerStatus:
    """How the scanner is doing.

    Args:
        kind: `ScannerKind.OFF` where there is none.
        address: Where it is; empty for a keyboard.
        lost: Why it cannot be read; empty where it can.
        last: The code that came last; None before the first.
    """

    kind: ScannerKind = ScannerKind.OFF
    address: str = ""
    lost: str = ""
    last: ScannedCode | None = None

    @property
    def fault(self) -> str:
        """What somebody must see to, as a sentence; empty where nothing is wrong."""
        if self.kind is ScannerKind.OFF:
            return ""
        if self.lost:
            return f"No code can be scanned: {self.lost}"
        return self.last.fault if self.last is not None else ""

    @property
    def short(self) -> str:
        """Whether it is connected, its last code, and when, in a few words; empty where there is none."""
        if self.kind is ScannerKind.OFF:
            return ""
        if self.lost:
            return "Scanner lost"
        if self.last is None:
            return "Scanner connected" if self.address else "Scanner: no code yet"
        code, time_ = self.last.code, self.last.time_utc.astimezone()
        shown = code if len(code) <= _SHOWN else f"{code[:_SHOWN]}…"
        return " · ".join(filter(None, (f"Scanner {time_:%H:%M:%S}", shown, self.last.became)))

    @property
    def words(self) -> str:
        """The same in full; empty where there is none."""
        if self.kind is ScannerKind.OFF or self.lost:
            return self.fault
        kind = f"{self.kind.words[:1].upper()}{self.kind.words[1:]}"
        way = f"{kind} {self.address}: connected" if self.address else f"{kind}: keys are watched"
        if self.last is None:
            return f"{way}; no code has come yet."
        became = f", {self.last.became}" if self.last.became else ""
        return f"{way}; last code “{self.last.code}” at {self.last.time_utc.astimezone():%H:%M:%S}{became}."


class ScannerService:
    """Follows the settings, on a thread of its own. Nothing of the line waits for it.

    Args:
        engine: Is told what the next part is called.
        settings: The station's, as they are in force.
        recipes: The folder of recipes, for codes that change the recipe.
        use_lot: Puts the lot in force that a code begins, empty where it ends; called on the service's thread.
        connect: Opens the way to a scanner; called on the service's thread.
    """

    def __init__(
        self,
        engine: NamesParts,
        *,
        settings: Callable[[], Settings],
        recipes: Path,
        use_lot: Callable[[str], None],
        connect: Callable[[Settings], CodePort] = open_scanner,
    ) -> None:
        self._engine, self._settings, self._recipes, self._connect = engine, settings, recipes, connect
        self._use_lot = use_lot
        self._typed: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._changes: queue.SimpleQueue[tuple[CodedRecipe, str]] = queue.SimpleQueue()
        self._status = ScannerStatus()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scanner", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End it; one that hangs in a driver is left behind."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(_ENDING_S)

    def typed(self, code: str) -> None:
        """Take a code that a scanner has typed as a keyboard; any thread may call."""
        self._typed.put(code)

    def refuse(self, code: str, fault: str) -> None:
        """Say that something came which is not used, and why."""
        _log.warning("%s", fault)
        self._said(ScannedCode(code=code, time_utc=datetime.now(UTC), became="not used", fault=fault))

    def take_change(self) -> tuple[CodedRecipe, str] | None:
        """Return, once, which recipe is wanted, and the code that wants it; the newest of several."""
        wanted = None
        while True:
            try:
                wanted = self._changes.get_nowait()
            except queue.Empty:
                return wanted

    def became(self, code: str, became: str, fault: str = "") -> None:
        """Say what has become of a code that changes the recipe, unless another has come since."""
        with self._lock:
            last = self._status.last
            if last is not None and last.code == code:
                self._status = replace(self._status, last=replace(last, became=became, fault=fault))

    def status(self) -> ScannerStatus:
        """Return how it is doing."""
        with self._lock:
            status = self._status
        last = status.last
        if last is None or not last.names_part:
            return status
        return replace(status, last=replace(last, became=self._engine.next_serial().value or _NOT_TAKEN))

    # --- on the thread ------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stop.is_set():
            settings = self._settings()
            kind = settings.scanner
            self._begin(kind, "" if kind is ScannerKind.KEYBOARD else settings.scanner_address)
            if kind is ScannerKind.KEYBOARD:
                self._hear_keys()
            elif kind is ScannerKind.OFF:
                self._stop.wait(_IDLE_S)
            else:
                self._hear(settings)

    def _begin(self, kind: ScannerKind, address: str) -> None:
        with self._lock:
            if (self._status.kind, self._status.address) != (kind, address):
                self._status = ScannerStatus(kind=kind, address=address)

    def _hear_keys(self) -> None:
        try:
            code = self._typed.get(timeout=_IDLE_S)
        except queue.Empty:
            return
        self._take(code)

    def _hear(self, settings: Settings) -> None:
        """Read a scanner until it is gone, another is wanted, or the end."""
        try:
            port = self._connect(settings)
        except InspectorError as error:
            self._lose(str(error))
            return
        except Exception as error:  # noqa: BLE001 - a driver's fault must not end the service
            self._lose(f"unexpected {type(error).__name__}: {cause_of(error)}")
            return
        stream = CodeStream()
        self._say_lost("")
        try:
            while not self._stop.is_set() and way_to(self._settings()) == way_to(settings):
                now_s = time.monotonic()
                for code in stream.feed(port.read(), now_s):
                    self._take(code)
                if fault := stream.give_up(now_s):
                    self.refuse("?", fault)
        except InspectorError as error:
            self._lose(str(error))
        except Exception as error:  # noqa: BLE001 - likewise
            self._lose(f"unexpected {type(error).__name__}: {cause_of(error)}")
        finally:
            port.close()

    def _lose(self, why: str) -> None:
        self._say_lost(why)
        self._stop.wait(_AGAIN_S)

    def _say_lost(self, why: str) -> None:
        with self._lock:
            before, self._status = self._status, replace(self._status, lost=why)
        if why and why != before.lost:
            _log.warning("no code can be scanned: %s", why)

    # --- codes --------------------------------------------------------------------------------------------------------

    def _take(self, scanned: str) -> None:
        """Do what a code is for."""
        settings = self._settings()
        try:
            lot = LotCodes(begins=settings.scanner_lot, ends=settings.scanner_lot_end).lot_of(scanned)
            if lot is not None:
                became = f"lot {lot} begins" if lot else "the lot ends"
                self._said(ScannedCode(code=scanned.strip()[:_SHOWN], time_utc=datetime.now(UTC), became=became))
                self._use_lot(lot)
                return
            code = CodeRule(pattern=settings.scanner_pattern).understood(scanned)
        except InspectorError as error:
            self.refuse(scanned[:_SHOWN], f"{str(error).rstrip('.')}.")
            return
        if settings.scanner_use is ScanUse.PART or not self._took_recipe(code, settings.scanner_use):
            self._name_part(code, settings.scanner_within_s)

    def _took_recipe(self, code: str, use: ScanUse) -> bool:
        try:
            recipe = recipe_of_code(code, self._recipes)
        except InspectorError as error:
            self.refuse(code, f"{str(error).rstrip('.')}. Nothing was changed.")
            return True
        if recipe is not None:
            self._said(ScannedCode(code=code, time_utc=datetime.now(UTC), became=f"recipe {recipe.name}"))
            self._changes.put((recipe, code))
        elif use is ScanUse.RECIPE:
            self.refuse(code, f"No recipe has the code “{code}”. Nothing was changed.")
        else:
            return False
        return True

    def _name_part(self, code: str, within_s: float) -> None:
        try:
            replaced = self._engine.set_next_serial(code, within_s=within_s)
        except InspectorError as error:
            self.refuse(code, f"The code “{code[:_SHOWN]}” was not used: {error}")
            return
        fault = ""
        if replaced:
            fault = f"No part has come for the code “{replaced[:_SHOWN]}”: “{code[:_SHOWN]}” takes its place."
            _log.warning("%s", fault)
        self._said(ScannedCode(code=code, time_utc=datetime.now(UTC), fault=fault, names_part=True))

    def _said(self, code: ScannedCode) -> None:
        with self._lock:
            self._status = replace(self._status, last=code)
