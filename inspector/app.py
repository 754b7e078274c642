"""Starts the window."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.gui.session import Session
    from inspector.gui.window import MainWindow
    from inspector.paths import Home

#: A thread that computes gives the interpreter to the GUI thread after this time, which Python sets to 5 ms. Measured
#: on two busy cores (`python -m tests.bench.batch_page`): p99 of stalls while 100,000 rows grow 10 instead of 21 ms.
SWITCH_S = 0.0005
#: The line is up by then.
_SETTINGS_AFTER_MS = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class AppOptions:
    """What the command line says to the window; None leaves it to the settings.

    Args:
        home: The data folder.
        log: The result log.
        recipe: A recipe's name or file.
        source: Instead of the recipe's.
        model: Instead of a recipe (with a source).
        device: Instead of the settings'.
        precision: Instead of the settings'.
        full_screen: Fill the screen.
        start: Start the line at once.
    """

    home: Home
    log: Path | None = None
    recipe: str | None = None
    source: str | None = None
    model: str | None = None
    device: str | None = None
    precision: str | None = None
    full_screen: bool = False
    start: bool = False


def main(options: AppOptions) -> int:
    """Show the window until it is closed.

    Args:
        options: See `AppOptions`.

    Returns:
        The exit code.
    """
    from PySide6.QtCore import QTimer  # noqa: PLC0415 - so that importing this module is quick
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415

    from inspector.engine.memory import give_large_blocks_back  # noqa: PLC0415
    from inspector.gui import theme  # noqa: PLC0415
    from inspector.gui.faults import log_to  # noqa: PLC0415
    from inspector.gui.session import Session  # noqa: PLC0415
    from inspector.gui.store import Store  # noqa: PLC0415
    from inspector.gui.window import MainWindow  # noqa: PLC0415
    from inspector.settings import load_settings  # noqa: PLC0415

    give_large_blocks_back()
    sys.setswitchinterval(SWITCH_S)
    log_to(options.home.program_log)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Inspector")
    app.setStyle("Fusion")
    app.setQuitOnLastWindowClosed(False)
    settings, faults = load_settings(options.home.settings)
    theme.apply(app, theme.CURRENT.choose(settings.appearance))
    store = Store(
        options.home,
        settings,
        log=options.log,
        recipe=options.recipe,
        source=options.source,
        model=options.model,
        device=options.device,
        precision=options.precision,
    )
    session = Session(store)
    window = MainWindow(session, options.home.root / "window.json")
    window.painted.connect(lambda: session.begin(start=options.start))
    if _is_first_start(options):
        window.painted.connect(window.set_up)
    QTimer.singleShot(_SETTINGS_AFTER_MS, window, lambda: _prepare_settings(session, window))
    window.closed.connect(app.quit)
    for number, fault in enumerate(faults):
        window.banners.show_banner(f"settings-{number}", fault, state="review")
    if options.full_screen:
        window.showFullScreen()
    else:
        window.show()
    # a tick lets Python see Ctrl-C and SIGTERM while Qt waits
    beat = QTimer()
    beat.timeout.connect(lambda: None)
    beat.start(200)
    _close_on_signals(window.close)
    code = app.exec()
    _leave(code)
    return code


def _is_first_start(options: AppOptions) -> bool:
    """True where nothing has been set up, and the command line does not say what to inspect."""
    said = options.recipe or options.source or options.model or options.start
    return not said and not options.home.settings.exists() and not any(options.home.recipes.glob("*.json"))


def _prepare_settings(session: Session, window: MainWindow) -> None:
    """Make the Settings page before anyone asks for it; its modules are imported off the GUI thread."""

    def load() -> None:
        import inspector.gui.pages.batch  # noqa: PLC0415 - imported here so that they are quick there
        import inspector.gui.pages.settings  # noqa: F401, PLC0415

    def made(_: None) -> None:
        window.settings  # noqa: B018 - made by asking for it

    if not session.closing:
        session.work.do(load, made)


def _close_on_signals(close: object) -> None:
    import signal  # noqa: PLC0415

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(ValueError):
                signal.signal(number, lambda *_: close())  # type: ignore[operator]


def _leave(code: int) -> None:
    """End the process even where a driver's thread hangs, or a worker is inside a library.

    A thread that the interpreter's end tears out of OpenCV aborts the process (std::terminate).
    """
    if any(one is not threading.main_thread() for one in threading.enumerate()):
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
