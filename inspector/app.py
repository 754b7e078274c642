"""Starts the window."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector import __version__
from inspector.ending import end_process
from inspector.overrides import NOTHING_SAID

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from inspector.gui.single import SingleWindow
    from inspector.gui.station.session import Session
    from inspector.gui.station.store import Store
    from inspector.gui.window import MainWindow
    from inspector.overrides import Overrides
    from inspector.paths import Home
    from inspector.proof.keeper import HeadKeeper
    from inspector.settings import Settings
    from inspector.shadow.service import ShadowService

_log = logging.getLogger(__name__)

#: A thread that computes gives the interpreter to the GUI thread after this time, which Python sets to 5 ms. Measured
#: on two busy cores (`python -m tests.bench.batch_page`): p99 of stalls while 100,000 rows grow 10 instead of 21 ms.
SWITCH_S = 0.0005
#: After the first paint, while model and camera are being loaded: it holds the interpreter for 0.2 s, which cost a part
#: of the running line 100 ms.
_SETTINGS_AFTER_MS = 100
_FAULTS_SHOWN = 3
_UNSCALED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AppOptions:
    """What the command line says to the window.

    Args:
        overrides: Instead of settings and recipe.
        full_screen: Whether the window fills the screen.
        start: Start the line at once.
        kiosk: Show nothing but Live until an engineer leaves it; users must be on.
    """

    home: Home
    overrides: Overrides = NOTHING_SAID
    full_screen: bool = False
    start: bool = False
    kiosk: bool = False


def main(options: AppOptions) -> int:
    """Show the window until it is closed.

    Returns:
        The exit code.

    Raises:
        InspectorError: If a window of that data folder is open and does not answer, or something else was asked for
            than to see it.
    """
    from inspector.data_version import version_fault
    from inspector.settings_file import load_settings  # so that importing this module is quick
    from inspector.vision.backends import load_torch_before_qt

    settings, faults = load_settings(options.home.settings)
    faults += filter(None, [version_fault(options.home.root)])
    load_torch_before_qt(options.overrides.applied(settings).device)
    scale(settings)

    from PySide6.QtWidgets import QApplication  # not before torch

    from inspector.engine.memory import use_frames_again
    from inspector.gui.faults import log_to
    from inspector.gui.single import SingleWindow

    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    single = SingleWindow(options.home.root)
    if not single.is_first():
        return _raise_first(single, options)
    use_frames_again()
    log_to(options.home.program_log)
    try:
        code = _show(app, options, settings, faults, single)
    finally:
        single.release()
    end_process(code)
    return code


def scale(settings: Settings) -> None:
    """Have Qt draw everything larger, where the settings say so and the environment does not; before Qt begins."""
    if settings.scale_percent > _UNSCALED:
        os.environ.setdefault("QT_SCALE_FACTOR", f"{settings.scale_percent / _UNSCALED:g}")


def _raise_first(single: SingleWindow, options: AppOptions) -> int:
    """Bring the window that is open to the front instead; say so where something else was asked for."""
    from inspector.domain.errors import InspectorError

    answered = single.raise_first()
    if not answered:
        raise InspectorError(
            f"the window of the data folder {options.home.root} is open, but does not answer",
            "Close it, end its process, or name another data folder (--home DIR).",
        )
    if options.overrides.given:
        raise InspectorError(
            "the station's window is open already and was brought to the front; what was asked for is not used",
            "Change it in that window, or name another data folder (--home DIR).",
        )
    sys.stderr.write("the station's window is open already; it was brought to the front\n")
    return 0


def _show(app: QApplication, options: AppOptions, settings: Settings, faults: list[str], single: SingleWindow) -> int:
    """Show the window until it is closed."""
    from PySide6.QtCore import QTimer

    from inspector import assembly
    from inspector.gui.composition import Composition
    from inspector.gui.station.store import Store
    from inspector.gui.station.trail_keeper import WINDOW
    from inspector.gui.widgets.later import soon
    from inspector.trail.program import ended

    sys.setswitchinterval(SWITCH_S)
    _dress(app, settings)
    store = Store(options.home, settings, options.overrides)
    if options.kiosk:
        _check_kiosk(store)
    senders = assembly.senders(options.home, settings=lambda: store.in_force, log=lambda: store.places.log)
    keepers: list[HeadKeeper | ShadowService] = []
    composition = Composition(store, kiosk=options.kiosk)
    session, window = composition.session, composition.window()

    def keep_beside() -> None:  # their libraries are imported after the first paint
        from inspector.shadow.service import ShadowService

        keepers.append(
            assembly.head_keeper(options.home, settings=lambda: store.in_force, log=lambda: store.places.log)
        )
        keepers.append(ShadowService(session.engine, options.home.root, log=lambda: store.places.log))
        for keeper in keepers:
            keeper.start()

    window.painted.connect(lambda: session.begin(start=options.start))
    window.painted.connect(keep_beside)
    for sender in senders:
        window.painted.connect(sender.start)
        window.closed.connect(sender.stop)
    single.wanted.connect(window.come_to_front)
    if is_first_start(options):
        window.painted.connect(window.set_up)
    window.painted.connect(lambda: soon(window, _SETTINGS_AFTER_MS, lambda: _prepare_settings(session, window)))
    window.closed.connect(app.quit)
    if faults:  # one banner, whatever their number: the verdict keeps its place
        more = [f"{len(faults) - _FAULTS_SHOWN} more are in the program log."] if len(faults) > _FAULTS_SHOWN else []
        for fault in faults:
            _log.warning("%s", fault)
        window.banners.show_banner("settings", "\n".join(faults[:_FAULTS_SHOWN] + more), state="review")
    if options.full_screen or options.kiosk:
        window.showFullScreen()
    else:
        window.show()
    # a tick lets Python see Ctrl-C and SIGTERM while Qt waits
    beat = QTimer()
    beat.timeout.connect(lambda: None)
    beat.start(200)
    _close_on_signals(window.leave)
    code = app.exec()
    store.note(ended(__version__, WINDOW))
    store.take_up_trail()
    for keeper in keepers:
        keeper.stop()
    return code


def _dress(app: QApplication, settings: Settings) -> None:
    """Give the program its name, icon, colours and language."""
    from PySide6.QtGui import QIcon

    from inspector.gui import theme
    from inspector.gui.language.spoken import SPOKEN
    from inspector.paths import resources_dir

    app.setApplicationName("Inspector")
    app.setDesktopFileName("inspector-station")
    app.setWindowIcon(QIcon(str(resources_dir() / "icons" / "inspector.png")))
    app.setStyle("Fusion")
    app.setQuitOnLastWindowClosed(False)
    SPOKEN.choose(settings.language)
    theme.apply(app, theme.CURRENT.choose(settings.appearance))


def _check_kiosk(store: Store) -> None:
    """Refuse a kiosk that nobody could leave, or everybody.

    Raises:
        InspectorError: If users are off.
        PeopleError: If they cannot be read.
    """
    from inspector.domain.errors import InspectorError

    if not store.people.file.read().on:
        raise InspectorError(
            "a kiosk needs users: without them there would be nobody who may leave it",
            "Switch them on first: Settings → Users, or “inspector users on NAME”.",
        )


def is_first_start(options: AppOptions) -> bool:
    """True where nothing has been set up, and the command line does not say what to inspect."""
    return (
        not (options.overrides.names_line or options.start or options.kiosk)
        and not options.home.settings.exists()
        and not any(options.home.recipes.glob("*.json"))
    )


def _prepare_settings(session: Session, window: MainWindow) -> None:
    """Make the Settings page before anyone asks for it.

    Its modules are imported on the GUI thread: where another imports modules that use Qt while Qt works, it crashes.
    """
    if not session.closing:
        window.settings  # noqa: B018 - made by asking for it


def _close_on_signals(close: object) -> None:
    import signal

    from inspector.programs import ending_signals

    if threading.current_thread() is threading.main_thread():
        for number in ending_signals():
            with contextlib.suppress(ValueError):
                signal.signal(number, lambda *_: close())  # type: ignore[operator]
