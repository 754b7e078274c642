"""``python -m tests.bench.batch_page``: the Batch page with a hundred thousand rows: stalls, sorting, filtering.

The results are made up; the pictures are links to one JPEG of 1024 × 1024. A stall is how much later than due a 5 ms timer
of the GUI thread fires; its work is the processor time that the GUI thread took between two ticks, which other programs
on the machine do not lengthen. Idle is the same while nothing is done. Scrolling moves the bar by a wheel's step at
every beat of a 60 Hz screen, as a hand that does not rest. Sorting and filtering are timed from the wish to the rows on
the screen.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QScrollBar

    from inspector.paths import Home
    from tests.batch.samples import R

TICK_MS = 5
BEAT_MS = 16
#: So many names a file may have.
LINKS = 50_000
TYPES = ("good", "scratch", "dent", "stain")


def main() -> int:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each view is scrolled")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as folder:
        figures = _measure(Path(folder), arguments.rows, arguments.seconds)
    print(json.dumps(figures) if arguments.json else "\n".join(f"{key:28}{value}" for key, value in figures.items()))
    return 0


class BatchDriver:
    """The window with its Batch page, driven from outside.

    Args:
        root: The station's data folder.
        figures: Where what is measured goes.
    """

    def __init__(self, root: Path, figures: dict[str, float]) -> None:
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QApplication

        from inspector.app import SWITCH_S
        from inspector.gui import theme
        from inspector.gui.composition import Composition
        from inspector.gui.station.store import Store
        from inspector.paths import Home
        from inspector.settings import Settings

        sys.setswitchinterval(SWITCH_S)
        existing = QApplication.instance()
        self.app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
        self.app.setStyle("Fusion")
        theme.apply(self.app, theme.CURRENT.choose("light"))
        composition = Composition(Store(Home(root=root), Settings()))
        self.figures = figures
        session, self.window = composition.session, composition.window()
        self.window.painted.connect(lambda: session.begin(start=False))
        self.closed = False
        self.window.closed.connect(self._on_closed)
        self.window.show()
        self.until(self.window.isVisible)
        self._gaps: list[float] = []
        self._work: list[float] = []
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MS)

    def _on_closed(self) -> None:
        self.closed = True

    def _tick(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self._gaps.append(max(0.0, 1000 * (now - self._last) - TICK_MS))
        self._work.append(1000 * (worked - self._worked))
        self._last, self._worked = now, worked

    def until(self, condition: Callable[[], object], seconds: float = 120.0) -> float:
        """Let events run until something holds; return how long that took, in milliseconds."""
        from PySide6.QtCore import QEventLoop

        begun = time.perf_counter()
        while not condition():
            self.app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)  # the tick ends the wait
            if time.perf_counter() - begun > seconds:
                raise TimeoutError("waited in vain")
        return 1000 * (time.perf_counter() - begun)

    def rest(self, seconds: float) -> None:
        """Let events run for a time."""
        end = time.perf_counter() + seconds
        self.until(lambda: time.perf_counter() > end, seconds + 60)

    def until_other(self, act: Callable[[], object]) -> float:
        """Do something that wants other rows; return how long they take to come, in milliseconds."""
        results = self.window.batch.results
        before = results.rows
        begun = time.perf_counter()
        act()
        self.until(lambda: results.rows is not before)
        return 1000 * (time.perf_counter() - begun)

    def scroll(self, bar: QScrollBar, step: int, seconds: float) -> None:
        """Scroll there and back, a step at each beat of the screen."""
        from PySide6.QtCore import QTimer

        way = [step]

        def move() -> None:
            value = bar.value() + way[0]
            if not 0 <= value <= bar.maximum():
                way[0] = -way[0]
            bar.setValue(value)

        beat = QTimer()
        beat.timeout.connect(move)
        beat.start(BEAT_MS)
        self.rest(seconds)
        beat.stop()

    @contextmanager
    def stalls(self, name: str) -> Iterator[None]:
        """Note the stalls of what is done inside."""
        self._gaps.clear()
        self._work.clear()
        yield
        for what, values in (("stall", self._gaps), ("work", self._work)):
            ordered = sorted(values) or [0.0]
            self.figures[f"{name}_{what}_p50_ms"] = ordered[len(ordered) // 2]
            self.figures[f"{name}_{what}_p99_ms"] = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
            self.figures[f"{name}_{what}_max_ms"] = ordered[-1]


def _measure(root: Path, rows: int, seconds: float) -> dict[str, float]:
    import psutil

    from inspector.paths import Home

    home = Home(root=root / "home")
    made = _results(root, rows + rows // 50)
    folder = _begin(home, root / "pictures", made[:rows], len(made))
    figures: dict[str, float] = {"rows": rows}
    driver = BatchDriver(home.root, figures)
    with driver.stalls("idle"):
        driver.rest(seconds)
    with driver.stalls("reading"):
        driver.window.show_page("batch")
        results = driver.window.batch.results
        figures["reading_ms"] = driver.until(lambda: results.rows is not None and len(results.rows.table) == rows)
    table = results.table
    with driver.stalls("table"):
        driver.scroll(table.verticalScrollBar(), 3 * table.rowHeight(0), seconds)
    with driver.stalls("growing"), _growing(folder, made[rows:]):
        driver.scroll(table.verticalScrollBar(), 3 * table.rowHeight(0), seconds)
    _end(driver, folder, len(made))
    with driver.stalls("choosing"):
        _choose(driver)
    results.gallery_button.click()
    with driver.stalls("gallery"):
        driver.scroll(results.gallery.verticalScrollBar(), 74, seconds)
    figures["memory_mb"] = psutil.Process().memory_full_info().uss / 1e6
    driver.window.close()
    driver.until(lambda: driver.closed, 10)
    return {key: round(value, 2) for key, value in figures.items()}


def _choose(driver: BatchDriver) -> None:
    """Time every order, both ways, and some filters."""
    from inspector.batch import Sort, SortKey

    results = driver.window.batch.results
    for key in SortKey:
        orders = (Sort(key=key, descending=True), Sort(key=key))
        taken = [driver.until_other(partial(results.filters.sort_by, order)) for order in orders]
        driver.figures[f"sort_{key.value}_ms"] = statistics.median(taken)
    fields = (("text", results.filters.text, "scratch/0"), ("probability", results.filters.p_from, "0.9"))
    for name, field, text in fields:
        driver.figures[f"filter_{name}_ms"] = driver.until_other(partial(field.setText, text))
    driver.figures["filter_wrong_ms"] = driver.until_other(partial(results.show_chip, "wrong"))
    driver.until_other(partial(results.show_chip, "all"))


def _results(root: Path, count: int) -> list[R]:
    """Make rows, and a file for each."""
    import numpy as np

    from inspector.pictures import write_picture
    from tests.batch.samples import R

    chance = random.Random(0)
    noise = np.random.default_rng(0).integers(0, 255, (1024, 1024, 3), np.uint8)
    made = []
    for number in range(count):
        kind = TYPES[number % len(TYPES)]
        score = chance.random() ** (3 if kind == "good" else 1)
        verdict = "ERROR" if number % 997 == 0 else "FAIL" if score >= 0.5 else "REVIEW" if score >= 0.4 else "PASS"
        reason = "" if verdict == "PASS" else f"P(defective) {score:.2f}"
        made.append(R(f"{kind}/{number:06}.jpg", verdict, score, reason=reason))
        path = root / "pictures" / made[-1].path
        path.parent.mkdir(parents=True, exist_ok=True)
        if number % LINKS == 0:
            source = root / f"{number}.jpg"
            write_picture(source, noise)
        os.link(source, path)
    return made


def _begin(home: Home, pictures: Path, made: list[R], total: int) -> Path:
    """Write a run that is still under way."""
    from tests.bundles import make_bundle
    from tests.gui.batch_hand import make_run

    make_bundle(home.models / "tiny")
    return make_run(home, pictures, made, stage="judging", total=total)


@contextmanager
def _growing(folder: Path, more: list[R]) -> Iterator[None]:
    """Add twenty rows five times a second."""
    from PySide6.QtCore import QTimer

    from tests.batch.samples import write_results
    from tests.gui.batch_hand import digest_of

    digest, left = digest_of(folder), list(more)

    def grow() -> None:
        some, left[:] = left[:20], left[20:]
        write_results(folder / "results.csv", some, model=digest, add=True)

    timer = QTimer()
    timer.timeout.connect(grow)
    timer.start(200)
    yield
    timer.stop()


def _end(driver: BatchDriver, folder: Path, total: int) -> None:
    from tests.gui.batch_hand import say

    say(folder, "done", total, total)
    driver.until(lambda: not driver.window.batch.bar.stop.isVisible())
    driver.rest(1.0)


if __name__ == "__main__":
    raise SystemExit(main())
