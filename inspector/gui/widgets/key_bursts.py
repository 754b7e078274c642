"""A scanner that types as a keyboard: its bursts of keys are told from what a hand types, and kept out of the window.

Every character waits for the next one for as long as a scanner needs between two. What comes slower is handed on, as
it was typed; a burst that ends with Enter or Tab is a code, as a whole, whatever has the focus.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut, QWindow
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable

#: A code has at least so many characters.
SHORTEST = 4
_LONGEST = 1000
#: What comes so soon after typed keys goes on with them: half a burst is no code.
_QUIET_MS = 1000
_MODIFIERS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
_ENDS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab})
_SILENT = frozenset({Qt.Key.Key_Shift, Qt.Key.Key_AltGr, Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock})
#: Scanners send it as Ctrl+].
_GROUP_SEPARATOR = "\x1d"
_LEAVES = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.FocusOut})


@dataclass(frozen=True, slots=True)
class _TypedKey:
    key: int
    modifiers: Qt.KeyboardModifier
    text: str
    time_ms: int

    @classmethod
    def of(cls, event: QKeyEvent) -> _TypedKey:
        return cls(event.key(), event.modifiers(), event.text(), event.timestamp())

    def event(self, kind: QEvent.Type) -> QKeyEvent:
        return QKeyEvent(kind, self.key, self.modifiers, self.text)


class KeyBursts(QObject):
    """Watches the window that has the keys while it is switched on. Lives on the GUI thread.

    Args:
        gap_ms: Keys of a scanner are at most so far apart.
        counts: Says whether a text is a code; one that is none goes to the field that has the focus, if one has.
    """

    code = Signal(str)  #: a code, without what ended it
    torn = Signal()  #: a burst has no end: it went nowhere

    def __init__(self, gap_ms: int, counts: Callable[[str], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._gap_ms, self._counts = gap_ms, counts
        self._keys: list[_TypedKey] = []
        self._releases: set[int] = set()  # keys whose press was kept: their release is, too
        self._goes_on = False  # the burst goes on with what was typed before it
        self._typed_ms: int | None = None
        self._lost = False  # what came last went nowhere
        self._window: QWindow | None = None
        self._patience = QTimer(self, singleShot=True, interval=gap_ms)
        self._patience.timeout.connect(self._look_once_more)
        # keys that came while the window was busy are handed out before this one ends
        self._last_look = QTimer(self, singleShot=True, interval=0)
        self._last_look.timeout.connect(self._give_back)
        self._app = QGuiApplication.instance()
        assert isinstance(self._app, QGuiApplication)
        self._app.focusWindowChanged.connect(self._follow)
        self._follow(QGuiApplication.focusWindow())

    def release(self) -> None:
        """Watch nothing any more."""
        app, self._app = self._app, None
        if isinstance(app, QGuiApplication):
            app.focusWindowChanged.disconnect(self._follow)
            self._follow(None)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        """Keep what may be a scanner's."""
        if isinstance(event, QKeyEvent):
            return self._is_kept(event)
        if event.type() in _LEAVES:
            self._give_back()
        return False

    def _follow(self, window: QWindow | None) -> None:
        self._give_back()
        if self._window is not None:
            self._window.removeEventFilter(self)
            self._window.destroyed.disconnect(self._forget)
        self._window = window
        if window is not None:
            window.installEventFilter(self)
            window.destroyed.connect(self._forget)

    def _forget(self) -> None:
        self._window = None

    # --- keys ---------------------------------------------------------------------------------------------------------

    def _is_kept(self, event: QKeyEvent) -> bool:
        kind, key = event.type(), event.key()
        if kind is QEvent.Type.KeyRelease:
            if key in self._releases and not event.isAutoRepeat():
                self._releases.discard(key)
                return True
            return False
        if key in _SILENT:
            return False
        ends = self._ends(event)
        kept = ends or self._may_be_scanned(event)
        if kind is QEvent.Type.ShortcutOverride:  # asked before the key itself comes: no shortcut gets it
            if kept:
                event.accept()
            return kept
        if not kept:
            self._give_back()
            self._typed_ms = None if key in _ENDS else event.timestamp()
            return False
        self._releases.add(key)
        if ends:
            text, self._keys = self._text, []
            self._stop_waiting()
            self._typed_ms = None
            self.code.emit(text)
        else:
            self._keep(_TypedKey.of(event))
        return True

    def _keep(self, key: _TypedKey) -> None:
        if self._keys and (key.time_ms - self._keys[-1].time_ms > self._gap_ms or len(self._keys) >= _LONGEST):
            self._give_back()
        if not self._keys:
            self._goes_on = self._typed_ms is not None and key.time_ms - self._typed_ms <= _QUIET_MS
        self._keys.append(key)
        self._last_look.stop()
        self._patience.start()

    def _may_be_scanned(self, event: QKeyEvent) -> bool:
        text = event.text()
        if event.isAutoRepeat():
            return False
        if text == _GROUP_SEPARATOR:
            return bool(self._keys)
        return len(text) == 1 and text.isprintable() and not event.modifiers() & ~_MODIFIERS

    def _ends(self, event: QKeyEvent) -> bool:
        """Say whether a key is the end of a code."""
        if event.key() not in _ENDS or event.modifiers() & ~_MODIFIERS or len(self._keys) < SHORTEST or self._goes_on:
            return False
        soon = event.timestamp() - self._keys[-1].time_ms <= self._gap_ms
        return soon and (_field() is None or self._counts(self._text))

    @property
    def _text(self) -> str:
        return "".join(key.text for key in self._keys)

    # --- back to the window -------------------------------------------------------------------------------------------

    def _look_once_more(self) -> None:
        self._last_look.start()

    def _stop_waiting(self) -> None:
        self._patience.stop()
        self._last_look.stop()

    def _give_back(self) -> None:
        """Hand on what was kept and is no code; a burst that no field takes would only press buttons."""
        self._stop_waiting()
        keys, self._keys = self._keys, []
        if not keys:
            return
        burst = len(keys) >= SHORTEST or (self._goes_on and (self._lost or len(keys) > 1))
        self._typed_ms = keys[-1].time_ms
        self._lost = burst and _field() is None
        if self._lost:
            self.torn.emit()
            return
        for key in keys:
            _type(key)


def _field() -> QWidget | None:
    """Return the field that takes text now."""
    widget = QApplication.focusWidget()
    takes = widget is not None and widget.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    return widget if takes else None


def _type(key: _TypedKey) -> None:
    """Type a key as Qt does: a field may want it, else a shortcut, else whatever has the focus."""
    widget = QApplication.focusWidget() or QApplication.activeWindow()
    if widget is None:
        return
    asked = key.event(QEvent.Type.ShortcutOverride)
    asked.ignore()
    QApplication.sendEvent(widget, asked)
    if not asked.isAccepted() and _press_shortcut(widget, key):
        return
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(widget, key.event(kind))


def _press_shortcut(focus: QWidget, key: _TypedKey) -> bool:
    modifiers = key.modifiers & ~Qt.KeyboardModifier.KeypadModifier
    plain = modifiers & ~Qt.KeyboardModifier.ShiftModifier
    wanted = {QKeySequence(QKeyCombination(kept, Qt.Key(key.key))).toString() for kept in (modifiers, plain)}
    window = focus.window()
    for shortcut in window.findChildren(QShortcut):
        owner = shortcut.parent()
        if shortcut.isEnabled() and shortcut.key().toString() in wanted and _hears(owner, focus, shortcut.context()):
            shortcut.activated.emit()
            return True
    for button in window.findChildren(QAbstractButton):
        if button.isEnabled() and button.isVisible() and button.shortcut().toString() in wanted:
            button.click()
            return True
    return False


def _hears(owner: QObject | None, focus: QWidget, context: Qt.ShortcutContext) -> bool:
    if not isinstance(owner, QWidget) or not owner.isVisible() or not owner.isEnabled():
        return False
    if context is Qt.ShortcutContext.WidgetShortcut:
        return owner is focus
    if context is Qt.ShortcutContext.WidgetWithChildrenShortcut:
        return owner is focus or owner.isAncestorOf(focus)
    return True
