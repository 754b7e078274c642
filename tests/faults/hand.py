"""``python -m tests.faults.hand HOME batch|training FOLDER [WEIGHTS]``: a window in which a hand begins something.

It prints a line once that has begun. A line on its standard input closes the window.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from inspector.ending import end_process
from inspector.gui.composition import Composition
from inspector.gui.station.store import Store
from inspector.gui.training.page import TrainingPage
from inspector.overrides import NOTHING_SAID
from inspector.paths import Home
from inspector.settings_file import load_settings
from trainer.protocol import TrainRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inspector.gui.window import MainWindow

_LOOK_MS = 50


def batch(window: MainWindow, folder: str) -> Iterator[Callable[[], object]]:
    """Begin a batch; each step waits for what it yields."""
    window.show_page("batch")
    bar = window.batch.bar
    yield lambda: bar.chosen_judge is not None
    bar.folder.setEditText(folder)
    QTest.keyClick(bar.folder, Qt.Key.Key_Return)
    yield bar.inspect.isEnabled
    QTest.mouseClick(bar.inspect, Qt.MouseButton.LeftButton)
    yield bar.stop.isVisible


def training(window: MainWindow, folder: str, weights: str) -> Iterator[Callable[[], object]]:
    """Begin a training of a toy part; likewise."""
    window.show_page("settings")
    window.settings.show_section("Training")
    page = window.training
    assert isinstance(page, TrainingPage)
    yield page.isVisible
    page.method.show_request(
        TrainRequest(
            data=folder, out="unused", method="head", input_size=64, precision="float", unseen="no", weights=weights
        )
    )
    page.data.choose(folder)
    yield lambda: page.method.name.text() and page.train.start.isEnabled()
    QTest.mouseClick(page.train.start, Qt.MouseButton.LeftButton)
    yield lambda: page.shown is not None and page.shown.active


def main() -> int:
    """Show the window until it is closed or killed."""
    home, what, *places = Home(root=Path(sys.argv[1])), *sys.argv[2:]
    app = QApplication([])
    composition = Composition(Store(home, load_settings(home.settings)[0], NOTHING_SAID))
    window = composition.window()
    window.painted.connect(lambda: composition.session.begin(start=False))
    window.closed.connect(app.quit)
    window.show()
    steps = batch(window, *places) if what == "batch" else training(window, *places)
    closing = threading.Event()
    waits: list[Callable[[], object]] = [lambda: composition.session.recipe is not None]

    def look() -> None:
        if closing.is_set():
            timer.stop()
            window.close()
        elif waits and waits[0]():
            waits[:] = [step] if (step := next(steps, None)) else []
            if not waits:
                print("begun", flush=True)

    def listen() -> None:
        sys.stdin.readline()
        closing.set()

    timer = QTimer(app)
    timer.timeout.connect(look)
    timer.start(_LOOK_MS)
    threading.Thread(target=listen, daemon=True).start()
    app.exec()
    end_process(0)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
