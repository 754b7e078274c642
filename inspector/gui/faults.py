"""What happens when the window itself breaks: a dialog with details to copy, the log, and a line that is fail-safe."""

from __future__ import annotations

import logging
import platform
import queue
import sys
import threading
import traceback
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from inspector import __version__
from inspector.domain.secret import redacted
from inspector.gui.language.spoken import say
from inspector.gui.widgets.basics import label
from inspector.program_log import log_handler

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

_log = logging.getLogger(__name__)


def log_to(path: Path) -> None:
    """Write the program's log to its file from now on."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(log_handler(path))


class FaultDialog(QDialog):
    """Says what broke, that the line was stopped, and offers the details.

    Args:
        details: The traceback as text.
        log_path: File in which such tracebacks are kept.
    """

    def __init__(self, details: str, log_path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.details = details
        self.setWindowTitle(say("Unexpected error"))
        self.setMinimumSize(640, 420)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(label("Something unexpected went wrong", "title"))
        words = label(
            "The line has been stopped, so that no part passes uninspected. Everything judged so far is in the log.\n"
            f"Start the line again; if this comes back, send the details below. They are also in {log_path}."
        )
        words.setWordWrap(True)
        layout.addWidget(words)
        text = QPlainTextEdit(details, self)
        text.setProperty("kind", "code")
        text.setReadOnly(True)
        layout.addWidget(text, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        copy = QPushButton(say("Copy details"), self)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.details))
        close = QPushButton(say("Close"), self)
        close.setProperty("kind", "primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row.addWidget(copy)
        row.addWidget(close)
        layout.addLayout(row)


class FaultCatcher:
    """Catches what nothing else does, on every thread; the dialog appears on the GUI thread.

    Args:
        window: The dialog's parent.
        fail_safe: Stops the line.
        leave: Closes the window without a question: for Ctrl-C.
        log_path: The program's log.
    """

    def __init__(
        self, window: QWidget, fail_safe: Callable[[], None], leave: Callable[[], None], log_path: Path
    ) -> None:
        self._window = window
        self._fail_safe, self._leave = fail_safe, leave
        self._log_path = log_path
        self._faults: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.dialog: FaultDialog | None = None
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._on_main
        threading.excepthook = self._on_thread
        self._timer = QTimer(window)
        self._timer.timeout.connect(self._show)
        self._timer.start(200)

    def release(self) -> None:
        """Give the hooks back."""
        self._timer.stop()
        sys.excepthook, threading.excepthook = self._before

    def _on_main(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._leave()
            return
        self._note(kind, error, trace)

    def _on_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_type is SystemExit or arguments.exc_value is None:
            return
        self._note(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def _note(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        text = redacted("".join(traceback.format_exception(kind, error, trace)))
        _log.critical("unexpected error\n%s", text)
        self._faults.put(
            f"Inspector {__version__}, {platform.platform()}, Python {platform.python_version()}\n\n{text}"
        )

    def _show(self) -> None:
        try:
            details = self._faults.get_nowait()
        except queue.Empty:
            return
        self._fail_safe()
        if self.dialog is not None and self.dialog.isVisible():
            return
        self.dialog = FaultDialog(details, self._log_path, self._window)
        self.dialog.open()
